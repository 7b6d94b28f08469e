// Saving. The server has the text under a revision; a save names the revision
// it began from. One save is under way at a time; what is typed meanwhile goes
// with the next. Until the server has acknowledged, the text is kept on this
// device as well. docs/adr/0005 has the protocol.

import { get, post, Refusal } from './api';
import { Local, type Kept } from './local';
import type { Choice, Content, Merged, Saved, State } from './types';

export type Condition =
  | { is: 'saved'; at: string } | { is: 'unsaved' } | { is: 'saving' }
  | { is: 'offline'; kept: boolean; why: string } | { is: 'signed_out' } | { is: 'full' } | { is: 'large' } | { is: 'refused'; why: string };

export interface Host {
  read(): Content;
  /** Puts a text on the page; what differs changes, nothing else. */
  show(c: Content, names?: Record<string, string>): void;
  condition(c: Condition): void;
  saved(s: Saved): void;
  changedBy(who: string, what: string[], mine: boolean): void;
  recovered(): void;
  /** Asks what to take; resolves when everything is chosen. */
  choose(m: Merged): Promise<Choice[]>;
  news(s: State): void;
}

const pause = 1200; // after the last key
const longest = 8000; // while somebody types on
const copyPause = 300;
const keepaliveLimit = 60_000; // browsers allow 64 KiB

const textOf = (c: Content) => JSON.stringify(c);

export class Sync {
  private base!: Content;
  private baseText = '';
  revision = 0;
  private touched = 0; // when the first change since the last save was made
  private kept = true; // nothing is on the page that is not on the server or on this device
  private generation = 0;
  private saving: Promise<boolean> | null = null;
  private timer = 0;
  private copyTimer = 0;
  private attempts = 0;
  private halted = false; // until somebody signs in, or changes what is refused
  private channel: BroadcastChannel | null = null;

  constructor(private readonly at: string, private readonly host: Host, private readonly local: Local, readonly editable: boolean) {}

  get dirty(): boolean { return this.touched > 0; }

  /** Begins with what the server has and what was left on this device. */
  async start(s: State): Promise<void> {
    this.agree(s.revision, s.content, s.tag_names);
    this.host.news(s);
    this.host.condition({ is: 'saved', at: s.saved });
    try {
      this.channel = new BroadcastChannel('dateline-article-' + s.id);
      this.channel.onmessage = (e) => { if ((e.data as { revision: number }).revision > this.revision) void this.catchUp((e.data as { revision: number }).revision); };
    } catch { /* heartbeats tell as well */ }
    addEventListener('online', () => this.again());
    addEventListener('focus', () => { if (this.halted || this.attempts) this.again(); });
    addEventListener('pagehide', () => this.leave());
    document.addEventListener('visibilitychange', () => { if (document.visibilityState === 'hidden') this.leave(); else if (this.attempts || this.halted) this.again(); });
    addEventListener('beforeunload', (e) => { if (this.dirty && !this.kept) e.preventDefault(); });
    if (!this.editable) return;
    for (const kept of await this.local.left()) await this.recover(kept);
  }

  /** Takes a text as the one that the server has, and shows it. */
  private agree(revision: number, c: Content, names?: Record<string, string>): void {
    this.host.show(c, names);
    this.settle(revision);
  }

  /** What the page shows is what the server has. */
  private settle(revision: number): void {
    this.base = this.host.read();
    this.baseText = textOf(this.base);
    this.revision = revision;
    this.touched = 0;
    this.kept = true;
    clearTimeout(this.copyTimer);
    void this.local.forget();
  }

  private async recover(kept: Kept): Promise<void> {
    if (textOf(kept.mine) === textOf(kept.base)) return this.local.forget(kept.key);
    const before = textOf(this.host.read());
    const now = this.base, revision = this.revision;
    this.host.show(kept.mine);
    this.base = kept.base;
    if (kept.revision === revision) this.base = now;
    this.touched = Date.now();
    this.keepCopy();
    const done = kept.revision === revision ? await this.save() : await this.merge();
    if (done || this.dirty) await this.local.forget(kept.key); // it is the copy of this tab now
    if (textOf(this.host.read()) !== before) this.host.recovered();
  }

  /** Somebody has changed something on the page. */
  changed(): void {
    this.generation++;
    if (!this.touched) this.touched = Date.now();
    this.kept = false;
    clearTimeout(this.copyTimer);
    this.copyTimer = window.setTimeout(() => this.keepCopy(), copyPause);
    if (this.halted && !this.attempts) { this.halted = false; } // what was refused may be mended now
    if (!this.saving && !this.attempts) this.host.condition({ is: 'unsaved' });
    this.plan(Math.max(0, Math.min(pause, this.touched + longest - Date.now())));
  }

