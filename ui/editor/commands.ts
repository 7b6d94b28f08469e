// Changes that keys, menus and buttons share.

import type { Node, NodeType, MarkType, Attrs } from 'prosemirror-model';
import { Fragment, Slice } from 'prosemirror-model';
import { NodeSelection, Selection, TextSelection, type EditorState, type Transaction } from 'prosemirror-state';
import { setBlockType, toggleMark, wrapIn, lift } from 'prosemirror-commands';
import { liftListItem, wrapInList } from 'prosemirror-schema-list';
import { canJoin, findWrapping, liftTarget } from 'prosemirror-transform';
import type { EditorView } from 'prosemirror-view';
import { topBlock, type Command, type GetPos } from './context';
import { schema } from './schema';

export const { nodes } = schema;
export const marks: Record<string, MarkType> = { ...schema.marks, code: schema.marks.inline_code! };

/** Moves a node past its neighbour inside its parent. */
export function moveNode(view: EditorView, getPos: GetPos, by: -1 | 1): boolean {
  const pos = getPos();
  if (pos === undefined) return false;
  const tr = movedAt(view.state, pos, by);
  if (!tr) return false;
  const held = document.activeElement as HTMLElement | null;
  view.dispatch(tr.scrollIntoView());
  if (held && view.dom.contains(held)) held.focus();
  return true;
}

function movedAt(state: EditorState, pos: number, by: -1 | 1): Transaction | null {
  const at = state.doc.resolve(pos), index = at.index(), parent = at.parent, node = at.nodeAfter;
  const other = index + by;
  if (!node || other < 0 || other >= parent.childCount) return null;
  const neighbour = parent.child(other);
  const kinds = [neighbour.type, node.type];
  if (parent.type === nodes.media_text || kinds.includes(nodes.table_caption!)) return null;
  const from = by < 0 ? pos - neighbour.nodeSize : pos, to = from + node.nodeSize + neighbour.nodeSize;
  const { selection } = state, offset = by < 0 ? -neighbour.nodeSize : neighbour.nodeSize;
  const tr = state.tr.replaceWith(from, to, by < 0 ? [node, neighbour] : [neighbour, node]);
  const moved = selection.from >= pos && selection.to <= pos + node.nodeSize;
  if (moved && selection instanceof NodeSelection) tr.setSelection(NodeSelection.create(tr.doc, selection.from + offset));
  else if (moved) tr.setSelection(TextSelection.between(tr.doc.resolve(selection.anchor + offset), tr.doc.resolve(selection.head + offset)));
  return tr;
}

/** Moves the list item or the top-level block with the cursor. */
export function moveBlock(by: -1 | 1): Command {
  return (state, dispatch) => {
    const { $from } = state.selection;
    for (let d = $from.depth; d > 1; d--) {
      if (![nodes.list_item, nodes.account, nodes.timeline_event].includes($from.node(d).type)) continue;
      const tr = movedAt(state, $from.before(d), by);
      if (!tr) break;
      dispatch?.(tr.scrollIntoView());
      return true;
    }
    const top = topBlock(state.doc, state.selection.from);
    if (!top) return false;
    const tr = movedAt(state, top.pos, by);
    if (tr) dispatch?.(tr.scrollIntoView());
    return true; // at the end too: the keys must not do something else then
  };
}

/** Removes a node, and its parent when that cannot be without it. */
export function removeNode(view: EditorView, getPos: GetPos): void {
  const pos = getPos();
  if (pos === undefined) return;
  const at = view.state.doc.resolve(pos), node = at.nodeAfter;
  if (!node) return;
  let from = pos, to = pos + node.nodeSize;
  for (let d = at.depth; d > 0 && at.node(d).childCount === 1; d--) { from = at.before(d); to = at.after(d); }
  const tr = view.state.tr.delete(from, to);
  if (!tr.doc.childCount) tr.insert(0, nodes.paragraph!.create());
  view.dispatch(tr.setSelection(Selection.near(tr.doc.resolve(Math.min(from, tr.doc.content.size)))).scrollIntoView());
  view.focus();
}

export const removeBlock: Command = (state, dispatch, view) => {
  const top = topBlock(state.doc, state.selection.from);
  if (!top || !view) return false;
  if (dispatch) removeNode(view, () => top.pos);
  return true;
};

