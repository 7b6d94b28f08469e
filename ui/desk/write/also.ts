// "Check also": the stories that readers are offered beside an article, why,
// and what an editor decides about them.

import { get, post } from './api';
import { byId, h, later, suggest, type Words } from './dom';
import type { Hit } from './types';

interface Story { id: string; headline: string; published?: string; shares: string[]; public: boolean }
interface Box { pinned: Story[]; chosen: Story[]; never: Story[]; planned: boolean; shown: string }
interface Decision { other: string; do: 'pin' | 'never' | 'leave'; place: number }

const none: Box = { pinned: [], chosen: [], never: [], planned: false, shown: '' };

export class Also {
  private box = none;
  private asked = 0;
  private entering = false;
  private back: Decision | null = null; // takes the last decision back
  private readonly group = byId<HTMLDetailsElement>('w-also');
  private readonly list = byId('w-also-list');
  private readonly soon = later(1500, () => void this.load());

  constructor(private readonly at: string, private readonly t: Words, private readonly day: (iso: string) => string, private readonly editable: boolean) {
    this.group.addEventListener('toggle', (e) => { if (e.target === this.group && this.group.open && !this.entering) void this.load(); });
    if (!editable) return;
    this.list.addEventListener('keydown', (e) => this.key(e));
    this.adding();
    document.addEventListener('keydown', (e) => {
      if (!e.altKey || !e.shiftKey || e.ctrlKey || e.metaKey || e.code !== 'KeyC' && e.key.toLowerCase() !== 'c') return;
      e.preventDefault();
      void this.enter();
    });
  }

  /** Set by the page: shows the panel. */
  reveal: () => void = () => {};

  /** The text was saved: what would be chosen may be another story. */
  saved(): void { if (this.group.open) this.soon(); }

  private async enter(): Promise<void> {
    this.reveal();
    if (!this.group.open) {
      this.entering = true; // the event of opening would ask a second time, and only the last answer counts
      this.group.open = true;
      await this.load();
      this.entering = false;
    }
    this.focus(0);
  }

  private async load(): Promise<void> {
    const turn = ++this.asked;
    try {
      const box = await get<Box>(this.at + '/related');
      if (turn === this.asked) this.show(box);
    } catch { /* asked again after the next save */ }
  }

  private rows(): Story[] { return [...this.box.pinned, ...this.box.chosen]; }
  private name(s: Story): string { return s.headline || this.t('also_unseen'); }

  private show(box: Box): void {
    if (JSON.stringify(box) === JSON.stringify(this.box) && this.list.childElementCount) return; // nothing moves under a cursor in vain
    const here = document.activeElement as HTMLElement | null, row = here?.closest<HTMLElement>('[data-story]'), held = row && this.group.contains(row) ? row.dataset.story : undefined, deed = here?.dataset.do;
    this.box = box;
    byId('w-also-what').textContent = this.t(this.rows().length ? box.planned ? 'also_planned' : 'also_live' : 'also_none');
    this.list.replaceChildren(...box.pinned.map((s, i) => this.row(s, i)), ...box.chosen.map((s) => this.row(s, -1)));
    this.list.hidden = !this.rows().length;
    if (this.editable) {
      byId('w-also-kept').hidden = !box.never.length;
      byId('w-also-count').textContent = box.never.length ? `(${box.never.length})` : '';
      byId('w-also-never').replaceChildren(...box.never.map((s) => h('li', { 'data-story': s.id }, h('p', { class: 'w-also-name', dir: 'auto' }, this.name(s)),
        h('p', { class: 'actions' }, this.button('allow', 'also_allow', s, { other: s.id, do: 'leave', place: 0 }, 'also_allowed')))));
    }
    if (held === undefined) return;
    const again = this.group.querySelector<HTMLElement>(`[data-story="${held}"]`);
    (again?.querySelector<HTMLElement>(`[data-do="${deed ?? ''}"]`) ?? again?.querySelector<HTMLElement>('[data-do]') ?? null)?.focus();
  }

  private row(s: Story, place: number): HTMLElement {
    const t = this.t, notes = [place >= 0 ? t('also_pinned') : '', s.published ? this.day(s.published) : '', s.public ? '' : t('also_hidden')].filter(Boolean).join(' · ');
    const li = h('li', { 'data-story': s.id }, h('p', { class: 'w-also-name', dir: 'auto' }, this.name(s)),
      ...this.box.shown === s.id ? [h('p', { class: 'w-also-shown' }, t(this.box.planned ? 'also_would' : 'also_shown'))] : [],
      h('p', { class: 'help' }, notes), ...s.shares.length ? [h('p', { class: 'help' }, t('also_shares'), ' ', h('bdi', {}, s.shares.join(', ')))] : []);
    if (!this.editable) return li;
    const last = this.box.pinned.length - 1;
    li.append(h('p', { class: 'actions' },
      place >= 0 ? this.button('pin', 'also_unpin', s, { other: s.id, do: 'leave', place: 0 }, 'also_unpinned') : this.button('pin', 'also_pin', s, { other: s.id, do: 'pin', place: last + 1 }, 'also_now_pinned'),
      this.button('never', 'also_forbid', s, { other: s.id, do: 'never', place: 0 }, 'also_forbidden'),
      ...place > 0 ? [this.button('up', 'also_up', s, { other: s.id, do: 'pin', place: place - 1 }, 'also_moved', '↑')] : [],
      ...place >= 0 && place < last ? [this.button('down', 'also_down', s, { other: s.id, do: 'pin', place: place + 1 }, 'also_moved', '↓')] : []));
    return li;
  }

