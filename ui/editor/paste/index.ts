// Everything that is pasted or dropped: files are uploaded in place, an
// address becomes a link, foreign HTML and plain text keep their structure.

import { closeHistory } from 'prosemirror-history';
import { DOMParser, Fragment, Slice, type ParseOptions, type Schema, type Node } from 'prosemirror-model';
import { AllSelection, Plugin, PluginKey, TextSelection } from 'prosemirror-state';
import { Decoration, DecorationSet, type EditorView } from 'prosemirror-view';
import { isAddress, providerOf, safeURL } from '../attrs';
import { nodes, marks } from '../commands';
import type { Context } from '../context';
import { h, textButton } from '../dom';
import { schema } from '../schema';
import { uploadFiles } from '../plugins/uploads';
import { clean, cleanAddress, defused } from './clean';
import { fromText } from './markdown';

/** The reader of pasted HTML; what was copied here is taken as it is. */
class Parser extends DOMParser {
  constructor(private readonly ctx: Context, s: Schema) { super(s, DOMParser.fromSchema(s).rules); }
  override parseSlice(dom: HTMLElement, options?: ParseOptions): Slice {
    if (!dom.querySelector('[data-pm-slice]') && !dom.closest('[data-pm-slice]')) {
      const { pictures } = clean(dom, this.ctx.o.lang);
      if (pictures.length) queueMicrotask(() => uploadFiles(this.ctx, pictures, this.ctx.view.state.selection.to));
    }
    return super.parseSlice(dom, options);
  }
}

const key = new PluginKey<DecorationSet>('offer');

/** Footnotes that are pasted get ids of their own where theirs are taken. */
function freshNotes(slice: Slice, doc: Node): Slice {
  const ids = new Set<string>();
  slice.content.descendants((n) => { if (n.type === nodes.footnote) ids.add(String(n.attrs.id)); });
  if (!ids.size) return slice;
  const taken = new Set<string>();
  doc.descendants((n) => { if (n.type === nodes.footnote) taken.add(String(n.attrs.id)); return !n.isTextblock; });
  const renamed = new Map<string, string>();
  for (const id of ids) if (taken.has(id)) { let i = 2; while (taken.has(`${id}-${i}`)) i++; renamed.set(id, `${id}-${i}`); }
  if (!renamed.size) return slice;
  const walk = (n: Node): Node => {
    if (n.isText) return n;
    const content: Node[] = [];
    n.forEach((c) => content.push(walk(c)));
    const id = n.type === nodes.footnote || n.type === nodes.footnote_ref ? renamed.get(String(n.attrs.id)) : undefined;
    return n.type.create(id ? { ...n.attrs, id } : n.attrs, content, n.marks);
  };
  const content: Node[] = [];
  slice.content.forEach((n) => content.push(walk(n)));
  return new Slice(Fragment.from(content), slice.openStart, slice.openEnd);
}

/** Files that the paste is about, and not a picture of the words that come with it. */
function filesOf(data: DataTransfer | null): File[] {
  const files = data ? [...data.files] : [];
  if (!files.length) return [];
  const html = data!.getData('text/html'), text = data!.getData('text/plain').trim();
  if (!html) return text && !files.every((f) => f.type.startsWith('image/')) ? [] : files;
  const words = html.replace(/<!--[\s\S]*?-->|<(style|script|title|head)[\s\S]*?<\/\1>|<[^>]*>/gi, '').replace(/&nbsp;|\s/g, '');
  return words ? [] : files;
}

function pasteAddress(view: EditorView, raw: string): boolean {
  const href = safeURL(cleanAddress(raw.trim()));
  const { state } = view;
  const selection = state.selection instanceof AllSelection ? TextSelection.between(state.doc.resolve(0), state.doc.resolve(state.doc.content.size)) : state.selection;
  const { from, to, empty, $from } = selection;
  if (!href || $from.parent.type.spec.code || !$from.parent.type.allowsMarkType(marks.link!)) return false;
  if (!empty) {
    if (!selection.$to.sameParent($from)) return false;
    view.dispatch(state.tr.addMark(from, to, marks.link!.create({ href })).removeStoredMark(marks.link!));
    return true;
  }
  const alone = $from.parent.type === nodes.paragraph && !$from.parent.content.size;
  const tr = state.tr.insert(from, schema.text(href, [marks.link!.create({ href }), ...(state.storedMarks ?? $from.marks()).filter((m) => m.type !== marks.link)]));
  tr.removeStoredMark(marks.link!);
  if (alone && /^https?:/.test(href)) tr.setMeta(key, { from, to: from + href.length, url: href });
  view.dispatch(tr.scrollIntoView());
  return true;
}

