import type { BlockSpec } from '../block';

/** A formula in TeX, shown to readers as it is written. */
export const math: BlockSpec = {
  node: 'math', icon: 'math', label: 'editor.block.math',
  before: [{ attr: 'tex', kind: 'long', label: 'editor.field.tex', wide: true }],
  build(view) {
    const input = view.fields.get('tex')!.input as HTMLTextAreaElement;
    input.spellcheck = false;
    input.dir = 'ltr';
    input.classList.add('ed-mono');
  },
};
