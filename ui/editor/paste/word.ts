// Word writes lists as paragraphs that say in their style which list and
// level they are of, and footnotes as links to paragraphs at the end.

import { marked, styleOf, styleText } from './clean';

interface Item { level: number; list: string; ordered: boolean; start: number; style: string }

function itemOf(p: Element): Item | null {
  const style = styleText(p);
  const m = /mso-list:\s*(l\d+)\s+level(\d+)/i.exec(style);
  if (!m) return null;
  const marker = [...p.querySelectorAll('span')].find((s) => /mso-list:\s*ignore/i.test(styleText(s)));
  const text = (marker?.textContent ?? '').replace(/[\s\u00a0]+/g, '');
  marker?.remove();
  const number = /^\(?(\d+|[a-z]|[ivxlc]+)[.)]$/i.exec(text);
  const digits = number && /^\d+$/.test(number[1]!) ? Number(number[1]) : 1;
  const kind = !number || /^\d/.test(number[1]!) ? '' : number[1] === 'i' ? 'lower-roman' : number[1] === 'I' ? 'upper-roman' : number[1]! >= 'a' ? 'lower-alpha' : 'upper-alpha';
  return { level: Number(m[2]), list: m[1]!, ordered: !!number, start: digits, style: kind };
}

/** Word's list paragraphs become nested lists. */
export function listsOfWord(root: HTMLElement): void {
  const paragraphs = [...root.querySelectorAll('p, h1, h2, h3, h4, h5, h6')];
  let open: { list: HTMLElement; level: number }[] = [];
  let last: Element | null = null;
  for (const p of paragraphs) {
    const item = p.localName === 'p' ? itemOf(p) : null;
    if (!item) { open = []; continue; }
    if (last && !follows(last, p)) open = [];
    while (open.length && open[open.length - 1]!.level > item.level) open.pop();
    const top = open[open.length - 1];
    let list: HTMLElement;
    if (top && top.level === item.level) list = top.list;
    else {
      list = item.ordered ? marked(p, 'ordered_list', { start: item.start, ...(item.style ? { style: item.style } : {}) }, 'ol') : p.ownerDocument.createElement('ul');
      const parentItem = top?.list.lastElementChild;
      if (parentItem) parentItem.append(list); else p.before(list);
      open.push({ list, level: item.level });
    }
    const li = p.ownerDocument.createElement('li'), body = p.ownerDocument.createElement('p');
    body.append(...p.childNodes);
    li.append(body);
    list.append(li);
    last = open[0]!.list;
    p.remove();
  }
}

/** Whether nothing but space stands between a list and the next paragraph. */
function follows(list: Element, p: Element): boolean {
  let next = list.nextSibling;
  while (next && next !== p && next.nodeType === 3 && !next.textContent!.trim()) next = next.nextSibling;
  return next === p;
}

/** Word's footnotes become footnotes. */
export function notesOfWord(root: HTMLElement): void {
  const notes: HTMLElement[] = [], stamp = Math.random().toString(36).slice(2, 7);
  for (const div of [...root.querySelectorAll('div')]) {
    const kind = styleOf(div, 'mso-element');
    if (kind !== 'footnote' && kind !== 'endnote') continue;
    const name = div.id, ref = root.querySelector(`a[href$="#_${CSS.escape(name)}"]`);
    if (!name || !ref) continue;
    for (const back of [...div.querySelectorAll('a[href*="#_ftnref"], a[href*="#_ednref"]')]) back.remove();
    const id = `${name}-${stamp}`.replace(/[^\w-]/g, '');
    const mark = marked(ref, 'footnote_ref', { id }, 'span');
    (ref.closest('sup') ?? ref).replaceWith(mark);
    const note = marked(div, 'footnote', { id });
    note.append(...div.childNodes);
    notes.push(note);
    div.remove();
  }
  for (const list of [...root.querySelectorAll('div')]) if (/^(foot|end)note-list$/.test(styleOf(list, 'mso-element'))) list.remove();
  if (!notes.length) return;
  const all = marked(root, 'footnotes', {});
  all.append(...notes);
  root.append(all);
}

/** Blocks inside a paragraph come out of it: before or after the words, as they stood. */
export function hoistPictures(root: HTMLElement): void {
  for (const block of [...root.querySelectorAll<HTMLElement>('p [data-node="figure"], p [data-node="embed"], h1 [data-node="figure"], h2 [data-node="figure"], h3 [data-node="figure"], span > [data-node="figure"], a > [data-node="figure"]')]) {
    let p: Element | null = block.closest('p, h1, h2, h3, h4, h5, h6');
    if (!p) {
      p = block.parentElement;
      while (p && p.parentElement !== root && /^(span|a|b|i|em|strong|u)$/.test(p.parentElement?.localName ?? '')) p = p.parentElement;
    }
    if (!p || p === root) continue;
    const range = root.ownerDocument.createRange();
    range.setStartAfter(block);
    range.setEndAfter(p.lastChild!);
    const rest = range.extractContents();
    block.remove();
    p.after(block);
    if (rest.textContent!.trim() || rest.querySelector('[data-node], img')) {
      const after = root.ownerDocument.createElement(p.localName);
      after.append(rest);
      block.after(after);
    }
    if (!p.textContent!.trim() && !p.querySelector('[data-node]')) p.remove();
  }
}
