import type { BlockSpec, BlockView } from '../block';
import { mediaTools } from '../media';
import { h } from '../../dom';

const counts: [number, string][] = [[0, 'editor.columns.theme'], [1, '1'], [2, '2'], [3, '3'], [4, '4'], [5, '5'], [6, '6'], [7, '7'], [8, '8']];

export const gallery: BlockSpec = {
  node: 'gallery', icon: 'gallery', label: 'editor.block.gallery', body: 'div', bodyClass: 'ed-gallery',
  after: [{ attr: 'columns', kind: 'choice', label: 'editor.field.columns', choices: counts }],
  build(view: BlockView) {
    view.foot.prepend(h('p', { class: 'ed-help' }, view.ctx.t('editor.gallery.add')), mediaTools(view, 'picture', (m) => {
      const pos = view.getPos();
      if (pos === undefined) return;
      const { state } = view.view, type = state.schema.nodes.figure!, only = view.node.childCount === 1 ? view.node.firstChild! : null;
      const made = type.create({ media: m.id });
      // the empty picture that a new gallery begins with is taken first
      if (only && !only.attrs.media && !only.attrs.src && !only.content.size) view.view.dispatch(state.tr.replaceWith(pos + 1, pos + 1 + only.nodeSize, made));
      else view.view.dispatch(state.tr.insert(pos + view.node.nodeSize - 1, made));
    }));
  },
};
