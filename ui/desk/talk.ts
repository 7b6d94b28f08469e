// The moderators' queue: keys, swipes and big buttons decide about the comment
// at hand and go on to the next at once. Without this script every button is a
// form.
import { Outbox, type Deed, type Outcome, type Watcher } from "./outbox";
import { signInAgain } from "./session";

type Card = HTMLElement;

/** How far a card is pulled before letting go decides, in pixels. */
const pulled = 96;
const keysPlace = "dateline-talk-keys";

const byID = <T extends HTMLElement>(id: string): T | null => document.getElementById(id) as T | null;

class Queue implements Watcher {
  private readonly words: Record<string, string>;
  private readonly all: Card[];
  private readonly outbox: Outbox;
  private readonly said = byID("talk-said")!;
  private readonly toast = byID("talk-toast")!;
  private readonly trouble = byID("talk-trouble")!;
  private readonly bulk = byID<HTMLFormElement>("talk-bulk")!;
  private readonly dialog = byID<HTMLDialogElement>("talk-ban")!;
  private readonly keys = byID<HTMLDetailsElement>("talk-keys")!;
  private current: Card | null = null;
  private banned: Card | null = null;
  private end: HTMLElement | null = null;
  private readonly beyond = new Map<number, number>(); // by deed: of a wave, those not on this page
  private missing = false; // something was undone that is not on this page

  constructor(private readonly list: HTMLElement) {
    this.words = JSON.parse(list.dataset.words ?? "{}") as Record<string, string>;
    this.all = [...list.querySelectorAll<Card>(".talk-card")];
    this.outbox = new Outbox(this);
    document.body.classList.add("talk-live");
    for (const deed of this.outbox.waiting) if (deed.verb !== "undo") this.take(deed.ids);
    this.list.addEventListener("submit", (e) => this.submitted(e));
    this.bulk.addEventListener("submit", (e) => this.submitted(e));
    this.list.addEventListener("click", (e) => { const card = (e.target as Element).closest<Card>(".talk-card"); if (card) this.choose(card, false); });
    this.list.addEventListener("change", () => this.count());
    document.addEventListener("keydown", (e) => this.key(e));
    byID("talk-undo")?.addEventListener("click", () => this.undo());
    this.startKeys();
    this.startBar();
    this.startBan();
    this.startSwipes();
    this.choose(this.cards()[0] ?? null, false);
    this.outbox.go();
    this.count();
  }

  private text(key: string, ...args: (string | number)[]): string {
    return (this.words["talk.js_" + key] ?? key).replace(/\{(\d)\}/g, (whole, n: string) => String(args[Number(n)] ?? whole));
  }

  private cards(): Card[] { return this.all.filter((card) => card.isConnected); }

  private marked(): Card[] { return this.cards().filter((card) => this.box(card)?.checked); }

  private box(card: Card): HTMLInputElement | null { return card.querySelector<HTMLInputElement>(".talk-mark input"); }

  // Which comment is at hand.

  private choose(card: Card | null, move: boolean): void {
    if (this.current !== card) {
      this.current?.classList.remove("current");
      this.current?.removeAttribute("aria-current");
      this.current = card;
      card?.classList.add("current");
      card?.setAttribute("aria-current", "true");
    }
    if (!card || !move) return;
    card.focus({ preventScroll: true });
    const { top, bottom } = card.getBoundingClientRect();
    const bar = byID("talk-bar")?.getBoundingClientRect().height ?? 0;
    if (top < 0 || bottom > innerHeight - bar) card.scrollIntoView({ block: "start" });
  }

  private step(by: number): void {
    const cards = this.cards();
    if (cards.length === 0) {
      if (by > 0) this.goOn();
      return;
    }
    const at = this.current ? cards.indexOf(this.current) : -1;
    this.choose(cards[Math.min(Math.max(at + by, 0), cards.length - 1)]!, true);
  }

