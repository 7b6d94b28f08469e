import type { BlockSpec } from '../block';
import { h } from '../../dom';

/** What an importer could not map. Readers see its blocks; what it was is shown here as text and kept as it is. */
export const fallback: BlockSpec = {
  node: 'fallback', icon: 'warn', label: 'editor.block.fallback', body: 'div',
  build(view) {
    const raw = h('pre', { class: 'ed-raw', tabindex: 0, role: 'region', 'aria-label': view.ctx.t('editor.fallback.raw') });
    raw.dir = 'ltr';
    view.stage.append(h('p', { class: 'ed-help' }, view.ctx.t('editor.fallback.help')), h('p', { class: 'ed-fallback-name' }), h('details', null, h('summary', null, view.ctx.t('editor.fallback.raw')), raw));
  },
  refresh(view) {
    const { origin, name, raw } = view.node.attrs;
    view.stage.querySelector('.ed-fallback-name')!.textContent = [origin, name].filter(Boolean).join(': ');
    const details = view.stage.querySelector('details')!;
    details.hidden = !raw;
    details.querySelector('pre')!.textContent = String(raw).slice(0, 20000);
  },
};
