// The menu that "/" opens: the blocks whose names hold what is typed after it.

import { Plugin, PluginKey, type EditorState } from 'prosemirror-state';
import type { EditorView } from 'prosemirror-view';
import { keyText, type Action } from '../actions';
import type { Context } from '../context';
import { h, icon, place, uid } from '../dom';

interface State { from: number; query: string; button: boolean }
const key = new PluginKey<State | null>('slash');

const groups = ['text', 'news', 'media', 'structure'] as const;

function fold(s: string): string {
  return s.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}

class Menu {
  private readonly list: HTMLElement;
  private readonly box: HTMLElement;
  private shown: Action[] = [];
  private at = 0;
  private query: string | null = null;

  constructor(private readonly ctx: Context, private readonly all: Action[], private readonly view: EditorView) {
    this.list = h('div', { class: 'ed-slash-list', role: 'listbox', tabindex: 0, id: uid('slash'), 'aria-label': ctx.t('editor.slash') });
    this.box = h('div', { class: 'ed-menu ed-slash', hidden: true }, this.list);
    this.box.addEventListener('mousedown', (e) => e.preventDefault()); // the cursor stays in the text
    ctx.root.append(this.box);
  }

  update(view: EditorView): void {
    const state = key.getState(view.state);
    if (!state) { this.close(); return; }
    if (state.query !== this.query) {
      this.query = state.query;
      this.fill(state.query);
    }
    this.box.hidden = false;
    const at = view.coordsAtPos(state.from);
    place(this.box, at, 'below');
    view.dom.setAttribute('aria-controls', this.list.id);
    this.mark();
  }

  private close(): void {
    if (this.box.hidden) return;
    this.box.hidden = true;
    this.query = null;
    for (const name of ['aria-controls', 'aria-activedescendant']) this.view.dom.removeAttribute(name);
  }

  private fill(query: string): void {
    const q = fold(query.trim()), t = (k: string) => this.ctx.t(k);
    const score = (a: Action) => {
      if (!q) return 1;
      const name = fold(t(a.label)), also = fold(this.ctx.o.words[a.label + '.also'] ?? '');
      if (name.startsWith(q)) return 4;
      if (name.split(/[\s-]+/).some((w) => w.startsWith(q))) return 3;
      return (also.split(/[\s,]+/).some((w) => w.startsWith(q)) || a.id.startsWith(q)) && q.length > 0 ? 2 : 0;
    };
    const scored = this.all.map((a) => ({ a, s: score(a) })).filter((x) => x.s > 0);
    if (q) scored.sort((x, y) => y.s - x.s);
    this.list.replaceChildren();
    this.shown = [];
    const add = (parent: HTMLElement, a: Action) => {
      this.shown.push(a);
      const hint = a.typed ?? (a.keys ? keyText(a.keys) : '');
      parent.append(h('div', { role: 'option', class: 'ed-option', id: uid('option'), 'aria-selected': 'false', onclick: () => this.run(a), onmousemove: () => { this.at = this.shown.indexOf(a); this.mark(); } },
        icon(a.icon), h('span', null, t(a.label)), hint ? h('kbd', { 'aria-hidden': 'true' }, hint) : null));
    };
    if (q) for (const { a } of scored) add(this.list, a);
    else {
      for (const g of groups) {
        const name = uid('group'), group = h('div', { role: 'group', 'aria-labelledby': name }, h('div', { class: 'ed-group', id: name, role: 'presentation' }, t('editor.group.' + g)));
        for (const { a } of scored) if (a.group === g) add(group, a);
        this.list.append(group);
      }
    }
    if (!this.shown.length) this.list.append(h('div', { role: 'option', class: 'ed-option ed-none', 'aria-disabled': 'true', 'aria-selected': 'false' }, t('editor.slash.none')));
    this.at = 0;
  }

  private mark(): void {
    const options = [...this.list.querySelectorAll<HTMLElement>('[role=option]')];
    options.forEach((o, i) => o.setAttribute('aria-selected', String(i === this.at && this.shown.length > 0)));
    const active = options[this.at];
    if (!active) return;
    this.view.dom.setAttribute('aria-activedescendant', active.id);
    const { offsetTop: top, offsetHeight: height } = active;
    if (top < this.list.scrollTop) this.list.scrollTop = this.at === 0 ? 0 : top - 30;
    else if (top + height > this.list.scrollTop + this.list.clientHeight) this.list.scrollTop = top + height - this.list.clientHeight;
  }

