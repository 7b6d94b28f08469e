// The article editor: README.md has its interface.

import { baseKeymap, chainCommands } from 'prosemirror-commands';
import { dropCursor } from 'prosemirror-dropcursor';
import { gapCursor } from 'prosemirror-gapcursor';
import { closeHistory, history } from 'prosemirror-history';
import { undoInputRule } from 'prosemirror-inputrules';
import { keymap } from 'prosemirror-keymap';
import { liftListItem, sinkListItem, splitListItemKeepMarks } from 'prosemirror-schema-list';
import { EditorState, NodeSelection, Plugin, Selection, TextSelection, type Transaction } from 'prosemirror-state';
import { EditorView } from 'prosemirror-view';
import { actions } from './actions';
import { nodeViews, viewOf } from './blocks';
import { numbering } from './blocks/footnotes';
import { nextCell } from './blocks/table';
import { leaveBlock, newline, nodes, plainAtStart, selectEmptyBlock } from './commands';
import { Context, topBlock, type Command } from './context';
import { fromEditor, resolvePath, toEditor } from './document';
import { h } from './dom';
import { quotes, saidDialog, shownPlugin } from './said';
import { accountsDialog } from './blocks/shared_accounts';
import { abbreviationDialog, helpDialog, languageDialog, linkDialog } from './menus/dialogs';
import { FindBar, findPlugin } from './menus/find';
import { handles } from './menus/handles';
import { slashMenu } from './menus/slash';
import { toolbar } from './menus/toolbar';
import { pastePlugins } from './paste';
import { counts } from './plugins/counts';
import { edges, here } from './plugins/here';
import { placeholder, unfinished } from './plugins/marksin';
import { anchorAt, notePositions, notesPlugin, presencePlugin, setNotes, setPresence } from './plugins/notes';
import { typing } from './plugins/typing';
import { uploading, uploadsPlugin } from './plugins/uploads';
import type { Editor, EditorOptions } from './types';

export type * from './types';

const silent = 'dateline$silent';