  /** Takes comments off the page and chooses what comes next. */
  private take(ids: string[]): void {
    const gone = this.cards().filter((card) => ids.includes(card.dataset.comment ?? ""));
    if (gone.length === 0) return;
    const stays = (card: Card) => !gone.includes(card);
    const at = this.all.indexOf(this.current ?? gone[0]!);
    const next = this.current && stays(this.current) ? this.current
      : this.all.slice(at).find((card) => card.isConnected && stays(card)) ?? this.all.slice(0, at).reverse().find((card) => card.isConnected && stays(card)) ?? null;
    for (const card of gone) {
      const box = this.box(card);
      if (box) box.checked = false;
      card.remove();
    }
    this.choose(next, this.current !== next);
    this.shown(-gone.length);
  }

  /** Puts comments back where they were. */
  private put(ids: string[]): void {
    const back = this.all.filter((card) => !card.isConnected && ids.includes(card.dataset.comment ?? ""));
    if (back.length === 0 && ids.length > 0 && !this.cards().some((card) => ids.includes(card.dataset.comment ?? ""))) this.missing = true;
    for (const card of back) {
      const next = this.all.slice(this.all.indexOf(card) + 1).find((other) => other.isConnected);
      if (next) next.before(card);
      else this.list.append(card);
    }
    this.shown(back.length);
    if (back[0]) this.choose(back[0], true);
  }

  /** Keeps the number of a pile: those of this page's, or of the one that a verb fills. */
  private pile(which: string, change: number): void {
    const pile = document.querySelector<HTMLElement>(`.talk-piles ${which} b`);
    if (!pile?.dataset.count) return;
    pile.dataset.count = String(Math.max(0, Number(pile.dataset.count) + change));
    pile.textContent = new Intl.NumberFormat(document.documentElement.lang).format(Number(pile.dataset.count));
  }

  private fills(verb: string, change: number): void {
    const name = ({ spam: "spam", bin: "binned", hold: "pending" } as Record<string, string>)[verb];
    if (name) this.pile(`[data-pile=${name}]:not([aria-current])`, change);
  }

  private shown(change: number): void {
    this.pile("[aria-current]", change);
    const none = this.cards().length === 0;
    if (none && !this.end) {
      const on = this.button(this.text("on"), () => this.goOn());
      this.end = document.createElement("div");
      this.end.className = "card talk-empty actions";
      const line = document.createElement("p");
      line.textContent = this.text("done");
      this.end.append(line, on);
      this.list.after(this.end);
      on.focus();
    } else if (!none) {
      this.end?.remove();
      this.end = null;
    }
    this.bulk.hidden = none;
    const bar = byID("talk-bar");
    if (bar) bar.hidden = none;
    this.count();
  }

  /** Goes to the next comments once everything has left. */
  private goOn(): void {
    if (this.outbox.waiting.length > 0) {
      window.setTimeout(() => this.goOn(), 50);
      return;
    }
    const query = this.list.dataset.query;
    location.assign(this.list.dataset.waiting !== "true" && this.list.dataset.next ? this.list.dataset.next : "/desk/comments" + (query ? "?" + query : ""));
  }

  private count(): void {
    const n = this.marked().length;
    this.bulk.classList.toggle("stuck", n > 0);
    const label = byID("talk-marked")!;
    label.dataset.plain ??= label.textContent ?? "";
    label.textContent = n > 0 ? this.text("marked", n) : label.dataset.plain;
  }

  // What is done to it.

  private decide(verb: string, cards: Card[]): void {
    if (cards.length === 0) return;
    const ids = cards.map((card) => card.dataset.comment ?? "");
    const stays = (verb === "pick" || verb === "unpick") && this.list.dataset.status === "approved";
    if (stays) for (const card of cards) this.picked(card, verb === "pick");
    this.outbox.add({ verb, ids, path: "/desk/comments/decide", fields: [...ids.map((id): [string, string] => ["comment", id]), ...cards.map((card): [string, string] => ["seen", card.dataset.seen ?? ""]), ["do", verb]], back: stays ? (verb === "pick" ? "unpick" : "pick") : this.former() });
    if (!stays) this.take(ids);
    this.fills(verb, ids.length);
    this.tell(verb, ids.length);
  }

