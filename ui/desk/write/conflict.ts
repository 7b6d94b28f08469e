// The dialog in which a person chooses where two changed the same.

import { byId, h, type Words } from './dom';
import type { Choice, Merged } from './types';

export function choose(m: Merged, t: Words): Promise<Choice[]> {
  const dialog = byId<HTMLDialogElement>('w-dialog');
  const choices: Choice[] = m.conflicts.map(() => 'mine');
  return new Promise((resolve) => {
    const rows = m.conflicts.map((c, i) => {
      const name = 'conflict-' + i;
      const side = (choice: Choice, label: string, text: string) => h('label', { class: 'w-side' },
        h('span', { class: 'w-side-head' }, h('input', { type: 'radio', name, value: choice, checked: choice === 'mine', change: () => { choices[i] = choice; } }), label),
        h('span', { class: 'w-side-text', dir: 'auto' }, text || t('nothing')));
      return h('fieldset', { class: 'w-conflict' }, h('legend', {}, c.place), h('p', { class: 'help' }, c.reason),
        h('div', { class: 'w-sides' }, side('mine', t('mine'), c.mine), side('theirs', t('theirs', m.by), c.theirs)),
        ...c.both ? [h('label', { class: 'choice' }, h('input', { type: 'radio', name, value: 'both', change: () => { choices[i] = 'both'; } }), t('both'))] : []);
    });
    const form = h('form', { method: 'dialog', submit: (e) => { e.preventDefault(); dialog.close(); dialog.replaceChildren(); resolve(choices); } },
      h('h2', { id: 'w-dialog-title' }, t('conflict_title', m.by)), h('p', {}, t('conflict_lead')), ...rows,
      h('p', { class: 'actions' }, h('button', {}, t('apply'))));
    dialog.setAttribute('aria-labelledby', 'w-dialog-title');
    dialog.replaceChildren(form);
    dialog.oncancel = (e) => e.preventDefault(); // there is nothing to go back to
    if (!dialog.open) dialog.showModal();
  });
}
