// Plain text on its way in. What looks like Markdown keeps its structure;
// other text keeps its paragraphs.

import { Fragment, type Mark, type Node } from 'prosemirror-model';
import { cleanText, safeURL } from '../attrs';
import { marks, nodes } from '../commands';
import { schema } from '../schema';


const signs = [/^#{1,6}\s+\S/m, /^\s{0,3}[-*+]\s+\S/m, /^\s{0,3}\d{1,4}[.)]\s+\S[\s\S]*\n\s{0,3}\d{1,4}[.)]\s/m, /^\s{0,3}>\s?\S/m, /^(```|~~~)/m, /\*\*\S[^*\n]*\S?\*\*/, /\[[^\]\n]+\]\((https?:|\/|#)[^)\s]*\)/, /^\s{0,3}([-*_]\s*){3,}$/m, /`[^`\n]+`/];

export function looksLikeMarkdown(text: string): boolean {
  return signs.some((s) => s.test(text));
}

/** The blocks of a plain text. */
export function fromText(text: string): Fragment {
  text = cleanText(text).replace(/\u00a0/g, ' ');
  if (looksLikeMarkdown(text)) return Fragment.from(new Reader(text.split('\n')).blocks());
  const apart = /\n\s*\n/.test(text.trim());
  const parts = (apart ? text.split(/\n\s*\n+/) : text.split('\n')).map((p) => p.replace(/^\n+|\n+$/g, '')).filter((p) => p.trim());
  return Fragment.from(parts.map((p) => nodes.paragraph!.create(null, lines(p.split('\n'), (l) => (l ? [schema.text(l)] : [])))));
}

/** Lines with breaks between them. */
function lines(all: string[], inline: (s: string) => Node[]): Node[] {
  const out: Node[] = [];
  all.forEach((l, i) => {
    if (i) out.push(nodes.hard_break!.create());
    out.push(...inline(l));
  });
  return out;
}

const item = /^(\s*)([-*+]|(\d{1,4})[.)])\s+(.*)$/;
const rule = /^\s{0,3}(?:(?:-\s*){3,}|(?:\*\s*){3,}|(?:_\s*){3,})$/;
const starts = (l: string) => /^#{1,6}\s/.test(l) || item.test(l) || /^\s{0,3}>/.test(l) || /^\s{0,3}(```|~~~)/.test(l) || rule.test(l);

