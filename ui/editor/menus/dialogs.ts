// Small questions in dialogs: where a link leads, which language a passage is
// in, what an abbreviation stands for; and the list of shortcuts.

import { AllSelection, TextSelection } from 'prosemirror-state';
import { keyText, type Action } from '../actions';
import { attrsOfMark, checked, safeURL } from '../attrs';
import { markRange, marks } from '../commands';
import type { Context } from '../context';
import { h, textButton, uid } from '../dom';
import { schema } from '../schema';
import { articleSearch } from './articles';

/** A modal dialog that goes when it is closed; the cursor returns to the text. */
export function openDialog(ctx: Context, title: string, wide = false): { box: HTMLDialogElement; body: HTMLElement; close: () => void } {
  const id = uid('title'), body = h('div', { class: 'ed-dialog-body' });
  const box = h('dialog', { class: 'ed-dialog' + (wide ? ' ed-dialog-wide' : ''), 'aria-labelledby': id }, h('h2', { id }, title), body);
  const close = () => box.close();
  box.addEventListener('close', () => { box.remove(); if (!ctx.view.isDestroyed) ctx.view.focus(); });
  box.addEventListener('keydown', (e) => e.stopPropagation());
  ctx.root.append(box);
  return { box, body, close };
}

/** The passage that a mark is asked for: the selection, or the marked words at the cursor. */
function passage(ctx: Context, name: string): { from: number; to: number; attrs: Record<string, unknown> | null } {
  const { state } = ctx.view, { from, to, empty } = state.selection;
  const here = state.selection instanceof AllSelection ? null : markRange(state.doc, from, name);
  if (empty && here) return here;
  const inside = here && here.from <= from && here.to >= to ? here : null;
  return { from, to, attrs: inside?.attrs ?? null };
}

function apply(ctx: Context, name: string, range: { from: number; to: number }, attrs: Record<string, unknown> | null, words = ''): void {
  const { state } = ctx.view, tr = state.tr, type = marks[name]!;
  if (range.from === range.to && attrs) {
    if (!words) return;
    tr.insert(range.from, schema.text(words, type.create(attrs).addToSet(state.storedMarks ?? state.selection.$from.marks())));
    tr.setSelection(TextSelection.create(tr.doc, range.from + words.length));
  } else {
    tr.removeMark(range.from, range.to, type);
    if (attrs) tr.addMark(range.from, range.to, type.create(attrs));
    tr.setSelection(TextSelection.near(tr.doc.resolve(range.to), -1));
  }
  ctx.view.dispatch(tr.removeStoredMark(type).scrollIntoView());
}

export function linkDialog(ctx: Context): void {
  const { $from, empty } = ctx.view.state.selection;
  if (empty && !$from.parent.inlineContent || $from.parent.inlineContent && !$from.parent.type.allowsMarkType(marks.link!)) { ctx.say(ctx.t('editor.nothere')); return; }
  const range = passage(ctx, 'link'), had = range.attrs;
  const { box, body, close } = openDialog(ctx, ctx.t(had ? 'editor.link.change' : 'editor.link.make'));
  const wrong = h('p', { class: 'ed-note ed-wrong', id: uid('wrong'), hidden: true, role: 'alert' });
  const search = articleSearch(ctx, (hit) => { search.input.value = hit.path; text.placeholder = hit.headline; }, null);
  const { input, list } = search;
  input.id = uid('href');
  input.value = String(had?.href ?? '');
  input.setAttribute('aria-describedby', wrong.id);
  input.placeholder = ctx.t('editor.link.placeholder');
  const text = h('input', { type: 'text', id: uid('text'), autocomplete: 'off' });
  const rels = (['nofollow', 'sponsored', 'ugc'] as const).map((rel) => {
    const flag = h('input', { type: 'checkbox', id: uid('rel'), value: rel });
    flag.checked = String(had?.rel ?? '').split(' ').includes(rel);
    return flag;
  });
  const done = () => {
    const href = safeURL(input.value);
    if (!href) {
      wrong.textContent = ctx.t('editor.wrong.url');
      wrong.hidden = false;
      input.setAttribute('aria-invalid', 'true');
      input.focus();
      return;
    }
    const words = text.value.trim() || text.placeholder || href;
    apply(ctx, 'link', range, { href, title: had?.title ?? '', rel: rels.filter((r) => r.checked).map((r) => r.value).join(' ') }, words);
    close();
  };
  const form = h('form', { onsubmit: (e: Event) => { e.preventDefault(); done(); } },
    h('label', { for: input.id }, ctx.t('editor.link.where')), h('div', { class: 'ed-control' }, input, list), wrong,
    range.from === range.to ? h('label', { for: text.id }, ctx.t('editor.link.words')) : null, range.from === range.to ? text : null,
    h('details', { class: 'ed-more' }, h('summary', null, ctx.t('editor.link.kind')),
      ...rels.map((r) => h('div', { class: 'ed-flag' }, r, h('label', { for: r.id }, ctx.t('editor.link.' + r.value))))),
    h('div', { class: 'ed-actions' }, h('button', { type: 'submit', class: 'ed-button ed-primary' }, ctx.t('editor.apply')),
      had ? textButton(ctx.t('editor.link.remove'), () => { apply(ctx, 'link', range, null); close(); }) : null, textButton(ctx.t('editor.cancel'), close)));
  if (rels.some((r) => r.checked)) form.querySelector('details')!.open = true;
  body.append(form);
  box.showModal();
  input.focus();
  input.select();
}

