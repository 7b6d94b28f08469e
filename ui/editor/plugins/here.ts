// A long text is laid out and painted where it is looked at (editor.css): what
// a key costs then does not grow with the article. The blocks around the
// cursor are left out of that: Chromium loses a caret in an empty one.

import type { Node } from 'prosemirror-model';
import { keymap } from 'prosemirror-keymap';
import { Plugin, Selection, TextSelection, type EditorState } from 'prosemirror-state';
import { Decoration, DecorationSet, type EditorView } from 'prosemirror-view';
import { mac } from '../actions';
import type { Command } from '../context';

/** From so many blocks on a text counts as long. */
const many = 30;

interface Around { doc: Node; first: number; last: number; set: DecorationSet }

/** The blocks that the selection is in, and one before and after them. */
function around(state: EditorState, old: Around | null): Around {
  const { doc, selection: { $from, $to } } = state;
  const first = Math.max(0, $from.index(0) - 1), last = Math.min(doc.childCount - 1, $to.index(0) + 1);
  if (old && old.doc === doc && old.first === first && old.last === last) return old;
  const marked: Decoration[] = [];
  if (doc.childCount >= many) {
    let pos = 0;
    for (let i = 0; i <= last; i++) {
      const size = doc.child(i).nodeSize;
      if (i >= first) marked.push(Decoration.node(pos, pos + size, { class: 'ed-here' }));
      pos += size;
    }
  }
  return { doc, first, last, set: DecorationSet.create(doc, marked) };
}

/** To the end or the start of a long text: the browser stops before what it skips. */
const go = (end: boolean, extend: boolean): Command => (state, dispatch) => {
  if (state.doc.childCount < many) return false;
  const to = end ? Selection.atEnd(state.doc) : Selection.atStart(state.doc);
  dispatch?.(state.tr.setSelection(extend ? TextSelection.between(state.selection.$anchor, to.$head) : to).scrollIntoView());
  return true;
};

export function edges(): Plugin {
  const keys: Record<string, Command> = {};
  for (const extend of [false, true]) {
    for (const [name, end] of [[mac ? 'ArrowDown' : 'End', true], [mac ? 'ArrowUp' : 'Home', false]] as const) keys[`Mod-${extend ? 'Shift-' : ''}${name}`] = go(end, extend);
  }
  return keymap(keys);
}

export function here(): Plugin {
  const plugin: Plugin<Around> = new Plugin<Around>({
    state: {
      init: (_, state) => around(state, null),
      apply: (_tr, old, _before, state) => around(state, old),
    },
    props: { decorations(state) { return plugin.getState(state)!.set; } },
    view: (view) => long(view),
  });
  return plugin;
}

/**
 * Marks a text as long once everything in it has been laid out: the browser
 * then knows how high the blocks are that it skips, and nothing jumps.
 */
function long(view: EditorView) {
  let frame = 0;
  const update = () => {
    const on = view.state.doc.childCount >= many;
    if (!on) { cancelAnimationFrame(frame); frame = 0; view.dom.parentElement?.classList.remove('ed-long'); return; }
    if (frame || view.dom.parentElement?.classList.contains('ed-long')) return;
    frame = requestAnimationFrame(() => { frame = requestAnimationFrame(() => { frame = 0; view.dom.parentElement?.classList.add('ed-long'); }); });
  };
  update();
  return { update, destroy: () => cancelAnimationFrame(frame) };
}
