import type { BlockSpec } from '../block';

/** Who said it, as what, to whom, when, and where that can be read. */
export const attributedQuote: BlockSpec = {
  node: 'attributed_quote', icon: 'quote', label: 'editor.block.attributed_quote', body: 'blockquote', bodyClass: 'attributed-quote', placeholder: 'editor.placeholder.attributed_quote',
  after: [
    { attr: 'speaker', kind: 'text', label: 'editor.field.speaker' },
    { attr: 'role', kind: 'text', label: 'editor.field.role' },
    { attr: 'outlet', kind: 'text', label: 'editor.field.outlet' },
    { attr: 'date', kind: 'date', label: 'editor.field.said' },
    { attr: 'source', kind: 'url', label: 'editor.field.source', wide: true },
  ],
};
