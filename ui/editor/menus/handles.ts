// Beside the text: "+" at an empty line, and at every block a handle that is
// dragged to move it and opens a menu of what can be done with it.

import type { Node } from 'prosemirror-model';
import { NodeSelection, Plugin, Selection } from 'prosemirror-state';
import type { EditorView } from 'prosemirror-view';
import { keyText, type Action } from '../actions';
import { nodes } from '../commands';
import { topBlock, type Context } from '../context';
import { h, icon, iconButton, place, roving, uid } from '../dom';
import { openSlash } from './slash';

const offered = ['up', 'down', 'duplicate', 'below', 'remove'];

class Handles {
  private readonly box: HTMLElement;
  private readonly add: HTMLButtonElement;
  private readonly grip: HTMLButtonElement;
  private readonly menu: HTMLElement;
  private hovered: HTMLElement | null = null;
  private target: HTMLElement | null = null;
  private frame = 0;
  private placed: Node | null = null; // the document when the handles were placed last; null when sizes have changed since
  private readonly watch: ResizeObserver;

  constructor(private readonly ctx: Context, all: Action[], private readonly view: EditorView) {
    const t = (k: string) => ctx.t(k);
    this.add = iconButton('plus', t('editor.add'), () => { this.choose(); openSlash(view); }, { tabindex: -1, class: 'ed-tool ed-plus' });
    this.menu = h('div', { class: 'ed-menu ed-blockmenu', role: 'menu', hidden: true, id: uid('menu'), 'aria-label': t('editor.blockmenu') });
    this.grip = iconButton('grip', t('editor.grip'), () => this.toggle(), { tabindex: -1, class: 'ed-tool ed-grip', draggable: 'true', 'aria-haspopup': 'menu', 'aria-expanded': 'false', 'aria-controls': this.menu.id });
    for (const id of offered) {
      const a = all.find((x) => x.id === id)!;
      this.menu.append(h('button', { type: 'button', role: 'menuitem', class: 'ed-option', onclick: () => { this.close(); this.choose(); view.focus(); a.run(view, ctx); } }, icon(a.icon), h('span', null, t(a.label)), a.keys ? h('kbd', { 'aria-hidden': 'true' }, keyText(a.keys)) : null));
    }
    roving(this.menu, '[role=menuitem]', true);
    this.menu.addEventListener('keydown', (e) => { if (e.key === 'Escape' || e.key === 'Tab') { e.preventDefault(); e.stopPropagation(); this.close(); view.focus(); } });
    this.menu.addEventListener('focusout', (e) => { if (!this.menu.contains(e.relatedTarget as HTMLElement | null)) this.close(); });
    this.box = h('div', { class: 'ed-handles', hidden: true }, this.grip, this.add);
    this.box.addEventListener('mousedown', (e) => { if (!(e.target as Element).closest('.ed-grip')) e.preventDefault(); });
    ctx.root.append(this.box, this.menu);
    ctx.root.addEventListener('mousemove', this.hover);
    ctx.root.addEventListener('mouseleave', this.leave);
    this.grip.addEventListener('dragstart', this.drag);
    this.grip.addEventListener('dragend', () => { view.dragging = null; });
    this.watch = new ResizeObserver(() => { this.placed = null; this.later(); });
    this.watch.observe(view.dom);
  }

  /** The element right under the editor's that an event or position is in. */
  private blockElement(e: Element | null): HTMLElement | null {
    while (e && e.parentElement !== this.view.dom) e = e.parentElement;
    return e as HTMLElement | null;
  }

  private hover = (e: MouseEvent) => {
    if (e.buttons || this.box.contains(e.target as HTMLElement) || !this.menu.hidden) return;
    let block = this.blockElement(e.target as Element);
    if (!block) { // beside the text: the block at this height
      const box = this.view.dom.getBoundingClientRect();
      if (e.clientY < box.top || e.clientY > box.bottom) return;
      block = this.blockElement(document.elementFromPoint((box.left + box.right) / 2, e.clientY));
    }
    if (block && block !== this.hovered) { this.hovered = block; this.later(); }
  };

  private leave = () => { this.hovered = null; this.later(); };

