// Elements without HTML text: Trusted Types allow no innerHTML.

type Child = Node | string | null | undefined | false;
type Props = Record<string, string | number | boolean | null | undefined | ((e: never) => void)>;

let serial = 0;
export const uid = (prefix: string) => `ed-${prefix}-${++serial}`;

/** An element: "on…" properties are listeners, true is an empty attribute, false and null are none. */
export function h<K extends keyof HTMLElementTagNameMap>(tag: K, props?: Props | null, ...children: Child[]): HTMLElementTagNameMap[K] {
  const e = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (typeof value === 'function') e.addEventListener(name.slice(2), value as unknown as EventListener);
    else if (value === true) e.setAttribute(name, '');
    else if (value !== false && value !== null && value !== undefined) e.setAttribute(name, String(value));
  }
  append(e, children);
  return e;
}

export function append(e: Element, children: Child[]): void {
  for (const c of children) if (c) e.append(c);
}

export function fill(e: Element, ...children: Child[]): void {
  e.replaceChildren();
  append(e, children);
}

const paths: Record<string, string> = {
  plus: 'M10 4v12M4 10h12', grip: 'M7.5 5h.01M12.5 5h.01M7.5 10h.01M12.5 10h.01M7.5 15h.01M12.5 15h.01', up: 'M10 16V4M5 9l5-5 5 5', down: 'M10 4v12M5 11l5 5 5-5',
  close: 'M5 5l10 10M15 5L5 15', check: 'M4 10.5l4 4 8-9', bin: 'M4 6h12M8 6V4h4v2M6 6l.7 10h6.6L14 6', copy: 'M7 7h9v9H7zM4 13V4h9', more: 'M5 10h.01M10 10h.01M15 10h.01',
  bold: 'M6 4h5a3 3 0 010 6H6zM6 10h6a3 3 0 010 6H6z', italic: 'M8 4h6M6 16h6M11.5 4l-3 12', underline: 'M6 3v6a4 4 0 008 0V3M5 17h10', strike: 'M4 10h12M13.5 6.5C13 5 11.700 4 10 4 8 4 6.500 5 6.500 6.800M6.500 13c.4 1.800 1.700 3 3.700 3 2 0 3.500-1.200 3.500-3 0-.5-.1-1-.3-1.300',
  code: 'M7 5l-5 5 5 5M13 5l5 5-5 5', link: 'M8.500 11.500a3 3 0 004.200 0l3-3a3 3 0 00-4.200-4.200l-1 1M11.500 8.500a3 3 0 00-4.200 0l-3 3a3 3 0 004.200 4.200l1-1', highlight: 'M5 15l-1 2h4l8-8-3.500-3.500zM11 6.500L14.500 10',
  sub: 'M3 4l7 9M10 4l-7 9M13 13.500c0-2 4-2 4 0 0 1.500-4 2-4 3.500h4', sup: 'M3 7l7 9M10 7l-7 9M13 4c0-2 4-2 4 0 0 1.500-4 2-4 3.500h4', language: 'M10 2a8 8 0 100 16 8 8 0 000-16zM2 10h16M10 2c-5 5-5 11 0 16M10 2c5 5 5 11 0 16',
  paragraph: 'M8 10a3 3 0 010-6h6M9.500 4v12M13 4v12', heading: 'M5 4v12M14 4v12M5 10h9', list: 'M8 5h9M8 10h9M8 15h9M3.500 5h.01M3.500 10h.01M3.500 15h.01', ordered: 'M8 5h9M8 10h9M8 15h9M3 3.500l1-.5v4M3 13h2l-2 3h2', quote: 'M8 5C5 6 4 8 4 11v4h4v-4H6M16 5c-3 1-4 3-4 6v4h4v-4h-2',
  picture: 'M3 4h14v12H3zM3 13l4-4 4 4 2-2 4 4M13 7.500h.01', gallery: 'M3 3h6v6H3zM11 3h6v6h-6zM3 11h6v6H3zM11 11h6v6h-6z', audio: 'M4 8v4h3l4 3V5L7 8zM14 7.500a3.500 3.500 0 010 5', video: 'M3 5h10v10H3zM13 9l4-2.500v7L13 11z', file: 'M5 2h7l3 3v13H5zM12 2v3h3', embed: 'M3 5h14v10H3zM8.500 8v4l3.500-2z',
  table: 'M3 4h14v12H3zM3 8h14M3 12h14M8 4v12M13 4v12', columns: 'M3 4h6v12H3zM11 4h6v12h-6z', rule: 'M3 10h14', details: 'M4 5l4 5-4 5M11 6h6M11 10h6M11 14h6', facts: 'M3 3h14v14H3zM6 7h8M6 10h8M6 13h5', timeline: 'M5 3v14M5 6h.01M5 10h.01M5 14h.01M9 6h8M9 10h8M9 14h5',
  accounts: 'M3 5h6v7H6l-3 3zM11 5h6v10l-3-3h-3z', correction: 'M4 16l1-4 8-8 3 3-8 8zM12 5l3 3', related: 'M4 4h12v12H4zM8 12l4-4M8.500 8H12v3.500', footnote: 'M3 6h8M3 10h6M3 14h8M14 5l1.500-1v6', button: 'M3 6h14v8H3zM7 10h6', math: 'M5 4h10M5 4l5 6-5 6h10', mail: 'M3 5h14v10H3zM3 6l7 5 7-5', more_line: 'M3 10h3M8.500 10h3M14 10h3', page: 'M4 3v5h12V3M4 17v-5h12v5M3 10h1M8 10h1M12 10h1M16 10h1',
  search: 'M9 3a6 6 0 100 12A6 6 0 009 3zM13.500 13.500L18 18', warn: 'M10 3l8 14H2zM10 8v4M10 14.500h.01', retry: 'M15 6a6 6 0 10 1 6M15 2v4h-4', calendar: 'M3 5h14v12H3zM3 9h14M7 3v4M13 3v4', help: 'M10 2a8 8 0 100 16 8 8 0 000-16zM8 8c0-3 4-3 4 0 0 1.500-2 1.500-2 3M10 14h.01', left: 'M3 4h14M3 8h8M3 12h14M3 16h8', center: 'M3 4h14M6 8h8M3 12h14M6 16h8', right: 'M3 4h14M9 8h8M3 12h14M9 16h8', next: 'M5 8l5 5 5-5', previous: 'M5 12l5-5 5 5', edit: 'M4 16l1-4 8-8 3 3-8 8z', verse: 'M4 4h10M4 8h12M4 12h7M4 16h9', block: 'M3 4h14v12H3z', pin: 'M10 3v9M6 12h8M10 12v5',
};

