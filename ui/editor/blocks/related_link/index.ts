import type { BlockSpec } from '../block';

export const relatedLink: BlockSpec = {
  node: 'related_link', icon: 'related', label: 'editor.block.related_link',
  before: [
    { attr: 'article', kind: 'article', label: 'editor.field.article', wide: true },
    { attr: 'title', kind: 'text', label: 'editor.field.linktitle', hint: 'editor.hint.linktitle', wide: true },
  ],
};
