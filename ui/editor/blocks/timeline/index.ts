import type { BlockSpec } from '../block';

export const timeline: BlockSpec = {
  node: 'timeline', icon: 'timeline', label: 'editor.block.timeline', body: 'div', bodyClass: 'ed-timeline',
  before: [{ attr: 'title', kind: 'text', label: 'editor.field.title', wide: true }],
  adds: { node: 'timeline_event', label: 'editor.event.add' },
};

/** One event; its date says as much as is known: a year, a month, a day. */
export const timelineEvent: BlockSpec = {
  node: 'timeline_event', icon: 'timeline', label: 'editor.block.timeline_event', body: 'div', placeholder: 'editor.placeholder.event', item: true,
  before: [
    { attr: 'date', kind: 'date', label: 'editor.field.date', hint: 'editor.hint.date' },
    { attr: 'title', kind: 'text', label: 'editor.field.event' },
  ],
  after: [{ attr: 'article', kind: 'article', label: 'editor.field.coverage', wide: true }],
};
