// The frame of every block that has fields: what it is, its fields, and the
// words inside it, which are edited as the rest of the article is.

import type { Node } from 'prosemirror-model';
import { NodeSelection, Selection, TextSelection } from 'prosemirror-state';
import { closeHistory, redo, undo } from 'prosemirror-history';
import type { EditorView, NodeView, ViewMutationRecord, Decoration } from 'prosemirror-view';
import type { Context, GetPos } from '../context';
import { h, icon, iconButton, textButton } from '../dom';
import { makeField, type Field, type FieldSpec } from './fields';
import { moveNode, removeNode } from '../commands';

export interface BlockSpec {
  node: string;
  icon: string;
  /** Key of its name. */
  label: string;
  before?: FieldSpec[];
  after?: FieldSpec[];
  /** The element that holds the content; none for blocks without. */
  body?: keyof HTMLElementTagNameMap;
  bodyClass?: string;
  /** Key of the text shown while nothing is written in it. */
  placeholder?: string;
  /** It stands in a list of its like: move and remove buttons, each with words of its own. */
  item?: boolean;
  /** A button at the end that adds one more of a node. */
  adds?: { node: string; label: string };
  /** Builds more of it; called once. */
  build?(view: BlockView): void;
  /** Called after each change of the node. */
  refresh?(view: BlockView): void;
}

export class BlockView implements NodeView {
  readonly dom: HTMLElement;
  readonly contentDOM: HTMLElement | null = null;
  readonly head: HTMLElement;
  readonly tools: HTMLElement;
  /** A place between the head and the content. */
  readonly stage: HTMLElement;
  readonly foot: HTMLElement;
  readonly fields = new Map<string, Field>();
  private empty: HTMLElement | null = null;

  constructor(readonly ctx: Context, readonly spec: BlockSpec, public node: Node, readonly view: EditorView, readonly getPos: GetPos) {
    const name = ctx.t(spec.label);
    this.tools = h('span', { class: 'ed-head-tools' });
    this.head = h('div', { class: 'ed-head ed-ui', contenteditable: 'false' }, h('span', { class: 'ed-kind' }, icon(spec.icon), name), this.tools);
    this.stage = h('div', { class: 'ed-stage ed-ui', contenteditable: 'false' });
    this.foot = h('div', { class: 'ed-foot ed-ui', contenteditable: 'false' });
    this.dom = h('div', { class: `ed-block ed-block-${spec.node}`, role: 'group', 'aria-label': name });
    this.dom.append(this.head);
    if (spec.before?.length) this.dom.append(h('div', { class: 'ed-ui', contenteditable: 'false' }, this.group(spec.before)));
    this.dom.append(this.stage);
    if (spec.body) {
      this.contentDOM = h(spec.body, { class: 'ed-body ' + (spec.bodyClass ?? '') });
      if (spec.placeholder) this.contentDOM.dataset.placeholder = ctx.t(spec.placeholder);
      this.dom.append(this.contentDOM);
    }
    if (spec.after?.length) this.foot.append(this.group(spec.after));
    this.dom.append(this.foot);
    if (spec.item) this.itemTools();
    if (spec.adds) this.foot.append(this.adder(spec.adds.node, spec.adds.label));
    spec.build?.(this);
    for (const part of this.dom.querySelectorAll<HTMLElement>('.ed-ui')) {
      part.dir = ctx.uiDir; // the article may run the other way
      part.lang = ctx.uiLang;
      this.guard(part);
    }
    this.refresh();
  }

  change = (attrs: Record<string, unknown>): void => this.ctx.setAttrs(this.getPos, attrs);

  private group(specs: FieldSpec[]): HTMLElement {
    const group = h('div', { class: 'ed-fields' });
    for (const s of specs) {
      const field = makeField(this.ctx, this.spec.node, s, this.change);
      this.fields.set(s.attr, field);
      group.append(field.dom);
    }
    return group;
  }

  /** Keys inside fields are the fields' own, but for a few that belong to the editor. */
  private guard(part: HTMLElement): void {
    part.addEventListener('keydown', (e) => {
      const mod = e.ctrlKey || e.metaKey, target = e.target as HTMLElement;
      if (e.defaultPrevented || e.isComposing) return;
      if (mod && !e.altKey && e.key.toLowerCase() === 'z') {
        e.preventDefault();
        (e.shiftKey ? redo : undo)(this.view.state, this.view.dispatch);
      } else if (mod && e.key.toLowerCase() === 'y') {
        e.preventDefault();
        redo(this.view.state, this.view.dispatch);
      } else if (e.key === 'Escape') {
        e.preventDefault();
        e.stopPropagation();
        this.enter();
      } else if (e.key === 'Enter' && target instanceof HTMLInputElement && target.type !== 'checkbox') {
        e.preventDefault();
        this.next(target);
      }
    });
    part.addEventListener('focusin', () => {
      this.view.dispatch(closeHistory(this.view.state.tr).setMeta('addToHistory', false)); // what is done in a field is taken back alone
      this.follow();
    });
    part.addEventListener('mousedown', (e) => { // a click on the frame selects the block
      if (!(e.target as HTMLElement).closest('input, textarea, select, button, a, label, [role=option], audio, video')) { e.preventDefault(); this.select(); }
    });
  }

  /** The editor's cursor follows the focus into a block's fields. */
  private follow(): void {
    const pos = this.getPos();
    if (pos === undefined) return;
    const { selection } = this.view.state, end = pos + this.node.nodeSize;
    if (selection.from > pos && selection.to < end || selection.from === pos && selection.to === end) return;
    const tr = this.view.state.tr;
    const inside = this.node.isAtom || !this.contentDOM ? null : Selection.findFrom(tr.doc.resolve(pos + 1), 1, true);
    tr.setSelection(inside && inside.to < end ? inside : NodeSelection.create(tr.doc, pos));
    this.view.dispatch(tr.setMeta('addToHistory', false));
  }