export function createEditor(o: EditorOptions): Editor {
  let writable = true;
  const ctx = new Context(o);
  ctx.live = h('div', { class: 'ed-live', role: 'status', 'aria-live': 'polite' });
  ctx.root = h('div', { class: 'editor', 'data-dir': o.dir });
  o.mount.append(ctx.root);
  // Whoever only reads changes nothing in the fields of blocks either.
  for (const kind of ['beforeinput', 'paste', 'cut', 'drop', 'change', 'mousedown'] as const) {
    ctx.root.addEventListener(kind, (e) => {
      if (writable || e.target instanceof Element && e.target.closest('a') || kind === 'mousedown' && !(e.target instanceof Element && e.target.closest('button, select, input[type=checkbox]'))) return;
      e.preventDefault();
      e.stopPropagation();
    }, true);
  }

  let find: FindBar | null = null;
  const open = {
    link: () => linkDialog(ctx), language: () => languageDialog(ctx), abbreviation: () => abbreviationDialog(ctx), said: () => saidDialog(ctx), accounts: () => accountsDialog(ctx),
    find: () => find!.open(), help: () => helpDialog(ctx, all, typography),
  };
  const all = actions(open);
  const typography = typographySwitch();

  const keys: Record<string, Command> = {};
  for (const a of all) if (a.keys && a.id !== 'indent' && a.id !== 'outdent') keys[a.keys] = (_s, dispatch, view) => !!view && !!dispatch && a.run(view, ctx);
  keys['Mod-y'] = keys['Mod-Shift-z']!;
  for (const [from, to] of [['Mod-B', 'Mod-b'], ['Mod-I', 'Mod-i'], ['Mod-U', 'Mod-u']] as const) keys[from] = keys[to]!;

  const view = new EditorView(ctx.root, {
    editable: () => writable,
    state: EditorState.create({
      doc: toEditor(o.doc),
      plugins: [
        slashMenu(ctx, all), ...pastePlugins(ctx), typing(o.lang, typography), leavingTab(),
        keymap(keys), keymap(structureKeys()), keymap(baseKeymap),
        history({ newGroupDelay: 600 }), dropCursor({ class: 'ed-dropcursor', width: 3, color: false }), gapCursor(),
        here(), edges(), numbering(), unfinished(), placeholder(ctx), notesPlugin(), presencePlugin(), uploadsPlugin(), findPlugin(), shownPlugin(),
        toolbar(ctx, all), handles(ctx, all), clicks(),
      ],
    }),
    nodeViews: nodeViews(ctx),
    attributes: { role: 'textbox', 'aria-multiline': 'true', 'aria-label': ctx.t('editor.text'), class: 'ed-text', lang: o.lang, dir: o.dir, spellcheck: 'true', autocapitalize: 'sentences' },
    dispatchTransaction(this: EditorView, tr: Transaction) {
      this.updateState(this.state.apply(tr));
      if (tr.docChanged) {
        find?.changed();
        if (!tr.getMeta(silent)) o.onChange();
      }
      if (tr.docChanged || tr.selectionSet) o.onSelection?.();
    },
    scrollMargin: 60,
    scrollThreshold: 40,
  });
  ctx.view = view;
  find = new FindBar(ctx);
  ctx.root.append(ctx.live);

  // In the fields of blocks the keys that belong to the whole editor work too.
  const global = (e: KeyboardEvent) => {
    if (e.defaultPrevented || !(e.ctrlKey || e.metaKey) || e.altKey || (e.target as Element).closest('dialog')) return;
    if (e.key.toLowerCase() === 'f' && !e.shiftKey) { e.preventDefault(); open.find(); } else if (e.key === '/') { e.preventDefault(); open.help(); }
  };
  ctx.root.addEventListener('keydown', global);

  return {
    doc: () => fromEditor(view.state.doc),
    setDoc(d) {
      const next = toEditor(d), { doc } = view.state;
      const start = doc.content.findDiffStart(next.content);
      if (start === null) return;
      let { a, b } = doc.content.findDiffEnd(next.content)!;
      const overlap = start - Math.min(a, b);
      if (overlap > 0) { a += overlap; b += overlap; }
      const tr = closeHistory(view.state.tr);
      const before = view.state.selection;
      tr.replace(start, a, next.slice(start, b));
      if (!tr.doc.eq(next)) { // the pieces would not fit into each other
        tr.replaceWith(0, tr.doc.content.size, next.content);
        tr.setSelection(Selection.near(tr.doc.resolve(Math.min(before.from, tr.doc.content.size))));
      }
      view.dispatch(tr.setMeta(silent, true));
      view.dispatch(closeHistory(view.state.tr).setMeta('addToHistory', false));
    },
    focus: () => view.focus(),
    counts: () => counts(view.state.doc),
    anchor() {
      const { from, to, empty } = view.state.selection;
      return empty ? null : anchorAt(view.state.doc, from, to);
    },
    setNotes: (notes, onOpen) => setNotes(view, notes, onOpen),
    notePositions: () => notePositions(view, o.mount.getBoundingClientRect().top),
    jump: (path) => jump(view, path),
    presence: (people) => setPresence(view, people),
    block: () => topBlock(view.state.doc, view.state.selection.from)?.index ?? 0,
    typography,
    uploading: () => uploading(view),
    writable(on) {
      if (writable === on) return;
      writable = on;
      ctx.root.classList.toggle('ed-reading', !on);
      view.setProps({});
    },
    quotes: quotes(ctx, view),
    find: () => open.find(),
    help: () => open.help(),
    destroy() {
      find?.destroy();
      view.destroy();
      ctx.root.remove();
    },
  };
}

/** Whether quotes and dashes are typeset; a person's choice, kept in the browser. */
function typographySwitch(): (on?: boolean) => boolean {
  const name = 'dateline.typography';
  let state = true;
  try { state = localStorage.getItem(name) !== 'off'; } catch { /* no storage: on */ }
  return (on) => {
    if (on !== undefined) {
      state = on;
      try { localStorage.setItem(name, on ? 'on' : 'off'); } catch { /* for this page only */ }
    }
    return state;
  };
}

