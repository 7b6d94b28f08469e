import type { BlockSpec, BlockView } from '../block';
import { follow } from '../media';
import { h, fill, textButton } from '../../dom';
import { providerOf } from '../../attrs';

const refreshers = new WeakMap<BlockView, () => void>();

/** A card that leads to another service; nothing of theirs is loaded, here neither. */
export const embed: BlockSpec = {
  node: 'embed', icon: 'embed', label: 'editor.block.embed', body: 'figcaption', placeholder: 'editor.placeholder.caption',
  before: [{ attr: 'url', kind: 'url', label: 'editor.field.address', wide: true }],
  after: [{ attr: 'title', kind: 'text', label: 'editor.field.title', wide: true }],
  build(view) {
    const { ctx } = view;
    const provider = h('b', { class: 'ed-embed-provider' }), title = h('span', { class: 'ed-embed-title', dir: 'auto' }), host = h('span', { class: 'ed-embed-host', dir: 'ltr' });
    const thumb = h('div', { class: 'ed-thumb' });
    view.stage.append(h('div', { class: 'ed-embed-card' }, provider, title, host), thumb);
    const look = follow(view, 'thumb', (m) => fill(thumb, m ? h('img', { src: m.url, alt: m.alt }) : null,
      textButton(ctx.t(m ? 'editor.poster.change' : 'editor.poster.add'), () => void ctx.o.pickMedia('picture').then((p) => { if (p) { ctx.learn(p); view.change({ thumb: p.id }); } })),
      m ? textButton(ctx.t('editor.poster.remove'), () => view.change({ thumb: '' })) : null));
    refreshers.set(view, () => {
      const about = providerOf(String(view.node.attrs.url));
      provider.textContent = about.name || ctx.t('editor.embed.link');
      title.textContent = String(view.node.attrs.title);
      host.textContent = about.host;
      look();
    });
  },
  refresh(view) {
    refreshers.get(view)!();
    const { url, provider } = view.node.attrs, key = url ? providerOf(String(url)).key : '';
    const known = view.dom.dataset.url;
    view.dom.dataset.url = String(url);
    // another address may be of another service; what was imported stays as it is
    if (known !== undefined && known !== url && key && key !== provider) queueMicrotask(() => view.change({ provider: key, id: '' }));
  },
};
