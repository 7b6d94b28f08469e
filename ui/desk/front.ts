// The board on which editors arrange a front. Everything it does, the server
// does: each drag, resize and button sends the form with one more instruction
// ("put:17:b2:1"), and the answer takes the place of the page.

export {};

type Words = Record<string, string>;

const sizes = ["", "small", "medium", "large"];

function board(): HTMLFormElement | null {
  const form = document.getElementById("board");
  return form instanceof HTMLFormElement && form.dataset.words ? form : null;
}

function text(key: string, arg = ""): string {
  const words = JSON.parse(board()?.dataset.words ?? "{}") as Words;
  return (words["fronts.js_" + key] ?? key).replace("{0}", arg);
}

// news tells in one live region what happens.
const news = document.createElement("p");
news.className = "fb-status";
news.setAttribute("role", "status");
let fading = 0;

function say(message: string, fade = true): void {
  news.textContent = message;
  clearTimeout(fading);
  if (fade) fading = window.setTimeout(() => (news.textContent = ""), 2500);
}

let busy = false;
let waiting: (() => void) | null = null;

/** send posts the board with an instruction and shows the answer. */
function send(instruction: string, focus = ""): void {
  const form = board();
  if (!form) return;
  if (busy) {
    waiting = () => send(instruction, focus);
    return;
  }
  busy = true;
  say(text("saving"), false);
  const data = new URLSearchParams();
  new FormData(form).forEach((value, name) => {
    if (typeof value === "string") data.append(name, value);
  });
  data.set("do", instruction);
  const ask = new XMLHttpRequest();
  ask.open("POST", form.action);
  ask.responseType = "document";
  ask.onload = () => {
    busy = false;
    const next = ask.response instanceof Document ? ask.response : null;
    if (!next?.getElementById("board")) {
      // Signed out, or something went wrong: let the browser show it.
      const own = document.createElement("input");
      own.type = "hidden";
      own.name = "do";
      own.value = instruction;
      form.append(own);
      form.submit();
      return;
    }
    show(next, focus);
    say(next.querySelector(".wrong p")?.textContent ?? text("saved"));
    const then = waiting;
    waiting = null;
    then?.();
  };
  ask.onerror = () => {
    busy = false;
    waiting = null;
    say(text("lost"), false);
  };
  ask.send(data);
}

/** show puts another state of the page in the place of this one. */
function show(next: Document, focus: string): void {
  const main = document.querySelector("main");
  const fresh = next.querySelector("main");
  if (!main || !fresh) return;
  const open = new Set<string>();
  for (const details of main.querySelectorAll<HTMLDetailsElement>("details[open][data-keep]")) open.add(details.dataset.keep ?? "");
  const publish = new Map<string, string>();
  for (const name of ["at", "until", "name"]) publish.set(name, field(main, name)?.value ?? "");
  const later = main.querySelector<HTMLInputElement>('input[name="when"][value="later"]')?.checked ?? false;
  const target = main.querySelector<HTMLSelectElement>("#target")?.value ?? "";
  const found = main.querySelector(".fb-found")?.scrollTop ?? 0;
  const y = window.scrollY;

  const adopted = document.adoptNode(fresh);
  for (const details of adopted.querySelectorAll<HTMLDetailsElement>("details[data-keep]")) details.open = open.has(details.dataset.keep ?? "");
  for (const [name, value] of publish) {
    const input = field(adopted, name);
    if (input && !input.value) input.value = value;
  }
  const radio = adopted.querySelector<HTMLInputElement>('input[name="when"][value="later"]');
  if (radio && later) radio.checked = true;
  const select = adopted.querySelector<HTMLSelectElement>("#target");
  if (select && [...select.options].some((o) => o.value === target)) select.value = target;
  main.replaceWith(adopted);
  const list = adopted.querySelector(".fb-found");
  if (list) list.scrollTop = found;
  window.scrollTo({ top: y, behavior: "instant" });
  dress();
  if (focus) find(focus)?.focus({ preventScroll: true });
  if (adopted.querySelector(".fb-conflict")) adopted.querySelector(".fb-conflict")?.scrollIntoView();
}

function field(root: ParentNode, name: string): HTMLInputElement | null {
  return root.querySelector<HTMLInputElement>(`#board input[name="${name}"]`);
}

/** find is the element that has the focus again: the same button, else its card. */
function find(focus: string): HTMLElement | null {
  for (const one of document.querySelectorAll<HTMLElement>("#board button, #board .fc-size")) {
    if (one instanceof HTMLButtonElement && one.value === focus || one.dataset.focus === focus) return one;
  }
  const story = focus.split(":")[1] ?? "";
  return document.getElementById("story-" + story)?.querySelector<HTMLElement>("button[name=do]") ?? document.querySelector<HTMLElement>(`[data-block="${CSS.escape(story)}"] button`);
}

