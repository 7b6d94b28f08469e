// The blocks that need no more than their fields.

import type { BlockSpec } from './block';

const aligns: [string, string][] = [['none', 'editor.align.none'], ['left', 'editor.align.left'], ['right', 'editor.align.right'], ['center', 'editor.align.center'], ['wide', 'editor.align.wide'], ['full', 'editor.align.full']];
export const figureAligns = aligns;

export const simple: BlockSpec[] = [
  { node: 'quote', icon: 'quote', label: 'editor.block.quote', body: 'blockquote', bodyClass: 'quote', placeholder: 'editor.placeholder.quote', after: [{ attr: 'cite', kind: 'text', label: 'editor.field.cite', wide: true }] },
  { node: 'pull_quote', icon: 'quote', label: 'editor.block.pull_quote', body: 'blockquote', bodyClass: 'pull-quote', placeholder: 'editor.placeholder.quote', after: [{ attr: 'cite', kind: 'text', label: 'editor.field.cite', wide: true }] },
  { node: 'details', icon: 'details', label: 'editor.block.details', body: 'div', placeholder: 'editor.placeholder.details', before: [{ attr: 'summary', kind: 'text', label: 'editor.field.summary', wide: true }], after: [{ attr: 'open', kind: 'flag', label: 'editor.field.open' }] },
  { node: 'verse', icon: 'verse', label: 'editor.block.verse', body: 'pre', bodyClass: 'verse' },
  { node: 'preformatted', icon: 'code', label: 'editor.block.preformatted', body: 'pre', bodyClass: 'preformatted' },
  { node: 'columns', icon: 'columns', label: 'editor.block.columns', body: 'div', bodyClass: 'ed-columns', adds: { node: 'column', label: 'editor.column.add' } },
  { node: 'column', icon: 'columns', label: 'editor.block.column', body: 'div', item: true, after: [{ attr: 'width', kind: 'choice', label: 'editor.field.width', choices: [[0, 'editor.width.even'], [25, '25 %'], [33, '33 %'], [50, '50 %'], [66, '66 %'], [75, '75 %']] }] },
  { node: 'media_text', icon: 'picture', label: 'editor.block.media_text', body: 'div', bodyClass: 'ed-media-text', after: [{ attr: 'side', kind: 'choice', label: 'editor.field.side', choices: [['left', 'editor.align.left'], ['right', 'editor.align.right']] }] },
  { node: 'buttons', icon: 'button', label: 'editor.block.buttons', body: 'div', bodyClass: 'ed-buttons', adds: { node: 'button', label: 'editor.button.add' } },
  { node: 'button', icon: 'button', label: 'editor.block.button', item: true, before: [{ attr: 'label', kind: 'text', label: 'editor.field.label' }, { attr: 'url', kind: 'url', label: 'editor.field.url' }] },
  { node: 'newsletter_box', icon: 'mail', label: 'editor.block.newsletter_box' },
  { node: 'more', icon: 'more_line', label: 'editor.block.more', before: [{ attr: 'text', kind: 'text', label: 'editor.field.moretext', wide: true }] },
  { node: 'page_break', icon: 'page', label: 'editor.block.page_break' },
  { node: 'playlist', icon: 'audio', label: 'editor.block.playlist', body: 'div' },
];
