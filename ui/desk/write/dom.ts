// Elements without markup in strings.

type Attrs = Record<string, string | boolean | undefined | ((e: Event) => void)>;

export function h<K extends keyof HTMLElementTagNameMap>(tag: K, attrs: Attrs = {}, ...children: (Node | string)[]): HTMLElementTagNameMap[K] {
  const e = document.createElement(tag);
  for (const [name, value] of Object.entries(attrs)) {
    if (typeof value === 'function') e.addEventListener(name, value);
    else if (value === true) e.setAttribute(name, '');
    else if (typeof value === 'string') e.setAttribute(name, value);
  }
  e.append(...children);
  return e;
}

export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  return document.getElementById(id) as T;
}

export type Words = (key: string, ...args: (string | number)[]) => string;

/** Texts whose keys begin with a prefix, their {0}, {1} filled. */
export function words(json: string, prefix: string): Words {
  const all = JSON.parse(json) as Record<string, string>;
  return (key, ...args) => (all[prefix + key] ?? key).replace(/\{(\d)\}/g, (whole, n: string) => String(args[Number(n)] ?? whole));
}

/** Runs a function when nothing has been asked for a while. */
export function later(wait: number, run: () => void): () => void {
  let timer = 0;
  return () => { clearTimeout(timer); timer = window.setTimeout(run, wait); };
}

/** Offers what a server finds for what is typed, through the field's datalist. */
export function suggest<T extends { name: string }>(field: HTMLInputElement, find: (q: string) => Promise<T[]>, label: (t: T) => string, chosen: (t: T) => void): void {
  const list = field.list!;
  let found: T[] = [];
  const look = later(180, () => {
    const q = field.value.trim();
    if (!q) return;
    find(q).then((hits) => {
      found = hits;
      list.replaceChildren(...hits.map((t) => h('option', { value: label(t) })));
    }, () => {});
  });
  field.addEventListener('input', () => {
    const hit = found.find((t) => label(t) === field.value);
    if (hit) { chosen(hit); return; }
    look();
  });
}
