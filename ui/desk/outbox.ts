// What a moderator decides leaves in the background, one after the other in the
// order of the decisions. What has not left is kept for this tab, so that a
// page loaded anew, a network that is away and a session that has ended lose
// nothing.

/** One deed on its way. */
export interface Deed {
  key: number;
  verb: string; // approve, spam, …, reply, ban, undo
  ids: string[]; // of the comments that it takes off the page
  path: string;
  fields: [string, string][];
  of?: number; // the deed that an undo takes back
  back?: string; // what makes up for a deed whose undo is not known
}

/** What the server said of a deed. */
export interface Outcome { changed: number; undo?: string; left?: string[] } // left says what colleagues had decided meanwhile

interface Trouble { error?: string; hint?: string; code?: string }

export interface Watcher {
  done(deed: Deed, outcome: Outcome): void;
  failed(deed: Deed, why: string): void;
  waits(left: number, why: "" | "away" | "signed_out"): void;
}

const place = "dateline-talk";
const decidePath = "/desk/comments/decide";
const undoPath = "/desk/comments/undo";
const pauses = [1000, 2000, 5000, 10000];
/** How many deeds can be undone. */
const remembered = 200;

/** Deeds that must not be sent twice: whether they arrived is for people to see. */
const once = new Set(["reply"]);

interface Kept { next: number; deeds: Deed[]; undo: [number, string][]; made: Deed[] }

export class Outbox {
  private deeds: Deed[] = [];
  private undos = new Map<number, string>();
  private made: Deed[] = []; // what can be undone, the last one last
  private next = 1;
  private busy = false;
  private attempt = 0;
  private timer = 0;

  constructor(private readonly watcher: Watcher) {
    try {
      const kept = JSON.parse(sessionStorage.getItem(place) ?? "null") as Kept | null;
      if (kept) {
        this.next = kept.next;
        this.deeds = kept.deeds;
        this.undos = new Map(kept.undo);
        this.made = kept.made;
      }
    } catch { /* nothing was kept, or not by us */ }
    window.addEventListener("online", () => this.go());
    window.addEventListener("beforeunload", (e) => { if (this.deeds.length > 0) e.preventDefault(); });
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.go(); });
  }

  /** What has not left. */
  get waiting(): readonly Deed[] { return this.deeds; }

  add(deed: Omit<Deed, "key">): Deed {
    const one = { ...deed, key: this.next++ };
    this.deeds.push(one);
    this.made = [...this.made, one].slice(-remembered);
    this.keep();
    this.go();
    return one;
  }

  /** Takes the last deed back and returns it; null when there is none. One that has not left never does. */
  undoLast(): Deed | null {
    const last = this.made.pop();
    if (!last) return null;
    const at = this.deeds.indexOf(last);
    if (at > 0 || at === 0 && !this.busy) {
      this.deeds.splice(at, 1);
    } else {
      this.deeds.push({ key: this.next++, verb: "undo", ids: last.ids, path: undoPath, fields: last.fields.filter(([name]) => name === "seen"), of: last.key, back: last.back });
    }
    this.keep();
    this.go();
    return last;
  }

  /** Ends a pause. */
  go(): void {
    clearTimeout(this.timer);
    if (!this.busy) void this.send();
  }

  private async send(): Promise<void> {
    this.busy = true;
    while (this.deeds.length > 0) {
      const deed = this.deeds[0]!;
      const why = await this.one(deed);
      if (why === "") continue;
      this.watcher.waits(this.deeds.length, why);
      this.busy = false;
      if (why === "away") this.timer = window.setTimeout(() => this.go(), pauses[Math.min(this.attempt++, pauses.length - 1)]);
      return;
    }
    this.busy = false;
    this.attempt = 0;
    this.watcher.waits(0, "");
  }

  /** Sends one deed. What it returns is why it has to wait; "" when it is settled. */
  private async one(deed: Deed): Promise<"" | "away" | "signed_out"> {
    const [path, fields] = this.asked(deed);
    if (path === "") {
      this.settle(deed);
      return "";
    }
    let answer: Response;
    let said: Outcome & Trouble;
    try {
      answer = await fetch(path, { method: "POST", headers: { Accept: "application/json" }, body: new URLSearchParams(fields), keepalive: true });
      said = (await answer.json()) as Outcome & Trouble;
    } catch {
      if (!once.has(deed.verb)) return "away";
      this.fail(deed, "");
      return "";
    }
    if (answer.ok) {
      this.attempt = 0;
      if (said.undo) this.undos.set(deed.key, said.undo);
      else if (said.left) this.made = this.made.filter((one) => one.key !== deed.key); // nothing was done, so there is nothing to undo
      this.settle(deed);
      this.watcher.done(deed, said);
      return "";
    }
    if (answer.status === 401) return "signed_out";
    if (answer.status === 429 || answer.status === 503) return "away";
    this.fail(deed, [said.error, said.hint].filter(Boolean).join(" "));
    return "";
  }

  private asked(deed: Deed): [string, [string, string][]] {
    if (deed.of === undefined) return [deed.path, deed.fields];
    const undo = this.undos.get(deed.of);
    if (undo) return [undoPath, [["undo", undo]]];
    // The answer was lost on its way, or there was nothing to change.
    if (deed.back) return [decidePath, [...deed.ids.map((id): [string, string] => ["comment", id]), ...deed.fields, ["do", deed.back]]];
    return ["", []];
  }

  private settle(deed: Deed): void {
    this.deeds.splice(this.deeds.indexOf(deed), 1);
    if (deed.of !== undefined) this.undos.delete(deed.of);
    this.keep();
  }

  private fail(deed: Deed, why: string): void {
    this.made = this.made.filter((one) => one.key !== deed.key);
    this.settle(deed);
    this.watcher.failed(deed, why);
  }

  private keep(): void {
    const known = new Set([...this.made, ...this.deeds].flatMap((one) => [one.key, one.of ?? 0]));
    const kept: Kept = { next: this.next, deeds: this.deeds, made: this.made, undo: [...this.undos].filter(([key]) => known.has(key)) };
    try {
      sessionStorage.setItem(place, JSON.stringify(kept));
    } catch { /* full or forbidden: what is on its way still goes */ }
  }
}