  select(): void {
    const pos = this.getPos();
    if (pos === undefined) return;
    this.view.dispatch(this.view.state.tr.setSelection(NodeSelection.create(this.view.state.doc, pos)));
    this.view.focus();
  }

  /** From a field into the words of the block, or onto the block when it has none. */
  enter(): void {
    const pos = this.getPos();
    if (pos === undefined) return;
    const end = pos + this.node.nodeSize;
    const found = this.contentDOM ? TextSelection.findFrom(this.view.state.doc.resolve(pos + 1), 1, true) : null;
    if (!found || found.from >= end) { this.select(); return; }
    this.view.dispatch(this.view.state.tr.setSelection(found).scrollIntoView());
    this.view.focus();
  }

  /** Enter in a field goes to the next one on its side of the words, else into them. */
  private next(from: HTMLElement): void {
    const group = from.closest('.ed-fields');
    const all = [...(group?.querySelectorAll<HTMLElement>('input:not([hidden]):not(.ed-picker), textarea, select') ?? [])].filter((e) => e.offsetParent);
    const to = all[all.indexOf(from) + 1];
    if (to) to.focus(); else this.enter();
  }

  focusField(attr: string): boolean {
    const field = this.fields.get(attr);
    if (!field) return false;
    field.dom.closest('details')?.setAttribute('open', '');
    field.input.focus();
    return document.activeElement === field.input;
  }

  private itemTools(): void {
    const t = (key: string) => this.ctx.t(key);
    this.tools.append(
      iconButton('up', t('editor.item.up'), () => moveNode(this.view, this.getPos, -1)),
      iconButton('down', t('editor.item.down'), () => moveNode(this.view, this.getPos, 1)),
      iconButton('bin', t('editor.item.remove'), () => removeNode(this.view, this.getPos)));
  }

  /** A button that adds a child at the end and goes to its first field. */
  adder(node: string, label: string): HTMLElement {
    return textButton(this.ctx.t(label), () => {
      const pos = this.getPos();
      if (pos === undefined) return;
      const type = this.view.state.schema.nodes[node]!, at = pos + this.node.nodeSize - 1;
      const paragraph = this.view.state.schema.nodes.paragraph!;
      const made = type.contentMatch.matchType(paragraph) ? type.create(null, paragraph.create()) : type.createAndFill();
      if (!made) return;
      this.view.dispatch(this.view.state.tr.insert(at, made));
      focusBlock(this.view, at);
    }, { class: 'ed-button ed-add' });
  }

  refresh(): void {
    for (const f of this.fields.values()) f.refresh(this.node.attrs);
    const hollow = !!this.contentDOM && this.node.childCount === 0;
    if (this.contentDOM && this.spec.placeholder) this.contentDOM.classList.toggle('ed-empty', hollow && this.node.inlineContent);
    if (this.contentDOM && !this.node.inlineContent) {
      if (hollow && !this.empty) {
        this.empty = textButton(this.ctx.t('editor.addtext'), () => {
          const pos = this.getPos();
          if (pos === undefined) return;
          this.view.dispatch(this.view.state.tr.insert(pos + 1, this.view.state.schema.nodes.paragraph!.create()));
          this.enter();
        }, { class: 'ed-button ed-add' });
        this.foot.prepend(this.empty);
      }
      this.contentDOM.hidden = hollow;
      if (this.empty) this.empty.hidden = !hollow;
    }
    this.spec.refresh?.(this);
  }

  update(node: Node, _decorations: readonly Decoration[]): boolean {
    if (node.type !== this.node.type) return false;
    const changed = node.attrs !== this.node.attrs || node.childCount !== this.node.childCount;
    this.node = node;
    if (changed) this.refresh();
    return true;
  }

  selectNode(): void { this.dom.classList.add('ProseMirror-selectednode'); }
  deselectNode(): void { this.dom.classList.remove('ProseMirror-selectednode'); }

  stopEvent(e: Event): boolean {
    const target = e.target as HTMLElement;
    if (!target.closest?.('.ed-ui')) return false;
    return !/^(drag|drop)/.test(e.type);
  }

  ignoreMutation(m: ViewMutationRecord): boolean {
    if (m.type === 'selection') return !!(m.target as HTMLElement).parentElement?.closest('.ed-ui') || !!(m.target as HTMLElement).closest?.('.ed-ui');
    return !this.contentDOM || !this.contentDOM.contains(m.target) || m.type === 'attributes';
  }

  destroy(): void { this.dom.dispatchEvent(new Event('ed-gone')); }
}

/** Puts the focus where a new block wants it: its first field, else its words. */
export function focusBlock(view: EditorView, pos: number): void {
  const dom = view.nodeDOM(pos) as HTMLElement | null;
  dom?.scrollIntoView?.({ block: 'nearest' });
  const first = dom?.querySelector?.<HTMLElement>('.ed-field input:not([hidden]):not(.ed-picker), .ed-field textarea');
  const body = dom?.querySelector?.('.ed-body');
  if (first && (!body || first.compareDocumentPosition(body) & window.Node.DOCUMENT_POSITION_FOLLOWING)) { first.focus(); return; }
  const { doc } = view.state, node = doc.nodeAt(pos);
  const found = node && !node.isAtom ? TextSelection.findFrom(doc.resolve(pos + 1), 1, true) : null;
  if (found && found.from < pos + node!.nodeSize) view.dispatch(view.state.tr.setSelection(found));
  else if (node && NodeSelection.isSelectable(node)) view.dispatch(view.state.tr.setSelection(NodeSelection.create(doc, pos)));
  view.focus();
}
