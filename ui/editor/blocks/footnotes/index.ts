import type { Node } from 'prosemirror-model';
import { Plugin, TextSelection } from 'prosemirror-state';
import type { EditorView, NodeView } from 'prosemirror-view';
import { Decoration, DecorationSet } from 'prosemirror-view';
import type { BlockSpec, BlockView } from '../block';
import type { Context, GetPos } from '../../context';
import { h, iconButton } from '../../dom';
import { schema } from '../../schema';

export const footnotes: BlockSpec = { node: 'footnotes', icon: 'footnote', label: 'editor.block.footnotes', body: 'div', bodyClass: 'ed-footnotes' };

export const footnote: BlockSpec = {
  node: 'footnote', icon: 'footnote', label: 'editor.block.footnote', body: 'div', item: true,
  build(view: BlockView) {
    view.tools.prepend(iconButton('up', view.ctx.t('editor.footnote.totext'), () => {
      const pos = findRef(view.view.state.doc, String(view.node.attrs.id));
      if (pos !== null) goTo(view.view, pos + 1);
    }));
  },
};

function findRef(doc: Node, id: string): number | null {
  let found: number | null = null;
  doc.descendants((n, pos) => {
    if (found === null && n.type === schema.nodes.footnote_ref && n.attrs.id === id) found = pos;
    return found === null;
  });
  return found;
}

function findNote(doc: Node, id: string): number | null {
  let found: number | null = null;
  doc.forEach((top, at) => {
    if (top.type === schema.nodes.footnotes) top.forEach((n, offset) => { if (n.attrs.id === id && found === null) found = at + 1 + offset; });
  });
  return found;
}

function goTo(view: EditorView, pos: number): void {
  view.dispatch(view.state.tr.setSelection(TextSelection.near(view.state.doc.resolve(pos))).scrollIntoView());
  view.focus();
}

/** The number of a note in the text; opens it. */
export class FootnoteRefView implements NodeView {
  readonly dom: HTMLElement;
  constructor(ctx: Context, public node: Node, view: EditorView) {
    const open = h('button', { type: 'button', class: 'ed-ref', tabindex: -1, 'aria-label': ctx.t('editor.block.footnote'), onclick: () => {
      const pos = findNote(view.state.doc, String(this.node.attrs.id));
      if (pos !== null) goTo(view, pos + 2);
    } });
    this.dom = h('sup', { class: 'ed-footnote-ref', contenteditable: 'false' }, open);
  }
  update(node: Node): boolean { if (node.type !== this.node.type) return false; this.node = node; return true; }
  ignoreMutation(): boolean { return true; }
}

/** Adds a note at the cursor and goes to it. */
export function addFootnote(view: EditorView): boolean {
  const { state } = view, { $to } = state.selection;
  const ref = schema.nodes.footnote_ref!;
  if (!$to.parent.inlineContent || !$to.parent.canReplaceWith($to.index(), $to.index(), ref) || $to.parent.type.spec.code) return false;
  for (let d = $to.depth; d > 0; d--) if ($to.node(d).type === schema.nodes.footnotes) return false;
  const used = new Set<string>();
  state.doc.descendants((n) => { if (n.type === ref || n.type === schema.nodes.footnote) used.add(String(n.attrs.id)); });
  let n = 1;
  while (used.has('n' + n)) n++;
  const id = 'n' + n, tr = state.tr.insert($to.pos, ref.create({ id }));
  const note = schema.nodes.footnote!.create({ id }, schema.nodes.paragraph!.create());
  let at: number | null = null;
  tr.doc.forEach((top, pos) => { if (top.type === schema.nodes.footnotes && at === null) at = pos + top.nodeSize - 1; });
  if (at === null) {
    at = tr.doc.content.size + 1;
    tr.insert(tr.doc.content.size, schema.nodes.footnotes!.create(null, note));
  } else {
    tr.insert(at, note);
  }
  tr.setSelection(TextSelection.create(tr.doc, at + 2));
  view.dispatch(tr.scrollIntoView());
  view.focus();
  return true;
}

/** Numbers the references in their order; only a change of one of them counts anew. */
export function numbering(): Plugin {
  const count = (doc: Node): DecorationSet => {
    const numbers = new Map<string, number>(), decorations: Decoration[] = [];
    doc.descendants((n, pos) => {
      if (n.type !== schema.nodes.footnote_ref) return !n.isAtom;
      const id = String(n.attrs.id);
      if (!numbers.has(id)) numbers.set(id, numbers.size + 1);
      decorations.push(Decoration.node(pos, pos + 1, { 'data-number': String(numbers.get(id)) }));
      return false;
    });
    return DecorationSet.create(doc, decorations);
  };
  const refs = new WeakMap<Node, number>();
  const has = (n: Node): number => {
    if (n.isLeaf) return n.type === schema.nodes.footnote_ref ? 1 : 0;
    let sum = refs.get(n);
    if (sum === undefined) { sum = 0; n.forEach((c) => { sum! += has(c); }); refs.set(n, sum); }
    return sum;
  };
  const plugin: Plugin<DecorationSet> = new Plugin<DecorationSet>({
    state: {
      init: (_, state) => count(state.doc),
      apply(tr, old) {
        if (!tr.docChanged) return old;
        const before = has(tr.before), after = has(tr.doc);
        if (!before && !after) return DecorationSet.empty;
        const touched = tr.steps.some((s) => (s as { slice?: { content: { size: number } } }).slice?.content.size);
        const mapped = old.map(tr.mapping, tr.doc);
        return before === after && (!touched || mapped.find().length === after && tr.steps.every((s) => plainText(s))) ? mapped : count(tr.doc);
      },
    },
    props: { decorations(state) { return plugin.getState(state); } },
  });
  return plugin;
}

function plainText(step: unknown): boolean {
  const slice = (step as { slice?: { content: { childCount: number; child(i: number): Node } } }).slice;
  if (!slice) return true;
  for (let i = 0; i < slice.content.childCount; i++) if (!slice.content.child(i).isText) return false;
  return true;
}

export type { GetPos };