function structureKeys(): Record<string, Command> {
  const item = nodes.list_item!;
  const lineBreak: Command = (state, dispatch) => {
    if (newline(state, dispatch)) return true;
    const { $from } = state.selection;
    if (!$from.parent.inlineContent || !$from.parent.canReplaceWith($from.index(), $from.index(), nodes.hard_break!)) return false;
    dispatch?.(state.tr.replaceSelectionWith(nodes.hard_break!.create()).scrollIntoView());
    return true;
  };
  return {
    Enter: chainCommands(newline, splitListItemKeepMarks(item), leaveBlock),
    'Shift-Enter': lineBreak,
    'Ctrl-Enter': lineBreak,
    Backspace: chainCommands(undoInputRule, plainAtStart, selectEmptyBlock),
    Tab: chainCommands(nextCell(1), sinkListItem(item), intoFields),
    'Shift-Tab': chainCommands(nextCell(-1), liftListItem(item)),
  };
}

/** Tab in the words of a block goes on to the fields that follow them. */
const intoFields: Command = (state, dispatch, view) => {
  const { $from } = state.selection;
  const depths = state.selection instanceof NodeSelection ? [state.selection.from] : Array.from({ length: $from.depth }, (_, i) => $from.before($from.depth - i));
  for (const pos of depths) {
    const dom = view?.nodeDOM(pos), block = dom instanceof Element ? viewOf.get(dom) : undefined;
    if (!block) continue;
    const fields = [...block.dom.querySelectorAll<HTMLElement>('.ed-foot .ed-field input:not([hidden]):not(.ed-picker), .ed-foot .ed-field textarea, .ed-foot .ed-field select')].concat(
      block.contentDOM ? [] : [...block.dom.querySelectorAll<HTMLElement>('.ed-field input:not([hidden]):not(.ed-picker), .ed-field textarea')]).filter((f) => f.closest('.ed-block') === block.dom);
    if (!fields.length) continue;
    if (dispatch) fields[0]!.focus();
    return true;
  }
  return false;
};

/** After Escape the next Tab leaves the text: nobody is kept in it. */
function leavingTab(): Plugin {
  let leaving = false;
  return new Plugin({
    props: {
      handleDOMEvents: {
        keydown(_view, e) {
          if (e.key === 'Escape') leaving = true;
          else if (e.key === 'Tab' && leaving) { leaving = false; return true; } // the browser's own Tab, not ours
          else if (e.key !== 'Shift') leaving = false;
          return false;
        },
        blur() { leaving = false; return false; },
      },
    },
  });
}

/**
 * A click under the last block that takes no cursor makes a line there; with
 * Ctrl or ⌘ a click opens a link in a new tab.
 */
function clicks(): Plugin {
  return new Plugin({
    props: {
      handleClick(view, _pos, e) {
        const link = (e.target as Element).closest?.('a[href]');
        if (link && (e.ctrlKey || e.metaKey)) { window.open((link as HTMLAnchorElement).href, '_blank', 'noopener'); return true; }
        if (e.target !== view.dom) return false;
        const last = view.dom.lastElementChild?.getBoundingClientRect();
        if (!last || e.clientY < last.bottom) return false;
        const end = view.state.doc.lastChild;
        const tr = view.state.tr;
        if (!end || end.type !== nodes.paragraph) tr.insert(tr.doc.content.size, nodes.paragraph!.create());
        view.dispatch(tr.setSelection(TextSelection.atEnd(tr.doc)).scrollIntoView());
        return true;
      },
    },
  });
}

/** Goes to what a check's path names: the field of an attribute, else the node. */
function jump(view: EditorView, path: string): boolean {
  const found = resolvePath(view.state.doc, path);
  if (!found) return false;
  const { doc, tr } = view.state;
  let { pos, node } = found;
  if (node.isText || node.isInline && !node.isAtom) view.dispatch(tr.setSelection(TextSelection.create(doc, pos, pos + node.nodeSize)));
  else if (node.isTextblock && node.type !== nodes.figure) view.dispatch(tr.setSelection(Selection.near(doc.resolve(pos + 1))));
  else view.dispatch(tr.setSelection(NodeSelection.isSelectable(node) ? NodeSelection.create(doc, pos) : Selection.near(doc.resolve(pos + 1))));
  const dom = view.nodeDOM(pos);
  const e = dom instanceof HTMLElement ? dom : dom?.parentElement;
  e?.scrollIntoView({ block: 'center' });
  const block = e ? viewOf.get(e) : undefined;
  if (found.attr && block?.focusField(found.attr)) return true;
  view.focus();
  return true;
}
