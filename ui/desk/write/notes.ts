// Notes between colleagues, beside the text.

import type { Anchor, Editor } from '../../editor/types';
import { get, post } from './api';
import { byId, h, later, type Words } from './dom';
import type { Hit } from './types';

interface Note { id: string; thread: string; author: string; mine: boolean; body: string; anchor: Anchor; at: string; resolved: boolean; by: string }

export class Notes {
  private all: Note[] = [];
  private readonly sum = later(800, () => this.places());
  private lost = new Set<string>();

  constructor(private readonly at: string, private readonly editor: Editor, private readonly t: Words, private readonly time: (at: string) => string,
    private readonly canRemove: boolean, private readonly open: () => void) {
    byId('w-note-new').replaceChildren(this.writer('', () => this.editor.anchor()));
    void this.load();
    setInterval(() => { if (document.visibilityState === 'visible') void this.load(); }, 30_000);
  }

  async load(): Promise<void> {
    try { this.show(await get<Note[]>(this.at + '/notes')); } catch { /* the page says that already */ }
  }

  /** The text has changed: passages may have gone or come back. */
  moved(): void { this.sum(); }

  /** The notes are looked at. */
  seen(): void { void post(this.at + '/notes', { do: 'seen', note: '', thread: '', body: '', anchor: empty, mentions: [] }).catch(() => {}); }

  private async act(body: Record<string, unknown>): Promise<void> {
    this.show(await post<Note[]>(this.at + '/notes', { do: '', note: '', thread: '', body: '', anchor: empty, mentions: [], ...body }));
  }

  private show(all: Note[]): void {
    const same = JSON.stringify(all) === JSON.stringify(this.all);
    this.all = all;
    const open = all.filter((n) => n.id === n.thread && !n.resolved).length;
    byId('w-notes-count').textContent = open ? String(open) : '';
    if (same && byId('w-notes').childElementCount) return;
    this.editor.setNotes(all.filter((n) => n.id === n.thread && n.anchor.quote).map((n) => ({ id: n.id, anchor: n.anchor, resolved: n.resolved })), (id) => this.goTo(id));
    this.places();
    this.render();
  }

  private places(): void {
    const lost = new Set(this.editor.notePositions().filter((p) => !p.found).map((p) => p.id));
    const same = lost.size === this.lost.size && [...lost].every((id) => this.lost.has(id));
    this.lost = lost;
    if (!same) this.render();
  }

  private render(): void {
    const list = byId('w-notes');
    if (list.contains(document.activeElement) && document.activeElement instanceof HTMLTextAreaElement && document.activeElement.value) return; // somebody is answering
    const threads = this.all.filter((n) => n.id === n.thread).sort((a, b) => Number(a.resolved) - Number(b.resolved));
    if (!threads.length) { list.replaceChildren(h('li', { class: 'help' }, this.t('notes_none'))); return; }
    list.replaceChildren(...threads.map((n) => this.thread(n)));
  }

  private thread(n: Note): HTMLElement {
    const t = this.t, answers = this.all.filter((a) => a.thread === n.id && a.id !== n.id);
    const quote = n.anchor.quote;
    const about = !quote ? h('p', { class: 'help' }, t('note_whole')) : this.lost.has(n.id) ? h('p', { class: 'help' }, h('q', {}, quote), ' ', t('note_lost'))
      : h('button', { type: 'button', class: 'w-quote', title: t('note_show'), click: () => this.passage(n.id) }, '“' + (quote.length > 90 ? quote.slice(0, 90) + '…' : quote) + '”');
    const actions = h('p', { class: 'actions' },
      h('button', { type: 'button', class: 'quiet', click: () => void this.act({ do: n.resolved ? 'reopen' : 'resolve', note: n.id }) }, t(n.resolved ? 'note_reopen' : 'note_resolve')),
      ...n.mine || this.canRemove ? [h('button', { type: 'button', class: 'quiet', click: () => void this.act({ do: 'remove', note: n.id }) }, t('remove'))] : []);
    return h('li', { id: 'note-' + n.id, class: n.resolved ? 'w-note w-resolved' : 'w-note', tabindex: '-1' }, about, this.words(n), ...answers.map((a) => this.words(a)),
      ...n.resolved ? [h('p', { class: 'help' }, t('note_resolved', n.by))] : [h('details', {}, h('summary', {}, t('note_reply')), this.writer(n.id, () => null))], actions);
  }

