// Labelled fields inside a block: each shows and changes one attribute. A
// value that does not fit is told beside the field and stays there to be put
// right; the document keeps the last one that did.

import { attrSpec, checked } from '../attrs';
import { parseDate } from '../dates';
import type { Context } from '../context';
import { h, icon, uid } from '../dom';
import { articleField } from '../menus/articles';

export interface FieldSpec {
  attr: string;
  kind: 'text' | 'long' | 'url' | 'date' | 'choice' | 'flag' | 'article' | 'number' | 'name';
  label: string;                       // key of the words
  hint?: string;
  /** Values of a choice with the keys of their words. */
  choices?: [value: string | number, key: string][];
  wide?: boolean;
  list?: string[];                     // suggestions
}

export interface Field {
  dom: HTMLElement;
  input: HTMLElement;
  /** Shows the node's values, without touching what is being typed. */
  refresh(attrs: Record<string, unknown>): void;
}

type Change = (attrs: Record<string, unknown>) => void;

export function makeField(ctx: Context, node: string, spec: FieldSpec, change: Change): Field {
  switch (spec.kind) {
    case 'choice': return choice(ctx, spec, change);
    case 'flag': return flag(ctx, spec, change);
    case 'article': return articleField(ctx, spec, change);
  }
  return written(ctx, node, spec, change);
}

/** A label over its input, with a line below for hints and complaints. */
export function frame(ctx: Context, spec: FieldSpec, input: HTMLElement, ...more: HTMLElement[]): { dom: HTMLElement; tell: (text: string, wrong?: boolean) => void } {
  const note = h('span', { class: 'ed-note', id: uid('note'), hidden: true });
  input.setAttribute('aria-describedby', note.id);
  input.id ||= uid('field');
  input.dataset.attr = spec.attr;
  const dom = h('div', { class: 'ed-field' + (spec.wide ? ' ed-field-wide' : '') },
    h('label', { for: input.id }, ctx.t(spec.label)), h('div', { class: 'ed-control' }, input, ...more), note);
  const tell = (text: string, wrong = false) => {
    note.textContent = text;
    note.hidden = !text;
    note.classList.toggle('ed-wrong', wrong);
    if (wrong) input.setAttribute('aria-invalid', 'true'); else input.removeAttribute('aria-invalid');
  };
  if (spec.hint) tell(ctx.t(spec.hint));
  return { dom, tell };
}

function written(ctx: Context, node: string, spec: FieldSpec, change: Change): Field {
  const attr = attrSpec(node, spec.attr)!;
  const long = spec.kind === 'long';
  const input = long ? h('textarea', { rows: 1 }) : h('input', { type: spec.kind === 'number' ? 'number' : 'text', inputmode: spec.kind === 'url' ? 'url' : null, autocomplete: 'off', min: attr.min, max: attr.max });
  input.dir = spec.kind === 'url' ? 'ltr' : 'auto';
  if (spec.kind === 'url') input.placeholder = 'https://';
  if (spec.kind === 'text' || long) input.spellcheck = true;
  const more: HTMLElement[] = [];
  if (spec.list) {
    const list = h('datalist', { id: uid('list') }, ...spec.list.map((value) => h('option', { value })));
    input.setAttribute('list', list.id);
    more.push(list);
  }
  if (spec.kind === 'date') more.push(calendar(ctx, input as HTMLInputElement));
  const { dom, tell } = frame(ctx, spec, input, ...more);
  const hint = spec.hint ? ctx.t(spec.hint) : '';
  let shown: unknown;
  const read = (): unknown => {
    const text = input.value.trim();
    if (spec.kind === 'date') return text ? parseDate(text, ctx.uiLang) : '';
    if (spec.kind === 'number') return text === '' ? 0 : Number(text);
    if (spec.kind === 'name') return text.toLowerCase();
    return spec.kind === 'url' ? text : input.value;
  };
  const explain = () => {
    if (spec.kind === 'date') return shown ? ctx.date(String(shown)) : hint;
    return hint;
  };
  input.addEventListener('input', () => {
    const raw = read(), value = raw === null ? null : checked(attr, raw);
    if (value === null) { tell(ctx.t(spec.kind === 'date' ? 'editor.wrong.date' : spec.kind === 'url' ? 'editor.wrong.url' : 'editor.wrong.value'), true); return; }
    shown = value;
    tell(explain());
    input.classList.toggle('ed-tk', /\bTK\b/.test(input.value));
    change({ [spec.attr]: value });
  });
  const display = (value: unknown) => (spec.kind === 'number' ? (value ? String(value) : '') : String(value ?? ''));
  input.addEventListener('blur', () => {
    if (input.getAttribute('aria-invalid')) return; // stays to be put right
    input.value = display(shown);
  });
  return {
    dom, input,
    refresh(attrs) {
      const value = attrs[spec.attr];
      if (value === shown) return;
      shown = value;
      if (document.activeElement === input && checked(attr, read() ?? '') === value) return;
      input.value = display(value);
      input.classList.toggle('ed-tk', /\bTK\b/.test(input.value));
      tell(explain());
    },
  };
}

/** A day can also be picked; months and years are written. */
function calendar(ctx: Context, input: HTMLInputElement): HTMLElement {
  const picker = h('input', { type: 'date', class: 'ed-picker', tabindex: -1, 'aria-hidden': 'true' });
  picker.addEventListener('change', () => {
    if (!picker.value) return;
    input.value = picker.value;
    input.dispatchEvent(new Event('input'));
    input.focus();
  });
  const open = h('button', { type: 'button', class: 'ed-tool ed-calendar', 'aria-label': ctx.t('editor.pickdate'), title: ctx.t('editor.pickdate'), onclick: () => {
    if (/^\d{4}-\d\d-\d\d$/.test(input.value)) picker.value = input.value;
    try { picker.showPicker(); } catch { input.focus(); }
  } }, icon('calendar'));
  return h('span', { class: 'ed-pick' }, open, picker);
}

function choice(ctx: Context, spec: FieldSpec, change: Change): Field {
  const input = h('select', null, ...spec.choices!.map(([value, key]) => h('option', { value }, key.startsWith('editor.') ? ctx.t(key) : key)));
  const { dom } = frame(ctx, spec, input);
  input.addEventListener('change', () => {
    const value = spec.choices!.find(([v]) => String(v) === input.value)![0];
    change({ [spec.attr]: value });
  });
  return {
    dom, input,
    refresh(attrs) {
      const value = String(attrs[spec.attr]);
      if (![...input.options].some((o) => o.value === value)) {
        spec.choices!.push([typeof attrs[spec.attr] === 'number' ? Number(value) : value, value]);
        input.append(h('option', { value }, value));
      }
      if (input.value !== value) input.value = value;
    },
  };
}

function flag(ctx: Context, spec: FieldSpec, change: Change): Field {
  const input = h('input', { type: 'checkbox', id: uid('flag'), 'data-attr': spec.attr });
  input.addEventListener('change', () => change({ [spec.attr]: input.checked }));
  return {
    dom: h('div', { class: 'ed-field ed-flag' }, input, h('label', { for: input.id }, ctx.t(spec.label))), input,
    refresh(attrs) { input.checked = attrs[spec.attr] === true; },
  };
}