export const duplicateBlock: Command = (state, dispatch) => {
  const top = topBlock(state.doc, state.selection.from);
  if (!top || top.node.type === nodes.footnotes) return false;
  const at = top.pos + top.node.nodeSize;
  if (dispatch) {
    const tr = state.tr.insert(at, top.node);
    dispatch(tr.setSelection(Selection.near(tr.doc.resolve(at + 1))).scrollIntoView());
  }
  return true;
};

/**
 * Inserts a block where the cursor is: in place of an empty paragraph, else
 * after the block, as deep as the schema allows. Returns its position.
 */
export function insertBlock(view: EditorView, node: Node, range?: { from: number; to: number }): number | null {
  const tr = view.state.tr;
  if (range && range.to > range.from) tr.delete(range.from, range.to);
  const pos = placeBlock(tr, tr.selection.$from.pos, node);
  if (pos === null) return null;
  ensureLineAfter(tr, pos);
  view.dispatch(tr.scrollIntoView());
  return pos;
}

/** Puts a block at or after a position; null when it fits nowhere. */
export function placeBlock(tr: Transaction, at: number, node: Node): number | null {
  const $at = tr.doc.resolve(at);
  const self = $at.depth && $at.parent.isTextblock ? $at.parent : null;
  if (self && self.type === nodes.paragraph && self.content.size === 0) {
    const parent = $at.node(-1), index = $at.index(-1);
    if (parent.canReplaceWith(index, index + 1, node.type) && !isolatedText(parent)) {
      const pos = $at.before();
      tr.replaceWith(pos, $at.after(), node);
      return pos;
    }
  }
  for (let d = $at.depth; d >= 0; d--) {
    const index = d === $at.depth && !self ? $at.index(d) : $at.indexAfter(d);
    const parent = $at.node(d);
    if (parent.isTextblock || isolatedText(parent) || !parent.canReplaceWith(index, index, node.type)) continue;
    const pos = d === $at.depth ? $at.pos : $at.after(d + 1);
    tr.insert(pos, node);
    return pos;
  }
  return null;
}

// A table or gallery inside a list item or a cell is allowed by the schema but
// hardly ever meant.
const isolatedText = (parent: Node) => parent.type === nodes.list_item || parent.type === nodes.table_cell;

/** A block that holds no cursor at its end is followed by a line to write on. */
export function ensureLineAfter(tr: Transaction, pos: number): void {
  const node = tr.doc.nodeAt(pos);
  if (!node || [nodes.paragraph, nodes.heading, nodes.code, nodes.preformatted, nodes.verse].includes(node.type)) return;
  const end = pos + node.nodeSize, $end = tr.doc.resolve(end);
  if (!$end.nodeAfter && $end.parent.canReplaceWith($end.index(), $end.index(), nodes.paragraph!)) tr.insert(end, nodes.paragraph!.create());
}

/** Turns the text blocks of the selection into another kind, out of lists and quotes first. */
export function turnInto(type: NodeType, attrs: Attrs | null = null): Command {
  return (state, dispatch, view) => {
    if (setBlockType(type, attrs)(state)) return setBlockType(type, attrs)(state, dispatch, view);
    if (liftListItem(nodes.list_item!)(state)) {
      if (!dispatch || !view) return true;
      let current = state;
      const tr = state.tr;
      for (let i = 0; i < 8 && liftListItem(nodes.list_item!)(current, (t) => { for (const s of t.steps) tr.step(s); current = current.apply(t); }); i++) { /* until out */ }
      const range = tr.selection.$from.blockRange(tr.selection.$to);
      if (range) tr.setBlockType(range.start, range.end, type, attrs);
      dispatch(tr.scrollIntoView());
      return true;
    }
    return false;
  };
}

const isList = (t: NodeType) => t === nodes.bullet_list || t === nodes.ordered_list;

