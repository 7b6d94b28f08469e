// The bar over a selection. Alt-F10 goes into it, Escape back to the text.

import { AllSelection, Plugin, TextSelection } from 'prosemirror-state';
import type { EditorView } from 'prosemirror-view';
import { keyText, type Action } from '../actions';
import { markActive, marks, nodes } from '../commands';
import type { Context } from '../context';
import { h, icon, iconButton, place, roving, uid } from '../dom';

const front = ['strong', 'em', 'underline', 'strike', 'code', 'link', 'highlight', 'sup', 'sub', 'lang', 'said'];
const turns = ['paragraph', 'heading2', 'heading3', 'heading4', 'bullet_list', 'ordered_list', 'quote', 'attributed_quote', 'fact_box'];
const rest = ['abbr', 'q', 'cite', 'small', 'kbd', 'ins', 'del', 'clear'];

class Toolbar {
  readonly bar: HTMLElement;
  private readonly menus: { button: HTMLButtonElement; list: HTMLElement }[] = [];
  private readonly states: { button: HTMLElement; mark: string }[] = [];
  private mouse = false;
  private dismissed: unknown = null;
  private shown = '';

  constructor(private readonly ctx: Context, private readonly all: Action[], private readonly view: EditorView) {
    this.bar = h('div', { class: 'ed-toolbar', role: 'toolbar', hidden: true, 'aria-label': ctx.t('editor.toolbar') });
    this.menu('heading', 'editor.turninto', turns);
    for (const id of front) this.button(id);
    this.menu('more', 'editor.moremarks', rest);
    this.menu('left', 'editor.align', ['align:', 'align:center', 'align:right', 'align:justify', 'dropcap']);
    this.bar.addEventListener('mousedown', (e) => e.preventDefault());
    this.bar.addEventListener('keydown', (e) => this.key(e));
    roving(this.bar, ':scope > .ed-tool, :scope > .ed-drop > .ed-tool');
    ctx.root.append(this.bar);
    view.dom.addEventListener('mousedown', this.down);
    document.addEventListener('mouseup', this.up);
    this.bar.addEventListener('focusout', (e) => { if (!this.bar.contains(e.relatedTarget as Node | null) && e.relatedTarget !== view.dom) { this.closeMenus(); if (!view.hasFocus()) this.bar.hidden = true; } });
  }

  private find(id: string): Action { return this.all.find((a) => a.id === id)!; }

  private label(a: Action): string {
    return this.ctx.t(a.label) + (a.keys ? ` (${keyText(a.keys)})` : '');
  }

  private button(id: string): void {
    const a = this.find(id);
    const b = iconButton(a.icon, this.label(a), () => this.run(a), marks[id] ? { 'aria-pressed': 'false' } : {});
    if (marks[id]) this.states.push({ button: b, mark: id });
    this.bar.append(b);
  }

  private menu(name: string, label: string, ids: string[]): void {
    const list = h('div', { class: 'ed-menu ed-dropmenu', role: 'menu', id: uid('menu'), hidden: true, 'aria-label': this.ctx.t(label) });
    const button = iconButton(name, this.ctx.t(label), () => this.toggle(button, list), { 'aria-haspopup': 'menu', 'aria-expanded': 'false', 'aria-controls': list.id });
    for (const id of ids) list.append(this.entry(id));
    roving(list, '[role^=menuitem]', true);
    list.addEventListener('keydown', (e) => {
      if (e.key !== 'Escape' && e.key !== 'Tab') { if (e.key.startsWith('Arrow') || e.key === 'Home' || e.key === 'End') e.stopPropagation(); return; }
      e.preventDefault();
      e.stopPropagation();
      this.closeMenus();
      button.focus();
    });
    this.menus.push({ button, list });
    this.bar.append(h('span', { class: 'ed-drop' }, button, list));
  }

  private entry(id: string): HTMLElement {
    if (id.startsWith('align:') || id === 'dropcap') {
      const value = id.slice(6), key = id === 'dropcap' ? 'editor.dropcap' : 'editor.textalign.' + (value || 'start');
      return h('button', { type: 'button', role: 'menuitem', class: 'ed-option', onclick: () => { this.closeMenus(); if (id === 'dropcap') this.dropCap(); else this.align(value); } }, icon(value === 'center' ? 'center' : value === 'right' ? 'right' : 'left'), h('span', null, this.ctx.t(key)));
    }
    const a = this.find(id);
    return h('button', { type: 'button', role: 'menuitem', class: 'ed-option', onclick: () => { this.closeMenus(); this.run(a); } }, icon(a.icon), h('span', null, this.ctx.t(a.label)), a.keys ? h('kbd', { 'aria-hidden': 'true' }, keyText(a.keys)) : null);
  }