export function icon(name: string): SVGSVGElement {
  const ns = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(ns, 'svg');
  for (const [k, v] of [['viewBox', '0 0 20 20'], ['aria-hidden', 'true'], ['class', 'ed-icon']] as const) svg.setAttribute(k, v);
  const path = document.createElementNS(ns, 'path');
  path.setAttribute('d', paths[name] ?? paths.block!);
  svg.append(path);
  return svg;
}

/** A button with an icon; its name is read out and shown as a tip. */
export function iconButton(name: string, label: string, run: (e: MouseEvent) => void, more?: Props): HTMLButtonElement {
  return h('button', { type: 'button', class: 'ed-tool', 'aria-label': label, title: label, onclick: run as (e: never) => void, ...more }, icon(name));
}

export function textButton(label: string, run: () => void, more?: Props): HTMLButtonElement {
  return h('button', { type: 'button', class: 'ed-button', onclick: run, ...more }, label);
}

/** Arrow keys move the focus inside a group; one of it is a stop for Tab. */
export function roving(group: HTMLElement, selector: string, vertical = false): void {
  const items = () => [...group.querySelectorAll<HTMLElement>(selector)].filter((e) => !e.hidden && !(e as HTMLButtonElement).disabled);
  const settle = (to?: HTMLElement) => {
    const all = items();
    const stop = to ?? all.find((e) => e.tabIndex === 0) ?? all[0];
    for (const e of group.querySelectorAll<HTMLElement>(selector)) e.tabIndex = e === stop ? 0 : -1;
  };
  settle();
  group.addEventListener('focusin', (e) => settle(items().find((i) => i === e.target)));
  group.addEventListener('keydown', (e) => {
    const all = items(), at = all.indexOf(document.activeElement as HTMLElement);
    if (at < 0) return;
    const rtl = getComputedStyle(group).direction === 'rtl' && !vertical;
    const forward = vertical ? 'ArrowDown' : rtl ? 'ArrowLeft' : 'ArrowRight', back = vertical ? 'ArrowUp' : rtl ? 'ArrowRight' : 'ArrowLeft';
    const to = e.key === forward ? at + 1 : e.key === back ? at - 1 : e.key === 'Home' ? 0 : e.key === 'End' ? all.length - 1 : null;
    if (to === null) return;
    e.preventDefault();
    all[(to + all.length) % all.length]!.focus();
  });
}

/** Puts a floating element at a place inside its positioned parent, kept within the screen. */
export function place(e: HTMLElement, at: { left: number; right: number; top: number; bottom: number }, side: 'above' | 'below', centre = false): void {
  const parent = (e.offsetParent ?? document.documentElement) as HTMLElement, origin = parent.getBoundingClientRect();
  const size = e.getBoundingClientRect(), screen = document.documentElement.clientWidth;
  const rtl = getComputedStyle(e).direction === 'rtl';
  let left = centre ? (at.left + at.right - size.width) / 2 : rtl ? at.right - size.width : at.left;
  left = Math.max(8, Math.min(left, screen - size.width - 8));
  const height = window.visualViewport?.height ?? innerHeight;
  const roomBelow = height - at.bottom, roomAbove = at.top;
  const above = side === 'above' ? roomAbove > size.height + 8 || roomAbove > roomBelow : roomBelow < size.height + 8 && roomAbove > roomBelow;
  const top = above ? at.top - size.height - 8 : at.bottom + 6;
  e.style.left = `${left - origin.left + parent.scrollLeft - parent.clientLeft}px`;
  e.style.top = `${top - origin.top + parent.scrollTop - parent.clientTop}px`;
}