  key(e: KeyboardEvent): boolean {
    if (e.isComposing) return false;
    if (e.key === 'ArrowDown' || e.key === 'ArrowUp') {
      if (!this.shown.length) return false;
      this.at = (this.at + (e.key === 'ArrowDown' ? 1 : -1) + this.shown.length) % this.shown.length;
      this.mark();
      return true;
    }
    if (e.key === 'Enter' || e.key === 'Tab') {
      const a = this.shown[this.at];
      if (!a) { this.cancel(false); return false; }
      this.run(a);
      return true;
    }
    if (e.key === 'Escape') { this.cancel(true); return true; }
    return false;
  }

  /** Closes the menu; what the "+" button put there goes, what was typed stays. */
  private cancel(escape: boolean): void {
    const state = key.getState(this.view.state);
    if (!state) return;
    const tr = this.view.state.tr.setMeta(key, 'close');
    if (state.button && escape) tr.delete(state.from, state.from + 1 + state.query.length);
    this.view.dispatch(tr);
  }

  private run(a: Action): void {
    const state = key.getState(this.view.state);
    if (!state) return;
    this.view.dispatch(this.view.state.tr.delete(state.from, state.from + 1 + state.query.length).setMeta(key, 'close'));
    this.view.focus();
    if (!a.run(this.view, this.ctx)) this.ctx.say(this.ctx.t('editor.nothere'));
  }

  destroy(): void { this.box.remove(); }
}

/** The text between the sign and the cursor, null when the menu is to close. */
function queryAt(state: EditorState, from: number): string | null {
  const { $head, empty } = state.selection;
  if (!empty || $head.pos <= from || from < $head.start() - 0 || !$head.parent.isTextblock) return null;
  const text = state.doc.textBetween(from, $head.pos, '\n', '\ufffc');
  if (!text.startsWith('/') || text.length > 30 || /[\n\ufffc]|\s\s|^\/\s/.test(text)) return null;
  return text.slice(1);
}

export function slashMenu(ctx: Context, all: Action[]): Plugin {
  const offered = all.filter((a) => a.slash);
  let menu: Menu | null = null;
  return new Plugin<State | null>({
    key,
    state: {
      init: () => null,
      apply(tr, old, _before, state) {
        const meta = tr.getMeta(key) as { open: number; button: boolean } | 'close' | undefined;
        if (meta === 'close') return null;
        const from = meta ? meta.open : old ? tr.mapping.map(old.from, -1) : -1;
        if (from < 0 || !meta && !old) return null;
        const query = queryAt(state, from);
        if (query === null) return null;
        return old && old.query === query && old.from === from ? old : { from, query, button: meta ? meta.button : old!.button };
      },
    },
    view(view) {
      menu = new Menu(ctx, offered, view);
      return { update: (v) => menu!.update(v), destroy: () => { menu?.destroy(); menu = null; } };
    },
    props: {
      handleTextInput(view, from, to, text) {
        if (text !== '/' || from !== to || view.composing || key.getState(view.state)) return false;
        const { $from } = view.state.selection;
        if ($from.parent.type.spec.code || $from.marks().some((m) => m.type.spec.code)) return false;
        const before = $from.parent.textBetween(Math.max(0, $from.parentOffset - 1), $from.parentOffset, undefined, '\ufffc');
        if (before && !/\s/.test(before)) return false;
        view.dispatch(view.state.tr.insertText('/', from).setMeta(key, { open: from, button: false }));
        return true;
      },
      handleKeyDown(view, e) { return !!key.getState(view.state) && !!menu?.key(e); },
      handleDOMEvents: { blur(view) { if (key.getState(view.state)) view.dispatch(view.state.tr.setMeta(key, 'close')); return false; } },
    },
  });
}

/** Opens the menu from a button: at the cursor, which stands in an empty line. */
export function openSlash(view: EditorView): void {
  view.focus();
  const { from } = view.state.selection;
  view.dispatch(view.state.tr.insertText('/', from).setMeta(key, { open: from, button: true }));
}
