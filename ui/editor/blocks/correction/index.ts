import type { BlockSpec } from '../block';

/** A correction inside the text; those of the record are made on the article's page. */
export const correction: BlockSpec = {
  node: 'correction', icon: 'correction', label: 'editor.block.correction', body: 'div', placeholder: 'editor.placeholder.correction',
  before: [
    { attr: 'kind', kind: 'choice', label: 'editor.field.kind', choices: [['correction', 'editor.correction.correction'], ['clarification', 'editor.correction.clarification'], ['update', 'editor.correction.update']] },
    { attr: 'date', kind: 'date', label: 'editor.field.date' },
  ],
};
