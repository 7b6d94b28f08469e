// Everything a writer can do, once: the slash menu, the toolbar, the keys and
// the list of shortcuts are made of it.

import type { Node, NodeType } from 'prosemirror-model';
import { chainCommands, setBlockType } from 'prosemirror-commands';
import { undo, redo } from 'prosemirror-history';
import { undoInputRule } from 'prosemirror-inputrules';
import { liftListItem, sinkListItem } from 'prosemirror-schema-list';
import type { EditorView } from 'prosemirror-view';
import { addFootnote } from './blocks/footnotes';
import { focusBlock } from './blocks/block';
import { newTable } from './blocks/table';
import { clearMarks, duplicateBlock, insertBlock, lineBelow, moveBlock, nodes, removeBlock, toggle, toggleList, toggleWrap, turnInto } from './commands';
import type { Command, Context } from './context';

export interface Action {
  id: string;
  icon: string;
  /** Key of its name. */
  label: string;
  /** In ProseMirror's spelling, "Mod-b". */
  keys?: string;
  /** What typing would do the same. */
  typed?: string;
  group: 'text' | 'news' | 'media' | 'structure' | 'mark' | 'edit' | 'find';
  /** Where it is offered besides by its keys. */
  slash?: boolean;
  run(view: EditorView, ctx: Context): boolean;
}

const command = (c: Command) => (view: EditorView) => c(view.state, view.dispatch, view);
const paragraph = () => nodes.paragraph!.create();

/** Inserts a new block and goes to its first field. */
function insert(make: () => Node | null): (view: EditorView) => boolean {
  return (view) => {
    const node = make();
    const pos = node && insertBlock(view, node);
    if (pos === null) return false;
    focusBlock(view, pos);
    return true;
  };
}

const withWords = (type: NodeType, attrs: Record<string, unknown> = {}) => insert(() => type.create(attrs, paragraph()));

/** A block around words that are there already, else a new one. */
function around(type: NodeType): (view: EditorView) => boolean {
  return (view) => {
    const { $from, $to, empty } = view.state.selection;
    if ((!empty || $from.parent.content.size) && $from.depth === 1 && $to.depth === 1) {
      const range = $from.blockRange($to);
      if (range && range.depth === 0) {
        const content: Node[] = [];
        for (let i = range.startIndex; i < range.endIndex; i++) content.push(range.parent.child(i));
        if (content.every((n) => n.type === nodes.paragraph)) {
          view.dispatch(view.state.tr.replaceWith(range.start, range.end, type.create(null, content)));
          focusBlock(view, range.start);
          return true;
        }
      }
    }
    return withWords(type)(view);
  };
}

const n = nodes as Record<string, NodeType>;
const account = () => n.account!.create(null, paragraph());
const event = () => n.timeline_event!.create(null, paragraph());
const heading = (level: number): Action => ({
  id: 'heading' + level, icon: 'heading', label: 'editor.block.heading' + level, keys: `Mod-Alt-${level}`, typed: '#'.repeat(level - 1), group: 'text', slash: level < 5,
  run: command(turnInto(n.heading!, { level })),
});

