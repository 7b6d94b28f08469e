// The command palette: Mod-K anywhere at the desk finds pages, actions and
// articles. Its list is what the menu of the page has, and what the desk's own
// search finds.

interface Entry {
  label: string;
  detail: string;
  go: () => void;
}

interface Hit {
  id: string;
  headline: string;
  status: string;
}

const words = (): Record<string, string> => {
  const text = document.body.dataset.words;
  return text ? (JSON.parse(text) as Record<string, string>) : {};
};

const word = (key: string, fallback: string): string => words()["desk." + key] ?? fallback;

// fold makes upper and lower case, and letters with and without accents, alike.
const fold = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").toLocaleLowerCase();

function pages(): Entry[] {
  const links = document.querySelectorAll<HTMLAnchorElement>("#menu a");
  const found = Array.from(links, (a) => ({ label: a.textContent?.trim() ?? "", detail: "", go: () => location.assign(a.href) }));
  for (const form of document.querySelectorAll<HTMLFormElement>(".page-head form, form[data-command]")) {
    const button = form.querySelector("button");
    if (button?.textContent) found.push({ label: button.textContent.trim(), detail: "", go: () => form.requestSubmit(button) });
  }
  return found;
}

class Palette {
  private dialog = document.createElement("dialog");
  private input = document.createElement("input");
  private list = document.createElement("ul");
  private entries: Entry[] = [];
  private chosen = 0;
  private asked = 0;
  private timer = 0;

  constructor() {
    this.dialog.className = "palette";
    this.dialog.setAttribute("aria-label", word("palette", "Go to"));
    this.input.type = "text";
    this.input.setAttribute("role", "combobox");
    this.input.setAttribute("aria-expanded", "true");
    this.input.setAttribute("aria-controls", "palette-list");
    this.input.setAttribute("aria-autocomplete", "list");
    this.input.setAttribute("aria-label", word("palette", "Go to"));
    this.input.placeholder = word("palette_hint", "A page, an action, an article");
    this.list.id = "palette-list";
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", word("palette", "Go to"));
    this.dialog.append(this.input, this.list);
    document.body.append(this.dialog);
    this.input.addEventListener("input", () => this.search());
    this.input.addEventListener("keydown", (e) => this.key(e));
    this.dialog.addEventListener("click", (e) => {
      if (e.target === this.dialog) this.dialog.close();
    });
  }

  open(): void {
    if (this.dialog.open) return;
    this.input.value = "";
    this.show(pages());
    this.dialog.showModal();
    this.input.focus();
  }

  private key(e: KeyboardEvent): void {
    if (e.key === "ArrowDown" || e.key === "ArrowUp") {
      e.preventDefault();
      const n = this.entries.length;
      if (n > 0) this.choose((this.chosen + (e.key === "ArrowDown" ? 1 : n - 1)) % n);
    } else if (e.key === "Enter") {
      e.preventDefault();
      this.entries[this.chosen]?.go();
    }
  }

  private search(): void {
    const query = this.input.value.trim();
    const known = pages().filter((p) => fold(p.label).includes(fold(query)));
    this.show(known);
    clearTimeout(this.timer);
    const asked = ++this.asked;
    if (query.length < 2) return;
    this.timer = window.setTimeout(() => void this.find(query, asked, known), 120);
  }

  private async find(query: string, asked: number, known: Entry[]): Promise<void> {
    let hits: Hit[];
    try {
      const answer = await fetch("/desk/articles/find?q=" + encodeURIComponent(query), { headers: { Accept: "application/json" } });
      if (!answer.ok) return;
      hits = (await answer.json()) as Hit[];
    } catch {
      return; // offline: the pages are still there
    }
    if (asked !== this.asked) return;
    this.show(known.concat(hits.map((h) => ({ label: h.headline, detail: word("palette_status_" + h.status, h.status), go: () => location.assign("/desk/articles/" + h.id) }))));
  }

  private show(entries: Entry[]): void {
    this.entries = entries.slice(0, 30);
    this.list.replaceChildren(
      ...this.entries.map((entry, i) => {
        const item = document.createElement("li");
        item.id = "palette-" + i;
        item.setAttribute("role", "option");
        const label = document.createElement("span");
        label.textContent = entry.label;
        item.append(label);
        if (entry.detail) {
          const detail = document.createElement("span");
          detail.className = "tag";
          detail.textContent = entry.detail;
          item.append(detail);
        }
        item.addEventListener("click", () => entry.go());
        item.addEventListener("pointermove", () => this.choose(i));
        return item;
      }),
    );
    if (this.entries.length === 0) {
      const none = document.createElement("li");
      none.className = "none";
      none.textContent = word("palette_none", "Nothing found");
      this.list.append(none);
    }
    this.choose(0);
  }

  private choose(i: number): void {
    this.chosen = i;
    Array.from(this.list.children).forEach((item, n) => item.setAttribute("aria-selected", String(n === i && this.entries.length > 0)));
    const active = this.list.children[i];
    if (active?.id) this.input.setAttribute("aria-activedescendant", active.id);
    active?.scrollIntoView({ block: "nearest" });
  }
}

// startPalette listens for Mod-K and for the bar's own button.
export function startPalette(): void {
  if (!document.getElementById("menu")) return; // nobody has signed in
  let palette: Palette | undefined;
  const open = (): void => (palette ??= new Palette()).open();
  document.addEventListener("keydown", (e) => {
    if ((e.ctrlKey || e.metaKey) && !e.altKey && !e.shiftKey && e.key.toLowerCase() === "k" && !e.defaultPrevented) {
      e.preventDefault();
      open();
    }
  });
  const bar = document.querySelector(".bar-me");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet bar-find";
  button.textContent = word("palette", "Go to") + " ";
  const key = document.createElement("kbd");
  key.textContent = navigator.platform.startsWith("Mac") ? "⌘K" : "Ctrl K";
  button.append(key);
  button.addEventListener("click", open);
  bar?.before(button);
}
