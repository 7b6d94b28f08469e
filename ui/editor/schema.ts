// The ProseMirror schema, built from the schema that Go owns. In a copied
// passage each node of ours names itself and its attributes beside plain HTML,
// so that it is whole when pasted here and legible when pasted elsewhere.

import { Schema, type NodeSpec, type MarkSpec, type AttributeSpec, type DOMOutputSpec, type Node, type Mark, type TagParseRule, type ParseRule } from 'prosemirror-model';
import schemaFile from './schema.json';
import { attrsOf, attrsOfMark, defaultOf, fitting, type AttrSpec } from './attrs';

interface Rule { first?: string; need_first?: boolean; groups?: string[]; types?: string[]; min?: number }

function expression(rule: Rule | undefined): string | undefined {
  if (!rule) return undefined;
  const names = [...new Set((rule.groups ?? []).map((g) => (g === 'text' && (rule.groups ?? []).includes('inline') ? 'inline' : g)))].concat(rule.types ?? []);
  const rest = (names.length > 1 ? `(${names.join(' | ')})` : names[0]) + (rule.min ? '+' : '*');
  return rule.first ? `${rule.first}${rule.need_first ? '' : '?'} ${rest}` : rest;
}

function attributes(specs: AttrSpec[]): Record<string, AttributeSpec> {
  return Object.fromEntries(specs.map((a) => [a.name, { default: defaultOf(a) }]));
}

/** The attributes that are not as they would be anyway. */
export function setAttrs(specs: AttrSpec[], attrs: Record<string, unknown>): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const a of specs) if (attrs[a.name] !== defaultOf(a)) out[a.name] = attrs[a.name];
  return out;
}

const tags: Record<string, string> = {
  paragraph: 'p', bullet_list: 'ul', ordered_list: 'ol', list_item: 'li', quote: 'blockquote', pull_quote: 'blockquote',
  code: 'pre', preformatted: 'pre', verse: 'pre', details: 'details', attributed_quote: 'blockquote', account: 'section',
  fact_box: 'aside', timeline_event: 'section', correction: 'aside', figure: 'figure', audio: 'figure', video: 'figure', embed: 'figure',
  table: 'table', table_caption: 'caption', table_row: 'tr', related_link: 'p', file: 'p', button: 'p', math: 'p',
};

const voidNodes = new Set(['rule', 'hard_break']);
const wordless: Record<string, (n: Node) => string> = {
  related_link: (n) => n.attrs.title || n.attrs.url, file: (n) => n.attrs.label, button: (n) => n.attrs.label, math: (n) => n.attrs.tex,
};

function alignClass(n: Node): string {
  return [n.attrs.align ? 'align-' + n.attrs.align : '', n.attrs.drop_cap ? 'drop-cap' : ''].join(' ').trim();
}

function nodeDOM(name: string, leaf: boolean): (n: Node) => DOMOutputSpec {
  const specs = attrsOf(name);
  return (n) => {
    const attrs: Record<string, string> = {};
    const given = setAttrs(specs, n.attrs);
    if (!['paragraph', 'hard_break'].includes(name) || Object.keys(given).length) attrs['data-node'] = name;
    if (Object.keys(given).length) attrs['data-attrs'] = JSON.stringify(given);
    const look = alignClass(n);
    if (look) attrs.class = look;
    if (name === 'hard_break') return ['br'];
    if (name === 'rule') return ['hr', attrs];
    if (name === 'heading') return ['h' + n.attrs.level, attrs, 0];
    if (name === 'ordered_list') {
      if (n.attrs.start !== 1) attrs.start = String(n.attrs.start);
      if (n.attrs.reversed) attrs.reversed = '';
      const type = { 'lower-alpha': 'a', 'upper-alpha': 'A', 'lower-roman': 'i', 'upper-roman': 'I' }[n.attrs.style as string];
      if (type) attrs.type = type;
    }
    if (name === 'table_cell') {
      if (n.attrs.colspan > 1) attrs.colspan = String(n.attrs.colspan);
      if (n.attrs.rowspan > 1) attrs.rowspan = String(n.attrs.rowspan);
      return [n.attrs.header ? 'th' : 'td', attrs, 0];
    }
    if (name === 'inline_image' || name === 'footnote_ref') return ['span', attrs];
    const tag = tags[name] ?? 'div';
    if (leaf) return wordless[name] ? [tag, attrs, wordless[name](n)] : [tag, attrs];
    return [tag, attrs, 0];
  };
}

