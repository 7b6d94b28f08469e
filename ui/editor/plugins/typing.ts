// What typing turns into something else: Markdown's signs, and quotes and
// dashes by language. Backspace or undo right after gives back what was typed.

import { InputRule, inputRules } from 'prosemirror-inputrules';
import type { Attrs, NodeType, MarkType } from 'prosemirror-model';
import { TextSelection, type EditorState, type Plugin } from 'prosemirror-state';
import { canJoin, findWrapping } from 'prosemirror-transform';
import { safeURL } from '../attrs';
import { nodes, marks, ensureLineAfter } from '../commands';

const narrow = '\u202f';
interface Quotes { open: string; close: string; open2: string; close2: string }
const english: Quotes = { open: '“', close: '”', open2: '‘', close2: '’' };
const guillemets: Quotes = { open: '«', close: '»', open2: '“', close2: '”' };

/** The quotation marks of a language. */
export function quotesOf(lang: string): Quotes {
  const tag = lang.toLowerCase(), base = tag.split('-')[0]!;
  if (tag === 'de-ch' || tag === 'de-li') return { open: '«', close: '»', open2: '‹', close2: '›' };
  if (base === 'fr') return tag === 'fr-ch' ? { open: '«' + narrow, close: narrow + '»', open2: '‹' + narrow, close2: narrow + '›' } : { open: '«' + narrow, close: narrow + '»', open2: '“', close2: '”' };
  if (base === 'es' && tag !== 'es' && tag !== 'es-es') return english; // the Americas
  if (['de', 'cs', 'sk', 'sl', 'hr', 'bg', 'is', 'et', 'lt'].includes(base)) return { open: '„', close: '“', open2: '‚', close2: '‘' };
  if (['pl', 'ro', 'hu', 'nl-be'].includes(base)) return { open: '„', close: '”', open2: '‚', close2: '’' };
  if (['es', 'ar', 'fa', 'it', 'pt', 'ru', 'uk', 'el', 'nb', 'nn', 'no', 'ca', 'tr'].includes(base)) return base === 'pt' && tag === 'pt-br' || base === 'tr' ? english : guillemets;
  if (['sv', 'fi'].includes(base)) return { open: '”', close: '”', open2: '’', close2: '’' };
  return english;
}

