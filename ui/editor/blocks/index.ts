// Every block's view.

import type { Node } from 'prosemirror-model';
import type { EditorView, NodeView, NodeViewConstructor } from 'prosemirror-view';
import type { Context, GetPos } from '../context';
import { h } from '../dom';
import { BlockView, type BlockSpec } from './block';
import { simple } from './specs';
import { attributedQuote } from './attributed_quote';
import { accounts, account } from './accounts';
import { sharedAccounts } from './shared_accounts';
import { timeline, timelineEvent } from './timeline';
import { factBox } from './fact_box';
import { correction } from './correction';
import { relatedLink } from './related_link';
import { figure } from './figure';
import { gallery } from './gallery';
import { audio, video } from './recording';
import { file } from './file';
import { embed } from './embed';
import { table } from './table';
import { code } from './code';
import { math } from './math';
import { footnotes, footnote, FootnoteRefView } from './footnotes';
import { fallback } from './fallback';

export const specs: BlockSpec[] = [...simple, attributedQuote, accounts, account, sharedAccounts, timeline, timelineEvent, factBox, correction, relatedLink,
  figure, gallery, audio, video, file, embed, table, code, math, footnotes, footnote, fallback];

/** A small picture inside a line. */
class InlineImageView implements NodeView {
  readonly dom = h('span', { class: 'ed-inline-image', contenteditable: 'false' });
  constructor(private readonly ctx: Context, private node: Node) { this.show(); }
  private show(): void {
    const { media, alt } = this.node.attrs, node = this.node;
    this.dom.textContent = alt || this.ctx.t('editor.block.inline_image');
    if (media) void this.ctx.mediaOf(String(media)).then((m) => { if (m && node === this.node) this.dom.replaceChildren(h('img', { src: m.url, alt: alt || m.alt })); });
  }
  update(node: Node): boolean { if (node.type !== this.node.type) return false; if (node.attrs !== this.node.attrs) { this.node = node; this.show(); } return true; }
  ignoreMutation(): boolean { return true; }
}

export function nodeViews(ctx: Context): Record<string, NodeViewConstructor> {
  const views: Record<string, NodeViewConstructor> = {
    footnote_ref: (node, view) => new FootnoteRefView(ctx, node, view),
    inline_image: (node) => new InlineImageView(ctx, node),
  };
  for (const spec of specs) {
    views[spec.node] = (node: Node, view: EditorView, getPos: GetPos) => {
      const made = new BlockView(ctx, spec, node, view, getPos);
      viewOf.set(made.dom, made);
      return made;
    };
  }
  return views;
}

/** The view of a block's element, to reach its fields. */
export const viewOf = new WeakMap<Element, BlockView>();
