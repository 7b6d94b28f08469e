import type { BlockSpec, BlockView } from '../block';
import { follow, mediaTools } from '../media';
import { figureAligns } from '../specs';
import { h, fill } from '../../dom';
import type { Media } from '../../types';

const refreshers = new WeakMap<BlockView, () => void>();

/** A picture with its caption, credit and description. */
export const figure: BlockSpec = {
  node: 'figure', icon: 'picture', label: 'editor.block.figure', body: 'figcaption', placeholder: 'editor.placeholder.caption', item: true,
  after: [
    { attr: 'credit', kind: 'text', label: 'editor.field.credit' },
    { attr: 'align', kind: 'choice', label: 'editor.field.align', choices: [...figureAligns] },
    { attr: 'alt', kind: 'long', label: 'editor.field.alt', wide: true },
    { attr: 'link', kind: 'url', label: 'editor.field.piclink', wide: true },
  ],
  build(view) {
    const picture = h('div', { class: 'ed-picture' });
    const missing = h('p', { class: 'ed-note ed-hint', hidden: true }, view.ctx.t('editor.hint.alt'));
    let media: Media | null = null;
    const alt = view.fields.get('alt')!, credit = view.fields.get('credit')!;
    alt.dom.append(missing);
    const words = () => {
      const set = (field: HTMLElement, text: string) => { (field as HTMLInputElement).placeholder = text; };
      set(alt.input, media?.alt ?? '');
      set(credit.input, media?.credit ?? '');
      missing.hidden = !!(view.node.attrs.alt || media?.alt);
    };
    const look = follow(view, 'media', (m, pending) => {
      media = m;
      if (m) {
        const img = h('img', { src: m.url, alt: view.node.attrs.alt || m.alt || '', draggable: 'false', decoding: 'async' });
        if (m.width && m.height) { img.width = m.width; img.height = m.height; }
        fill(picture, img);
      } else {
        fill(picture, h('p', { class: 'ed-missing' }, view.ctx.t(pending ? 'editor.media.loading' : view.node.attrs.media || view.node.attrs.src ? 'editor.media.missing' : 'editor.media.none')),
          view.node.attrs.src ? h('p', { class: 'ed-help', dir: 'ltr' }, String(view.node.attrs.src)) : null);
      }
      words();
    });
    view.stage.append(picture, mediaTools(view, 'picture', (m) => view.change({ media: m.id, src: '', width: 0, height: 0 })));
    refreshers.set(view, () => {
      look();
      words();
      view.dom.dataset.align = String(view.node.attrs.align);
    });
  },
  refresh(view) { refreshers.get(view)!(); },
};
