// What blocks, menus and plugins share of one editor.

import type { EditorView } from 'prosemirror-view';
import type { EditorState, Transaction } from 'prosemirror-state';
import { NodeSelection } from 'prosemirror-state';
import type { Node } from 'prosemirror-model';
import type { EditorOptions, Media, ArticleHit } from './types';

export type Command = (state: EditorState, dispatch?: (tr: Transaction) => void, view?: EditorView) => boolean;
export type GetPos = () => number | undefined;

export class Context {
  view!: EditorView;
  /** The element around the text, in which menus and bars float. */
  root!: HTMLElement;
  live!: HTMLElement;
  readonly uiLang: string;
  readonly uiDir: 'ltr' | 'rtl';
  private readonly seen = new Map<string, Media | null>();
  private waiting: { ids: Set<string>; done: Promise<void> } | null = null;
  private readonly hits = new Map<string, Promise<ArticleHit | null>>();

  constructor(readonly o: EditorOptions) {
    this.uiLang = o.uiLang || document.documentElement.lang || 'en';
    this.uiDir = getComputedStyle(o.mount).direction === 'rtl' ? 'rtl' : 'ltr';
  }

  /** An interface text with its places {0}, {1} … filled. */
  t(key: string, ...values: (string | number)[]): string {
    const text = this.o.words[key] ?? key;
    return text.replace(/\{(\d)\}/g, (all, i: string) => String(values[Number(i)] ?? all));
  }

  /** Says something to people who listen to the page. */
  say(text: string): void {
    this.live.textContent = '';
    setTimeout(() => { this.live.textContent = text; }, 30);
  }

  /** Changes attributes of a node and keeps it selected when it was. */
  setAttrs(getPos: GetPos, attrs: Record<string, unknown>): void {
    const pos = getPos();
    if (pos === undefined) return;
    const { state } = this.view, node = state.doc.nodeAt(pos);
    if (!node || Object.entries(attrs).every(([k, v]) => node.attrs[k] === v)) return;
    const tr = state.tr.setNodeMarkup(pos, null, { ...node.attrs, ...attrs }, node.marks);
    if (state.selection instanceof NodeSelection && state.selection.from === pos) tr.setSelection(NodeSelection.create(tr.doc, pos));
    this.view.dispatch(tr);
  }

  /** Remembers what an upload or the library gave, so that it is not asked for again. */
  learn(m: Media): void { this.seen.set(m.id, m); }

  /** A file of the library; all that are asked for at once are one question. */
  async mediaOf(id: string): Promise<Media | null> {
    if (this.seen.has(id)) return this.seen.get(id)!;
    if (!this.waiting) {
      const ids = new Set<string>();
      const done = Promise.resolve().then(async () => {
        this.waiting = null;
        const list = [...ids];
        let found: Media[] = [];
        try { found = await this.o.media(list); } catch { return; } // asked again at the next look
        for (const i of list) this.seen.set(i, found.find((m) => m.id === i) ?? null);
      });
      this.waiting = { ids, done };
    }
    this.waiting.ids.add(id);
    await this.waiting.done;
    return this.seen.get(id) ?? null;
  }

  async articleOf(id: string): Promise<ArticleHit | null> {
    if (!this.o.articles) return null;
    if (!this.hits.has(id)) this.hits.set(id, this.o.articles([id]).then((l) => l[0] ?? null, () => null));
    return this.hits.get(id)!;
  }

  date(iso: string): string {
    const parts = iso.slice(0, 10).split('-').map(Number);
    const form: Intl.DateTimeFormatOptions = { year: 'numeric', timeZone: 'UTC' };
    if (parts.length > 1) form.month = 'long';
    if (parts.length > 2) form.day = 'numeric';
    const at = new Date(Date.UTC(parts[0]!, (parts[1] ?? 1) - 1, parts[2] ?? 1));
    const words = new Intl.DateTimeFormat(this.uiLang, form).format(at);
    return iso.length > 10 ? `${words}, ${iso.slice(11, 16)}` : words;
  }
}

/** The top-level block that a position is in. */
export function topBlock(doc: Node, pos: number): { index: number; pos: number; node: Node } | null {
  const at = doc.resolve(Math.min(pos, doc.content.size));
  const index = at.index(0);
  if (index >= doc.childCount) return doc.childCount ? { index: doc.childCount - 1, pos: doc.content.size - doc.lastChild!.nodeSize, node: doc.lastChild! } : null;
  return { index, pos: at.posAtIndex(index, 0), node: doc.child(index) };
}
