import type { BlockSpec } from '../block';

export const factBox: BlockSpec = {
  node: 'fact_box', icon: 'facts', label: 'editor.block.fact_box', body: 'div', placeholder: 'editor.placeholder.fact_box',
  before: [{ attr: 'title', kind: 'text', label: 'editor.field.title', wide: true }],
};
