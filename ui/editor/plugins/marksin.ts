// Passages that are pointed out while writing and are not in the document:
// TK, and the placeholder of an empty line. Only what a change touched is
// looked at again.

import type { Node } from 'prosemirror-model';
import { Plugin, type Transaction } from 'prosemirror-state';
import { Decoration, DecorationSet } from 'prosemirror-view';
import type { Context } from '../context';

const tk = /\bTK(?:TK)*\b/g;

/** The text blocks that a change touched, each once. */
export function touchedBlocks(tr: Transaction): { pos: number; node: Node }[] {
  const found = new Map<number, Node>();
  tr.mapping.maps.forEach((map, i) => {
    const rest = tr.mapping.slice(i + 1);
    map.forEach((_from, _to, from, to) => {
      const start = Math.max(0, rest.map(from, -1) - 1), end = Math.min(tr.doc.content.size, rest.map(to, 1) + 1);
      tr.doc.nodesBetween(start, end, (n, pos) => {
        if (n.isTextblock) { found.set(pos, n); return false; }
        return true;
      });
    });
  });
  return [...found].map(([pos, node]) => ({ pos, node }));
}

function tkIn(node: Node, pos: number): Decoration[] {
  const out: Decoration[] = [];
  node.forEach((child, offset) => {
    if (!child.isText || !child.text!.includes('TK')) return;
    for (const m of child.text!.matchAll(tk)) {
      const from = pos + 1 + offset + m.index;
      out.push(Decoration.inline(from, from + m[0].length, { class: 'ed-tk' }));
    }
  });
  return out;
}

export function unfinished(): Plugin {
  const plugin: Plugin<DecorationSet> = new Plugin<DecorationSet>({
    state: {
      init(_, state) {
        const all: Decoration[] = [];
        state.doc.descendants((n, pos) => {
          if (n.isTextblock) { all.push(...tkIn(n, pos)); return false; }
          return true;
        });
        return DecorationSet.create(state.doc, all);
      },
      apply(tr, old) {
        if (!tr.docChanged) return old;
        let set = old.map(tr.mapping, tr.doc);
        for (const { pos, node } of touchedBlocks(tr)) {
          const stale = set.find(pos, pos + node.nodeSize), fresh = tkIn(node, pos);
          if (stale.length) set = set.remove(stale);
          if (fresh.length) set = set.add(tr.doc, fresh);
        }
        return set;
      },
    },
    props: { decorations(state) { return plugin.getState(state); } },
  });
  return plugin;
}

/** Says in an empty line what can be done there. */
export function placeholder(ctx: Context): Plugin {
  const text = ctx.t('editor.placeholder'), first = ctx.t('editor.placeholder.first');
  return new Plugin({
    props: {
      decorations(state) {
        const { $from, empty } = state.selection, line = $from.parent;
        const only = state.doc.childCount === 1 && state.doc.firstChild!.type.name === 'paragraph' && !state.doc.firstChild!.content.size;
        if (!only && (!empty || $from.depth !== 1 || line.type.name !== 'paragraph' || line.content.size)) return null;
        const from = only ? 0 : $from.before();
        return DecorationSet.create(state.doc, [Decoration.node(from, from + 2, { class: 'ed-placeholder', 'data-placeholder': only ? first : text })]);
      },
    },
  });
}
