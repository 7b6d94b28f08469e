// "In this story": the people, organisations, places and events of an article.
// What is confirmed goes with the text; suggestions come from the server, which
// reads the text as it was saved last.

import { get, post } from './api';
import { byId, h, later, suggest, type Words } from './dom';
import type { Hit, Subject } from './types';

interface Name { id: string; name: string; kind: string; times: number; item: string }
interface Names { confirmed: Name[]; suggested: Name[]; guess: string }

const kinds = ['person', 'organisation', 'place', 'event'];

export class Subjects {
  private held: Subject[] = [];
  private readonly known = new Map<string, Name>();
  private suggested: Name[] = [];
  private done = new Set<string>(); // dismissed or confirmed here; the server may not know yet
  private asked = 0;
  private readonly list = byId('w-subject-list');
  private readonly offers = byId('w-subject-offers');
  private readonly field = byId<HTMLInputElement>('w-subject-add');
  private readonly refresh: () => void;

  constructor(private readonly at: string, private readonly t: Words, private readonly editable: boolean, private readonly maker: boolean, private readonly changed: () => void) {
    this.refresh = later(900, () => void this.ask());
    if (!this.list || !this.editable) return;
    this.offers.addEventListener('keydown', (e) => this.key(e));
    this.adding();
  }

  read(): Subject[] { return this.held.map((s) => ({ id: s.id, main: s.main })); }

  show(all: Subject[]): void {
    this.held = all.map((s) => ({ id: s.id, main: s.main }));
    if (!this.list) return;
    this.render();
    if (this.held.some((s) => !this.known.has(s.id))) void this.ask();
  }

  /** The text was saved: look for names in it. */
  saved(): void { if (this.list) this.refresh(); }

  /** Leads to the first suggestion, or to the field for a name. */
  focus(): void { (this.offers?.querySelector<HTMLElement>('[data-confirm]') ?? this.field)?.focus(); }

  /** Whether names wait to be decided on that the cursor is not at. */
  waiting(): boolean { return this.suggested.length > 0 && !this.offers.contains(document.activeElement); }

  private async ask(): Promise<void> {
    const turn = ++this.asked;
    let r: Names;
    try { r = await get<Names>(this.at + '/subjects'); } catch { return; } // it is asked again after the next save
    if (turn !== this.asked) return;
    for (const n of [...r.confirmed, ...r.suggested]) if (n.id) this.known.set(n.id, n);
    this.suggested = r.suggested.filter((n) => !this.done.has(n.item) && !this.held.some((s) => s.id === n.id));
    this.render();
  }

  private say(text: string): void { byId('w-subject-status').textContent = text; }

  private shown = ['', '']; // what the lists show, so that nothing moves under a cursor in vain

  private render(): void {
    const here = document.activeElement, row = here instanceof HTMLElement ? here.closest<HTMLElement>('[data-item]')?.dataset.item : undefined;
    const held = JSON.stringify(this.held.map((s) => [s, this.known.get(s.id)?.name, this.known.get(s.id)?.kind]));
    if (held !== this.shown[0]) {
      this.shown[0] = held;
      this.list.replaceChildren(...this.held.map((s) => this.confirmedRow(s)));
      this.list.hidden = !this.held.length;
    }
    const offers = JSON.stringify(this.suggested);
    if (!this.editable || offers === this.shown[1]) return;
    if (this.offers.contains(here) && here instanceof HTMLSelectElement) return; // somebody chooses a kind
    this.shown[1] = offers;
    this.offers.replaceChildren(...this.suggested.map((n) => this.offerRow(n)));
    byId('w-subject-offered').hidden = !this.suggested.length;
    if (row !== undefined) this.offers.querySelector<HTMLElement>(`[data-item="${CSS.escape(row)}"] [data-confirm]`)?.focus();
  }

  private confirmedRow(s: Subject): HTMLElement {
    const n = this.known.get(s.id), name = n?.name ?? '…';
    const kind = n ? [h('span', { class: 'w-subject-kind' }, this.t('subject_' + n.kind))] : [];
    if (!this.editable) return h('li', {}, h('bdi', {}, name), ...kind, ...s.main ? [h('span', { class: 'tag' }, this.t('subject_main'))] : []);
    return h('li', {}, h('bdi', {}, name), ...kind,
      h('button', { type: 'button', class: 'w-subject-main', 'aria-pressed': String(s.main), 'aria-label': this.t('subject_main_x', name), click: () => { s.main = !s.main; this.render(); this.changed(); this.mainOf(s.id)?.focus(); } }, this.t('subject_main')),
      h('button', { type: 'button', 'aria-label': this.t('remove_x', name), click: () => { this.held = this.held.filter((other) => other !== s); this.done.clear(); this.render(); this.changed(); this.focus(); } }, '×'));
  }

  private mainOf(id: string): HTMLElement | undefined {
    return [...this.list.querySelectorAll<HTMLElement>('.w-subject-main')][this.held.findIndex((s) => s.id === id)];
  }

