// Who else is here, and who is writing.

import type { Editor } from '../../editor/types';
import { post, Refusal } from './api';
import type { Banners } from './banners';
import { byId, h, type Words } from './dom';
import type { Sync } from './sync';

interface Company {
  people: { id: string; name: string; block: number; tab: string }[];
  pen: string; pen_name: string; since: string; taken_from: string;
  revision: number; status: string; may_edit: boolean;
}

const often = 10_000, reading = 4_000, idle = 60_000;

export class Presence {
  private timer = 0;
  private typed = 0;
  private holds = false; // this person has the pen
  private asking = false;

  constructor(private readonly at: string, private readonly tab: string, private readonly me: string, private readonly sync: Sync,
    private readonly editor: Editor, private readonly banners: Banners, private readonly t: Words, private readonly writable: (on: boolean) => void) {
    addEventListener('pagehide', () => { void post(this.at + '/presence', { tab, block: 0, writing: false, take: false, leaving: true }, true).catch(() => {}); });
    document.addEventListener('visibilitychange', () => { if (document.visibilityState === 'visible') void this.beat(); });
    void this.beat();
  }

  /** Somebody types: the first to do so gets the pen at once. */
  typing(): void {
    const first = Date.now() - this.typed > idle;
    this.typed = Date.now();
    if (first && !this.holds) void this.beat();
  }

  private async beat(take = false): Promise<void> {
    if (this.asking) return;
    this.asking = true;
    clearTimeout(this.timer);
    let wait = often;
    try {
      const c = await post<Company>(this.at + '/presence', { tab: this.tab, block: this.editor.block(), writing: take || Date.now() - this.typed < idle, take, leaving: false });
      await this.heard(c);
      if (c.pen && c.pen !== this.me) wait = reading;
    } catch (e) {
      if (e instanceof Refusal && e.status === 401) void this.sync.catchUp(this.sync.revision + 1);
    } finally {
      this.asking = false;
      this.timer = window.setTimeout(() => void this.beat(), wait);
    }
  }

  private async heard(c: Company): Promise<void> {
    const others = c.people.filter((p) => p.tab !== this.tab);
    const names = [...new Map(others.map((p) => [p.id, p])).values()];
    byId('w-people').replaceChildren(...names.map((p) => {
      const text = p.id === this.me ? this.t('another_tab') : this.t('here', p.name);
      return h('li', { title: text }, h('span', { 'aria-hidden': 'true' }, initials(p.name)), h('span', { class: 'w-hidden' }, text));
    }));
    this.editor.presence(others.filter((p) => p.id !== this.me).map((p) => ({ name: p.name, block: p.block })));
    const theirs = c.pen !== '' && c.pen !== this.me;
    if (theirs && this.sync.editable) {
      const lost = this.holds && c.taken_from === this.me;
      this.holds = false;
      if (this.sync.dirty) await this.sync.flush();
      this.writable(false);
      if (lost) this.typed = 0;
      this.banners.show('pen', this.t(lost ? 'taken' : 'pen', c.pen_name), 'calm',
        h('button', { type: 'button', id: 'w-take', click: () => { this.typed = Date.now(); void this.beat(true); } }, this.t('take_over')));
    } else {
      const was = this.holds;
      this.holds = c.pen === this.me;
      if (!was || !theirs) { this.banners.clear('pen'); this.writable(this.sync.editable && c.may_edit); }
    }
    if (c.revision > this.sync.revision) await this.sync.catchUp(c.revision);
  }
}

function initials(name: string): string {
  return name.split(/\s+/).filter(Boolean).map((w) => [...w][0]).slice(0, 2).join('').toUpperCase();
}