/** Makes a list, changes the kind of a list, or ends one. */
export function toggleList(type: NodeType, attrs: Attrs | null = null): Command {
  return (state, dispatch, view) => {
    const { $from, $to } = state.selection;
    for (let d = $from.depth; d > 0; d--) {
      const node = $from.node(d);
      if (!isList(node.type)) continue;
      if (d !== $from.depth - 1 && $from.node(d + 1).type !== nodes.list_item) break;
      if (node.type === type) return liftListItem(nodes.list_item!)(state, dispatch);
      dispatch?.(state.tr.setNodeMarkup($from.before(d), type, attrs));
      return true;
    }
    void $to;
    return wrapInList(type, attrs)(state, dispatch) || setBlockType(nodes.paragraph!)(state, (tr) => {
      const next = state.apply(tr);
      wrapInList(type, attrs)(next, dispatch && ((t) => {
        for (const s of t.steps) tr.step(s);
        dispatch(tr);
      }));
      void view;
    });
  };
}

/** Wraps the blocks of the selection, or lifts them out of such a wrapper. */
export function toggleWrap(type: NodeType, attrs: Attrs | null = null): Command {
  return (state, dispatch) => {
    const { $from } = state.selection;
    for (let d = $from.depth; d > 0; d--) {
      if ($from.node(d).type !== type) continue;
      if (lift(state)) return lift(state, dispatch);
      return unwrapAt($from.before(d))(state, dispatch);
    }
    return wrapIn(type, attrs)(state, dispatch);
  };
}

/** Replaces a wrapper by what is in it. */
export function unwrapAt(pos: number): Command {
  return (state, dispatch) => {
    const node = state.doc.nodeAt(pos), $pos = state.doc.resolve(pos);
    if (!node || !$pos.parent.canReplace($pos.index(), $pos.index() + 1, node.content)) return false;
    dispatch?.(state.tr.replace(pos, pos + node.nodeSize, new Slice(node.content, 0, 0)).scrollIntoView());
    return true;
  };
}

export function toggle(mark: string): Command {
  return toggleMark(marks[mark]!, null, { removeWhenPresent: false });
}

export function markActive(state: EditorState, mark: string): boolean {
  const type = marks[mark]!, { from, to, empty, $from } = state.selection;
  return empty ? !!type.isInSet(state.storedMarks ?? $from.marks()) : state.doc.rangeHasMark(from, to, type);
}

/** Takes all marks from the selection. */
export const clearMarks: Command = (state, dispatch) => {
  const { from, to, empty } = state.selection;
  if (empty) return false;
  dispatch?.(state.tr.removeMark(from, to));
  return true;
};

/** The passage around a position that carries a mark, as a reader sees it. */
export function markRange(doc: Node, pos: number, name: string): { from: number; to: number; attrs: Attrs } | null {
  const $pos = doc.resolve(pos), type = marks[name]!, parent = $pos.parent;
  if (!parent.inlineContent) return null;
  let index = $pos.index(), mark = index < parent.childCount ? type.isInSet(parent.child(index).marks) : undefined;
  if (!mark && index > 0 && $pos.textOffset === 0) { index--; mark = type.isInSet(parent.child(index).marks); }
  if (!mark) return null;
  let first = index, last = index;
  while (first > 0 && mark.isInSet(parent.child(first - 1).marks)) first--;
  while (last + 1 < parent.childCount && mark.isInSet(parent.child(last + 1).marks)) last++;
  let from = $pos.start(), to = from;
  for (let i = 0; i <= last; i++) { if (i < first) from += parent.child(i).nodeSize; to += parent.child(i).nodeSize; }
  return { from, to, attrs: mark.attrs };
}

/** Enter in preformatted text and verse is a new line; twice at the end leaves it. */
export const newline: Command = (state, dispatch) => {
  const { $from, $to, empty } = state.selection;
  const kind = $from.parent.type;
  if (!$from.sameParent($to) || ![nodes.code, nodes.preformatted, nodes.verse].includes(kind)) return false;
  const text = $from.parent.textContent;
  if (empty && $from.parentOffset === $from.parent.content.size && text.endsWith('\n\n')) {
    const after = $from.after();
    if (!$from.node(-1).canReplaceWith($from.indexAfter(-1), $from.indexAfter(-1), nodes.paragraph!)) return false;
    if (dispatch) {
      const tr = state.tr.delete($from.pos - 2, $from.pos).insert(after - 2, nodes.paragraph!.create());
      dispatch(tr.setSelection(TextSelection.create(tr.doc, after - 1)).scrollIntoView());
    }
    return true;
  }
  dispatch?.(state.tr.insertText('\n').scrollIntoView());
  return true;
};

