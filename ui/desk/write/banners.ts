// Messages above the text. Each has a name: the next of that name replaces it.

import { byId, h, type Words } from './dom';

export class Banners {
  private readonly shown = new Map<string, HTMLElement>();
  constructor(private readonly t: Words) {}

  show(name: string, text: string, kind: 'calm' | 'wrong' = 'calm', ...actions: HTMLElement[]): void {
    const old = this.shown.get(name);
    if (old?.dataset.text === text) return;
    const e = h('div', { class: kind === 'wrong' ? 'w-banner w-banner-wrong' : 'w-banner', role: kind === 'wrong' ? 'alert' : 'status', 'data-text': text, 'data-name': name }, h('p', {}, text), ...actions);
    if (old) old.replaceWith(e); else byId('w-banners').append(e);
    this.shown.set(name, e);
  }

  /** A message that is read once. */
  tell(name: string, text: string): void {
    this.show(name, text, 'calm', h('button', { type: 'button', class: 'quiet', click: () => this.clear(name) }, this.t('dismiss')));
  }

  clear(name: string): void {
    this.shown.get(name)?.remove();
    this.shown.delete(name);
  }
}