  /** What brings a comment back into this list when its undo is not known. */
  private former(): string {
    return ({ spam: "spam", binned: "bin", approved: "approve" } as Record<string, string>)[this.list.dataset.status ?? ""] ?? "hold";
  }

  private picked(card: Card, on: boolean): void {
    card.dataset.picked = String(on);
    const button = card.querySelector<HTMLButtonElement>(".talk-do button[value=pick], .talk-do button[value=unpick]");
    if (!button) return;
    button.value = on ? "unpick" : "pick";
    button.textContent = this.text(on ? "do_unpick" : "do_pick");
  }

  private wave(card: Card, verb: string): void {
    const wave = card.dataset.wave;
    if (!wave) return;
    const ids = this.cards().filter((other) => other.dataset.wave === wave).map((other) => other.dataset.comment ?? "");
    this.outbox.add({ verb, ids, path: "/desk/comments/decide", fields: [["wave", wave], ["do", verb]] });
    this.take(ids);
    this.fills(verb, ids.length);
    this.tell(verb, 1);
  }

  private reply(form: HTMLFormElement, card: Card): void {
    const waits = this.list.dataset.waiting === "true";
    const id = card.dataset.comment ?? "";
    this.outbox.add({ verb: "reply", ids: waits ? [id] : [], path: form.getAttribute("action") ?? "", fields: this.fields(form) });
    form.closest("details")!.open = false;
    if (waits) this.take([id]);
    this.tell("reply", 1);
  }

  private fields(form: HTMLFormElement): [string, string][] {
    return [...new FormData(form)].map(([name, value]): [string, string] => [name, String(value)]);
  }

  private undo(): void {
    const deed = this.outbox.undoLast();
    if (!deed) {
      this.say(this.text("nothing"), false);
      return;
    }
    if (deed.verb === "pick" || deed.verb === "unpick") for (const card of this.cards()) if (deed.ids.includes(card.dataset.comment ?? "")) this.picked(card, deed.verb === "unpick");
    const beyond = this.beyond.get(deed.key) ?? 0;
    this.put(deed.ids);
    this.pile("[aria-current]", beyond);
    this.fills(deed.verb, -deed.ids.length - beyond);
    this.say(this.text("undone"), false);
    if (this.missing && this.outbox.waiting.length === 0) location.reload();
  }

  private tell(verb: string, n: number): void {
    const what = n > 1 ? this.text("several", this.text(verb), n) : this.text(verb);
    this.say(what + " · " + this.text("left", this.cards().length), true);
  }

  private say(text: string, undo: boolean): void {
    this.said.textContent = text;
    byID("talk-undo")!.hidden = !undo;
    this.toast.hidden = false;
    byID("talk-done")?.remove();
  }

  private submitted(e: SubmitEvent): void {
    const form = e.target as HTMLFormElement;
    const card = form.closest<Card>(".talk-card");
    const button = e.submitter as HTMLButtonElement | null;
    e.preventDefault();
    if (form === this.bulk) this.decide(button?.value ?? "", this.marked());
    else if (!card) return;
    else if (form.classList.contains("talk-do")) this.decide(button?.value ?? "", [card]);
    else if (form.classList.contains("talk-wave")) this.wave(card, button?.value ?? "");
    else this.reply(form, card);
  }

  // What the server says of it.

  done(deed: Deed, outcome: Outcome): void {
    if (deed.verb === "reply") for (const card of this.all) if (card.dataset.page && deed.path.startsWith(card.dataset.page + "/")) card.querySelector("textarea")!.value = "";
    if (deed.fields[0]?.[0] === "wave") { // most of it is not on this page
      this.beyond.set(deed.key, outcome.changed - deed.ids.length);
      this.pile("[aria-current]", deed.ids.length - outcome.changed);
      this.fills(deed.verb, outcome.changed - deed.ids.length);
      this.tell(deed.verb, outcome.changed);
    }
    if (outcome.left) {
      if (deed.verb !== "undo") this.fills(deed.verb, outcome.changed - deed.ids.length);
      this.warn(outcome.left.join("\n"), null);
    }
    if (this.missing && deed.verb === "undo" && this.outbox.waiting.length === 0) location.reload();
  }