  private later(): void {
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => { this.frame = 0; if (!this.view.isDestroyed) this.show(); });
  }

  private blockAt(e: HTMLElement): { pos: number; index: number } | null {
    const inside = this.view.posAtDOM(e, 0), top = topBlock(this.view.state.doc, inside);
    if (!top) return null;
    // a leaf's position is before it, a container's inside it
    return this.view.nodeDOM(top.pos) === e ? top : null;
  }

  private current(): HTMLElement | null {
    const { state } = this.view, top = topBlock(state.doc, state.selection.from);
    const dom = top && this.view.nodeDOM(top.pos);
    return dom instanceof HTMLElement ? dom : null;
  }

  update(): void { this.later(); }

  private show(): void {
    if (this.hovered && !this.hovered.isConnected) this.hovered = null;
    const e = this.hovered ?? (this.view.hasFocus() || this.view.dom.contains(document.activeElement) ? this.current() : null);
    if (!e || !e.isConnected || e.classList.contains('ed-upload')) { if (this.menu.hidden) this.box.hidden = true; return; }
    const { doc } = this.view.state, block = this.blockAt(e), node = block && doc.nodeAt(block.pos);
    const blank = node?.type === nodes.paragraph && !node.content.size;
    // While somebody types in a block its handles stay where they are.
    if (e === this.target && !this.box.hidden && block && this.placed && blank === this.grip.hidden && sameBefore(this.placed, doc, block.index)) { this.placed = doc; return; }
    this.target = e;
    this.placed = doc;
    this.box.hidden = false;
    this.add.hidden = !blank;
    this.grip.hidden = blank;
    const r = e.getBoundingClientRect(), origin = this.ctx.root.getBoundingClientRect();
    const line = Math.min(parseFloat(getComputedStyle(e).lineHeight) || 28, r.height || 28);
    this.box.style.top = `${r.top - origin.top + (e.classList.contains('ed-block') ? 4 : Math.max(0, (line - 28) / 2))}px`;
  }

  /** Puts the cursor into the block that the handle stands at. */
  private choose(): void {
    const block = this.target && this.blockAt(this.target);
    if (!block) return;
    const { state } = this.view, node = state.doc.nodeAt(block.pos)!, sel = state.selection;
    if (sel.from >= block.pos && sel.to <= block.pos + node.nodeSize) return;
    const tr = state.tr;
    if (node.isTextblock && node.type !== nodes.figure) tr.setSelection(Selection.near(state.doc.resolve(block.pos + 1)));
    else tr.setSelection(NodeSelection.create(state.doc, block.pos));
    this.view.dispatch(tr);
  }

  private toggle(): void {
    if (!this.menu.hidden) { this.close(); return; }
    this.choose();
    this.menu.hidden = false;
    this.grip.setAttribute('aria-expanded', 'true');
    place(this.menu, this.grip.getBoundingClientRect(), 'below');
    this.menu.querySelector<HTMLElement>('[role=menuitem]')?.focus();
  }

  openMenu(): boolean {
    const e = this.current();
    if (!e) return false;
    this.hovered = null;
    this.show();
    if (this.menu.hidden) this.toggle();
    return true;
  }

  private close(): void {
    this.menu.hidden = true;
    this.grip.setAttribute('aria-expanded', 'false');
  }

  private drag = (e: DragEvent) => {
    const block = this.target && this.blockAt(this.target);
    if (!block || !e.dataTransfer) { e.preventDefault(); return; }
    this.close();
    const { state } = this.view, selection = NodeSelection.create(state.doc, block.pos);
    this.view.dispatch(state.tr.setSelection(selection));
    const slice = selection.content(), copy = this.view.serializeForClipboard(slice);
    e.dataTransfer.clearData();
    e.dataTransfer.setData('text/plain', copy.text);
    e.dataTransfer.effectAllowed = 'move';
    e.dataTransfer.setDragImage(this.target!, 0, 0);
    this.view.dragging = { slice, move: true, node: selection } as unknown as EditorView['dragging'];
  };

  destroy(): void {
    this.watch.disconnect();
    cancelAnimationFrame(this.frame);
    this.ctx.root.removeEventListener('mousemove', this.hover);
    this.ctx.root.removeEventListener('mouseleave', this.leave);
    this.box.remove();
    this.menu.remove();
  }
}

/** Whether the first blocks of two documents are the same. */
function sameBefore(a: Node, b: Node, blocks: number): boolean {
  if (a === b) return true;
  if (a.childCount <= blocks || b.childCount <= blocks) return false;
  for (let i = 0; i < blocks; i++) if (a.child(i) !== b.child(i)) return false;
  return true;
}

export function handles(ctx: Context, all: Action[]): Plugin {
  let made: Handles | null = null;
  return new Plugin({
    view(view) {
      made = new Handles(ctx, all, view);
      return { update: () => made!.update(), destroy: () => { made?.destroy(); made = null; } };
    },
    props: {
      handleKeyDown(_view, e) { return e.key === 'F10' && e.shiftKey && !e.altKey && !!made?.openMenu(); },
    },
  });
}
