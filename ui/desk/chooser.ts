// Fields that hold the number of a picture: with script, a picture to choose.

import { element, pickMedia } from "./picker";

/** Turns a field into the picture it names and buttons; the field stays the truth. */
export function chooser(field: HTMLInputElement): void {
  const { choose = "", remove = "" } = field.dataset;
  const label = document.querySelector<HTMLLabelElement>(`label[for="${field.id}"]`);
  const picture = element("img", { alt: "", class: "chooser-picture" });
  const name = element("span", { class: "chooser-name", role: "status" });
  const pick = element("button", { type: "button", class: "quiet", id: field.id + "-choose" }, choose);
  const clear = element("button", { type: "button", class: "quiet" }, remove);
  if (label) {
    label.htmlFor = pick.id;
    pick.setAttribute("aria-label", `${label.textContent}: ${choose}`);
    clear.setAttribute("aria-label", `${label.textContent}: ${remove}`);
  }
  const described = field.getAttribute("aria-describedby");
  if (described) pick.setAttribute("aria-describedby", described);
  const show = () => {
    picture.hidden = clear.hidden = !field.value;
    if (field.value) picture.src = `/desk/media/${encodeURIComponent(field.value)}/file/thumb`;
    else picture.removeAttribute("src");
  };
  const put = (value: string, called: string) => {
    field.value = value;
    name.textContent = called;
    show();
    field.dispatchEvent(new Event("change", { bubbles: true }));
  };
  picture.addEventListener("error", () => { picture.hidden = true; });
  pick.addEventListener("click", () => void pickMedia("picture").then((m) => { if (m) put(m.id, m.title || m.name); pick.focus(); }));
  clear.addEventListener("click", () => { put("", ""); pick.focus(); });
  field.type = "hidden";
  field.after(element("div", { class: "chooser" }, picture, name, element("p", { class: "actions" }, pick, clear)));
  show();
}