const known = ['ar', 'de', 'en', 'es', 'fa', 'fr', 'he', 'it', 'ja', 'ku', 'nl', 'pl', 'pt', 'ro', 'ru', 'sq', 'sr', 'tr', 'uk', 'ur', 'zh'];
const rightToLeft = new Set(['ar', 'fa', 'he', 'ur', 'yi', 'ps', 'sd', 'ug', 'ckb']);

export function languageDialog(ctx: Context): void {
  if (ctx.view.state.selection.empty && !markRange(ctx.view.state.doc, ctx.view.state.selection.from, 'lang')) { ctx.say(ctx.t('editor.select.first')); return; }
  const range = passage(ctx, 'lang'), had = range.attrs;
  const { box, body, close } = openDialog(ctx, ctx.t('editor.mark.lang'));
  const names = new Intl.DisplayNames(ctx.uiLang, { type: 'language' });
  const list = h('datalist', { id: uid('langs') }, ...known.map((value) => h('option', { value }, names.of(value) ?? value)));
  const input = h('input', { type: 'text', id: uid('lang'), list: list.id, autocomplete: 'off', maxlength: 35 });
  input.value = String(had?.lang ?? '');
  input.dir = 'ltr';
  const said = h('p', { class: 'ed-note', role: 'status' });
  const spec = attrsOfMark('lang').find((a) => a.name === 'lang')!;
  const name = () => {
    const tag = input.value.trim();
    try { said.textContent = tag ? names.of(tag) ?? '' : ctx.t('editor.lang.hint'); } catch { said.textContent = ctx.t('editor.wrong.lang'); }
  };
  input.addEventListener('input', name);
  name();
  const done = () => {
    const lang = checked(spec, input.value.trim());
    if (!lang) { said.textContent = ctx.t('editor.wrong.lang'); input.setAttribute('aria-invalid', 'true'); input.focus(); return; }
    const rtl = rightToLeft.has(String(lang).split('-')[0]!.toLowerCase());
    apply(ctx, 'lang', range, { lang, dir: rtl !== (ctx.o.dir === 'rtl') ? (rtl ? 'rtl' : 'ltr') : '' });
    close();
  };
  body.append(h('form', { onsubmit: (e: Event) => { e.preventDefault(); done(); } }, h('label', { for: input.id }, ctx.t('editor.lang.which')), input, list, said,
    h('div', { class: 'ed-actions' }, h('button', { type: 'submit', class: 'ed-button ed-primary' }, ctx.t('editor.apply')),
      had ? textButton(ctx.t('editor.lang.remove'), () => { apply(ctx, 'lang', range, null); close(); }) : null, textButton(ctx.t('editor.cancel'), close))));
  box.showModal();
  input.focus();
}

export function abbreviationDialog(ctx: Context): void {
  if (ctx.view.state.selection.empty && !markRange(ctx.view.state.doc, ctx.view.state.selection.from, 'abbr')) { ctx.say(ctx.t('editor.select.first')); return; }
  const range = passage(ctx, 'abbr'), had = range.attrs;
  const { box, body, close } = openDialog(ctx, ctx.t('editor.mark.abbr'));
  const input = h('input', { type: 'text', id: uid('abbr'), autocomplete: 'off' });
  input.value = String(had?.title ?? '');
  body.append(h('form', { onsubmit: (e: Event) => { e.preventDefault(); apply(ctx, 'abbr', range, { title: input.value.trim() }); close(); } },
    h('label', { for: input.id }, ctx.t('editor.abbr.means')), input,
    h('div', { class: 'ed-actions' }, h('button', { type: 'submit', class: 'ed-button ed-primary' }, ctx.t('editor.apply')),
      had ? textButton(ctx.t('editor.abbr.remove'), () => { apply(ctx, 'abbr', range, null); close(); }) : null, textButton(ctx.t('editor.cancel'), close))));
  box.showModal();
  input.focus();
}

export function helpDialog(ctx: Context, all: Action[], typography: (on?: boolean) => boolean): void {
  const { box, body, close } = openDialog(ctx, ctx.t('editor.help'), true);
  const flag = h('input', { type: 'checkbox', id: uid('typo') });
  flag.checked = typography();
  flag.addEventListener('change', () => typography(flag.checked));
  body.append(h('div', { class: 'ed-flag' }, flag, h('label', { for: flag.id }, ctx.t('editor.typography'))), h('p', { class: 'ed-help' }, ctx.t('editor.help.keys')));
  const extra: [string, string][] = [['editor.help.toolbar', 'Alt-F10'], ['editor.help.block', 'Shift-F10'], ['editor.help.break', 'Shift-Enter'], ['editor.help.plain', 'Mod-Shift-v'], ['editor.help.leave', 'Escape Tab']];
  const grid = h('div', { class: 'ed-keys' });
  for (const group of ['text', 'news', 'media', 'structure', 'mark', 'edit', 'find'] as const) {
    const rows = all.filter((a) => a.group === group && (a.keys || a.typed)).map((a) => row(ctx.t(a.label), a.keys, a.typed));
    if (group === 'edit') rows.push(...extra.map(([k, keys]) => row(ctx.t(k), keys)));
    if (rows.length) grid.append(h('section', null, h('h3', null, ctx.t('editor.group.' + group)), h('dl', null, ...rows)));
  }
  body.append(grid, h('div', { class: 'ed-actions' }, textButton(ctx.t('editor.close'), close, { class: 'ed-button ed-primary' })));
  box.showModal();
}

function row(name: string, keys?: string, typed?: string): HTMLElement {
  const dd = h('dd');
  if (keys) for (const k of keys.split(' ')) dd.append(h('kbd', null, keyText(k)), ' ');
  if (typed) dd.append(h('code', null, typed));
  return h('div', null, h('dt', null, name), dd);
}