  private offerRow(n: Name): HTMLElement {
    const kind = this.t('subject_' + n.kind), times = n.times ? ` · ${n.times}×` : '';
    const confirm = h('button', { type: 'button', class: 'w-subject-confirm', 'data-confirm': true, click: () => void this.confirm(n, false) },
      h('bdi', {}, n.name), ' ', h('span', { class: 'w-subject-kind' }, (n.id ? kind : this.t('subject_new')) + times));
    const choose = n.id ? [] : [this.kindOf(n)];
    return h('li', { 'data-item': n.item }, confirm, ...choose,
      h('button', { type: 'button', class: 'w-subject-dismiss', 'aria-label': this.t('subject_dismiss_x', n.name), click: () => this.dismiss(n) }, '×'));
  }

  private kindOf(n: Name): HTMLElement {
    const f = h('select', { 'aria-label': this.t('subject_kind_x', n.name), change: () => { n.kind = f.value; this.shown[1] = JSON.stringify(this.suggested); } },
      ...kinds.map((k) => h('option', { value: k, selected: k === n.kind }, this.t('subject_' + k))));
    return f;
  }

  /** One key each: Enter confirms, Delete dismisses, M confirms as the main one, 1 to 4 choose a kind. */
  private key(e: KeyboardEvent): void {
    const row = (e.target as HTMLElement).closest<HTMLElement>('[data-item]');
    if (!row || e.ctrlKey || e.metaKey || e.altKey || e.target instanceof HTMLSelectElement) return;
    const at = this.suggested.findIndex((n) => n.item === row.dataset.item), n = this.suggested[at];
    if (!n) return;
    const to = (i: number) => [...this.offers.querySelectorAll<HTMLElement>('[data-confirm]')][i]?.focus();
    switch (e.key) {
      case 'Delete': case 'Backspace': this.dismiss(n); break;
      case 'm': case 'M': void this.confirm(n, true); break;
      case 'ArrowDown': to(at + 1); break;
      case 'ArrowUp': to(at - 1); break;
      case '1': case '2': case '3': case '4':
        if (n.id) return;
        n.kind = kinds[Number(e.key) - 1]!;
        this.render();
        break;
      default: return;
    }
    e.preventDefault();
  }

  /** Takes a suggestion off the list and leads to the next one. */
  private leave(n: Name): void {
    const at = this.suggested.indexOf(n);
    if (at < 0) return;
    const inside = this.offers.contains(document.activeElement);
    this.done.add(n.item);
    this.suggested.splice(at, 1);
    this.render();
    if (!inside) return;
    const all = this.offers.querySelectorAll<HTMLElement>('[data-confirm]');
    (all[Math.min(at, all.length - 1)] ?? this.field).focus();
  }

  private async confirm(n: Name, main: boolean): Promise<void> {
    let one = n;
    if (!n.id) {
      try { one = { ...await post<Name>('/desk/write/subjects', { name: n.name, kind: n.kind }), times: n.times, item: n.item }; }
      catch (e) { this.say((e as Error).message); return; }
    }
    this.take(one, main);
    this.leave(n);
  }

  private take(n: Name, main: boolean): void {
    this.known.set(n.id, n);
    const there = this.held.find((s) => s.id === n.id);
    if (there) there.main ||= main;
    else this.held.push({ id: n.id, main });
    this.render();
    this.say(this.t('subject_confirmed', n.name));
    this.changed();
  }

  private dismiss(n: Name): void {
    this.leave(n);
    this.say(this.t('subject_dismissed', n.name));
    if (n.item) post(this.at + '/subjects/dismiss', { item: n.item, back: false }).catch((e: Error) => { this.done.delete(n.item); this.say(e.message); void this.ask(); });
  }

  // A name that is typed: an entry that there is, or a new one, whose kind is
  // guessed and can be changed before it is confirmed.
  private adding(): void {
    const f = this.field, label = (n: Hit) => `${n.name} (${n.detail ?? ''})`;
    const add = (n: Hit) => { f.value = ''; this.take({ id: n.id, name: n.name, kind: n.status ?? '', times: 0, item: '' }, false); f.focus(); };
    const find = (q: string) => get<Hit[]>('/desk/write/find?kind=subject&q=' + encodeURIComponent(q));
    suggest(f, find, label, add);
    f.addEventListener('keydown', (e) => {
      if (e.key !== 'Enter') return;
      e.preventDefault();
      const name = f.value.trim().replace(/\s+/g, ' ');
      if (!name) return;
      find(name).then((hits) => hits.find((n) => n.name.toLowerCase() === name.toLowerCase()), () => undefined).then(async (there) => {
        if (there) { add(there); return; }
        if (!this.maker) { this.say(this.t('subject_unknown', name)); return; }
        const r = await get<Names>(this.at + '/subjects?name=' + encodeURIComponent(name)).catch(() => null);
        const item = 'typed ' + name;
        this.suggested = [{ id: '', name, kind: r?.guess || 'person', times: 0, item }, ...this.suggested.filter((n) => n.item !== item)];
        f.value = '';
        this.render();
        this.offers.querySelector<HTMLElement>('[data-confirm]')?.focus();
      });
    });
  }
}