/** Offers to make a card of a link that was pasted onto a line of its own. */
function offer(ctx: Context): Plugin {
  return new Plugin<DecorationSet>({
    key,
    state: {
      init: () => DecorationSet.empty,
      apply(tr, old) {
        const made = tr.getMeta(key) as { from: number; to: number; url: string } | 'close' | undefined;
        if (made === 'close') return DecorationSet.empty;
        if (made) return DecorationSet.create(tr.doc, [Decoration.widget(made.to, (view) => card(ctx, view, made.url), { side: 1, key: 'offer ' + made.url, ignoreSelection: true, stopEvent: () => true, end: made.to })]);
        return tr.docChanged || tr.selectionSet && !old.find(tr.selection.head, tr.selection.head).length ? DecorationSet.empty : old;
      },
    },
    props: {
      decorations(state) { return key.getState(state); },
      handleKeyDown(view, e) {
        if (!key.getState(view.state)!.find().length) return false;
        if (e.key === 'Escape') { view.dispatch(view.state.tr.setMeta(key, 'close')); return true; }
        if (e.key === 'Tab' && !e.shiftKey) {
          const button = view.dom.querySelector<HTMLElement>('.ed-offer button');
          button?.focus();
          return !!button;
        }
        return false;
      },
    },
  });
}

function card(ctx: Context, view: EditorView, url: string): HTMLElement {
  const about = providerOf(url);
  const back = () => { view.dispatch(view.state.tr.setMeta(key, 'close')); view.focus(); };
  const make = () => {
    const found = key.getState(view.state)!.find()[0];
    if (!found) return;
    const $at = view.state.doc.resolve(found.from), tr = closeHistory(view.state.tr), at = $at.before(); // taken back alone, it leaves the link
    if (!$at.node(-1).canReplaceWith($at.index(-1), $at.indexAfter(-1), nodes.embed!)) { back(); return; }
    tr.replaceWith(at, $at.after(), nodes.embed!.create({ url, provider: about.key }));
    const end = at + 2, next = tr.doc.resolve(end).nodeAfter;
    if (!next) tr.insert(end, nodes.paragraph!.create());
    tr.setSelection(TextSelection.near(tr.doc.resolve(end))).setMeta(key, 'close');
    view.dispatch(tr.scrollIntoView());
    view.focus();
  };
  return h('span', { class: 'ed-offer', dir: ctx.uiDir, lang: ctx.uiLang, contenteditable: 'false', role: 'group', 'aria-label': ctx.t('editor.offer'), onkeydown: (e: KeyboardEvent) => { if (e.key === 'Escape') { e.preventDefault(); back(); } } },
    textButton(about.name ? ctx.t('editor.offer.card', about.name) : ctx.t('editor.offer.link'), make), textButton(ctx.t('editor.offer.keep'), back));
}

export function pastePlugins(ctx: Context): Plugin[] {
  const parser = new Parser(ctx, schema);
  const paste = new Plugin({
    props: {
      clipboardParser: parser,
      transformPastedHTML: defused,
      clipboardTextParser(text, $context, plain) {
        if (plain) return null as unknown as Slice;
        void $context;
        const content = fromText(text);
        return Slice.maxOpen(content);
      },
      transformPasted: (slice, view) => freshNotes(slice, view.state.doc),
      handlePaste(view, event) {
        const data = event.clipboardData, files = filesOf(data);
        if (files.length) { uploadFiles(ctx, files, view.state.selection.to); return true; }
        const text = data?.getData('text/plain') ?? '';
        return isAddress(text) && pasteAddress(view, text);
      },
      handleDrop(view, event, _slice, moved) {
        if (moved) return false;
        const files = filesOf(event.dataTransfer);
        if (!files.length) return false;
        event.preventDefault();
        const at = view.posAtCoords({ left: event.clientX, top: event.clientY });
        uploadFiles(ctx, files, at ? at.pos : view.state.selection.to);
        return true;
      },
    },
  });
  return [offer(ctx), paste];
}