/** Enter at the empty end of a block with a frame goes on below it. */
export const leaveBlock: Command = (state, dispatch) => {
  const { $from, empty } = state.selection;
  if (!empty || !$from.parent.isTextblock) return false;
  if ([nodes.figure, nodes.audio, nodes.video, nodes.embed, nodes.table_caption].includes($from.parent.type)) return goBelow(state, $from.depth, dispatch);
  if ($from.parent.content.size || $from.depth < 2) return false;
  const wrapper = $from.node(-1), last = $from.indexAfter(-1) === wrapper.childCount;
  if (!last || wrapper.childCount < 2 || !wrapper.type.spec.isolating && wrapper.type !== nodes.quote || wrapper.type === nodes.table_cell) return false;
  if (!dispatch) return true;
  const tr = state.tr.delete($from.before(), $from.after());
  let depth = $from.depth - 1;
  while (depth > 1 && !$from.node(depth - 1).canReplaceWith($from.indexAfter(depth - 1), $from.indexAfter(depth - 1), nodes.paragraph!)) depth--;
  const at = tr.mapping.map($from.after(depth));
  tr.insert(at, nodes.paragraph!.create());
  dispatch(tr.setSelection(TextSelection.create(tr.doc, at + 1)).scrollIntoView());
  return true;
};

function goBelow(state: EditorState, depth: number, dispatch?: (tr: Transaction) => void): boolean {
  const { $from } = state.selection;
  let d = depth;
  while (d > 1 && !$from.node(d - 1).canReplaceWith($from.indexAfter(d - 1), $from.indexAfter(d - 1), nodes.paragraph!)) d--;
  if (!dispatch) return true;
  const at = $from.after(d), next = state.doc.nodeAt(at), tr = state.tr;
  if (!next || next.type !== nodes.paragraph || next.content.size) tr.insert(at, nodes.paragraph!.create());
  dispatch(tr.setSelection(TextSelection.create(tr.doc, at + 1)).scrollIntoView());
  return true;
}

/** A new line under the block with the cursor, whatever it is. */
export const lineBelow: Command = (state, dispatch) => {
  const top = topBlock(state.doc, state.selection.to);
  if (!top) return false;
  const at = top.pos + top.node.nodeSize;
  if (dispatch) {
    const tr = state.tr.insert(at, nodes.paragraph!.create());
    dispatch(tr.setSelection(TextSelection.create(tr.doc, at + 1)).scrollIntoView());
  }
  return true;
};

/** Backspace at the start of a quote or list lifts; of a heading makes a paragraph. */
export const plainAtStart: Command = (state, dispatch) => {
  const { $from, empty } = state.selection;
  if (!empty || $from.parentOffset > 0) return false;
  if ($from.parent.type === nodes.heading || $from.parent.type === nodes.verse || $from.parent.type === nodes.preformatted || $from.parent.type === nodes.code && !$from.parent.content.size) {
    return setBlockType(nodes.paragraph!)(state, dispatch);
  }
  const wrapper = $from.depth > 1 ? $from.node(-1) : null;
  if (wrapper && [nodes.quote].includes(wrapper.type) && $from.index(-1) === 0) {
    const range = $from.blockRange();
    const target = range && liftTarget(range);
    if (range && target !== null && target !== undefined) { dispatch?.(state.tr.lift(range, target).scrollIntoView()); return true; }
  }
  return false;
};

/** Backspace in a block with nothing in it selects it; once more deletes it. */
export const selectEmptyBlock: Command = (state, dispatch) => {
  const { $from, empty } = state.selection;
  if (!empty || $from.parentOffset || $from.parent.content.size) return false;
  let depth = $from.depth;
  while (depth > 0 && !$from.node(depth).type.spec.isolating) {
    if ($from.node(depth - 1).childCount !== 1) return false;
    depth--;
  }
  if (depth < 1 || [nodes.table_cell, nodes.table_caption].includes($from.node(depth).type)) return false;
  dispatch?.(state.tr.setSelection(NodeSelection.create(state.doc, $from.before(depth))));
  return true;
};

export { Fragment, canJoin, findWrapping };