const opens = /(?:^|[\s\ufffc([{¿¡–—\u2010-\u2015/“‘„‚«‹\u202f])$/;

function quoteRules(lang: string, on: () => boolean): InputRule[] {
  const q = quotesOf(lang);
  const replace = (text: (before: string, whole: string) => string) => (state: EditorState, match: RegExpMatchArray, start: number, end: number) => {
    if (!on()) return null;
    const typed = match[1]!, at = start + match[0].length - typed.length;
    const $at = state.doc.resolve(Math.min(at, end));
    return state.tr.insertText(text(match[0].slice(0, -typed.length), $at.parent.textBetween(0, $at.parentOffset, undefined, ' ')), $at.pos, end);
  };
  // An inner quotation is open when its last mark is an opening one.
  const inner = (whole: string) => q.open2.trim() && whole.lastIndexOf(q.open2) > whole.lastIndexOf(q.close2);
  const letter = /[\p{L}\p{N}]$/u;
  const plain = { inCodeMark: false };
  return [
    new InputRule(/(?:^|[\s\S])(")$/, replace((before) => (opens.test(before) ? q.open : q.close)), plain),
    new InputRule(/(?:^|[\s\S])(')$/, replace((before, whole) => (opens.test(before) ? q.open2 : letter.test(before) && !inner(whole) ? '’' : q.close2)), plain),
    // a letter after what closed an inner quotation: it was an apostrophe
    new InputRule(/\p{L}['‘’”›“](\p{L})$/u, (state, match, start, end) => {
      const closed = state.doc.textBetween(start, end).slice(1);
      return on() && closed === q.close2 && q.close2 !== '’' ? state.tr.insertText('’' + match[1], start + 1, end) : null;
    }, { ...plain, undoable: false }),
    new InputRule(/(?:^|[^-–—])(--)$/, replace(() => '–'), plain),
    new InputRule(/\S?\s?(–-)$/, replace(() => '—'), plain),
    new InputRule(/(?:^|[^.])(\.\.\.)$/, replace(() => '…'), plain),
  ];
}

/** Wraps the paragraph, and joins it with a list or quote above of the same kind. */
function wrapping(pattern: RegExp, type: NodeType, attrs?: (m: RegExpMatchArray) => Attrs, join?: (m: RegExpMatchArray, count: number, start: number) => boolean): InputRule {
  return new InputRule(pattern, (state, match, start, end) => {
    if (state.doc.resolve(start).parent.type !== nodes.paragraph) return null;
    const tr = state.tr.delete(start, end), $start = tr.doc.resolve(start), range = $start.blockRange();
    const wrap = range && findWrapping(range, type, attrs ? attrs(match) : null);
    if (!wrap) return null;
    tr.wrap(range, wrap);
    const before = tr.doc.resolve(start - 1).nodeBefore;
    if (before && before.type === type && canJoin(tr.doc, start - 1) && (!join || join(match, before.childCount, Number(before.attrs.start)))) tr.join(start - 1);
    return tr;
  });
}

function block(pattern: RegExp, type: NodeType, attrs?: (m: RegExpMatchArray) => Attrs): InputRule {
  return new InputRule(pattern, (state, match, start, end) => {
    const $start = state.doc.resolve(start);
    if (!$start.node(-1).canReplaceWith($start.index(-1), $start.indexAfter(-1), type) || $start.parent.type !== nodes.paragraph) return null;
    return state.tr.delete(start, end).setBlockType(start, start, type, attrs ? attrs(match) : null);
  });
}

/** Code keeps the signs that were typed. */
function plainSigns(text: string): string {
  return text.replace(/[“”„«»]\u202f?/g, '"').replace(/[‘’‚‹›]/g, "'").replace(/–/g, '--').replace(/…/g, '...');
}

/** "**words**" and its like: the words keep the mark, the signs go. */
function marking(pattern: RegExp, type: MarkType): InputRule {
  return new InputRule(pattern, (state, match, start, end) => {
    const text = match[2]!, lead = match[1]!.length;
    if (!state.doc.resolve(start).parent.type.allowsMarkType(type)) return null;
    const tr = state.tr, from = start + lead, open = match[0].indexOf(text, lead) - lead;
    const stop = from + open + text.length;
    // the closing sign is typed last, and is not in the document yet
    if (end > stop) tr.delete(stop, end);
    if (open) tr.delete(from, from + open);
    if (type === marks.code) {
      const straight = plainSigns(text);
      if (straight !== text) tr.insertText(straight, from, from + text.length);
      return tr.addMark(from, from + straight.length, type.create()).removeStoredMark(type);
    }
    return tr.addMark(from, from + text.length, type.create()).removeStoredMark(type);
  }, { inCodeMark: false });
}

function ruleLine(): InputRule {
  return new InputRule(/^(?:---|–-|—-|\*\*\*|___)$/, (state, _match, start, end) => {
    const $start = state.doc.resolve(start);
    if ($start.parent.type !== nodes.paragraph || $start.parentOffset !== 0 || $start.parent.content.size > end - start) return null;
    if (!$start.node(-1).canReplaceWith($start.index(-1), $start.indexAfter(-1), nodes.rule!)) return null;
    const tr = state.tr, at = $start.before();
    tr.replaceWith(at, $start.after(), nodes.rule!.create());
    ensureLineAfter(tr, at);
    const after = tr.doc.resolve(at + 1);
    return after.nodeAfter ? tr.setSelection(TextSelection.near(after)) : tr;
  });
}

const linkRule = new InputRule(/\[([^\][]+)\]\((\S+)\)$/, (state, match, start, end) => {
  const href = safeURL(match[2]!), $start = state.doc.resolve(start);
  if (!href || !$start.parent.type.allowsMarkType(marks.link!)) return null;
  const tr = state.tr, text = match[1]!;
  tr.delete(start + 1 + text.length, end).delete(start, start + 1);
  return tr.addMark(start, start + text.length, marks.link!.create({ href })).removeStoredMark(marks.link!);
}, { inCodeMark: false });

/** Markdown's signs; they work whether quotes are typeset or not. */
export function typing(lang: string, on: () => boolean): Plugin {
  return inputRules({
    rules: [
      ruleLine(),
      block(/^(#{1,5})\s$/, nodes.heading!, (m) => ({ level: m[1]!.length + 1 })),
      block(/^```([a-z0-9_+#.-]*)\s$/, nodes.code!, (m) => ({ language: m[1] ?? '' })),
      wrapping(/^\s*>\s$/, nodes.quote!),
      wrapping(/^\s*[-+*–]\s$/, nodes.bullet_list!),
      wrapping(/^(\d{1,4})[.)]\s$/, nodes.ordered_list!, (m) => ({ start: Number(m[1]) }), (m, count, start) => count + start === Number(m[1])),
      marking(/(^|[^*])\*\*([^*\s](?:[^*]*[^*\s])?)\*\*$/, marks.strong!),
      marking(/(^|[^_\p{L}\p{N}])__([^_\s](?:[^_]*[^_\s])?)__$/u, marks.strong!),
      marking(/(^|[^*])\*([^*\s](?:[^*]*[^*\s])?)\*$/, marks.em!),
      marking(/(^|[^_\p{L}\p{N}])_([^_\s](?:[^_]*[^_\s])?)_$/u, marks.em!),
      marking(/(^|[^~])~~([^~\s](?:[^~]*[^~\s])?)~~$/, marks.strike!),
      marking(/(^|[^`])`([^`]+)`$/, marks.code!),
      linkRule,
      ...quoteRules(lang, on),
    ],
  });
}
