// A comment's text as elements: the same ones that the server renders.

type Mark = {type: string; attrs?: {href?: string}};
type Node_ = {type: string; text?: string; content?: Node_[]; marks?: Mark[]; attrs?: {start?: number}};
export type Doc = {content?: Node_[]};

const blocks: Record<string, string> = {paragraph: 'p', quote: 'blockquote', bullet_list: 'ul', ordered_list: 'ol'};
const marks: Record<string, string> = {strong: 'strong', em: 'em', code: 'code', strike: 's'};

export function render(doc: Doc): DocumentFragment {
  const out = document.createDocumentFragment();
  fill(out, doc.content);
  return out;
}

function fill(into: Node, nodes: Node_[] = []): void {
  for (const node of nodes) {
    const name = blocks[node.type];
    if (node.type === 'text') into.appendChild(inline(node));
    else if (node.type === 'hard_break') into.appendChild(document.createElement('br'));
    else if (node.type === 'code') {
      const code = document.createElement('code');
      fill(code, node.content);
      into.appendChild(document.createElement('pre')).append(code);
    } else if (node.type === 'list_item') item(into.appendChild(document.createElement('li')), node.content);
    else if (name) {
      const block = into.appendChild(document.createElement(name));
      if (block instanceof HTMLOListElement && node.attrs?.start) block.start = node.attrs.start;
      fill(block, node.content);
    }
    else fill(into, node.content);
  }
}

// item leaves out the paragraph that a list's entry begins with, when no other one
// follows it.
function item(into: Node, nodes: Node_[] = []): void {
  const [first, ...rest] = nodes;
  if (first?.type === 'paragraph' && rest.every((n) => n.type !== 'paragraph')) {
    fill(into, first.content);
    fill(into, rest);
  } else fill(into, nodes);
}

function inline(node: Node_): Node {
  let out: Node = document.createTextNode(node.text ?? '');
  for (const mark of [...node.marks ?? []].reverse()) {
    const around = wrap(mark);
    if (!around) continue;
    around.append(out);
    out = around;
  }
  return out;
}

function wrap(mark: Mark): HTMLElement | null {
  if (mark.type !== 'link') return marks[mark.type] ? document.createElement(marks[mark.type]!) : null;
  const href = mark.attrs?.href ?? '';
  if (!/^(https?:\/\/|mailto:|\/(?!\/)|#)/i.test(href)) return null;
  const a = document.createElement('a');
  a.href = href;
  a.rel = 'ugc nofollow noopener';
  return a;
}