export function actions(open: { link(): void; language(): void; abbreviation(): void; said(): void; accounts(): void; find(): void; help(): void }): Action[] {
  const mark = (name: string, keys?: string, typed?: string): Action => ({ id: name, icon: ({ strong: 'bold', em: 'italic' } as Record<string, string>)[name] ?? name, label: 'editor.mark.' + name, keys, typed, group: 'mark', run: command(toggle(name)) });
  return [
    { id: 'paragraph', icon: 'paragraph', label: 'editor.block.paragraph', keys: 'Mod-Alt-0', group: 'text', slash: true, run: command(turnInto(n.paragraph!)) },
    heading(2), heading(3), heading(4), heading(5), heading(6),
    { id: 'bullet_list', icon: 'list', label: 'editor.block.bullet_list', keys: 'Mod-Shift-8', typed: '-', group: 'text', slash: true, run: command(toggleList(n.bullet_list!)) },
    { id: 'ordered_list', icon: 'ordered', label: 'editor.block.ordered_list', keys: 'Mod-Shift-7', typed: '1.', group: 'text', slash: true, run: command(toggleList(n.ordered_list!)) },
    { id: 'quote', icon: 'quote', label: 'editor.block.quote', keys: 'Mod-Shift-9', typed: '>', group: 'text', slash: true, run: command(toggleWrap(n.quote!)) },
    { id: 'pull_quote', icon: 'quote', label: 'editor.block.pull_quote', group: 'text', slash: true, run: withWords(n.pull_quote!) },

    { id: 'attributed_quote', icon: 'quote', label: 'editor.block.attributed_quote', keys: 'Mod-Alt-q', group: 'news', slash: true, run: around(n.attributed_quote!) },
    { id: 'accounts', icon: 'accounts', label: 'editor.block.accounts', keys: 'Mod-Alt-a', group: 'news', slash: true, run: insert(() => n.accounts!.create(null, [account(), account()])) },
    { id: 'shared_accounts', icon: 'accounts', label: 'editor.block.shared_accounts', group: 'news', slash: true, run: () => { open.accounts(); return true; } },
    { id: 'timeline', icon: 'timeline', label: 'editor.block.timeline', keys: 'Mod-Alt-t', group: 'news', slash: true, run: insert(() => n.timeline!.create(null, [event(), event()])) },
    { id: 'fact_box', icon: 'facts', label: 'editor.block.fact_box', keys: 'Mod-Alt-f', group: 'news', slash: true, run: around(n.fact_box!) },
    { id: 'related_link', icon: 'related', label: 'editor.block.related_link', keys: 'Mod-Alt-r', group: 'news', slash: true, run: insert(() => n.related_link!.create()) },
    { id: 'correction', icon: 'correction', label: 'editor.block.correction', keys: 'Mod-Alt-c', group: 'news', slash: true, run: around(n.correction!) },
    { id: 'footnote', icon: 'footnote', label: 'editor.block.footnote', keys: 'Mod-Alt-n', group: 'news', slash: true, run: (view) => addFootnote(view) },

    { id: 'figure', icon: 'picture', label: 'editor.block.figure', keys: 'Mod-Alt-p', group: 'media', slash: true, run: (view, ctx) => { void pickPicture(view, ctx); return true; } },
    { id: 'gallery', icon: 'gallery', label: 'editor.block.gallery', group: 'media', slash: true, run: insert(() => n.gallery!.create(null, n.figure!.create())) },
    { id: 'embed', icon: 'embed', label: 'editor.block.embed', group: 'media', slash: true, run: insert(() => n.embed!.create({ provider: 'link' })) },
    { id: 'audio', icon: 'audio', label: 'editor.block.audio', group: 'media', slash: true, run: insert(() => n.audio!.create()) },
    { id: 'video', icon: 'video', label: 'editor.block.video', group: 'media', slash: true, run: insert(() => n.video!.create()) },
    { id: 'file', icon: 'file', label: 'editor.block.file', group: 'media', slash: true, run: insert(() => n.file!.create()) },

    { id: 'table', icon: 'table', label: 'editor.block.table', group: 'structure', slash: true, run: insert(() => newTable()) },
    { id: 'rule', icon: 'rule', label: 'editor.block.rule', typed: '---', group: 'structure', slash: true, run: insert(() => n.rule!.create()) },
    { id: 'details', icon: 'details', label: 'editor.block.details', group: 'structure', slash: true, run: around(n.details!) },
    { id: 'columns', icon: 'columns', label: 'editor.block.columns', group: 'structure', slash: true, run: insert(() => n.columns!.create(null, [n.column!.create(null, paragraph()), n.column!.create(null, paragraph())])) },
    { id: 'media_text', icon: 'picture', label: 'editor.block.media_text', group: 'structure', slash: true, run: insert(() => n.media_text!.create(null, [n.figure!.create(), paragraph()])) },
    { id: 'buttons', icon: 'button', label: 'editor.block.buttons', group: 'structure', slash: true, run: insert(() => n.buttons!.create(null, n.button!.create())) },
    { id: 'code_block', icon: 'code', label: 'editor.block.code', keys: 'Mod-Alt-k', typed: '```', group: 'structure', slash: true, run: command(setBlockType(n.code!)) },
    { id: 'preformatted', icon: 'code', label: 'editor.block.preformatted', group: 'structure', slash: true, run: command(setBlockType(n.preformatted!)) },
    { id: 'verse', icon: 'verse', label: 'editor.block.verse', group: 'structure', slash: true, run: command(setBlockType(n.verse!)) },
    { id: 'math', icon: 'math', label: 'editor.block.math', group: 'structure', slash: true, run: insert(() => n.math!.create()) },
    { id: 'more', icon: 'more_line', label: 'editor.block.more', group: 'structure', slash: true, run: insert(() => n.more!.create()) },
    { id: 'page_break', icon: 'page', label: 'editor.block.page_break', group: 'structure', slash: true, run: insert(() => n.page_break!.create()) },
    { id: 'newsletter_box', icon: 'mail', label: 'editor.block.newsletter_box', group: 'structure', slash: true, run: insert(() => n.newsletter_box!.create()) },

    mark('strong', 'Mod-b', '**…**'), mark('em', 'Mod-i', '*…*'), mark('underline', 'Mod-u'), mark('strike', 'Mod-Shift-x', '~~…~~'), mark('code', 'Mod-e', '`…`'),
    { id: 'link', icon: 'link', label: 'editor.mark.link', keys: 'Mod-k', typed: '[…](…)', group: 'mark', run: () => { open.link(); return true; } },
    mark('highlight', 'Mod-Shift-h'), mark('sup', 'Mod-.'), mark('sub', 'Mod-,'),
    { id: 'lang', icon: 'language', label: 'editor.mark.lang', keys: 'Mod-Shift-l', group: 'mark', run: () => { open.language(); return true; } },
    { id: 'said', icon: 'quote', label: 'editor.mark.said', keys: 'Mod-Alt-s', group: 'mark', run: () => { open.said(); return true; } },
    { id: 'abbr', icon: 'more_line', label: 'editor.mark.abbr', keys: 'Mod-Alt-b', group: 'mark', run: () => { open.abbreviation(); return true; } },
    mark('q', 'Mod-Alt-Shift-q'), mark('cite', 'Mod-Alt-Shift-c'), mark('small', 'Mod-Alt-Shift-s'), mark('kbd', 'Mod-Alt-Shift-k'), mark('ins', 'Mod-Alt-Shift-i'), mark('del', 'Mod-Alt-Shift-d'),
    { id: 'clear', icon: 'close', label: 'editor.mark.clear', keys: 'Mod-\\', group: 'mark', run: command(clearMarks) },

    { id: 'undo', icon: 'retry', label: 'editor.edit.undo', keys: 'Mod-z', group: 'edit', run: command(chainCommands(undoInputRule, undo)) },
    { id: 'redo', icon: 'retry', label: 'editor.edit.redo', keys: 'Mod-Shift-z', group: 'edit', run: command(redo) },
    { id: 'up', icon: 'up', label: 'editor.edit.up', keys: 'Alt-ArrowUp', group: 'edit', run: command(moveBlock(-1)) },
    { id: 'down', icon: 'down', label: 'editor.edit.down', keys: 'Alt-ArrowDown', group: 'edit', run: command(moveBlock(1)) },
    { id: 'duplicate', icon: 'copy', label: 'editor.edit.duplicate', keys: 'Mod-Shift-d', group: 'edit', run: command(duplicateBlock) },
    { id: 'remove', icon: 'bin', label: 'editor.edit.remove', keys: 'Mod-Shift-Backspace', group: 'edit', run: command(removeBlock) },
    { id: 'below', icon: 'plus', label: 'editor.edit.below', keys: 'Mod-Shift-Enter', group: 'edit', run: command(lineBelow) },
    { id: 'indent', icon: 'details', label: 'editor.edit.indent', keys: 'Tab', group: 'edit', run: command(sinkListItem(n.list_item!)) },
    { id: 'outdent', icon: 'details', label: 'editor.edit.outdent', keys: 'Shift-Tab', group: 'edit', run: command(liftListItem(n.list_item!)) },
    { id: 'find', icon: 'search', label: 'editor.find', keys: 'Mod-f', group: 'find', run: () => { open.find(); return true; } },
    { id: 'help', icon: 'help', label: 'editor.help', keys: 'Mod-/', group: 'find', run: () => { open.help(); return true; } },
  ];
}

/** A picture from the library; without a choice an empty figure to upload into. */
async function pickPicture(view: EditorView, ctx: Context): Promise<void> {
  const bookmark = view.state.selection.getBookmark();
  const m = await ctx.o.pickMedia('picture');
  if (view.isDestroyed) return;
  if (m) ctx.learn(m);
  try { view.dispatch(view.state.tr.setSelection(bookmark.resolve(view.state.doc))); } catch { /* the place is gone: where the cursor is now */ }
  const pos = insertBlock(view, nodes.figure!.create(m ? { media: m.id } : null));
  if (pos !== null) focusBlock(view, pos);
}

export const mac = /Mac|iPhone|iPad/.test(navigator.platform);

/** Keys as a person reads them: "Ctrl+Shift+8". */
export function keyText(keys: string): string {
  const names: Record<string, string> = mac ? { Mod: '⌘', Alt: '⌥', Shift: '⇧', ArrowUp: '↑', ArrowDown: '↓', Enter: '↩', Backspace: '⌫' } : { Mod: 'Ctrl', ArrowUp: '↑', ArrowDown: '↓' };
  return keys.split('-').map((k) => names[k] ?? (k.length === 1 ? k.toUpperCase() : k)).join(mac ? '' : '+').replace('++', '+');
}
