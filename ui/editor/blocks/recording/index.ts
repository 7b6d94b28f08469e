import type { BlockSpec, BlockView } from '../block';
import { follow, mediaTools } from '../media';
import { h, fill, textButton } from '../../dom';

const refreshers = new WeakMap<BlockView, () => void>();

function recording(kind: 'audio' | 'video'): BlockSpec {
  return {
    node: kind, icon: kind, label: 'editor.block.' + kind, body: 'figcaption', placeholder: 'editor.placeholder.caption', item: true,
    after: [{ attr: 'title', kind: 'text', label: 'editor.field.title', wide: true }],
    build(view) {
      const box = h('div', { class: 'ed-recording' });
      const look = follow(view, 'media', (m, pending) => {
        if (m) fill(box, h(kind, { controls: true, preload: 'none', src: m.url, 'aria-label': m.name }), h('p', { class: 'ed-help' }, m.name));
        else fill(box, h('p', { class: 'ed-missing' }, view.ctx.t(pending ? 'editor.media.loading' : view.node.attrs.media ? 'editor.media.missing' : view.node.attrs.src ? 'editor.media.elsewhere' : 'editor.media.norecording')),
          view.node.attrs.src ? h('p', { class: 'ed-help', dir: 'ltr' }, String(view.node.attrs.src)) : null);
      });
      view.stage.append(box, mediaTools(view, kind, (m) => view.change({ media: m.id, src: '' })));
      const more = kind === 'video' ? poster(view) : () => undefined;
      refreshers.set(view, () => { look(); more(); });
    },
    refresh(view) { refreshers.get(view)!(); },
  };
}

/** The picture that a video shows before it plays. */
function poster(view: BlockView): () => void {
  const { ctx } = view, box = h('div', { class: 'ed-thumb' });
  const look = follow(view, 'poster', (m) => {
    fill(box, m ? h('img', { src: m.url, alt: m.alt }) : null,
      textButton(ctx.t(m ? 'editor.poster.change' : 'editor.poster.add'), () => void ctx.o.pickMedia('picture').then((p) => { if (p) { ctx.learn(p); view.change({ poster: p.id }); } })),
      m ? textButton(ctx.t('editor.poster.remove'), () => view.change({ poster: '' })) : null);
  });
  view.foot.append(box);
  return look;
}

export const audio = recording('audio');
export const video = recording('video');