class Reader {
  private i = 0;
  private readonly shift: number;
  constructor(private readonly source: string[]) { this.shift = source.some((l) => /^#\s/.test(l)) ? 1 : 0; }

  blocks(): Node[] {
    const out: Node[] = [];
    while (this.i < this.source.length) {
      const l = this.source[this.i]!;
      if (!l.trim()) { this.i++; continue; }
      out.push(this.block(l));
    }
    return out.length ? out : [nodes.paragraph!.create()];
  }

  private block(l: string): Node {
    const head = /^(#{1,6})\s+(.*?)\s*#*$/.exec(l);
    if (head) { this.i++; return nodes.heading!.create({ level: Math.min(6, Math.max(2, head[1]!.length + this.shift)) }, inline(head[2]!)); }
    if (rule.test(l)) { this.i++; return nodes.rule!.create(); }
    const fence = /^\s{0,3}(```+|~~~+)\s*([\w+#.-]*)/.exec(l);
    if (fence) return this.fence(fence[1]!, fence[2]!.toLowerCase());
    if (/^\s{0,3}>/.test(l)) return nodes.quote!.create(null, new Reader(this.take((s) => /^\s{0,3}>/.test(s) || !!s.trim() && !starts(s)).map((s) => s.replace(/^\s{0,3}>\s?/, ''))).blocks());
    if (item.test(l)) return this.list(l);
    if (/\|/.test(l) && /^\s*\|?\s*:?-{2,}:?\s*(\|\s*:?-{2,}:?\s*)*\|?\s*$/.test(this.source[this.i + 1] ?? '')) return this.table();
    const first = this.i++;
    while (this.i < this.source.length && this.source[this.i]!.trim() && !starts(this.source[this.i]!)) this.i++;
    const text = this.source.slice(first, this.i);
    return nodes.paragraph!.create(null, lines(joinSoft(text), inline));
  }

  private take(keep: (s: string) => boolean): string[] {
    const first = this.i;
    while (this.i < this.source.length && keep(this.source[this.i]!)) this.i++;
    return this.source.slice(first, this.i);
  }

  private fence(mark: string, language: string): Node {
    this.i++;
    const body = this.take((s) => !s.trimStart().startsWith(mark));
    this.i++;
    const text = body.join('\n');
    return nodes.code!.create({ language: /^[a-z0-9_+#.-]*$/.test(language) ? language : '' }, text ? schema.text(text) : null);
  }

  private list(l: string): Node {
    const first = item.exec(l)!, ordered = first[3] !== undefined, indent = first[1]!.length, items: Node[] = [];
    while (this.i < this.source.length) {
      const m = item.exec(this.source[this.i]!);
      if (!m || m[1]!.length < indent || m[1]!.length > indent + 1 || (m[3] !== undefined) !== ordered) break;
      this.i++;
      const inner = [m[4]!], deep = indent + 2;
      while (this.i < this.source.length) {
        const s = this.source[this.i]!, space = /^\s*/.exec(s)![0].length;
        if (!s.trim()) {
          const next = this.source[this.i + 1] ?? '';
          if (/^\s*/.exec(next)![0].length >= deep && next.trim()) { inner.push(''); this.i++; continue; }
          break;
        }
        if (space < deep && (item.test(s) || starts(s))) break;
        inner.push(s.slice(Math.min(space, deep + (ordered ? 1 : 0))));
        this.i++;
      }
      const content = new Reader(inner).blocks();
      items.push(nodes.list_item!.create(null, content));
      if (!this.source[this.i]?.trim() && item.test(this.source[this.i + 1] ?? '')) this.i++;
    }
    return ordered ? nodes.ordered_list!.create({ start: Number(first[3]) }, items) : nodes.bullet_list!.create(null, items);
  }

  private table(): Node {
    const rows = this.take((s) => /\|/.test(s) && !!s.trim()), cut = (s: string) => s.trim().replace(/^\||\|$/g, '').split('|').map((c) => c.trim());
    const aligns = cut(rows[1]!).map((c) => (/^:-+:$/.test(c) ? 'center' : /-:$/.test(c) ? 'right' : ''));
    const width = cut(rows[0]!).length;
    const made = rows.filter((_, i) => i !== 1).map((r, i) => {
      const cells = cut(r).slice(0, width);
      while (cells.length < width) cells.push('');
      return nodes.table_row!.create(null, cells.map((c, col) => nodes.table_cell!.create({ header: i === 0, scope: i === 0 ? 'col' : '', align: aligns[col] ?? '' }, nodes.paragraph!.create(null, inline(c)))));
    });
    return nodes.table!.create(null, made);
  }
}

/** Lines that end in two spaces or a backslash break; others go on. */
function joinSoft(text: string[]): string[] {
  const out: string[] = [];
  let open = '';
  text.forEach((l, i) => {
    open += (open ? ' ' : '') + l.replace(/(\s{2,}|\\)$/, '').trim();
    if (/(\s{2}|\\)$/.test(l) || i === text.length - 1) { out.push(open); open = ''; }
  });
  return out;
}

const tokens: [RegExp, (m: RegExpExecArray, on: readonly Mark[]) => Node[]][] = [
  [/^\\([\\`*_{}[\]()#+\-.!~|>])/, (m, on) => [schema.text(m[1]!, on)]],
  [/^(`+)([^`]|[^`][\s\S]*?[^`])\1(?!`)/, (m, on) => [schema.text(m[2]!.trim() || m[2]!, marks.code!.create().addToSet(on))]],
  [/^!\[([^\]]*)\]\(\s*<?([^)\s>]+)>?[^)]*\)/, (m, on) => linked(m[1] || m[2]!, m[2]!, on)],
  [/^\[((?:[^\][]|\[[^\]]*\])+)\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/, (m, on) => linked(m[1]!, m[2]!, on)],
  [/^<(https?:[^>\s]+)>/, (m, on) => linked(m[1]!, m[1]!, on)],
  [/^(https?:\/\/[^\s<>)\]]*[^\s<>)\].,;:!?'"])/, (m, on) => linked(m[1]!, m[1]!, on, true)],
  [/^(\*\*|__)(?=\S)([\s\S]*?\S)\1/, (m, on) => inline(m[2]!, marks.strong!.create().addToSet(on))],
  [/^~~(?=\S)([\s\S]*?\S)~~/, (m, on) => inline(m[1]!, marks.strike!.create().addToSet(on))],
  [/^\*(?=\S)([^*]*[^*\s])\*/, (m, on) => inline(m[1]!, marks.em!.create().addToSet(on))],
];
const underscored = /^_(?=\S)([^_]*[^_\s])_(?![\p{L}\p{N}])/u;

function linked(text: string, href: string, on: readonly Mark[], plain = false): Node[] {
  const url = safeURL(href);
  const set = url ? marks.link!.create({ href: url }).addToSet(on) : on;
  return plain || text === href ? [schema.text(text, set)] : inline(text, set);
}

/** Markdown inside a line. */
function inline(s: string, on: readonly Mark[] = []): Node[] {
  const out: Node[] = [];
  let plain = '';
  const flush = () => { if (plain) out.push(schema.text(plain, on)); plain = ''; };
  for (let i = 0; i < s.length;) {
    const rest = s.slice(i);
    let hit: RegExpExecArray | null = null;
    if ('\\`![<h*_~'.includes(s[i]!)) {
      for (const [pattern, make] of tokens) {
        hit = pattern.exec(rest);
        if (hit) { flush(); out.push(...make(hit, on)); break; }
      }
      if (!hit && s[i] === '_' && !/[\p{L}\p{N}]$/u.test(s.slice(0, i))) {
        hit = underscored.exec(rest);
        if (hit) { flush(); out.push(...inline(hit[1]!, marks.em!.create().addToSet(on))); }
      }
    }
    if (hit) { i += hit[0].length; continue; }
    plain += s[i++];
  }
  flush();
  return out;
}
