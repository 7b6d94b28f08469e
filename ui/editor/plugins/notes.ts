// Colleagues' notes and presence: marks around the text, never in it.

import type { Node } from 'prosemirror-model';
import { Plugin, PluginKey, type EditorState } from 'prosemirror-state';
import { Decoration, DecorationSet, type EditorView } from 'prosemirror-view';
import type { Anchor, Note } from '../types';

const context = 40;      // characters kept before and after a passage
const longest = 600;     // characters kept of a passage

/**
 * The text that anchors are of: the words of all text blocks, one line each;
 * what is no text counts as one character that matches nothing.
 */
export function plainText(doc: Node): { text: string; at: (offset: number) => number } {
  const parts: string[] = [], starts: { offset: number; pos: number }[] = [];
  let length = 0;
  doc.descendants((n, pos) => {
    if (!n.isTextblock) return true;
    const text = blockText(n);
    starts.push({ offset: length, pos: pos + 1 });
    parts.push(text);
    length += text.length + 1;
    return false;
  });
  return {
    text: parts.join('\n'),
    at(offset) {
      let low = 0, high = starts.length - 1;
      while (low < high) { const mid = (low + high + 1) >> 1; if (starts[mid]!.offset <= offset) low = mid; else high = mid - 1; }
      const s = starts[low];
      return s ? s.pos + offset - s.offset : 0;
    },
  };
}

const blockTexts = new WeakMap<Node, string>();

function blockText(n: Node): string {
  let text = blockTexts.get(n);
  if (text === undefined) {
    text = n.textBetween(0, n.content.size, '\n', (leaf) => (leaf.type.name === 'hard_break' ? '\n' : '\ufffc'));
    blockTexts.set(n, text);
  }
  return text;
}

/** The anchor of a passage. */
export function anchorAt(doc: Node, from: number, to: number): Anchor | null {
  const quote = doc.textBetween(from, to, '\n', (leaf) => (leaf.type.name === 'hard_break' ? '\n' : '\ufffc'));
  if (!quote.trim()) return null;
  const before = doc.textBetween(Math.max(0, from - context * 3), from, '\n', '\ufffc'), after = doc.textBetween(to, Math.min(doc.content.size, to + context * 3), '\n', '\ufffc');
  return { quote: quote.slice(0, longest), prefix: before.slice(-context), suffix: after.slice(0, context) };
}

/** Where an anchor's passage is: of several equal ones that whose surroundings fit best. */
export function findAnchor(doc: Node, a: Anchor): { from: number; to: number } | null {
  if (!a.quote) return null;
  const { text, at } = plainText(doc);
  let best = -1, score = -1;
  for (let i = text.indexOf(a.quote); i >= 0; i = text.indexOf(a.quote, i + 1)) {
    const s = same(text.slice(Math.max(0, i - a.prefix.length), i), a.prefix, true) + same(text.slice(i + a.quote.length, i + a.quote.length + a.suffix.length), a.suffix, false);
    if (s > score) { best = i; score = s; }
  }
  return best < 0 ? null : { from: at(best), to: at(best + a.quote.length) };
}

function same(a: string, b: string, fromEnd: boolean): number {
  let n = 0;
  while (n < a.length && n < b.length && (fromEnd ? a[a.length - 1 - n] === b[b.length - 1 - n] : a[n] === b[n])) n++;
  return n;
}

interface State { set: DecorationSet; notes: Note[]; open: (id: string) => void }
const key = new PluginKey<State>('notes');

function decorate(doc: Node, notes: Note[]): DecorationSet {
  const all: Decoration[] = [];
  for (const n of notes) {
    const range = findAnchor(doc, n.anchor);
    if (range) all.push(Decoration.inline(range.from, range.to, { class: n.resolved ? 'ed-notemark ed-resolved' : 'ed-notemark', 'data-note': n.id }, { id: n.id, inclusiveStart: false, inclusiveEnd: false }));
  }
  return DecorationSet.create(doc, all);
}

export function notesPlugin(): Plugin {
  return new Plugin<State>({
    key,
    state: {
      init: () => ({ set: DecorationSet.empty, notes: [], open: () => undefined }),
      apply(tr, old) {
        const given = tr.getMeta(key) as { notes: Note[]; open: (id: string) => void } | undefined;
        if (given) return { notes: given.notes, open: given.open, set: decorate(tr.doc, given.notes) };
        return tr.docChanged && old.notes.length ? { ...old, set: old.set.map(tr.mapping, tr.doc) } : old;
      },
    },
    props: {
      decorations(state) { return key.getState(state)!.set; },
      handleClick(view, _pos, event) {
        const mark = (event.target as HTMLElement).closest?.<HTMLElement>('[data-note]');
        if (mark) key.getState(view.state)!.open(mark.dataset.note!);
        return false;
      },
    },
  });
}

export function setNotes(view: EditorView, notes: Note[], open: (id: string) => void): void {
  view.dispatch(view.state.tr.setMeta(key, { notes, open }).setMeta('addToHistory', false));
}

export function notePositions(view: EditorView, top: number): { id: string; found: boolean; anchor: Anchor; top: number }[] {
  const { set, notes } = key.getState(view.state)!;
  const live = new Map<string, Decoration[]>();
  for (const d of set.find()) live.set(d.spec.id, [...(live.get(d.spec.id) ?? []), d]);
  return notes.map((n) => {
    const marks = live.get(n.id);
    let from = 0, to = 0, found = false;
    if (marks?.length) {
      from = Math.min(...marks.map((d) => d.from));
      to = Math.max(...marks.map((d) => d.to));
      found = to > from;
    }
    if (!found) { // gone, unless it has come back by undo or by hand
      const again = findAnchor(view.state.doc, n.anchor);
      if (!again) return { id: n.id, found: false, anchor: n.anchor, top: 0 };
      ({ from, to } = again);
    }
    const anchor = anchorAt(view.state.doc, from, to);
    return { id: n.id, found: true, anchor: anchor ?? n.anchor, top: view.coordsAtPos(from).top - top };
  });
}

const presenceKey = new PluginKey<DecorationSet>('presence');

export function presencePlugin(): Plugin {
  return new Plugin<DecorationSet>({
    key: presenceKey,
    state: {
      init: () => DecorationSet.empty,
      apply(tr, old) { return (tr.getMeta(presenceKey) as DecorationSet | undefined) ?? (tr.docChanged ? old.map(tr.mapping, tr.doc) : old); },
    },
    props: { decorations(state) { return presenceKey.getState(state); } },
  });
}

export function setPresence(view: EditorView, people: { name: string; block: number }[]): void {
  const { doc } = view.state, names = new Map<number, string[]>();
  for (const p of people) if (p.block >= 0 && p.block < doc.childCount) names.set(p.block, [...(names.get(p.block) ?? []), p.name]);
  const all: Decoration[] = [];
  doc.forEach((n, pos, i) => {
    if (names.has(i)) all.push(Decoration.node(pos, pos + n.nodeSize, { class: 'ed-present', 'data-people': names.get(i)!.join(', ') }));
  });
  view.dispatch(view.state.tr.setMeta(presenceKey, DecorationSet.create(doc, all)).setMeta('addToHistory', false));
}

export type { EditorState };
