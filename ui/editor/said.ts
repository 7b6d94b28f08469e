// Whose words a passage is: the mark said. It shows in the editor only, and
// nothing of it is seen by readers but what it makes possible.

import type { Node } from 'prosemirror-model';
import { Plugin, PluginKey, TextSelection } from 'prosemirror-state';
import { Decoration, DecorationSet, type EditorView } from 'prosemirror-view';
import { attrsOfMark, checked } from './attrs';
import { markRange, marks } from './commands';
import type { Context } from './context';
import { parseDate } from './dates';
import { h, textButton, uid } from './dom';
import { openDialog } from './menus/dialogs';

/** Who said it, as what, where, when, and where that can be read. */
export interface Attribution { speaker: string; role: string; outlet: string; date: string; source: string }

export interface Passage { from: number; to: number; words: string }

/** A suggestion of the server: passages of one paragraph, in UTF-16 units. */
export interface Suggestion extends Attribution { paragraph: number; spans: Passage[]; direct: boolean }

/** A passage that is marked. */
export interface Marked extends Attribution { words: string; from: number; to: number }

/** What the panel does with quotes in the text. */
export interface Quotes {
  paragraphs(): string[];
  /** Whether all passages of a suggestion still stand in the text, unmarked. */
  open(s: Suggestion): boolean;
  apply(s: Suggestion, as: Attribution): boolean;
  show(s: Suggestion): void;
  marked(): Marked[];
  edit(m: Marked): void;
  /** A day, month or year as it is read. */
  date(iso: string): string;
}

export const fields = ['speaker', 'role', 'outlet', 'date', 'source'] as const;

/** The paragraphs of prose: what stands in a quote block has its speaker there. */
function prose(doc: Node): { text: string; pos: number }[] {
  const out: { text: string; pos: number }[] = [];
  doc.descendants((n, pos) => {
    if (n.type.name === 'attributed_quote') return false;
    if (!n.isTextblock) return true;
    if (n.type.name === 'paragraph') out.push({ pos: pos + 1, text: n.textBetween(0, n.content.size, undefined, (leaf) => (leaf.type.name === 'hard_break' ? '\n' : '\ufffc')) });
    return false;
  });
  return out;
}

/** Where the passages of a suggestion are now; null when they are gone. */
function places(doc: Node, s: Suggestion): { from: number; to: number }[] | null {
  const all = prose(doc), first = all[s.paragraph];
  const fits = (p: { text: string } | undefined, by: number) => !!p && s.spans.every((span) => p.text.slice(span.from + by, span.to + by) === span.words);
  if (fits(first, 0)) return s.spans.map((span) => ({ from: first!.pos + span.from, to: first!.pos + span.to }));
  for (const p of all) {
    const at = p.text.indexOf(s.spans[0]!.words);
    if (at >= 0 && fits(p, at - s.spans[0]!.from)) return s.spans.map((span) => ({ from: p.pos + span.from + at - s.spans[0]!.from, to: p.pos + span.to + at - s.spans[0]!.from }));
  }
  return null;
}

/** The attribution in the form of the schema, its date read in a language; the first field that does not fit else. */
export function fitted(given: Attribution, lang: string): { attrs: Record<string, unknown> } | { wrong: typeof fields[number] } {
  const attrs: Record<string, unknown> = {};
  for (const spec of attrsOfMark('said')) {
    const name = spec.name as typeof fields[number];
    const value = checked(spec, name === 'date' && given.date.trim() ? parseDate(given.date, lang) ?? given.date.trim() : given[name].trim());
    if (value === null || spec.required && !value) return { wrong: name };
    attrs[name] = value;
  }
  return { attrs };
}

const shown = new PluginKey<DecorationSet>('shown');

/** Lets a passage stand out for a moment. */
export function shownPlugin(): Plugin {
  return new Plugin<DecorationSet>({
    key: shown,
    state: {
      init: () => DecorationSet.empty,
      apply(tr, old) {
        const at = tr.getMeta(shown) as { from: number; to: number }[] | undefined;
        return at ? DecorationSet.create(tr.doc, at.map((p) => Decoration.inline(p.from, p.to, { class: 'ed-shown' }))) : old.map(tr.mapping, tr.doc);
      },
    },
    props: { decorations(state) { return shown.getState(state); } },
  });
}

