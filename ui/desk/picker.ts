// Choosing a medium from the library, and putting files into it.

export type MediaKind = "picture" | "audio" | "video" | "file";

/** A medium as the library's routes describe it. */
export interface Media {
  id: string; kind: MediaKind; name: string; title: string;
  url: string; thumb: string; width: number; height: number; bytes: number;
  alt: string; caption: string; credit: string;
  state: string; problem: string; existing: boolean; page: string;
  rights: string; expired: boolean; expiring: boolean;
}

/** An answer of the server that says what was wrong, in words for people. */
export class MediaError extends Error {
  constructor(message: string, readonly code: string) { super(message); }
}

type Words = Record<string, string>;

let words: Words = {};

/** A text of the library; its {0} filled. */
export function text(key: string, ...args: (string | number)[]): string {
  return (words["media." + key] ?? "").replace(/\{(\d)\}/g, (whole, n: string) => String(args[Number(n)] ?? whole));
}

/** Takes the texts that a page brought along. */
export function setWords(json: string | undefined): void {
  if (json) words = JSON.parse(json) as Words;
}

const waits = [1000, 3000, 8000];
const wait = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

/**
 * Puts a file into the library. What breaks off on its way is sent again under
 * the same key, so that it is kept once. progress is told the part that was
 * sent, 0 to 1.
 */
export async function uploadMedia(file: File, progress: (fraction: number) => void = () => {}, article = ""): Promise<Media> {
  const key = [...crypto.getRandomValues(new Uint8Array(12))].map((b) => b.toString(16).padStart(2, "0")).join("");
  const query = new URLSearchParams({ name: file.name || "picture", key });
  if (article) query.set("article", article);
  for (let attempt = 0; ; attempt++) {
    try {
      return await send("/desk/media?" + query.toString(), file, progress);
    } catch (error) {
      const again = error instanceof MediaError && (error.code === "broken" || error.code === "too_many" || error.code === "unavailable");
      if (!again || attempt >= waits.length) throw error;
      await wait(waits[attempt]!);
    }
  }
}

function send(address: string, file: File, progress: (fraction: number) => void): Promise<Media> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", address);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.addEventListener("progress", (e) => { if (e.lengthComputable) progress(e.loaded / e.total); });
    const broken = () => reject(new MediaError(text("up_broken"), "broken"));
    request.addEventListener("error", broken);
    request.addEventListener("timeout", broken);
    request.addEventListener("abort", broken);
    request.addEventListener("load", () => {
      const answer = parse(request.responseText);
      if (request.status === 200 && answer) resolve(answer as unknown as Media);
      else reject(troubleOf(answer, request.statusText));
    });
    request.send(file);
  });
}

function parse(json: string): Record<string, string> | null {
  try { return JSON.parse(json) as Record<string, string>; } catch { return null; }
}

function troubleOf(answer: Record<string, string> | null, fallback: string): MediaError {
  return new MediaError([answer?.error ?? fallback, answer?.hint].filter(Boolean).join(" "), answer?.code ?? "broken");
}

interface Found { media: Media[]; next: string; words?: Words }

async function find(query: URLSearchParams): Promise<Found> {
  if (!words["media.pick_title"]) query.set("words", "1");
  const response = await fetch("/desk/media/pick?" + query.toString(), { headers: { Accept: "application/json" } });
  const answer = await response.json().catch(() => null);
  if (!response.ok || !answer) throw troubleOf(answer as Record<string, string> | null, response.statusText);
  const found = answer as Found;
  if (found.words) words = found.words;
  return found;
}

type Child = Node | string;

/** Makes an element; what script may not write as markup. */
export function element<K extends keyof HTMLElementTagNameMap>(tag: K, attributes: Record<string, string> = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  const e = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) e.setAttribute(name, value);
  e.append(...children);
  return e;
}

const accepts: Record<MediaKind, string> = { picture: "image/jpeg,image/png,image/gif,image/webp", audio: "audio/*", video: "video/*", file: "" };

/**
 * Opens the library as a dialog and resolves with what was chosen or uploaded,
 * with null when the dialog was closed.
 */
export function pickMedia(kind: MediaKind, article = ""): Promise<Media | null> {
  return new Picker(kind, article).open();
}

class Picker {
  private readonly title = element("h2", { id: "picker-title" });
  private readonly close = element("button", { type: "button", class: "quiet" });
  private readonly search = element("input", { type: "search", id: "picker-search", autocomplete: "off", autofocus: "" });
  private readonly label = element("label", { for: "picker-search" });
  private readonly file = element("input", { type: "file", class: "picker-file", tabindex: "-1", "aria-hidden": "true" });
  private readonly upload = element("button", { type: "button" });
  private readonly list = element("ul", { class: "picker-grid" });
  private readonly more = element("button", { type: "button", class: "quiet" });
  private readonly said = element("p", { class: "picker-said", role: "status" });
  private readonly bar = element("progress", { max: "1" });
  private readonly dialog: HTMLDialogElement;
  private chosen: Media | null = null;
  private next = "";
  private asked = 0;