/** dress adds what needs the script: grips and corners. */
function dress(): void {
  const form = board();
  if (!form) return;
  for (const card of form.querySelectorAll<HTMLElement>(".fc[data-story], .ff[data-story]")) card.prepend(grip(card));
  for (const head of form.querySelectorAll<HTMLElement>(".fb-block:not(.kind-lead) > .fb-head .fb-tools")) head.prepend(grip(head));
  for (const card of form.querySelectorAll<HTMLElement>(".fc-hand[data-story]")) card.append(corner(card));
  for (const input of form.querySelectorAll<HTMLInputElement>("input[data-picture]")) input.after(chooser(input));
}

function grip(on: HTMLElement): HTMLElement {
  const handle = document.createElement("span");
  handle.className = "fc-grip";
  handle.title = text("drag");
  handle.setAttribute("aria-hidden", "true"); // the buttons beside it do the same
  handle.textContent = "⠿";
  handle.addEventListener("pointerdown", (e) => drag(e, on));
  return handle;
}

// --- dragging -----------------------------------------------------------

type Goal = { mark: Element; instruction: string };

function drag(start: PointerEvent, on: HTMLElement): void {
  if (start.button !== 0) return;
  start.preventDefault();
  const section = on.closest<HTMLElement>(".fb-block");
  const story = on.dataset.story;
  const what = story ? on : section;
  if (!what) return;
  const ghost = document.createElement("div");
  ghost.className = "ghost";
  ghost.textContent = what.querySelector(story ? ".fc-headline" : "h2")?.textContent?.trim() ?? "";
  document.body.append(ghost);
  what.classList.add("dragged");
  let goal: Goal | null = null;

  const move = (e: PointerEvent): void => {
    ghost.style.setProperty("left", e.clientX + 12 + "px");
    ghost.style.setProperty("top", e.clientY + 12 + "px");
    const edge = 70;
    if (e.clientY < edge) window.scrollBy(0, -18);
    if (e.clientY > window.innerHeight - edge) window.scrollBy(0, 18);
    const next = story ? storyGoal(e, story, what) : blockGoal(e, what);
    if (next?.mark !== goal?.mark) {
      goal?.mark.classList.remove("over");
      next?.mark.classList.add("over");
    }
    goal = next;
  };
  const end = (e: Event): void => {
    window.removeEventListener("pointermove", move);
    window.removeEventListener("pointerup", end);
    window.removeEventListener("pointercancel", end);
    window.removeEventListener("keydown", escape);
    ghost.remove();
    what.classList.remove("dragged");
    goal?.mark.classList.remove("over");
    if (e.type === "pointerup" && goal) send(goal.instruction, "earlier:" + (story ?? ""));
  };
  const escape = (e: KeyboardEvent): void => {
    if (e.key === "Escape") end(e);
  };
  window.addEventListener("pointermove", move);
  window.addEventListener("pointerup", end);
  window.addEventListener("pointercancel", end);
  window.addEventListener("keydown", escape);
  move(start);
}

/** storyGoal is where a story would go: the place of the card under the pointer. */
function storyGoal(e: PointerEvent, story: string, from: Element): Goal | null {
  const under = document.elementFromPoint(e.clientX, e.clientY);
  const card = under?.closest<HTMLElement>(".fc");
  const block = under?.closest<HTMLElement>(".fb-block");
  const id = block?.dataset.block;
  if (!id || card === from) return null;
  const place = card?.dataset.place ?? String(block.querySelectorAll(".fc-hand").length);
  return { mark: card ?? block, instruction: `put:${story}:${id}:${place}` };
}

/** blockGoal is where a block would go: the place of the block under the pointer. */
function blockGoal(e: PointerEvent, from: HTMLElement): Goal | null {
  const to = document.elementFromPoint(e.clientX, e.clientY)?.closest<HTMLElement>(".fb-block");
  if (!to || to === from) return null;
  return { mark: to, instruction: `move:${from.dataset.block}:${to.dataset.at}` };
}

// --- resizing -----------------------------------------------------------

function sizeOf(card: HTMLElement): number {
  const select = card.querySelector<HTMLSelectElement>("select[data-size]");
  return Math.max(sizes.indexOf(select?.value ?? ""), 0);
}