  private words(n: Note): HTMLElement {
    return h('div', { class: 'w-note-words' }, h('p', { class: 'help' }, h('b', {}, n.author), ', ' + this.time(n.at)), h('p', { class: 'w-note-text', dir: 'auto' }, n.body));
  }

  /** Goes to the passage of a note in the text. */
  private passage(id: string): void {
    const mark = document.querySelector<HTMLElement>(`#w-editor [data-note~="${CSS.escape(id)}"], #w-editor [data-note-id="${CSS.escape(id)}"]`);
    if (mark) { mark.scrollIntoView({ block: 'center' }); mark.classList.add('w-flash'); setTimeout(() => mark.classList.remove('w-flash'), 1500); return; }
    const p = this.editor.notePositions().find((one) => one.id === id);
    if (p) scrollTo({ top: byId('w-editor').getBoundingClientRect().top + scrollY + p.top - innerHeight / 3 });
  }

  /** Opens the panel at a note. */
  goTo(id: string): void {
    this.open();
    const e = byId('note-' + id);
    e?.scrollIntoView({ block: 'nearest' });
    e?.focus();
  }

  /** A field for a new note or an answer. @ and letters offer colleagues. */
  private writer(thread: string, anchorNow: () => Anchor | null): HTMLElement {
    const t = this.t, key = thread || 'new';
    let anchor: Anchor | null = null;
    const named = new Map<string, string>();
    const about = h('p', { class: 'help' });
    const field = h('textarea', { rows: '2', id: 'w-note-field-' + key, 'aria-label': thread ? t('note_reply') : t('note_write'), placeholder: t('note_hint') });
    const found = h('ul', { class: 'w-found', hidden: true });
    const wrong = h('p', { class: 'w-wrong', role: 'alert' });
    const typedName = () => /(?:^|\s)@([\p{L}\p{M}.'’ -]{0,40})$/u.exec(field.value.slice(0, field.selectionStart));
    const look = later(150, () => {
      const m = typedName();
      if (!m) { found.hidden = true; return; }
      get<Hit[]>('/desk/write/find?kind=person&q=' + encodeURIComponent(m[1]!.trim())).then((hits) => {
        found.hidden = !hits.length || !typedName();
        found.replaceChildren(...hits.map((p) => h('li', {}, h('button', { type: 'button', class: 'quiet', click: () => {
          const end = field.selectionStart, at = typedName();
          if (!at) return;
          const start = end - at[1]!.length;
          field.setRangeText(p.name + ' ', start, end, 'end');
          named.set(p.id, p.name);
          found.hidden = true;
          field.focus();
        } }, p.name))));
      }, () => {});
    });
    field.addEventListener('input', look);
    field.addEventListener('keydown', (e) => {
      if (e.key === 'ArrowDown' && !found.hidden) { e.preventDefault(); found.querySelector('button')?.focus(); }
      if (e.key === 'Escape') found.hidden = true;
    });
    const take = () => { anchor = anchorNow(); about.textContent = thread ? '' : anchor ? t('note_about', anchor.quote.length > 90 ? anchor.quote.slice(0, 90) + '…' : anchor.quote) : t('note_whole'); };
    // The selection is gone from the text once the field has the cursor.
    if (!thread) {
      document.addEventListener('selectionchange', later(120, () => { if (document.activeElement?.closest('#w-editor')) take(); }));
      take();
    }
    const send = h('button', { type: 'button', click: () => {
      const mentions = [...named].filter(([, name]) => field.value.includes('@' + name)).map(([id]) => id);
      wrong.textContent = '';
      this.act({ do: 'add', thread, body: field.value, anchor: anchor ?? empty, mentions }).then(() => {
        field.value = '';
        named.clear();
        this.render();
      }, (e: Error) => { wrong.textContent = e.message || t('no_answer'); });
    } }, thread ? t('note_reply') : t('note_send'));
    return h('div', { class: 'w-writer' }, ...thread ? [] : [about], field, found, wrong, h('p', { class: 'actions' }, send));
  }
}

const empty: Anchor = { quote: '', prefix: '', suffix: '' };