  constructor(private readonly kind: MediaKind, private readonly article: string) {
    if (accepts[kind]) this.file.accept = accepts[kind];
    this.bar.hidden = true;
    this.more.hidden = true;
    this.dialog = element("dialog", { class: "picker", "aria-labelledby": "picker-title" },
      element("div", { class: "picker-head" }, this.title, this.close),
      element("div", { class: "picker-tools" }, element("div", { class: "picker-find" }, this.label, this.search), this.upload, this.file),
      this.said, this.bar,
      element("div", { class: "picker-body" }, this.list, this.more));
  }

  async open(): Promise<Media | null> {
    document.body.append(this.dialog);
    this.listen();
    this.write();
    this.dialog.showModal();
    void this.show(false);
    return new Promise((resolve) => this.dialog.addEventListener("close", () => {
      this.dialog.remove();
      resolve(this.chosen);
    }, { once: true }));
  }

  private write(): void {
    this.title.textContent = text("pick_title");
    this.close.textContent = text("pick_close");
    this.label.textContent = text("search");
    this.search.placeholder = text("search_hint");
    this.upload.textContent = text("pick_upload");
    this.more.textContent = text("pick_more");
    this.list.setAttribute("aria-label", text("pick_results"));
    this.bar.setAttribute("aria-label", text("pick_upload"));
  }

  private listen(): void {
    let timer = 0;
    this.search.addEventListener("input", () => {
      clearTimeout(timer);
      timer = window.setTimeout(() => void this.show(false), 200);
    });
    this.close.addEventListener("click", () => this.dialog.close());
    this.more.addEventListener("click", () => void this.show(true));
    this.upload.addEventListener("click", () => this.file.click());
    this.file.addEventListener("change", () => void this.take(this.file.files?.[0]));
    this.dialog.addEventListener("click", (e) => { if (e.target === this.dialog) this.dialog.close(); });
    takeDrops(this.dialog, (files) => void this.take(files[0]));
  }

  /** Lists what fits the search; more adds to the list instead of beginning it. */
  private async show(more: boolean): Promise<void> {
    const asked = ++this.asked;
    const query = new URLSearchParams({ kind: this.kind, q: this.search.value });
    if (more) query.set("after", this.next);
    try {
      const found = await find(query);
      if (asked !== this.asked) return; // a later search is on its way
      this.write();
      this.next = found.next;
      this.more.hidden = !found.next;
      const rows = found.media.map((m) => this.row(m));
      if (more) this.list.append(...rows);
      else this.list.replaceChildren(...rows);
      if (more) rows[0]?.querySelector("button")?.focus();
      this.say(this.list.childElementCount ? "" : text(this.search.value ? "none_found" : "none_yet"));
    } catch (error) {
      if (asked === this.asked) this.say(error instanceof MediaError && error.message ? error.message : text("pick_failed"), true);
    }
  }

  private row(m: Media): HTMLLIElement {
    const frame = element("span", { class: "picker-frame" });
    if (m.thumb) frame.append(element("img", { src: m.thumb, alt: m.alt, loading: "lazy" }));
    else frame.append(text("sign_" + m.kind));
    const name = element("span", { class: "picker-name" }, m.title || m.name);
    const button = element("button", { type: "button" }, frame, name);
    const facts = [m.problem && text("tag_nofile"), m.kind === "picture" && !m.alt && text("tag_noalt"),
      m.expired ? text("tag_expired", m.rights) : m.expiring && text("tag_expiring", m.rights)].filter(Boolean).join(" · ");
    if (facts) button.append(element("span", { class: "picker-facts" }, facts));
    button.addEventListener("click", () => this.choose(m));
    return element("li", {}, button);
  }

  private choose(m: Media): void {
    this.chosen = m;
    this.dialog.close();
  }

  private async take(file: File | undefined): Promise<void> {
    if (!file || this.upload.disabled) return;
    this.upload.disabled = true;
    this.bar.hidden = false;
    this.bar.value = 0;
    this.say(file.name);
    try {
      const m = await uploadMedia(file, (part) => { this.bar.value = part; if (part >= 1) this.say(file.name + ": " + text("up_reading")); }, this.article);
      if (m.kind === this.kind) { this.choose(m); return; }
      this.say(file.name + ": " + text("up_done")); // of another kind than was asked for
    } catch (error) {
      this.say(file.name + ": " + (error instanceof Error ? error.message : text("up_broken")), true);
    }
    this.upload.disabled = false;
    this.bar.hidden = true;
    this.file.value = "";
  }

  private say(what: string, bad = false): void {
    this.said.textContent = what;
    this.said.classList.toggle("bad", bad);
  }
}

/** Lets files be dropped on an element, which gets the class "over" meanwhile. */
export function takeDrops(on: HTMLElement, take: (files: File[]) => void): void {
  const carries = (e: DragEvent) => e.dataTransfer?.types.includes("Files") ?? false;
  on.addEventListener("dragover", (e) => {
    if (!carries(e)) return;
    e.preventDefault();
    on.classList.add("over");
  });
  on.addEventListener("dragleave", (e) => { if (!on.contains(e.relatedTarget as Node | null)) on.classList.remove("over"); });
  on.addEventListener("drop", (e) => {
    if (!carries(e)) return;
    e.preventDefault();
    on.classList.remove("over");
    const files = [...(e.dataTransfer?.files ?? [])];
    if (files.length) take(files);
  });
}
