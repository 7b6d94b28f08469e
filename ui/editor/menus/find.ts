// Find and replace. Each text block is searched once and again when it
// changed; the marks follow typing a moment later.

import type { Node } from 'prosemirror-model';
import { Plugin, PluginKey, TextSelection } from 'prosemirror-state';
import { Decoration, DecorationSet, type EditorView } from 'prosemirror-view';
import type { Context } from '../context';
import { h, iconButton, textButton, uid } from '../dom';

interface Query { text: string; matchCase: boolean; word: boolean }
export interface Match { from: number; to: number }
interface State { matches: Match[]; at: number; set: DecorationSet }
const key = new PluginKey<State>('find');
const none: State = { matches: [], at: -1, set: DecorationSet.empty };

function pattern(q: Query): RegExp | null {
  if (!q.text) return null;
  let source = q.text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/\s+/g, '[\\s\\u00a0\\u202f]+');
  // straight quotes find the typeset ones
  source = source.replace(/"/g, '["“”„«»]').replace(/'/g, "['’‘‚‹›]");
  if (q.word) source = `(?<![\\p{L}\\p{N}_])${source}(?![\\p{L}\\p{N}_])`;
  return new RegExp(source, q.matchCase ? 'gu' : 'giu');
}

/** All matches in reading order; what a block gave is remembered for the pattern. */
function search(doc: Node, re: RegExp, known: WeakMap<Node, [number, number][]>): Match[] {
  const out: Match[] = [];
  doc.descendants((n, pos) => {
    if (!n.isTextblock) return true;
    let hits = known.get(n);
    if (!hits) {
      hits = [];
      const text = n.textBetween(0, n.content.size, undefined, '\ufffc');
      for (const m of text.matchAll(re)) if (m[0]) hits.push([m.index, m.index + m[0].length]);
      known.set(n, hits);
    }
    for (const [from, to] of hits) out.push({ from: pos + 1 + from, to: pos + 1 + to });
    return false;
  });
  return out;
}

export class FindBar {
  private readonly bar: HTMLElement;
  private readonly input: HTMLInputElement;
  private readonly with_: HTMLInputElement;
  private readonly status: HTMLElement;
  private readonly matchCase: HTMLInputElement;
  private readonly word: HTMLInputElement;
  private re: RegExp | null = null;
  private known = new WeakMap<Node, [number, number][]>();
  private timer = 0;

  constructor(private readonly ctx: Context) {
    const t = (k: string) => ctx.t(k);
    this.input = h('input', { type: 'search', id: uid('find'), autocomplete: 'off', spellcheck: 'false' });
    this.with_ = h('input', { type: 'text', id: uid('replace'), autocomplete: 'off' });
    this.status = h('span', { class: 'ed-find-count', role: 'status' });
    this.matchCase = h('input', { type: 'checkbox', id: uid('case') });
    this.word = h('input', { type: 'checkbox', id: uid('word') });
    const flag = (input: HTMLInputElement, label: string) => h('span', { class: 'ed-flag' }, input, h('label', { for: input.id }, t(label)));
    this.bar = h('div', { class: 'ed-find', role: 'search', hidden: true, 'aria-label': t('editor.find') },
      h('div', { class: 'ed-find-row' }, h('label', { for: this.input.id }, t('editor.find.what')), this.input, this.status,
        iconButton('previous', t('editor.find.previous'), () => this.step(-1)), iconButton('next', t('editor.find.next'), () => this.step(1)), iconButton('close', t('editor.close'), () => this.close())),
      h('div', { class: 'ed-find-row' }, h('label', { for: this.with_.id }, t('editor.find.with')), this.with_,
        textButton(t('editor.find.replace'), () => this.replace()), textButton(t('editor.find.all'), () => this.replaceAll())),
      h('div', { class: 'ed-find-row' }, flag(this.matchCase, 'editor.find.case'), flag(this.word, 'editor.find.word')));
    for (const e of [this.matchCase, this.word]) e.addEventListener('change', () => this.query());
    this.input.addEventListener('input', () => this.query());
    this.bar.addEventListener('keydown', (e) => {
      if (e.isComposing) return;
      if (e.key === 'Escape') { e.preventDefault(); e.stopPropagation(); this.close(); } else if (e.key === 'Enter' && e.target === this.input) { e.preventDefault(); this.step(e.shiftKey ? -1 : 1); } else if (e.key === 'Enter' && e.target === this.with_) {
        e.preventDefault();
        if (e.altKey) this.replaceAll(); else this.replace();
      }
    });
    ctx.root.prepend(this.bar);
  }

