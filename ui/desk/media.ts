// The pages of the media library: uploads with progress, and framing a picture
// by hand. Without this script both are forms.

import { element, MediaError, setWords, takeDrops, text, uploadMedia, type Media } from "./picker";

/** How many files are on their way at once. */
const lanes = 2;

class Uploads {
  private readonly input: HTMLInputElement;
  private readonly list: HTMLElement;
  private readonly most: number;
  private waiting: (() => Promise<void>)[] = [];
  private running = 0;
  private failed = false;
  private kept: Media[] = [];

  constructor(private readonly form: HTMLFormElement) {
    this.input = form.querySelector<HTMLInputElement>("input[type=file]")!;
    this.list = form.querySelector<HTMLElement>(".media-progress")!;
    this.most = Number(form.dataset.max) * 1024 * 1024;
    this.form.querySelector("button")!.hidden = true;
    this.input.addEventListener("change", () => { this.add([...(this.input.files ?? [])]); this.input.value = ""; });
    form.addEventListener("submit", (e) => e.preventDefault());
    takeDrops(form, (files) => this.add(files));
    window.addEventListener("beforeunload", (e) => { if (this.running > 0) e.preventDefault(); });
  }

  private add(files: File[]): void {
    for (const file of files) {
      const state = element("span", {}, text("up_waiting"));
      const bar = element("progress", { max: "1", value: "0", "aria-label": file.name });
      const row = element("li", {}, element("b", {}, file.name), bar, state);
      this.list.append(row);
      if (file.size > this.most) {
        this.fail(row, state, bar, text("up_large", this.form.dataset.max ?? ""));
        continue;
      }
      this.waiting.push(() => this.send(file, row, state, bar));
    }
    this.go();
  }

  private go(): void {
    while (this.running < lanes && this.waiting.length > 0) {
      this.running++;
      void this.waiting.shift()!().finally(() => { this.running--; this.go(); });
    }
    if (this.running === 0 && this.kept.length > 0 && !this.failed) this.leave();
  }

  /** Leads on as the form does: to the one file, or to all of the person's. */
  private leave(): void {
    const [one, ...more] = this.kept;
    location.assign(more.length ? "/desk/media?view=mine&done=uploaded" : one!.page + "?done=" + (one!.existing ? "existing" : "uploaded"));
  }

  private async send(file: File, row: HTMLElement, state: HTMLElement, bar: HTMLProgressElement): Promise<void> {
    try {
      const m = await uploadMedia(file, (part) => {
        bar.value = part;
        state.textContent = part < 1 ? text("up_sending", Math.round(part * 100)) : text("up_reading");
      });
      this.kept.push(m);
      bar.remove();
      state.replaceChildren(element("a", { href: m.page }, text(m.existing ? "up_existing" : "up_done")));
    } catch (error) {
      this.fail(row, state, bar, error instanceof MediaError ? error.message : text("up_broken"));
    }
  }

  private fail(row: HTMLElement, state: HTMLElement, bar: HTMLElement, why: string): void {
    this.failed = true;
    bar.remove();
    row.classList.add("bad");
    state.textContent = why;
    state.classList.add("bad");
  }
}

type Field = "focal_x" | "focal_y" | "crop_x" | "crop_y" | "crop_w" | "crop_h";

interface Point { x: number; y: number }

/** A drag shorter than this, in percent of the picture, is a click. */
const slip = 3;

/** Sets focal point and crop by hand; the numbers of the form stay the truth. */
class Framing {
  private from: Point | null = null;

  constructor(private readonly form: HTMLFormElement, private readonly stage: HTMLElement) {
    stage.classList.add("live");
    const whole = element("button", { type: "button", class: "quiet" }, text("frame_reset"));
    whole.addEventListener("click", () => this.crop(0, 0, 100, 100));
    stage.parentElement!.after(element("p", { class: "help" }, text("frame_click")), whole);
    stage.addEventListener("pointerdown", (e) => {
      if (e.button !== 0) return;
      e.preventDefault();
      this.from = this.at(e);
      stage.setPointerCapture(e.pointerId);
    });
    stage.addEventListener("pointermove", (e) => { if (this.from) this.drag(this.at(e)); });
    stage.addEventListener("pointerup", (e) => this.end(this.at(e)));
    stage.addEventListener("pointercancel", () => { this.from = null; });
    form.addEventListener("input", () => this.draw());
    this.draw();
  }

