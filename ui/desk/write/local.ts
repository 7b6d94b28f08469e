// The copy on this device: what has been typed and not been acknowledged yet.

import type { Content } from './types';

export interface Kept {
  key: string; article: string; me: string; tab: string;
  base: Content; revision: number; mine: Content; at: number;
}

/** Keeps texts in IndexedDB. Every method fails quietly but for its answer. */
export class Local {
  private db: Promise<IDBDatabase | null>;
  private readonly key: string;

  constructor(private readonly article: string, private readonly me: string, readonly tab: string) {
    this.key = article + ':' + tab;
    this.db = new Promise((resolve) => {
      try {
        const open = indexedDB.open('dateline-desk', 1);
        open.onupgradeneeded = () => { open.result.createObjectStore('kept', { keyPath: 'key' }); };
        open.onsuccess = () => resolve(open.result);
        open.onerror = open.onblocked = () => resolve(null);
      } catch { resolve(null); }
    });
    // While this lock is held, others know that somebody sits behind the copy.
    try { void navigator.locks?.request('dateline-tab-' + tab, () => new Promise(() => {})); } catch { /* not here */ }
  }

  private async run<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T | undefined> {
    const db = await this.db;
    if (!db) return undefined;
    return new Promise((resolve) => {
      try {
        const tx = db.transaction('kept', mode, { durability: 'strict' });
        const request = work(tx.objectStore('kept'));
        tx.oncomplete = () => resolve(request.result);
        tx.onerror = tx.onabort = () => resolve(undefined);
      } catch { resolve(undefined); }
    });
  }

  /** True once the text is on the disk of this device. */
  async keep(base: Content, revision: number, mine: Content): Promise<boolean> {
    const kept: Kept = { key: this.key, article: this.article, me: this.me, tab: this.tab, base, revision, mine, at: Date.now() };
    return await this.run('readwrite', (s) => s.put(kept)) !== undefined;
  }

  async forget(key = this.key): Promise<void> { await this.run('readwrite', (s) => s.delete(key)); }

  /** What tabs that are gone have left of this article, the oldest first. */
  async left(): Promise<Kept[]> {
    const all = (await this.run('readonly', (s) => s.getAll()) as Kept[] | undefined) ?? [];
    let held = new Set<string>();
    try { held = new Set((await navigator.locks.query()).held?.map((l) => l.name ?? '')); } catch { /* every copy counts as left: merging the same twice changes nothing */ }
    return all.filter((k) => k.article === this.article && k.me === this.me && k.tab !== this.tab && !held.has('dateline-tab-' + k.tab))
      .sort((a, b) => a.at - b.at);
  }
}
