// Documents in and out. What goes out always fits the schema: words that must
// be there and are still missing are written as TK, which the checks before
// publishing stop at, so that a draft can be saved at any moment.

import { Node } from 'prosemirror-model';
import { attrsOf, attrsOfMark, checked, defaultOf, toCome, toComeAddress, type AttrSpec } from './attrs';
import { markHere, markThere, schema, setAttrs, version } from './schema';
import type { RichDoc, RichNode } from './types';

type JSONNode = { type: string; attrs?: Record<string, unknown>; content?: JSONNode[]; text?: string; marks?: unknown[] };

/** The document as ProseMirror has it; an empty one gets a line to write in. */
export function toEditor(d: RichDoc): Node {
  const content = (d.content ?? []).map(incoming);
  return Node.fromJSON(schema, { type: 'doc', content: content.length ? content : [{ type: 'paragraph' }] });
}

function incoming(n: RichNode): JSONNode {
  const out: JSONNode = { type: n.type };
  if (n.text !== undefined && n.type === 'text') out.text = n.text;
  if (n.marks) out.marks = n.marks.map((m) => ({ ...m, type: markHere(m.type) }));
  if (n.content) out.content = n.content.map(incoming);
  if (n.attrs) {
    const specs = attrsOf(n.type);
    out.attrs = { ...n.attrs };
    for (const a of specs) {
      const value = out.attrs[a.name];
      if (a.kind === 'id' && typeof value === 'number') out.attrs[a.name] = String(value);
      if (a.required && (value === toCome && a.kind === 'text' || value === toComeAddress)) out.attrs[a.name] = '';
    }
  }
  return out;
}

// Nodes never change, so what was written of one can be kept.
const written = new WeakMap<Node, RichNode>();

export function fromEditor(doc: Node): RichDoc {
  const content: RichNode[] = [];
  doc.forEach((n) => content.push(outgoing(n)));
  const only = content.length === 1 ? content[0]! : null;
  if (only && only.type === 'paragraph' && !only.content && !only.attrs) content.length = 0;
  return { v: version, content: uniqueNotes(content) };
}

function outgoing(n: Node): RichNode {
  const have = written.get(n);
  if (have) return have;
  const out: RichNode = { type: n.type.name };
  if (n.isText) out.text = n.text;
  const attrs = outgoingAttrs(attrsOf(n.type.name), n.attrs);
  if (Object.keys(attrs).length) out.attrs = attrs;
  if (n.marks.length) {
    out.marks = n.marks.map((m) => {
      const type = markThere(m.type.name), set = outgoingAttrs(attrsOfMark(type), m.attrs);
      return Object.keys(set).length ? { type, attrs: set } : { type };
    });
  }
  if (n.childCount) {
    out.content = [];
    n.forEach((c) => out.content!.push(outgoing(c)));
  }
  written.set(n, out);
  return out;
}

function outgoingAttrs(specs: AttrSpec[], given: Record<string, unknown>): Record<string, unknown> {
  const attrs = setAttrs(specs, given);
  for (const a of specs) {
    if (a.name in attrs && checked(a, attrs[a.name]) === null) delete attrs[a.name];
    if (a.required && !(a.name in attrs) && defaultOf(a) === '') attrs[a.name] = a.kind === 'url' || a.kind === 'web' ? toComeAddress : toCome;
  }
  return attrs;
}

/** Two footnotes never have the same id, whatever was pasted. */
function uniqueNotes(content: RichNode[]): RichNode[] {
  const seen = new Set<string>();
  let double = false;
  const look = (nodes: RichNode[]) => {
    for (const n of nodes) {
      if (n.type !== 'footnote') continue;
      const id = String(n.attrs?.id);
      if (seen.has(id)) double = true;
      seen.add(id);
    }
  };
  for (const n of content) if (n.type === 'footnotes') look(n.content ?? []);
  if (!double) return content;
  const used = new Set<string>();
  return content.map((n) => n.type !== 'footnotes' ? n : {
    ...n, content: (n.content ?? []).map((f) => {
      let id = String(f.attrs?.id);
      for (let i = 2; used.has(id); i++) id = `${f.attrs?.id}-${i}`;
      used.add(id);
      return { ...f, attrs: { ...f.attrs, id } };
    }),
  });
}

/** The position of the node that a path such as "content[3].content[0].attrs.alt" names. */
export function resolvePath(doc: Node, path: string): { pos: number; node: Node; attr: string } | null {
  let node = doc, start = 0, pos = -1;
  const steps = [...path.matchAll(/content\[(\d+)\]/g)].map((m) => Number(m[1]));
  for (const index of steps) {
    if (index >= node.childCount) return null;
    pos = start;
    for (let i = 0; i < index; i++) pos += node.child(i).nodeSize;
    node = node.child(index);
    start = pos + 1;
  }
  return pos < 0 ? null : { pos, node, attr: /\.attrs\.(\w+)$/.exec(path)?.[1] ?? '' };
}
