// Trees and orders of the structure pages: rows are dragged by a handle, which
// this script adds. The buttons beside each row do the same without it.

import { chooser } from "./chooser";

type Where = "before" | "after" | "inside";

const marks: Record<Where, string> = { before: "drop-before", after: "drop-after", inside: "drop-inside" };

class Tree {
  private dragged: HTMLElement | null = null;
  private target: HTMLElement | null = null;
  private where: Where = "after";

  constructor(private readonly form: HTMLFormElement) {
    for (const row of this.rows()) this.addGrip(row);
  }

  private rows(): HTMLElement[] {
    return [...this.form.querySelectorAll<HTMLElement>("li[data-id]")];
  }

  private addGrip(row: HTMLElement): void {
    const grip = document.createElement("span");
    grip.className = "grip";
    grip.textContent = "⠿";
    grip.setAttribute("aria-hidden", "true");
    row.prepend(grip);
    grip.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      event.preventDefault();
      grip.setPointerCapture(event.pointerId);
      this.dragged = row;
      row.classList.add("drag");
    });
    grip.addEventListener("pointermove", (event) => this.over(event));
    grip.addEventListener("pointerup", () => this.drop());
    grip.addEventListener("pointercancel", () => this.clear());
  }

  private over(event: PointerEvent): void {
    if (!this.dragged) return;
    const row = document.elementFromPoint(event.clientX, event.clientY)?.closest<HTMLElement>("li[data-id]") ?? null;
    this.unmark();
    if (!row || row === this.dragged || !this.form.contains(row)) return;
    const box = row.getBoundingClientRect();
    const part = (event.clientY - box.top) / box.height;
    this.where = part < 0.3 ? "before" : part > 0.7 || this.form.dataset.tree === "flat" ? "after" : "inside";
    this.target = row;
    row.classList.add(marks[this.where]);
  }

  private drop(): void {
    const { dragged, target, where } = this;
    this.clear();
    if (!dragged || !target) return;
    this.set("id", dragged.dataset.id ?? "");
    this.set("target", target.dataset.id ?? "");
    this.set("where", where);
    this.form.requestSubmit();
  }

  private set(name: string, value: string): void {
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = name;
    field.value = value;
    this.form.append(field);
  }

  private unmark(): void {
    this.target?.classList.remove(...Object.values(marks));
    this.target = null;
  }

  private clear(): void {
    this.unmark();
    this.dragged?.classList.remove("drag");
    this.dragged = null;
  }
}

for (const form of document.querySelectorAll<HTMLFormElement>("form[data-tree]")) new Tree(form);

for (const field of document.querySelectorAll<HTMLInputElement>("input[data-medium]")) chooser(field);

// What only some kinds of entries have is there for these, and wherever something
// was typed: that is refused with words, never lost.
const kind = document.querySelector<HTMLSelectElement>("#entry select[name=kind]");
if (kind) {
  const fit = () => {
    for (const part of document.querySelectorAll<HTMLElement>("[data-kinds]")) {
      const typed = [...part.querySelectorAll("input")].some((input) => input.value.trim());
      part.hidden = !typed && !part.dataset.kinds!.split(" ").includes(kind.value);
    }
  };
  kind.addEventListener("change", fit);
  fit();
}

// The preview follows what is chosen before it is saved.
const look = document.querySelector<HTMLFormElement>("form[data-look]");
if (look) {
  const frames = [...document.querySelectorAll<HTMLIFrameElement>("iframe.look")];
  const links = [...document.querySelectorAll<HTMLAnchorElement>(".look-frames h2 a")];
  look.addEventListener("change", () => {
    const query = new URLSearchParams();
    for (const [name, value] of new FormData(look)) if (typeof value === "string") query.set(name, value);
    for (const link of links) link.search = query.toString();
    query.set("frame", "1");
    for (const frame of frames) {
      const address = new URL(frame.src);
      address.search = query.toString();
      frame.src = address.href;
    }
  });
}