  failed(deed: Deed, why: string): void {
    this.put(deed.ids);
    this.fills(deed.verb, -deed.ids.length);
    for (const card of this.all) {
      if (!deed.ids.includes(card.dataset.comment ?? "")) continue;
      card.classList.add("failed");
      const details = card.querySelector<HTMLDetailsElement>(".talk-reply");
      if (deed.verb === "reply" && details) details.open = true;
    }
    this.warn(this.text("failed", why || this.text("unsent", 1)), null);
  }

  waits(left: number, why: "" | "away" | "signed_out"): void {
    if (why === "" && this.trouble.dataset.why !== "failed") this.trouble.hidden = true;
    if (why === "away") this.warn(this.text("unsent", left), null);
    if (why === "signed_out") this.warn(this.text("signed_out", left), this.button(this.text("sign_in"), () => void signInAgain().then(() => this.outbox.go())));
    if (why !== "") this.trouble.dataset.why = why;
  }

  private warn(text: string, button: HTMLButtonElement | null): void {
    const line = document.createElement("span");
    line.textContent = text;
    const old = this.trouble.querySelector("button");
    if (button && old && this.trouble.dataset.why === "signed_out") button = old; // which may have the focus
    this.trouble.dataset.why = "failed";
    this.trouble.replaceChildren(line, ...(button ? [button] : []));
    this.trouble.hidden = false;
  }

  private button(label: string, act: () => void): HTMLButtonElement {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = label;
    button.addEventListener("click", act);
    return button;
  }

  // Keys, the bar of a phone, swipes, the dialog.

  private startKeys(): void {
    this.keys.hidden = false;
    const on = byID<HTMLInputElement>("talk-keys-on")!;
    on.checked = localStorage.getItem(keysPlace) !== "off";
    this.keys.open = on.checked && matchMedia("(min-width: 60rem)").matches;
    on.addEventListener("change", () => localStorage.setItem(keysPlace, on.checked ? "on" : "off"));
  }

  private key(e: KeyboardEvent): void {
    const target = e.target as HTMLElement;
    const typing = target.closest("textarea, select, input:not([type=checkbox], [type=radio])") !== null;
    const form = target.closest<HTMLFormElement>(".talk-reply form");
    if (form && e.key === "Enter" && (e.ctrlKey || e.metaKey)) {
      e.preventDefault();
      form.requestSubmit();
    } else if (form && e.key === "Escape") {
      form.closest("details")!.open = false;
      this.choose(form.closest<Card>(".talk-card"), true);
    }
    if (typing || e.ctrlKey || e.metaKey || e.altKey || document.querySelector("dialog[open]") || !byID<HTMLInputElement>("talk-keys-on")!.checked) return;
    // On a keyboard of another script the place of the key counts.
    const key = /^[a-z?]$/i.test(e.key) ? e.key.toLowerCase() : e.code.startsWith("Key") ? e.code.slice(3).toLowerCase() : e.key;
    if (this.press(key)) e.preventDefault();
  }

  private press(key: string): boolean {
    const card = this.current;
    const marked = this.marked();
    const meant = marked.length > 0 ? marked : card ? [card] : [];
    switch (key) {
      case "a": this.decide("approve", meant); return true;
      case "s": this.decide("spam", meant); return true;
      case "b": this.decide("bin", meant); return true;
      case "u": this.undo(); return true;
      case "n": case "j": this.step(1); return true;
      case "p": case "k": this.step(-1); return true;
      case "?": this.keys.open = !this.keys.open; return true;
    }
    if (!card) return false;
    switch (key) {
      case "r": {
        const details = card.querySelector<HTMLDetailsElement>(".talk-reply")!;
        details.open = true;
        details.querySelector("textarea")!.focus();
        return true;
      }
      case "x": this.askBan(card); return true;
      case "e": this.decide(card.dataset.picked === "true" ? "unpick" : "pick", [card]); return true;
      case "w": this.wave(card, "spam"); return true;
      case "m": {
        const box = this.box(card)!;
        box.checked = !box.checked;
        this.count();
        return true;
      }
      case "o": location.assign(card.querySelector<HTMLAnchorElement>(".talk-more")!.href); return true;
    }
    return false;
  }