export function quotes(ctx: Context, view: EditorView): Quotes {
  const type = marks.said!;
  let hide = 0;
  return {
    paragraphs: () => prose(view.state.doc).map((p) => p.text),
    open(s) {
      const at = places(view.state.doc, s);
      return !!at && at.every((p) => !view.state.doc.rangeHasMark(p.from, p.to, type));
    },
    apply(s, as) {
      const at = places(view.state.doc, s), fit = fitted(as, ctx.uiLang);
      if (!at || 'wrong' in fit) return false;
      const tr = view.state.tr;
      for (const p of at) tr.removeMark(p.from, p.to, type).addMark(p.from, p.to, type.create(fit.attrs));
      view.dispatch(tr);
      return true;
    },
    show(s) {
      const at = places(view.state.doc, s);
      if (!at) return;
      view.dispatch(view.state.tr.setMeta(shown, at));
      view.dom.querySelector('.ed-shown')?.scrollIntoView({ block: 'nearest' });
      clearTimeout(hide);
      hide = window.setTimeout(() => { if (!view.isDestroyed) view.dispatch(view.state.tr.setMeta(shown, [])); }, 1500);
    },
    marked() {
      const out: Marked[] = [];
      view.state.doc.descendants((n, pos) => {
        const m = n.isText ? type.isInSet(n.marks) : undefined;
        if (!m) return true;
        const last = out[out.length - 1], attrs = m.attrs as Attribution;
        if (last && last.to === pos && fields.every((f) => last[f] === attrs[f])) { last.to = pos + n.nodeSize; last.words += n.text!; } else out.push({ ...attrs, words: n.text!, from: pos, to: pos + n.nodeSize });
        return true;
      });
      return out;
    },
    edit(m) {
      const end = view.state.doc.content.size;
      if (m.to > end) return;
      view.dispatch(view.state.tr.setSelection(TextSelection.create(view.state.doc, m.from, m.to)).scrollIntoView());
      saidDialog(ctx);
    },
    date: (iso) => ctx.date(iso),
  };
}

/** Asks whose words the selection is. */
export function saidDialog(ctx: Context): void {
  const { state } = ctx.view, { from, to, empty, $from } = state.selection, type = marks.said!;
  const here = markRange(state.doc, from, 'said') ?? (empty ? null : markRange(state.doc, from + 1, 'said'));
  if (empty && !here || !$from.parent.inlineContent || !$from.parent.type.allowsMarkType(type)) { ctx.say(ctx.t('editor.select.first')); return; }
  const range = here && (empty || here.from <= from && here.to >= to) ? here : { from, to, attrs: null as Record<string, unknown> | null };
  const had = range.attrs;
  const { box, body, close } = openDialog(ctx, ctx.t('editor.mark.said'));
  const wrong = h('p', { class: 'ed-note ed-wrong', id: uid('wrong'), hidden: true, role: 'alert' });
  const inputs = Object.fromEntries(fields.map((f) => {
    const input = h('input', { type: 'text', id: uid('said'), autocomplete: 'off', maxlength: f === 'source' ? 2000 : 120 });
    input.value = String(had?.[f] ?? '');
    return [f, input];
  })) as Record<typeof fields[number], HTMLInputElement>;
  const put = (attrs: Record<string, unknown> | null) => {
    const tr = ctx.view.state.tr.removeMark(range.from, range.to, type);
    if (attrs) tr.addMark(range.from, range.to, type.create(attrs));
    ctx.view.dispatch(tr);
    close();
  };
  const done = () => {
    const fit = fitted(Object.fromEntries(fields.map((f) => [f, inputs[f].value])) as unknown as Attribution, ctx.uiLang);
    if (!('wrong' in fit)) { put(fit.attrs); return; }
    for (const f of fields) inputs[f].removeAttribute('aria-invalid');
    wrong.textContent = ctx.t('editor.said.wrong_' + fit.wrong);
    wrong.hidden = false;
    inputs[fit.wrong].setAttribute('aria-invalid', 'true');
    inputs[fit.wrong].focus();
  };
  body.append(h('form', { onsubmit: (e: Event) => { e.preventDefault(); done(); } },
    ...fields.flatMap((f) => [h('label', { for: inputs[f].id }, ctx.t(f === 'date' ? 'editor.field.said' : 'editor.field.' + f)), inputs[f]]), wrong,
    h('div', { class: 'ed-actions' }, h('button', { type: 'submit', class: 'ed-button ed-primary' }, ctx.t('editor.apply')),
      had ? textButton(ctx.t('editor.said.remove'), () => put(null)) : null, textButton(ctx.t('editor.cancel'), close))));
  box.showModal();
  inputs.speaker.focus();
}
