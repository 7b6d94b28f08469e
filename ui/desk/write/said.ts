// Quotes that the text seems to hold, to confirm with one key, and those that
// have been confirmed.

import { fields, type Attribution, type Marked, type Quotes, type Suggestion } from '../../editor/said';
import { post } from './api';
import { byId, h, later, type Words } from './dom';

export class Said {
  private all: Suggestion[] = [];
  private readonly soon = later(1200, () => void this.look());
  private readonly settle = later(250, () => this.render());
  private dismissed: Set<string>;
  private asked = '';
  private shown = ['', '']; // what the lists show: they are made anew only for something else, so that nothing moves under a cursor

  constructor(private readonly at: string, private readonly quotes: Quotes, private readonly t: Words, private readonly editable: boolean, article: string) {
    const kept = 'dateline.quotes.' + article;
    let known: string[] = [];
    try { known = JSON.parse(localStorage.getItem(kept) ?? '[]') as string[]; } catch { /* nothing kept */ }
    this.dismissed = new Set(known);
    this.keep = () => { try { localStorage.setItem(kept, JSON.stringify([...this.dismissed].slice(-300))); } catch { /* for this page only */ } };
    document.addEventListener('keydown', (e) => {
      if (!e.altKey || !e.shiftKey || e.ctrlKey || e.metaKey || e.code !== 'KeyQ' && e.key.toLowerCase() !== 'q') return;
      e.preventDefault();
      this.enter();
    });
    void this.look();
  }

  private readonly keep: () => void;

  /** Set by the page: shows the panel with the group open. */
  reveal: () => void = () => {};

  /** The text has changed. */
  changed(): void { this.settle(); this.soon(); }

  /** Goes to the first suggestion. */
  enter(): void {
    this.reveal();
    byId<HTMLDetailsElement>('w-said').open = true;
    (byId('w-said-list').querySelector<HTMLElement>('.w-said-yes') ?? byId('w-said').querySelector('summary'))?.focus();
  }

  private async look(): Promise<void> {
    if (!this.editable) { this.render(); return; }
    const paragraphs = this.quotes.paragraphs(), text = JSON.stringify(paragraphs);
    if (text === this.asked) return;
    try {
      this.all = await post<Suggestion[]>(this.at + '/quotes', { paragraphs });
      this.asked = text;
    } catch { return; /* the page says that the server is silent */ }
    this.render();
  }

  private key(s: Suggestion): string { return s.speaker + '\u0001' + s.spans.map((p) => p.words).join(' '); }

  private render(): void {
    const list = byId('w-said-list'), open = this.all.filter((s) => !this.dismissed.has(this.key(s)) && this.quotes.open(s));
    byId('w-said-count').textContent = open.length ? String(open.length) : '';
    if (list.querySelector('details[open]') && list.contains(document.activeElement)) return; // somebody is changing one
    const now = JSON.stringify(open);
    if (now !== this.shown[0]) {
      this.shown[0] = now;
      const focused = list.contains(document.activeElement) ? [...list.children].findIndex((li) => li.contains(document.activeElement)) : -1;
      list.replaceChildren(...open.map((s) => this.item(s)));
      if (!open.length) list.append(h('li', { class: 'help' }, this.t('said_none')));
      if (focused >= 0) this.focus(focused);
    }
    const marked = this.quotes.marked(), confirmed = JSON.stringify(marked);
    if (confirmed === this.shown[1]) return;
    this.shown[1] = confirmed;
    byId('w-said-marked').replaceChildren(...marked.map((m) => this.done(m)));
    byId('w-said-marked-head').hidden = !marked.length;
  }

  private focus(n: number): void {
    const all = byId('w-said-list').querySelectorAll<HTMLElement>('.w-said-yes');
    (all[Math.min(n, all.length - 1)] ?? byId('w-said').querySelector('summary'))?.focus();
  }

  private about(a: Attribution): string { return [a.speaker, a.role, a.outlet, a.date && this.quotes.date(a.date)].filter(Boolean).join(', '); }

  private item(s: Suggestion): HTMLElement {
    const t = this.t, words = s.spans.map((p) => p.words).join(' … '), short = words.length > 140 ? words.slice(0, 140) + '…' : words;
    const inputs = Object.fromEntries(fields.map((f) => [f, h('input', { type: 'text', value: s[f] ?? '', 'aria-label': t('said_' + f), placeholder: t('said_' + f) })])) as Record<typeof fields[number], HTMLInputElement>;
    const as = () => Object.fromEntries(fields.map((f) => [f, inputs[f].value])) as unknown as Attribution;
    const wrong = h('p', { class: 'w-wrong', role: 'alert' });
    const at = () => [...byId('w-said-list').children].indexOf(li);
    const confirm = () => {
      wrong.textContent = '';
      if (!this.quotes.apply(s, as())) { edit.open = true; wrong.textContent = t('said_wrong'); inputs.speaker.focus(); return; }
      edit.open = false;
      const n = at();
      this.render();
      this.focus(n);
    };
    const dismiss = () => {
      const n = at();
      this.dismissed.add(this.key(s));
      this.keep();
      this.render();
      this.focus(n);
    };
    const edit = h('details', { class: 'w-said-edit' }, h('summary', {}, t('said_edit')), ...fields.map((f) => inputs[f]), wrong);
    const yes = h('button', { type: 'button', class: 'w-said-yes', click: confirm, focus: () => this.quotes.show(s) }, t('said_confirm'));
    const no = h('button', { type: 'button', class: 'quiet', click: dismiss }, t('said_dismiss'));
    const li = h('li', { class: 'w-said-one' }, h('p', { class: 'w-said-words', dir: 'auto' }, s.direct ? '“' + short + '”' : short), h('p', { class: 'help', dir: 'auto' }, this.about(s)),
      h('p', { class: 'actions' }, yes, no), edit);
    li.addEventListener('keydown', (e) => {
      if (e.target instanceof HTMLInputElement) {
        if (e.key === 'Enter') { e.preventDefault(); confirm(); }
        return;
      }
      const step = e.key === 'ArrowDown' ? 1 : e.key === 'ArrowUp' ? -1 : 0;
      if (step) { e.preventDefault(); this.focus(Math.max(0, at() + step)); }
      if (e.key === 'Delete' || e.key === 'Backspace') { e.preventDefault(); dismiss(); }
      if (e.key.toLowerCase() === 'e' && !e.ctrlKey && !e.metaKey && !e.altKey) { e.preventDefault(); edit.open = true; inputs.speaker.focus(); }
    });
    return li;
  }

  private done(m: Marked): HTMLElement {
    const short = m.words.length > 60 ? m.words.slice(0, 60) + '…' : m.words;
    return h('li', {}, h('button', { type: 'button', class: 'quiet w-said-done', title: this.t('said_change'), click: () => this.quotes.edit(m) }, '“' + short + '” ', h('small', {}, this.about(m))));
  }
}