  private startBar(): void {
    const bar = byID("talk-bar")!;
    for (const verb of ["spam", "bin", "ban", "approve"]) {
      const button = this.button(this.text("do_" + verb), () => {
        if (!this.current) return;
        if (verb === "ban") this.askBan(this.current);
        else this.decide(verb, [this.current]);
      });
      if (verb !== "approve") button.className = "quiet";
      bar.append(button);
    }
    bar.hidden = false;
  }

  private startSwipes(): void {
    let card: Card | null = null;
    let x = 0, y = 0, dx = 0;
    const rightward = getComputedStyle(document.documentElement).direction === "rtl" ? -1 : 1;
    const rest = () => {
      if (card) {
        card.style.transform = "";
        delete card.dataset.swipe;
      }
      card = null;
      dx = 0;
    };
    this.list.addEventListener("pointerdown", (e) => {
      const target = e.target as Element;
      if (e.pointerType !== "touch" || !e.isPrimary || target.closest("a, button, input, textarea, summary, label, pre")) return;
      card = target.closest<Card>(".talk-card");
      [x, y, dx] = [e.clientX, e.clientY, 0];
    });
    this.list.addEventListener("pointermove", (e) => {
      if (!card) return;
      const across = e.clientX - x;
      if (dx === 0 && (Math.abs(across) < 12 || Math.abs(across) < 2 * Math.abs(e.clientY - y))) return;
      dx = across;
      card.style.transform = `translateX(${dx}px)`;
      card.dataset.swipe = Math.abs(dx) < pulled ? "" : dx * rightward > 0 ? "approve" : "spam";
    });
    this.list.addEventListener("pointercancel", rest);
    this.list.addEventListener("pointerup", () => {
      const meant = card, verb = card?.dataset.swipe;
      rest();
      if (!meant || !verb) return;
      this.choose(meant, false);
      this.decide(verb, [meant]);
    });
  }

  private startBan(): void {
    const form = this.dialog.querySelector("form")!;
    byID("talk-ban-close")?.addEventListener("click", () => this.dialog.close());
    form.addEventListener("submit", (e) => {
      e.preventDefault();
      const card = this.banned;
      this.dialog.close();
      if (!card) return;
      const clears = (form.elements.namedItem("clear") as HTMLInputElement).checked;
      const id = card.dataset.comment ?? "";
      this.outbox.add({ verb: "ban", ids: clears ? [id] : [], path: (card.dataset.page ?? "") + "/ban", fields: [...this.fields(form), ["seen", card.dataset.seen ?? ""]] });
      if (clears) this.take([id]);
      this.tell("ban", 1);
    });
  }

  private askBan(card: Card): void {
    this.banned = card;
    const form = this.dialog.querySelector("form")!;
    form.reset();
    byID("talk-ban-name")!.textContent = card.querySelector("h2")?.textContent ?? "";
    const has: Record<string, boolean> = { writer: card.dataset.writer === "true", prefix: card.dataset.network === "true", device: true, domain: true };
    let chosen = false;
    for (const radio of form.querySelectorAll<HTMLInputElement>("[name=kind]")) {
      radio.disabled = !has[radio.value];
      radio.closest("label")!.hidden = radio.disabled;
      radio.checked = !chosen && !radio.disabled;
      chosen ||= radio.checked;
    }
    (form.elements.namedItem("domain") as HTMLInputElement).value = card.dataset.host ?? "";
    this.dialog.showModal();
  }
}

const list = byID("talk-list");
if (list) new Queue(list);
