// Finding one of the newsroom's own articles, or taking a pasted address.

import { safeURL } from '../attrs';
import type { Context } from '../context';
import { h, iconButton, textButton, uid, fill } from '../dom';
import type { ArticleHit } from '../types';
import { frame, type Field, type FieldSpec } from '../blocks/fields';

export interface Search { input: HTMLInputElement; list: HTMLElement }

/** An input with a list of articles that fit what is typed. */
export function articleSearch(ctx: Context, pick: (hit: ArticleHit) => void, address: ((url: string) => void) | null): Search {
  const list = h('ul', { role: 'listbox', class: 'ed-results', id: uid('results'), hidden: true, 'aria-label': ctx.t('editor.articles') });
  const input = h('input', { type: 'text', role: 'combobox', autocomplete: 'off', 'aria-expanded': 'false', 'aria-autocomplete': 'list', 'aria-controls': list.id, placeholder: ctx.t('editor.article.search') });
  input.dir = 'auto';
  let hits: ArticleHit[] = [], at = -1, timer = 0, asked = 0;
  const close = () => {
    list.hidden = true;
    at = -1;
    input.setAttribute('aria-expanded', 'false');
    input.removeAttribute('aria-activedescendant');
  };
  const mark = () => {
    [...list.children].forEach((e, i) => e.setAttribute('aria-selected', String(i === at)));
    const active = list.children[at];
    if (active) { input.setAttribute('aria-activedescendant', active.id); active.scrollIntoView({ block: 'nearest' }); } else input.removeAttribute('aria-activedescendant');
  };
  const choose = (hit: ArticleHit) => { close(); pick(hit); };
  const show = (found: ArticleHit[], none: string) => {
    hits = found;
    at = found.length ? 0 : -1;
    fill(list, ...found.map((hit) => h('li', { role: 'option', id: uid('hit'), 'aria-selected': 'false', onmousedown: (e: MouseEvent) => { e.preventDefault(); choose(hit); } },
      h('b', { dir: 'auto' }, hit.headline), h('span', null, [hit.status, hit.published ? ctx.date(hit.published.slice(0, 10)) : '', hit.path].filter(Boolean).join(' · ')))));
    if (!found.length) list.append(h('li', { class: 'ed-none', role: 'option', 'aria-disabled': 'true', 'aria-selected': 'false' }, none));
    list.hidden = false;
    input.setAttribute('aria-expanded', 'true');
    mark();
  };
  const search = async (q: string) => {
    const mine = ++asked;
    try {
      const found = await ctx.o.searchArticles(q);
      if (mine === asked && document.activeElement === input) show(found.slice(0, 8), ctx.t('editor.article.none'));
    } catch {
      if (mine === asked) show([], ctx.t('editor.article.failed'));
    }
  };
  const looksLikeAddress = (q: string) => /^(https?:\/\/|mailto:|tel:|\/|#|www\.)/i.test(q);
  input.addEventListener('input', () => {
    clearTimeout(timer);
    asked++;
    const q = input.value.trim();
    if (!q || looksLikeAddress(q)) { close(); return; }
    timer = window.setTimeout(() => void search(q), 180);
  });
  input.addEventListener('keydown', (e) => {
    if (e.isComposing) return;
    const open = !list.hidden && hits.length > 0;
    if (open && (e.key === 'ArrowDown' || e.key === 'ArrowUp')) {
      e.preventDefault();
      at = (at + (e.key === 'ArrowDown' ? 1 : -1) + hits.length) % hits.length;
      mark();
    } else if (e.key === 'Enter') {
      const q = input.value.trim(), url = looksLikeAddress(q) ? safeURL(q) : null;
      if (open && at >= 0) { e.preventDefault(); e.stopPropagation(); choose(hits[at]!); } else if (url && address) { e.preventDefault(); close(); address(url); }
    } else if (e.key === 'Escape' && !list.hidden) {
      e.preventDefault();
      e.stopPropagation();
      close();
    }
  });
  input.addEventListener('blur', () => {
    close();
    const q = input.value.trim(), url = looksLikeAddress(q) ? safeURL(q) : null;
    if (url) address?.(url);
  });
  return { input, list };
}

/** A field for an own article or an address: attributes article, url and, where the node has one, title. */
export function articleField(ctx: Context, spec: FieldSpec, change: (attrs: Record<string, unknown>) => void): Field {
  const search = articleSearch(ctx, (hit) => {
    known = hit;
    change({ article: hit.id, url: '' });
    ctx.say(ctx.t('editor.article.linked', hit.headline));
  }, (url) => { change({ article: '', url }); });
  let known: ArticleHit | null = null, shown = '';
  const chosen = h('div', { class: 'ed-chosen', hidden: true });
  const { dom } = frame(ctx, spec, search.input, search.list, chosen);
  const show = (title: string, about: string) => {
    fill(chosen, h('span', { class: 'ed-chosen-text' }, h('b', { dir: 'auto' }, title), about ? h('span', null, about) : null),
      iconButton('close', ctx.t('editor.article.remove'), () => { change({ article: '', url: '' }); search.input.value = ''; setTimeout(() => search.input.focus()); }));
    chosen.hidden = false;
    search.input.hidden = true;
  };
  return {
    dom, input: search.input,
    refresh(attrs) {
      const id = String(attrs.article ?? ''), url = String(attrs.url ?? ''), key = id + ' ' + url;
      if (key === shown) return;
      shown = key;
      if (!id && !url) { chosen.hidden = true; search.input.hidden = false; return; }
      if (!id) { show(url, ''); return; }
      if (known?.id === id) { show(known.headline, known.path); return; }
      show(ctx.t('editor.article.number', id), '');
      void ctx.articleOf(id).then((hit) => { if (hit && shown === key) { known = hit; show(hit.headline, hit.path); } });
    },
  };
}

export { textButton };