  open(): void {
    const { state } = this.ctx.view, { from, to, empty, $from, $to } = state.selection;
    if (!empty && $from.sameParent($to) && to - from < 200) this.input.value = state.doc.textBetween(from, to, ' ');
    this.bar.hidden = false;
    this.input.focus();
    this.input.select();
    this.query();
  }

  close(): void {
    this.bar.hidden = true;
    clearTimeout(this.timer);
    this.re = null;
    const { view } = this.ctx, current = key.getState(view.state)!, m = current.matches[current.at];
    const tr = view.state.tr.setMeta(key, none);
    if (m) tr.setSelection(TextSelection.create(tr.doc, m.from, m.to));
    view.dispatch(tr);
    view.focus();
  }

  /** A moment after a change the matches are looked up again. */
  changed(): void {
    if (this.bar.hidden || !this.re) return;
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.run(false), 250);
  }

  private query(): void {
    this.re = pattern({ text: this.input.value, matchCase: this.matchCase.checked, word: this.word.checked });
    this.known = new WeakMap();
    this.run(true);
  }

  private run(move: boolean): void {
    const { view } = this.ctx;
    if (view.isDestroyed) return;
    const matches = this.re ? search(view.state.doc, this.re, this.known) : [];
    const start = view.state.selection.from, old = key.getState(view.state)!.at;
    let at = matches.findIndex((m) => m.from >= start);
    if (at < 0) at = matches.length ? 0 : -1;
    if (!move && old >= 0) at = Math.min(old, matches.length - 1);
    this.show(matches, at, move);
  }

  private show(matches: Match[], at: number, scroll: boolean): void {
    const { view } = this.ctx;
    const set = DecorationSet.create(view.state.doc, matches.map((m, i) => Decoration.inline(m.from, m.to, { class: i === at ? 'ed-match ed-match-now' : 'ed-match' })));
    view.dispatch(view.state.tr.setMeta(key, { matches, at, set }).setMeta('addToHistory', false));
    this.status.textContent = !this.re ? '' : matches.length ? this.ctx.t('editor.find.count', at + 1, matches.length) : this.ctx.t('editor.find.none');
    const m = matches[at];
    if (scroll && m) {
      const dom = view.domAtPos(m.from).node, e = dom instanceof HTMLElement ? dom : dom.parentElement;
      e?.closest('details:not([open])')?.setAttribute('open', '');
      e?.scrollIntoView({ block: 'center' });
    }
  }

  private fresh(): State {
    clearTimeout(this.timer);
    const now = key.getState(this.ctx.view.state)!;
    const matches = this.re ? search(this.ctx.view.state.doc, this.re, this.known) : [];
    return { ...now, matches, at: Math.min(Math.max(now.at, 0), matches.length - 1) };
  }

  step(by: 1 | -1): void {
    const { matches, at } = this.fresh();
    if (matches.length) this.show(matches, (at + by + matches.length) % matches.length, true);
  }

  private replace(): void {
    const { matches, at } = this.fresh(), m = matches[at], { view } = this.ctx;
    if (!m) return;
    this.replaceIn(view, [m]);
    const rest = this.fresh().matches, next = rest.findIndex((r) => r.from >= m.from + this.with_.value.length);
    this.show(rest, next < 0 ? (rest.length ? 0 : -1) : next, true);
  }

  private replaceAll(): void {
    const { matches } = this.fresh();
    if (!matches.length) return;
    this.replaceIn(this.ctx.view, matches);
    this.show(this.fresh().matches, -1, false);
    const said = this.ctx.t('editor.find.replaced', matches.length);
    this.status.textContent = said;
  }

  /** One step to undo, the marks of the words kept. */
  private replaceIn(view: EditorView, matches: Match[]): void {
    const tr = view.state.tr, text = this.with_.value;
    for (const m of [...matches].reverse()) {
      const set = view.state.doc.resolve(m.from).marksAcross(view.state.doc.resolve(m.to)) ?? [];
      if (text) tr.replaceWith(m.from, m.to, view.state.schema.text(text, set)); else tr.delete(m.from, m.to);
    }
    view.dispatch(tr);
  }

  destroy(): void { clearTimeout(this.timer); this.bar.remove(); }
}

export function findPlugin(): Plugin {
  return new Plugin<State>({
    key,
    state: {
      init: () => none,
      apply(tr, old) {
        const meta = tr.getMeta(key) as State | undefined;
        if (meta) return meta;
        return tr.docChanged && old.matches.length ? { ...old, set: old.set.map(tr.mapping, tr.doc) } : old;
      },
    },
    props: { decorations(state) { return key.getState(state)!.set; } },
  });
}