  private at(e: PointerEvent): Point {
    const box = this.stage.getBoundingClientRect();
    const part = (v: number, size: number) => Math.min(Math.max(v / size * 100, 0), 100);
    return { x: part(e.clientX - box.left, box.width), y: part(e.clientY - box.top, box.height) };
  }

  private drag(to: Point): void {
    const from = this.from!;
    const w = Math.abs(to.x - from.x), h = Math.abs(to.y - from.y);
    if (w >= slip || h >= slip) this.crop(Math.min(from.x, to.x), Math.min(from.y, to.y), w, h);
  }

  private end(to: Point): void {
    const from = this.from;
    this.from = null;
    if (!from) return;
    if (Math.abs(to.x - from.x) < slip && Math.abs(to.y - from.y) < slip) {
      this.set("focal_x", to.x);
      this.set("focal_y", to.y);
      this.draw();
    }
  }

  /** The smallest crop has sides of a twentieth. */
  private crop(x: number, y: number, w: number, h: number): void {
    const side = (at: number, size: number) => Math.min(Math.max(size, 5), 100 - Math.min(at, 95));
    this.set("crop_x", Math.min(x, 95));
    this.set("crop_y", Math.min(y, 95));
    this.set("crop_w", side(x, w));
    this.set("crop_h", side(y, h));
    this.draw();
  }

  private field(name: Field): HTMLInputElement { return this.form.elements.namedItem(name) as HTMLInputElement; }

  private set(name: Field, value: number): void { this.field(name).value = (Math.round(value * 10) / 10).toString(); }

  private get(name: Field): number { return Math.round((parseFloat(this.field(name).value) || 0) * 10); }

  private draw(): void {
    const [x, y, w, h] = [this.get("crop_x"), this.get("crop_y"), this.get("crop_w"), this.get("crop_h")];
    const all = x === 0 && y === 0 && w >= 1000 && h >= 1000;
    this.stage.querySelector("path")!.setAttribute("d", all ? "" : `M0 0H1000V1000H0ZM${x} ${y}H${Math.min(x + w, 1000)}V${Math.min(y + h, 1000)}H${x}Z`);
    const [down, across] = [...this.stage.querySelectorAll("line")];
    for (const end of ["x1", "x2"]) down!.setAttribute(end, String(this.get("focal_x")));
    for (const end of ["y1", "y2"]) across!.setAttribute(end, String(this.get("focal_y")));
  }
}

/** Says how the alternative text will be read, and when it says nothing. */
function readAloud(form: HTMLFormElement): void {
  const alt = form.elements.namedItem("alt") as HTMLTextAreaElement | null;
  const read = document.getElementById("alt-read");
  if (!alt || !read) return;
  const bare = (name: string) => name.toLowerCase().replace(/\.\w{1,4}$/, "").replace(/[^\p{L}\p{N}]+/gu, " ").trim();
  alt.addEventListener("input", () => {
    const said = alt.value.trim();
    read.replaceChildren(said ? text("alt_read", said) : text("alt_none"));
    if (said && bare(said) === bare(form.dataset.name ?? "")) read.append(" ", element("b", {}, text("alt_named")));
  });
}

const upload = document.querySelector<HTMLFormElement>("form.media-upload[data-words]");
if (upload) {
  setWords(upload.dataset.words);
  new Uploads(upload);
}
const describe = document.querySelector<HTMLFormElement>("#describe");
if (describe) {
  setWords(describe.dataset.words);
  const stage = document.querySelector<HTMLElement>("[data-frame] .media-stage");
  if (stage) new Framing(describe, stage);
  readAloud(describe);
}