  private align(value: string): void {
    const { state } = this.view, tr = state.tr;
    state.doc.nodesBetween(state.selection.from, state.selection.to, (n, pos) => {
      if ('align' in n.attrs && n.type !== nodes.figure) tr.setNodeMarkup(pos, null, { ...n.attrs, align: value });
      return !n.isTextblock;
    });
    this.view.dispatch(tr);
    this.view.focus();
  }

  private dropCap(): void {
    const { $from } = this.view.state.selection;
    if ($from.parent.type === nodes.paragraph) this.view.dispatch(this.view.state.tr.setNodeMarkup($from.before(), null, { ...$from.parent.attrs, drop_cap: !$from.parent.attrs.drop_cap }));
    this.view.focus();
  }

  private toggle(button: HTMLElement, list: HTMLElement): void {
    const open = list.hidden;
    this.closeMenus();
    if (!open) return;
    list.hidden = false;
    button.setAttribute('aria-expanded', 'true');
    const box = list.getBoundingClientRect(), width = document.documentElement.clientWidth;
    if (box.right > width - 8) list.style.insetInlineStart = `${Math.round(width - 8 - box.right) * (getComputedStyle(list).direction === 'rtl' ? -1 : 1)}px`;
    list.querySelector<HTMLElement>('[role^=menuitem]')?.focus();
  }

  private closeMenus(): void {
    for (const m of this.menus) { m.list.hidden = true; m.list.style.insetInlineStart = ''; m.button.setAttribute('aria-expanded', 'false'); }
  }

  private run(a: Action): void {
    const held = this.bar.contains(document.activeElement);
    if (!a.run(this.view, this.ctx)) this.ctx.say(this.ctx.t('editor.nothere'));
    else if (held && !document.activeElement?.closest('dialog, .ed-block')) this.view.focus();
  }

  private key(e: KeyboardEvent): void {
    if (e.key !== 'Escape') return;
    e.preventDefault();
    e.stopPropagation();
    this.view.focus();
  }

  private down = () => { this.mouse = true; this.bar.hidden = true; };
  private up = () => {
    if (!this.mouse) return;
    this.mouse = false;
    setTimeout(() => { if (!this.view.isDestroyed) this.update(this.view); });
  };

  dismiss(): boolean {
    if (this.bar.hidden) return false;
    this.dismissed = this.view.state.selection;
    this.bar.hidden = true;
    return true;
  }

  enter(): boolean {
    this.dismissed = null;
    this.update(this.view);
    if (this.bar.hidden) return false;
    this.bar.querySelector<HTMLElement>('.ed-tool[tabindex="0"]')?.focus();
    return true;
  }

  update(view: EditorView): void {
    const { selection } = view.state;
    const inside = this.bar.contains(document.activeElement);
    const text = !selection.empty && (selection instanceof AllSelection || selection instanceof TextSelection && selection.$from.parent.inlineContent && !selection.$from.parent.type.spec.code);
    if (!text || this.mouse || this.dismissed === selection || !view.hasFocus() && !inside) {
      if (!this.bar.hidden && !inside) { this.bar.hidden = true; this.closeMenus(); }
      if (!text && inside) { this.bar.hidden = true; this.closeMenus(); }
      return;
    }
    for (const { button, mark } of this.states) button.setAttribute('aria-pressed', String(markActive(view.state, mark)));
    const where = `${selection.from}-${selection.to}`;
    if (!this.bar.hidden && where === this.shown && inside) return;
    this.shown = where;
    this.bar.hidden = false;
    const a = view.coordsAtPos(selection.from), b = view.coordsAtPos(selection.to, -1);
    const touch = matchMedia('(pointer: coarse)').matches; // the system's own menu stands above
    place(this.bar, { left: Math.min(a.left, b.left), right: a.top === b.top ? Math.max(a.right, b.right) : Math.max(a.left, b.right), top: Math.min(a.top, b.top), bottom: Math.max(a.bottom, b.bottom) }, touch ? 'below' : 'above', true);
  }

  destroy(): void {
    this.bar.remove();
    this.view.dom.removeEventListener('mousedown', this.down);
    document.removeEventListener('mouseup', this.up);
  }
}

export function toolbar(ctx: Context, all: Action[]): Plugin {
  let made: Toolbar | null = null;
  return new Plugin({
    view(view) {
      made = new Toolbar(ctx, all, view);
      return { update: (v) => made!.update(v), destroy: () => { made?.destroy(); made = null; } };
    },
    props: {
      handleKeyDown(_view, e) {
        if (e.key === 'F10' && e.altKey) return !!made?.enter();
        if (e.key === 'Escape') return !!made?.dismiss();
        return false;
      },
      handleDOMEvents: {
        focus: (view) => { setTimeout(() => { if (!view.isDestroyed) made?.update(view); }); return false; },
        blur: (view) => { setTimeout(() => { if (!view.isDestroyed) made?.update(view); }); return false; },
      },
    },
  });
}