  private plan(wait: number): void {
    if (this.attempts) return; // the next attempt is planned already
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.save(), wait);
  }

  private keepCopy(): void {
    const generation = this.generation;
    void this.local.keep(this.base, this.revision, this.host.read()).then((ok) => {
      if (ok && generation === this.generation) this.kept = true;
      if (!ok) this.kept = false;
    });
  }

  /** Tries again what did not work. */
  again(): void {
    this.halted = false;
    this.attempts = 0;
    if (this.dirty) this.plan(0);
    else void this.catchUp(this.revision + 1);
  }

  /** Saves until the server has everything; false when it cannot. */
  async flush(version = false): Promise<boolean> {
    if (!this.editable) return true;
    for (let i = 0; i < 5; i++) {
      if (!await this.save(version)) return false;
      version = false;
      if (!this.dirty) return true;
    }
    return !this.dirty;
  }

  async save(version = false): Promise<boolean> {
    while (this.saving) await this.saving;
    this.saving = this.store(version);
    try { return await this.saving; } finally { this.saving = null; }
  }

  private async store(version: boolean): Promise<boolean> {
    clearTimeout(this.timer);
    const content = this.host.read(), text = textOf(content);
    if (text === this.baseText && !version) {
      if (this.dirty) this.settle(this.revision);
      this.host.condition({ is: 'saved', at: '' });
      return true;
    }
    if (!this.attempts) this.host.condition({ is: 'saving' });
    try {
      const r = await post<Saved>(this.at + '/save', { revision: this.revision, tab: this.local.tab, version, content });
      this.acknowledged(r, content, text);
      return true;
    } catch (e) {
      if (e instanceof Refusal && e.code === 'conflict') return await this.merge(version);
      this.failed(e);
      return false;
    }
  }

  private acknowledged(r: Saved, content: Content, text: string): void {
    this.revision = r.revision;
    this.base = content;
    this.baseText = text;
    this.attempts = 0;
    this.halted = false;
    this.host.saved(r);
    this.channel?.postMessage({ revision: r.revision });
    if (textOf(this.host.read()) === text) {
      this.touched = 0;
      this.kept = true;
      clearTimeout(this.copyTimer);
      void this.local.forget();
      this.host.condition({ is: 'saved', at: r.saved });
      return;
    }
    this.touched = Date.now();
    this.keepCopy();
    this.plan(pause);
  }

  private failed(e: unknown): void {
    const status = e instanceof Refusal ? e.status : -1;
    this.keepCopy();
    this.touched ||= Date.now();
    if (status === 401) { this.halted = true; this.host.condition({ is: 'signed_out' }); return; }
    if (status === 413) { this.halted = true; this.host.condition({ is: 'large' }); return; }
    if (e instanceof Refusal && (status === 400 || status === 403 || status === 404 || status === 410 || status === 422)) {
      this.halted = true;
      this.host.condition({ is: 'refused', why: [e.message, e.hint].filter(Boolean).join(' ') });
      return;
    }
    if (status === -1) console.error(e);
    this.attempts++;
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.save(), Math.min(15_000, 700 * 2 ** this.attempts));
    void this.local.keep(this.base, this.revision, this.host.read()).then((kept) => {
      this.kept = kept;
      const why = e instanceof Refusal && status >= 500 && e.code ? [e.message, e.hint].filter(Boolean).join(' ') : '';
      if (this.attempts) this.host.condition(status === 507 ? { is: 'full' } : { is: 'offline', kept, why });
    });
  }

  /** Brings what is on the page together with what the server has by now. */
  private async merge(version = false): Promise<boolean> {
    try {
      for (let choices: Choice[] = [], about = 0; ;) {
        const mine = this.host.read();
        const r = await post<Merged>(this.at + '/merge', { base: this.base, mine, revision: about, choices });
        this.attempts = 0;
        this.host.condition({ is: 'saving' });
        if (r.conflicts.length) {
          choices = await this.host.choose(r);
          about = r.revision;
          continue;
        }
        if (textOf(this.host.read()) !== textOf(mine)) { choices = []; continue; } // somebody typed on
        this.host.show(r.merged);
        const same = textOf(r.merged) === textOf(r.theirs);
        if (same) {
          this.settle(r.revision);
          this.host.condition({ is: 'saved', at: r.saved });
        } else {
          this.base = r.theirs;
          this.baseText = textOf(r.theirs);
          this.revision = r.revision;
          this.touched = Date.now();
          this.keepCopy();
        }
        if (r.changes.length) this.host.changedBy(r.by, r.changes, true);
        return same && !version ? true : await this.store(version);
      }
    } catch (e) {
      this.failed(e);
      return false;
    }
  }

  /** The server has a newer text. */
  async catchUp(revision: number): Promise<void> {
    if (revision <= this.revision || this.saving) return;
    if (this.dirty) { this.plan(0); return; }
    try {
      const s = await get<State>(this.at + '/state');
      if (this.dirty || this.saving) return;
      if (s.revision <= this.revision) { this.host.condition({ is: 'saved', at: s.saved }); return; }
      const before = this.baseText;
      this.agree(s.revision, s.content, s.tag_names);
      this.host.news(s);
      this.host.condition({ is: 'saved', at: s.saved });
      if (before !== this.baseText) this.host.changedBy(s.by, [], false);
    } catch (e) {
      if (e instanceof Refusal && e.status === 401) { this.halted = true; this.host.condition({ is: 'signed_out' }); }
    }
  }

  /** The page may close now: keep what there is, and send it if it fits. */
  private leave(): void {
    if (!this.dirty || !this.editable) return;
    const content = this.host.read();
    if (textOf(content) === this.baseText) return;
    void this.local.keep(this.base, this.revision, content);
    const body = { revision: this.revision, tab: this.local.tab, version: false, content };
    if (this.saving || this.halted || new Blob([JSON.stringify(body)]).size > keepaliveLimit) return;
    const text = textOf(content);
    this.saving = post<Saved>(this.at + '/save', body, true).then((r) => { this.acknowledged(r, content, text); return true; }, () => { this.plan(pause); return false; })
      .finally(() => { this.saving = null; });
  }

  /** Another write of this page has made a new revision. */
  moved(r: Saved): void {
    if (r.revision > this.revision) this.revision = r.revision;
    this.host.saved(r);
    this.channel?.postMessage({ revision: r.revision });
  }
}
