// Newsletters at the desk: articles of an edition are dragged into order, and
// the numbers of one that is being sent stay fresh. Without this script there
// are buttons, and a reload.

export {};

function order(): void {
  const list = document.querySelector<HTMLElement>("[data-items]");
  if (!list) return;
  let moved: HTMLElement | null = null;
  const items = () => [...list.querySelectorAll<HTMLElement>("[data-item]")];
  for (const item of items()) {
    item.draggable = true;
    item.addEventListener("dragstart", (e) => {
      moved = item;
      e.dataTransfer?.setData("text/plain", "");
    });
    item.addEventListener("dragend", () => {
      moved = null;
      items().forEach((one) => one.classList.remove("nl-over"));
    });
    item.addEventListener("dragover", (e) => {
      if (!moved || moved === item) return;
      e.preventDefault();
      items().forEach((one) => one.classList.toggle("nl-over", one === item));
    });
    item.addEventListener("drop", (e) => {
      e.preventDefault();
      if (moved && moved !== item) item.before(moved);
    });
  }
}

function subject(): void {
  const field = document.querySelector<HTMLInputElement>("[data-count]");
  const help = document.getElementById("subject-help");
  if (!field || !help) return;
  const said = help.textContent ?? "";
  const most = Number(field.dataset.count);
  const show = () => {
    const n = [...field.value].length;
    help.textContent = `${said} (${n}/${most})`;
  };
  field.addEventListener("input", show);
  show();
}

interface Progress { state: string; percent: number; trouble: string; [name: string]: string | number }

function progress(): void {
  const card = document.querySelector<HTMLElement>("[data-progress]");
  const bar = card?.querySelector("progress");
  if (!card || !bar) return;
  const tick = async () => {
    try {
      const answer = await fetch(card.dataset.progress ?? "", { headers: { Accept: "application/json" } });
      if (answer.status === 401) return;
      const now = (await answer.json()) as Progress;
      if (answer.ok) {
        bar.value = now.percent;
        for (const place of card.querySelectorAll<HTMLElement>("[data-n]")) place.textContent = String(now[place.dataset.n ?? ""] || "–");
        if (now.state !== "sending") {
          location.reload();
          return;
        }
      }
    } catch { /* the network comes back */ }
    window.setTimeout(() => void tick(), 3000);
  };
  window.setTimeout(() => void tick(), 3000);
}

order();
subject();
progress();