  private button(name: string, word: string, s: Story, d: Decision, said: string, sign = ''): HTMLElement {
    return h('button', { type: 'button', class: 'quiet', 'data-do': name, 'aria-label': this.t(word) + ': ' + this.name(s), click: () => void this.decide(d, said, s) }, sign || this.t(word));
  }

  /** How a story stands now, as the decision that would bring it there. */
  private standing(id: string): Decision {
    const place = this.box.pinned.findIndex((s) => s.id === id);
    if (place >= 0) return { other: id, do: 'pin', place };
    return { other: id, do: this.box.never.some((s) => s.id === id) ? 'never' : 'leave', place: 0 };
  }

  private async decide(d: Decision, said: string, s: Story): Promise<void> {
    const was = this.standing(d.other), at = this.rows().findIndex((r) => r.id === d.other);
    const turn = ++this.asked; // what was asked before is old
    try {
      const box = await post<Box>(this.at + '/related', d);
      if (turn === this.asked) this.show(box);
    } catch (e) {
      const r = e as Error & { hint?: string };
      this.say([r.message || this.t('no_answer_bare'), r.hint].filter(Boolean).join('. '));
      return;
    }
    this.back = said === 'also_undone' ? null : was;
    this.say(this.t(said, this.name(s)), s);
    if (!this.group.querySelector(`[data-story="${d.other}"] :focus`) && !this.group.contains(document.activeElement)) this.focus(Math.max(0, at));
    if (!this.box.planned) this.soon(); // others may follow
  }

  private say(text: string, s?: Story): void {
    const e = byId('w-also-said'), back = this.back;
    e.replaceChildren(h('span', {}, text), ...s && back ? [' ', h('button', { type: 'button', class: 'quiet', id: 'w-also-undo', click: () => void this.decide(back, 'also_undone', s) }, this.t('also_undo'))] : []);
  }

  private focus(n: number): void {
    const rows = this.list.querySelectorAll<HTMLElement>('[data-story]');
    (rows[Math.min(n, rows.length - 1)]?.querySelector<HTMLElement>('[data-do]') ?? byId('w-also-add')).focus();
  }

  /** P pins or unpins, Delete forbids, arrows go up and down, with Alt they move a pin. */
  private key(e: KeyboardEvent): void {
    const row = (e.target as HTMLElement).closest<HTMLElement>('[data-story]');
    if (!row || e.ctrlKey || e.metaKey || e.shiftKey) return;
    const press = (name: string) => row.querySelector<HTMLElement>(`[data-do=${name}]`)?.click();
    const at = [...this.list.children].indexOf(row), step = e.key === 'ArrowDown' ? 1 : e.key === 'ArrowUp' ? -1 : 0;
    if (step && e.altKey) press(step > 0 ? 'down' : 'up');
    else if (e.altKey) return;
    else if (step) this.focus(Math.max(0, at + step));
    else if (e.key.toLowerCase() === 'p') press('pin');
    else if (e.key === 'Delete' || e.key === 'Backspace') press('never');
    else return;
    e.preventDefault();
  }

  // Another story, found by its words among those that readers can find.
  private adding(): void {
    const f = byId<HTMLInputElement>('w-also-add');
    const find = (q: string) => get<Hit[]>('/desk/write/find?kind=article&q=' + encodeURIComponent(q))
      .then((all) => all.filter((s) => !this.at.endsWith('/' + s.id) && !this.box.pinned.some((p) => p.id === s.id)));
    const label = (s: Hit) => s.published ? `${s.name} (${this.day(s.published)})` : s.name;
    const pin = (s: Hit) => { f.value = ''; void this.decide({ other: s.id, do: 'pin', place: this.box.pinned.length }, 'also_now_pinned', { id: s.id, headline: s.name, shares: [], public: true }); };
    suggest(f, find, label, pin);
    f.addEventListener('keydown', (e) => {
      const q = f.value.trim();
      if (e.key !== 'Enter') return;
      e.preventDefault();
      if (q) find(q).then((all) => { if (all[0]) pin(all[0]); else this.say(this.t('also_unknown', q)); }, (x: Error) => this.say(x.message));
    });
  }
}
