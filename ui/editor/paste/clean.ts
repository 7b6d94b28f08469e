// Foreign HTML on its way in: Word, Google Docs and web pages say with styles
// and classes what the document says with structure. This turns the one into
// the other on the parsed elements; the schema's rules then read what is left.

import { providerOf, safeURL, isAddress } from '../attrs';
import { hoistPictures, listsOfWord, notesOfWord } from './word';

const unwanted = 'style, script, meta, link, title, base, template, object, applet, noscript, svg, canvas, button, input, select, textarea, nav, xml, colgroup, col, map, area, dialog';

/**
 * The policy forbids styles and handlers in attributes, even while HTML is only
 * parsed to be read; they get another name before.
 */
export function defused(html: string): string {
  return html.replace(/<style[\s\S]*?<\/style>/gi, '').replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(/([\s"'])style(\s*=)/gi, '$1data-was-style$2').replace(/([\s"'])on\w+(\s*=)/gi, '$1data-was-on$2'));
}

export const styleText = (e: Element): string => e.getAttribute('data-was-style') ?? e.getAttribute('style') ?? '';

/** A declaration of an element's own style. */
export function styleOf(e: Element, name: string): string {
  const text = styleText(e);
  for (const part of text.split(';')) {
    const colon = part.indexOf(':');
    if (part.slice(0, colon).trim().toLowerCase() === name) return part.slice(colon + 1).trim().toLowerCase();
  }
  return '';
}

export interface Pasted { pictures: File[] }

/** Makes pasted HTML calm, in place. Pictures that came inside it are returned to be uploaded. */
export function clean(root: HTMLElement, lang: string): Pasted {
  const doc = root.ownerDocument;
  const walker = doc.createTreeWalker(root, NodeFilter.SHOW_COMMENT), comments: Node[] = [];
  while (walker.nextNode()) comments.push(walker.currentNode);
  for (const c of comments) (c as Comment).remove();
  const word = !!root.querySelector('[class*="Mso"], [data-was-style*="mso-"]');
  if (word) { notesOfWord(root); listsOfWord(root); }
  for (const e of root.querySelectorAll(unwanted)) e.remove();
  for (const e of root.querySelectorAll('[data-said]')) e.removeAttribute('data-said'); // who said it is confirmed here, not elsewhere
  for (const e of root.querySelectorAll('*')) if (styleOf(e, 'display') === 'none' || styleOf(e, 'mso-hide') === 'all' || e.localName === 'o:p' && !e.textContent!.trim() && !e.querySelector('img')) e.remove();
  for (const e of [...root.querySelectorAll<HTMLElement>('*')]) if (root.contains(e)) calm(e, word, lang);
  const pictures = picturesIn(root);
  figures(root);
  for (const t of [...root.querySelectorAll('table')]) tidyTable(t);
  for (const d of root.querySelectorAll('details')) {
    const s = d.querySelector('summary');
    if (s) { d.setAttribute('data-summary', s.textContent!.trim()); s.remove(); }
  }
  for (const p of [...root.querySelectorAll('p, div, li, td')]) splitAtBreaks(p);
  hoistPictures(root);
  for (const p of [...root.querySelectorAll('p, h1, h2, h3, h4, h5, h6')]) if (!p.textContent!.replace(/[\u00a0\s\u200b]/g, '') && !p.querySelector('img, [data-node]')) p.remove();
  for (const b of [...root.querySelectorAll('br')]) if (b.parentElement === root || b.className === 'Apple-interchange-newline') b.remove();
  return { pictures };
}

function unwrap(e: Element): void { e.replaceWith(...e.childNodes); }

function rename(e: Element, tag: string): HTMLElement {
  const to = e.ownerDocument.createElement(tag);
  to.append(...e.childNodes);
  e.replaceWith(to);
  return to;
}

/** Puts the children of an element inside a new one. */
function wrapInside(e: Element, tag: string): void {
  const inner = e.ownerDocument.createElement(tag);
  inner.append(...e.childNodes);
  e.append(inner);
}

function calm(e: HTMLElement, word: boolean, lang: string): void {
  const heading = e.closest('h1, h2, h3, h4, h5, h6');
  const weight = styleOf(e, 'font-weight'), slant = styleOf(e, 'font-style'), line = styleOf(e, 'text-decoration') + ' ' + styleOf(e, 'text-decoration-line'), lift = styleOf(e, 'vertical-align');
  const plainWeight = weight === 'normal' || weight === '400';
  if ((e.localName === 'b' || e.localName === 'strong') && (plainWeight || heading || e.id.startsWith('docs-internal-guid'))) { unwrap(e); return; }
  if ((e.localName === 'i' || e.localName === 'em') && slant === 'normal') { unwrap(e); return; }
  if (e.localName === 'a') link(e as HTMLAnchorElement);
  if (e.localName === 'iframe') { iframe(e as HTMLIFrameElement); return; }
  if (e.localName === 'p' || e.localName === 'div') {
    if (/\bMsoTitle\b/.test(e.className)) { rename(e, 'h2'); return; }
    const level = /\bMsoHeading([1-9])\b/.exec(e.className);
    if (level) { rename(e, 'h' + Math.min(6, +level[1]!)); return; }
    if (/\bMso(Intense)?Quote/.test(e.className)) { const q = rename(e, 'blockquote'); wrapInside(q, 'p'); return; }
    if (e.getAttribute('role') === 'heading') { rename(e, 'h' + Math.min(6, Math.max(2, Number(e.getAttribute('aria-level')) || 2))); return; }
  }
  if (e.localName === 'blockquote' && /\b(twitter-tweet|instagram-media|tiktok-embed|bluesky-embed)\b/.test(e.className)) { post(e); return; }
  if (e.localName === 'span' || e.localName === 'font' || e.localName === 'a') {
    if (!heading && (weight === 'bold' || weight === 'bolder' || Number(weight) >= 600)) wrapInside(e, 'strong');
    if (slant === 'italic' || slant === 'oblique') wrapInside(e, 'em');
    if (line.includes('underline') && !e.closest('a') && !e.querySelector('a')) wrapInside(e, 'u');
    if (line.includes('line-through')) wrapInside(e, 's');
    if (lift === 'super' && !e.querySelector('sup')) wrapInside(e, 'sup');
    if (lift === 'sub' && !e.querySelector('sub')) wrapInside(e, 'sub');
  }
  const own = e.getAttribute('lang');
  if (own && (word || e.localName !== 'span' || own.split('-')[0]!.toLowerCase() === lang.split('-')[0]!.toLowerCase())) e.removeAttribute('lang');
  if (e.localName === 'span' && !e.hasAttribute('lang')) e.removeAttribute('dir');
  if (e.localName === 'u' && e.closest('a')) unwrap(e);
}

/** The address that a link really leads to, without a redirector's or a tracker's part. */
export function cleanAddress(href: string): string {
  let url: URL;
  try { url = new URL(href); } catch { return href; }
  const inner = /(^|\.)google\.[a-z.]+$/.test(url.hostname) && url.pathname === '/url' ? url.searchParams.get('q') ?? url.searchParams.get('url')
    : url.hostname === 'l.facebook.com' ? url.searchParams.get('u') : url.hostname.endsWith('safelinks.protection.outlook.com') ? url.searchParams.get('url') : null;
  if (inner && isAddress(inner)) return cleanAddress(inner);
  const before = url.search;
  for (const name of [...url.searchParams.keys()]) if (/^(utm_\w+|fbclid|gclid|mc_cid|mc_eid|igshid)$/.test(name)) url.searchParams.delete(name);
  return url.search === before ? href : url.href;
}

function link(a: HTMLAnchorElement): void {
  const href = safeURL(cleanAddress(a.getAttribute('href') ?? ''));
  if (href && !/^#(_|cmnt|bookmark|heading)/.test(href) && !href.startsWith('file:')) a.setAttribute('href', href);
  else a.removeAttribute('href');
}

function node(e: Element, name: string, attrs: Record<string, unknown>, tag = 'div'): HTMLElement {
  const made = e.ownerDocument.createElement(tag);
  made.setAttribute('data-node', name);
  made.setAttribute('data-attrs', JSON.stringify(attrs));
  return made;
}

function card(e: Element, url: string): HTMLElement { return node(e, 'embed', { url, provider: providerOf(url).key }); }

function iframe(e: HTMLIFrameElement): void {
  const src = e.getAttribute('src') ?? e.getAttribute('data-src') ?? '';
  let url = safeURL(src, true);
  const youtube = /^https?:\/\/(?:www\.)?youtube(?:-nocookie)?\.com\/embed\/([\w-]+)/.exec(url ?? ''), vimeo = /^https?:\/\/player\.vimeo\.com\/video\/(\d+)/.exec(url ?? '');
  if (youtube) url = 'https://www.youtube.com/watch?v=' + youtube[1];
  if (vimeo) url = 'https://vimeo.com/' + vimeo[1];
  if (url && isAddress(url)) e.replaceWith(card(e, url)); else e.remove();
}

/** A quoted post of a network becomes its card. */
function post(e: HTMLElement): void {
  const links = [...e.querySelectorAll('a[href]')].map((a) => a.getAttribute('href')!).concat(e.getAttribute('cite') ?? '');
  const url = links.reverse().find((l) => isAddress(l) && providerOf(l).key !== 'link');
  if (url) e.replaceWith(card(e, cleanAddress(url)));
}

/** Pictures that are inside the HTML itself; those of elsewhere become figures that name their address. */
function picturesIn(root: HTMLElement): File[] {
  const files: File[] = [];
  for (const img of [...root.querySelectorAll('img')]) {
    const src = img.getAttribute('src') ?? '';
    const w = Number(img.getAttribute('width') ?? ''), hgt = Number(img.getAttribute('height') ?? '');
    const inside = /^data:(image\/[\w.+-]+);base64,([\s\S]+)$/.exec(src);
    if (inside) {
      try {
        const bytes = Uint8Array.from(atob(inside[2]!.replace(/\s/g, '')), (c) => c.charCodeAt(0));
        files.push(new File([bytes], (img.getAttribute('alt') || 'picture').slice(0, 60) + '.' + inside[1]!.split('/')[1]!.replace('jpeg', 'jpg').replace(/\W.*/, ''), { type: inside[1] }));
      } catch { /* not a picture */ }
      img.remove();
      continue;
    }
    if (!/^https?:/i.test(src) || w === 1 || hgt === 1 || w > 0 && w < 25 && hgt < 25) { img.remove(); continue; }
    const url = safeURL(src, true);
    if (!url) { img.remove(); continue; }
    const figure = node(img, 'figure', { src: url, alt: img.getAttribute('alt') ?? '' });
    const around = img.closest('a');
    if (around && root.contains(around) && !around.textContent!.trim()) around.replaceWith(figure); else img.replaceWith(figure);
  }
  return files;
}

/** A figure's caption goes into the picture that it belongs to. */
function figures(root: HTMLElement): void {
  for (const f of [...root.querySelectorAll('figure:not([data-node]), .wp-caption')]) {
    const caption = f.querySelector('figcaption, .wp-caption-text'), picture = f.querySelector('[data-node="figure"]');
    if (picture && caption) {
      for (const block of [...caption.querySelectorAll('p, div')]) unwrap(block);
      picture.append(...caption.childNodes);
    }
    caption?.remove();
    if (picture) f.replaceWith(picture); else unwrap(f);
  }
}

function tidyTable(t: HTMLTableElement): void {
  const cells = [...t.querySelectorAll('td, th')].filter((c) => c.closest('table') === t);
  if (cells.length === 1) { t.replaceWith(...cells[0]!.childNodes); return; }
  if (!cells.length) { unwrap(t); return; }
  for (const r of [...t.querySelectorAll('tr')]) if (!r.querySelector('td, th')) r.remove();
  for (const part of [...t.children]) if (['thead', 'tbody', 'tfoot'].includes(part.localName)) unwrap(part);
  for (const c of cells) if (!c.textContent!.trim() && !c.querySelector('[data-node]')) c.replaceChildren(c.ownerDocument.createElement('p'));
}

/** Two line breaks in a row are the end of a paragraph. */
function splitAtBreaks(p: Element): void {
  for (const br of [...p.children]) {
    if (br.localName !== 'br') continue;
    let next = br.nextSibling;
    while (next && next.nodeType === 3 && !next.textContent!.trim()) next = next.nextSibling;
    if (!next || (next as Element).localName !== 'br' || p.localName !== 'p') continue;
    const rest = p.ownerDocument.createElement('p');
    while (br.nextSibling) rest.append(br.nextSibling);
    br.remove();
    while (rest.firstChild && ((rest.firstChild as Element).localName === 'br' || rest.firstChild.nodeType === 3 && !rest.firstChild.textContent!.trim())) rest.firstChild.remove();
    p.after(rest);
    splitAtBreaks(rest);
    return;
  }
}

export { node as marked };
