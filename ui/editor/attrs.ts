// Values of attributes, as internal/richtext checks them. What passes here
// passes there: the editor never offers a document that the server refuses.

import schemaFile from './schema.json';

export interface AttrSpec {
  name: string; kind: string; min?: number; max?: number;
  values?: string[]; default?: unknown; required?: boolean;
}

/** What stands for words and addresses that are still to come. */
export const toCome = 'TK';
export const toComeAddress = '#TK';

export function defaultOf(a: AttrSpec): unknown {
  if (a.default !== undefined && a.default !== null) return a.default;
  switch (a.kind) {
    case 'int': return 0;
    case 'bool': return false;
    default: return '';
  }
}

const hostPart = /^[\p{L}\p{N}\p{M}._-]+(:\d{1,5})?$/u;
const userPart = /^[A-Za-z0-9\-._~!$&'()*+,;=:]*@$/;

/**
 * An address in a form that a page may contain, or null. A bare host such as
 * "example.org/x" gets https.
 */
export function safeURL(text: string, web = false): string | null {
  // eslint-disable-next-line no-control-regex
  let s = text.trim().replace(/[\u0000-\u001f\u007f-\u009f]/g, '').trim();
  if (!s || new TextEncoder().encode(s).length > 8000) return null;
  const end = s.search(/[:/?#\\]/);
  if (end >= 0 && s[end] === ':' && !/^[a-z][a-z0-9+.-]*:/i.test(s)) return null;
  const port = /^[\w.-]+\.[a-z]{2,}:\d+(\/|$)/i.test(s);
  if (port || (/^(www\.)?[\p{L}\p{N}-]+(\.[\p{L}\p{N}-]+)*\.\p{L}{2,}([/?#]|$)/u.test(s) && !/\.(html?|php|pdf)$/i.test(s.split('/')[0]!))) {
    s = 'https://' + s;
  }
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(s)?.[1]?.toLowerCase() ?? '';
  if (scheme === 'mailto' || scheme === 'tel') {
    const rest = s.slice(scheme.length + 1);
    if (web || !rest || rest.startsWith('/')) return null;
    if (scheme === 'tel' && !/^[0-9+\-.*,;=a-zA-Z ()/\u00a0]+$/.test(rest)) return null;
    return scheme + ':' + encode(rest);
  }
  if (scheme && scheme !== 'http' && scheme !== 'https') return null;
  if (!scheme && !/^[/\\]{2}/.test(s)) return encode(s.replace(/\\/g, '/'));
  const rest = (scheme ? s.slice(scheme.length + 1) : s).replace(/\\/g, '/');
  const match = /^\/\/([^/?#]+)(.*)$/s.exec(rest);
  if (!match) return null;
  const at = match[1]!.lastIndexOf('@') + 1;
  const user = match[1]!.slice(0, at), host = match[1]!.slice(at);
  const bracketed = /^\[[0-9a-f:.]+\](:\d{1,5})?$/i.test(host);
  if (user && !userPart.test(user) || !bracketed && (!hostPart.test(host) || !/[^.]/.test(host.replace(/:\d+$/, '')))) return null;
  try { new URL('https://' + host); } catch { return null; }
  return (scheme || 'https') + '://' + match[1] + encode(match[2]!);
}

function encode(s: string): string {
  const hash = s.indexOf('#');
  return s.replace(/%(?![0-9a-f]{2})|[\s"<>\\^`{|}[\]]|#/gi, (c, at: number) =>
    c === '#' && at === hash ? c : encodeURIComponent(c).replace(/^[^%]$/, (x) => '%' + x.charCodeAt(0).toString(16)));
}

/** Whether a text is a whole address with its scheme, as people paste it. */
export function isAddress(text: string): boolean {
  return /^https?:\/\/[^\s]+$/i.test(text.trim()) && safeURL(text.trim()) !== null;
}

export function isDate(s: string): boolean {
  const m = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?(Z|[+-]\d\d:\d\d))?)?)?$/.exec(s);
  if (!m) return false;
  if (m[2] !== undefined && !(+m[2] >= 1 && +m[2] <= 12)) return false;
  if (m[3] !== undefined) {
    const last = new Date(Date.UTC(2000 + (+m[1]! % 400), +m[2]!, 0)).getUTCDate();
    if (+m[3] < 1 || +m[3] > last) return false;
  }
  return !(m[4] !== undefined && (+m[4] > 23 || +m[5]! > 59 || +(m[6] ?? 0) > 59));
}

const isLang = (s: string) => s.length <= 35 && /^([a-z]{2,8}|[xi])(-[a-z0-9]{1,8})*$/i.test(s);
const isName = (s: string) => s.length <= 64 && /^[a-z0-9_+#.-]*$/.test(s);
const isAnchor = (s: string) => new TextEncoder().encode(s).length <= 200 && !/[\s\p{C}"'<>&`]/u.test(s);

/** Text without the characters that no page may contain. */
export function cleanText(s: string): string {
  // eslint-disable-next-line no-control-regex
  return s.replace(/\r\n?/g, '\n').replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufdd0-\ufdef\ufffe\uffff]/g, '').replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd');
}

/** A value in the form that the schema takes, or null when it does not fit. */
export function checked(a: AttrSpec, value: unknown): unknown {
  if (value === undefined || value === null || value === '') return defaultOf(a);
  switch (a.kind) {
    case 'int': {
      const n = Number(value);
      return Number.isSafeInteger(n) && n >= (a.min ?? -Infinity) && n <= (a.max ?? Infinity) ? n : null;
    }
    case 'bool': return value === true || value === 'true';
    case 'id': return /^\d{1,19}$/.test(String(value)) && BigInt(String(value)) < 1n << 63n ? (/^0+$/.test(String(value)) ? '' : String(value)) : null;
  }
  if (typeof value !== 'string') return null;
  switch (a.kind) {
    case 'enum': return a.values!.includes(value) ? value : null;
    case 'text':
      if (a.max && new TextEncoder().encode(value).length > a.max) return null;
      return cleanText(value).slice(0, 16000);
    case 'raw': return cleanText(value).slice(0, 250000);
    case 'url': return safeURL(value);
    case 'web': return safeURL(value, true);
    case 'date': return isDate(value) ? value : null;
    case 'name': return isName(value) ? value : null;
    case 'anchor': return isAnchor(value) ? value : null;
    case 'lang': return isLang(value) ? value : null;
    case 'rel': return ['nofollow', 'sponsored', 'ugc'].filter((w) => value.split(/\s+/).includes(w)).join(' ');
  }
  return null;
}

const nodeAttrs = new Map<string, AttrSpec[]>(schemaFile.nodes.map((n) => [n.name, (n.attrs ?? []) as AttrSpec[]]));
const markAttrs = new Map<string, AttrSpec[]>(schemaFile.marks.map((m) => [m.name, ((m as { attrs?: AttrSpec[] }).attrs ?? [])]));

export const attrsOf = (node: string): AttrSpec[] => nodeAttrs.get(node) ?? [];
export const attrsOfMark = (mark: string): AttrSpec[] => markAttrs.get(mark) ?? [];

export function attrSpec(node: string, name: string): AttrSpec | undefined {
  return attrsOf(node).find((a) => a.name === name);
}

/** Attributes of foreign origin: those that fit are kept. */
export function fitting(specs: AttrSpec[], given: Record<string, unknown>): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const a of specs) {
    const value = checked(a, given[a.name]);
    out[a.name] = value === null ? defaultOf(a) : value;
  }
  return out;
}

export interface Provider { key: string; name: string; hosts: string[] }

/** The service that an address belongs to; "link" when it is unknown. */
export function providerOf(address: string): { key: string; name: string; host: string } {
  let url: URL;
  try { url = new URL(address); } catch { return { key: 'link', name: '', host: '' }; }
  const host = url.hostname.toLowerCase().replace(/^www\./, ''), path = url.pathname.slice(1);
  for (const p of schemaFile.providers as Provider[]) {
    for (const h of p.hosts) {
      const slash = h.indexOf('/'), want = slash < 0 ? h : h.slice(0, slash), under = slash < 0 ? '' : h.slice(slash + 1);
      if ((host === want || host.endsWith('.' + want)) && path.startsWith(under)) return { key: p.key, name: p.name, host };
    }
  }
  return { key: 'link', name: '', host };
}
