import type { BlockSpec, BlockView } from '../block';
import { follow, mediaTools, size } from '../media';
import { h } from '../../dom';

const refreshers = new WeakMap<BlockView, () => void>();

export const file: BlockSpec = {
  node: 'file', icon: 'file', label: 'editor.block.file',
  after: [{ attr: 'label', kind: 'text', label: 'editor.field.filelabel', wide: true }],
  build(view) {
    const name = h('p', { class: 'ed-missing' });
    const label = view.fields.get('label')!.input as HTMLInputElement;
    const look = follow(view, 'media', (m, pending) => {
      name.textContent = m ? [m.name, size(m.bytes, view.ctx.uiLang)].filter(Boolean).join(', ')
        : view.ctx.t(pending ? 'editor.media.loading' : view.node.attrs.media || view.node.attrs.src ? 'editor.media.nofile' : 'editor.media.choosefile');
      label.placeholder = m?.name ?? '';
    });
    view.stage.append(name, mediaTools(view, 'file', (m) => view.change({ media: m.id, src: '', bytes: 0, label: view.node.attrs.label || m.name })));
    refreshers.set(view, look);
  },
  refresh(view) { refreshers.get(view)!(); },
};
