import type { BlockSpec } from '../block';

const languages = ['bash', 'c', 'cpp', 'csharp', 'css', 'csv', 'diff', 'go', 'html', 'java', 'javascript', 'json', 'kotlin', 'lua', 'markdown', 'php', 'python', 'r', 'ruby', 'rust', 'scala', 'shell', 'sql', 'swift', 'toml', 'typescript', 'xml', 'yaml'];

export const code: BlockSpec = {
  node: 'code', icon: 'code', label: 'editor.block.code', body: 'pre', bodyClass: 'code',
  after: [{ attr: 'language', kind: 'name', label: 'editor.field.language', list: languages }],
  build(view) { view.contentDOM!.spellcheck = false; view.contentDOM!.dir = 'ltr'; },
};