function corner(card: HTMLElement): HTMLElement {
  const handle = document.createElement("span");
  const story = card.dataset.story ?? "";
  const select = card.querySelector<HTMLSelectElement>("select[data-size]");
  const name = select?.selectedOptions[0]?.textContent ?? "";
  handle.className = "fc-size";
  handle.textContent = "◢";
  handle.tabIndex = 0;
  handle.dataset.focus = "size:" + story;
  handle.title = text("resize", name);
  handle.setAttribute("role", "slider");
  handle.setAttribute("aria-valuemin", "0");
  handle.setAttribute("aria-valuemax", "3");
  handle.setAttribute("aria-valuenow", String(sizeOf(card)));
  handle.setAttribute("aria-valuetext", name);
  handle.setAttribute("aria-label", text("resize", name));
  const choose = (n: number): void => {
    const to = Math.min(Math.max(n, 0), 3);
    if (to === sizeOf(card) || !select) return;
    select.value = sizes[to] ?? "";
    send(`size:${story}:${select.value}`, "size:" + story);
  };
  handle.addEventListener("keydown", (e) => {
    const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[e.key];
    if (!step) return;
    e.preventDefault();
    choose(sizeOf(card) + step);
  });
  handle.addEventListener("pointerdown", (start) => {
    if (start.button !== 0) return;
    start.preventDefault();
    handle.setPointerCapture(start.pointerId);
    const began = sizeOf(card) || 2;
    const unit = Math.max(card.offsetWidth / 2, 50);
    let to = began;
    const away = document.documentElement.dir === "rtl" ? -1 : 1;
    const move = (e: PointerEvent): void => {
      to = Math.min(Math.max(began + Math.round(((e.clientX - start.clientX) * away) / unit), 1), 3);
      say(select?.options[to]?.textContent ?? "", false);
    };
    const end = (e: Event): void => {
      handle.removeEventListener("pointermove", move);
      handle.removeEventListener("pointerup", end);
      handle.removeEventListener("pointercancel", end);
      say("");
      if (e.type === "pointerup") choose(to);
    };
    handle.addEventListener("pointermove", move);
    handle.addEventListener("pointerup", end);
    handle.addEventListener("pointercancel", end);
  });
  return handle;
}

// --- choosing a picture ---------------------------------------------------

type Picked = { items: { id: string; title: string; name: string; thumb: string; alt: string }[] };

function chooser(input: HTMLInputElement): HTMLElement {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet";
  button.textContent = text("choose");
  button.addEventListener("click", () => pick(input));
  return button;
}

function pick(input: HTMLInputElement): void {
  const dialog = document.createElement("dialog");
  dialog.className = "fb-pick";
  dialog.setAttribute("aria-label", text("choose"));
  const words = document.createElement("input");
  words.type = "search";
  words.setAttribute("aria-label", text("choose"));
  const list = document.createElement("ul");
  const close = document.createElement("button");
  close.type = "button";
  close.className = "quiet";
  close.textContent = text("close");
  close.addEventListener("click", () => dialog.close());
  dialog.append(words, list, close);
  dialog.addEventListener("close", () => dialog.remove());
  const load = async (): Promise<void> => {
    const answer = await fetch("/desk/media/pick?kind=picture&q=" + encodeURIComponent(words.value), { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    const found = (await answer.json()) as Picked;
    list.replaceChildren(
      ...found.items.map((item) => {
        const li = document.createElement("li");
        const one = document.createElement("button");
        one.type = "button";
        if (item.thumb) {
          const img = document.createElement("img");
          img.src = item.thumb;
          img.alt = item.alt;
          one.append(img);
        }
        one.append(item.title || item.name);
        one.addEventListener("click", () => {
          input.value = item.id;
          dialog.close();
          send("save");
        });
        li.append(one);
        return li;
      }),
    );
  };
  let typing = 0;
  words.addEventListener("input", () => {
    clearTimeout(typing);
    typing = window.setTimeout(() => void load(), 250);
  });
  document.body.append(dialog);
  dialog.showModal();
  void load();
}

// --- buttons and typing ---------------------------------------------------

document.addEventListener("submit", (e) => {
  const form = board();
  const button = (e as SubmitEvent).submitter;
  if (!form || e.target !== form || !(button instanceof HTMLButtonElement)) return;
  if (button.value === "publish" || button.value === "look" || button.value === "automatic") return;
  e.preventDefault();
  send(button.value, button.value);
});

let typing = 0;
document.addEventListener("input", (e) => {
  if (!(e.target instanceof HTMLInputElement) || e.target.id !== "q" || !board()) return;
  clearTimeout(typing);
  const field = e.target;
  typing = window.setTimeout(() => {
    const { selectionStart } = field;
    search(field.value, selectionStart ?? field.value.length);
  }, 300);
});

/** search shows what has the words, without saving. */
function search(words: string, caret: number): void {
  const form = board();
  if (!form) return;
  const place = form.querySelector<HTMLInputElement>('input[name="section"]')?.value ?? "0";
  const ask = new XMLHttpRequest();
  ask.open("GET", "/desk/front?q=" + encodeURIComponent(words) + (place === "0" ? "" : "&section=" + place));
  ask.responseType = "document";
  ask.onload = () => {
    const now = document.getElementById("find");
    const next = (ask.response as Document | null)?.getElementById("find");
    const list = now?.querySelector(".fb-found, .help");
    const fresh = next?.querySelector(".fb-found, .help");
    if (!now || !list || !fresh || field(document, "q")?.value !== words) return;
    list.replaceWith(document.adoptNode(fresh));
    for (const card of now.querySelectorAll<HTMLElement>(".ff[data-story]")) card.prepend(grip(card));
    field(document, "q")?.setSelectionRange(caret, caret);
  };
  ask.send();
}

document.body.append(news);
dress();