function readAttrs(name: string, e: HTMLElement): Record<string, unknown> {
  let given: unknown;
  try { given = JSON.parse(e.getAttribute('data-attrs') ?? '{}'); } catch { given = {}; }
  return fitting(attrsOf(name), (given && typeof given === 'object' ? given : {}) as Record<string, unknown>);
}

function align(e: HTMLElement): string {
  const value = e.getAttribute('data-align') ?? '';
  return ['left', 'center', 'right', 'justify'].includes(value) ? value : '';
}

// Plain HTML, after paste/clean.ts has made it calm.
const foreign: Record<string, TagParseRule[]> = {
  paragraph: [{ tag: 'p', getAttrs: (e) => ({ align: align(e) }) }],
  heading: [1, 2, 3, 4, 5, 6].map((level) => ({ tag: 'h' + level, getAttrs: (e: HTMLElement) => ({ level: Math.max(2, level), align: align(e) }) })),
  bullet_list: [{ tag: 'ul' }],
  ordered_list: [{ tag: 'ol', getAttrs: (e) => ({ start: Number(e.getAttribute('start') ?? 1) || 1 }) }],
  list_item: [{ tag: 'li' }],
  quote: [{ tag: 'blockquote' }],
  code: [{ tag: 'pre', preserveWhitespace: 'full', getAttrs: (e) => ({ language: /language-([a-z0-9_+#.-]+)/.exec(e.className + ' ' + (e.firstElementChild?.className ?? ''))?.[1] ?? '' }) }],
  rule: [{ tag: 'hr' }],
  details: [{ tag: 'details', getAttrs: (e) => ({ summary: e.getAttribute('data-summary') ?? '' }) }],
  hard_break: [{ tag: 'br' }],
  table: [{ tag: 'table' }],
  table_caption: [{ tag: 'caption' }],
  table_row: [{ tag: 'tr' }],
  table_cell: ['td', 'th'].map((tag) => ({
    tag, getAttrs: (e: HTMLElement) => fitting(attrsOf('table_cell'), {
      header: tag === 'th', colspan: e.getAttribute('colspan') || 1, rowspan: e.getAttribute('rowspan') || 1, align: align(e),
    }),
  })),
};

const textBlocks = new Set(['preformatted', 'verse']);

function nodeSpec(n: (typeof schemaFile.nodes)[number]): NodeSpec {
  const content = expression((n as { content?: Rule }).content);
  const groups = n.groups ?? [];
  const spec: NodeSpec = {
    content, group: groups.join(' ') || undefined, inline: groups.includes('inline') || undefined,
    attrs: attributes(attrsOf(n.name)), toDOM: nodeDOM(n.name, !content),
    parseDOM: [{ tag: `[data-node="${n.name}"]`, priority: 60, getAttrs: (e) => readAttrs(n.name, e), ...(n.name === 'code' || textBlocks.has(n.name) ? { preserveWhitespace: 'full' as const } : {}) }, ...(foreign[n.name] ?? [])],
  };
  if (n.name === 'code') Object.assign(spec, { code: true, marks: '', defining: true });
  if (textBlocks.has(n.name)) spec.whitespace = 'pre';
  if (['heading', 'list_item', 'quote', 'preformatted', 'verse'].includes(n.name)) spec.defining = true;
  if (isolating.has(n.name)) spec.isolating = true;
  if (!content && !voidNodes.has(n.name)) spec.atom = true;
  if (n.name === 'hard_break') { spec.selectable = false; spec.linebreakReplacement = true; spec.leafText = () => '\n'; }
  if (draggable.has(n.name)) spec.draggable = false; // by the handle only, so that words in a block can be selected
  return spec;
}

const isolating = new Set(['figure', 'audio', 'video', 'embed', 'table', 'table_cell', 'table_caption', 'attributed_quote', 'accounts', 'account', 'fact_box',
  'timeline', 'timeline_event', 'correction', 'footnotes', 'footnote', 'gallery', 'playlist', 'details', 'columns', 'column', 'media_text', 'pull_quote', 'fallback']);
const draggable = new Set(['figure']);

type MarkTag = { tag: string; rules?: ParseRule[] };
const markTags: Record<string, MarkTag> = {
  ins: { tag: 'ins' }, del: { tag: 'del' }, q: { tag: 'q' }, cite: { tag: 'cite' }, small: { tag: 'small' }, highlight: { tag: 'mark' },
  strong: { tag: 'strong', rules: [{ tag: 'b' }] }, em: { tag: 'em', rules: [{ tag: 'i' }] }, underline: { tag: 'u' }, strike: { tag: 's', rules: [{ tag: 'strike' }] },
  sub: { tag: 'sub' }, sup: { tag: 'sup' }, kbd: { tag: 'kbd' }, code: { tag: 'code', rules: [{ tag: 'tt' }, { tag: 'samp' }] },
};

function plainAttrs(m: Mark): Record<string, string> {
  const out: Record<string, string> = {};
  for (const [name, value] of Object.entries(m.attrs)) if (value !== '') out[name] = String(value);
  return out;
}

function fromElement(mark: string): (e: HTMLElement) => Record<string, unknown> | false {
  return (e) => {
    const given: Record<string, unknown> = {};
    for (const a of attrsOfMark(mark)) given[a.name] = e.getAttribute(a.name) ?? '';
    const fit = fitting(attrsOfMark(mark), given);
    if (mark === 'link' && !fit.href) return false;
    return mark === 'lang' && !fit.lang && !fit.dir ? false : fit;
  };
}

function readSaid(e: HTMLElement): Record<string, unknown> | false {
  let given: unknown;
  try { given = JSON.parse(e.getAttribute('data-said') ?? '{}'); } catch { return false; }
  const fit = fitting(attrsOfMark('said'), (given && typeof given === 'object' ? given : {}) as Record<string, unknown>);
  return fit.speaker ? fit : false;
}

function markSpec(name: string): MarkSpec {
  const spec: MarkSpec = { attrs: attributes(attrsOfMark(name)) };
  switch (name) {
    case 'link': return { ...spec, inclusive: false, toDOM: (m) => ['a', plainAttrs(m), 0], parseDOM: [{ tag: 'a[href]', getAttrs: fromElement(name) }] };
    case 'lang': return { ...spec, toDOM: (m) => ['span', plainAttrs(m), 0], parseDOM: [{ tag: 'span[lang], span[dir]', getAttrs: fromElement(name) }] };
    case 'said': return { ...spec, inclusive: false, toDOM: (m) => ['span', { class: 'ed-said', 'data-said': JSON.stringify(plainAttrs(m)) }, 0], parseDOM: [{ tag: 'span[data-said]', getAttrs: readSaid }] };
    case 'abbr': return { ...spec, toDOM: (m) => ['abbr', plainAttrs(m), 0], parseDOM: [{ tag: 'abbr', getAttrs: fromElement(name) }, { tag: 'acronym', getAttrs: fromElement(name) }] };
  }
  const t = markTags[name]!;
  if (name === 'code') spec.code = true;
  return { ...spec, toDOM: () => [t.tag, 0], parseDOM: [{ tag: t.tag }, ...(t.rules ?? [])] };
}

/** ProseMirror has one name space for nodes and marks; the mark "code" has another name in the editor. */
export const markHere = (name: string) => (name === 'code' ? 'inline_code' : name);
export const markThere = (name: string) => (name === 'inline_code' ? 'code' : name);

function build(): Schema {
  const nodes: Record<string, NodeSpec> = { doc: { content: expression(schemaFile.doc) } };
  const order = [...schemaFile.nodes].sort((a, b) => Number(b.name === 'paragraph') - Number(a.name === 'paragraph'));
  for (const n of order) nodes[n.name] = n.name === 'text' ? { group: 'inline' } : nodeSpec(n);
  const marks: Record<string, MarkSpec> = {};
  for (const m of schemaFile.marks) marks[markHere(m.name)] = markSpec(m.name);
  return new Schema({ nodes, marks });
}

export const schema = build();
export const version = schemaFile.version;

export const isTop = (name: string) => (schemaFile.nodes.find((n) => n.name === name)?.groups ?? []).includes('top');
