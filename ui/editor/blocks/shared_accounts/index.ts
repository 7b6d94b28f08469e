// Accounts that several articles show: this block only names the record.

import type { Context } from '../../context';
import { h, textButton, uid } from '../../dom';
import { openDialog } from '../../menus/dialogs';
import { insertBlock, nodes } from '../../commands';
import type { BlockSpec, BlockView } from '../block';

function show(view: BlockView): void {
  const id = String(view.node.attrs.record ?? ''), ctx = view.ctx;
  view.stage.dataset.record = id;
  const tell = (...parts: (HTMLElement | string)[]) => view.stage.replaceChildren(h('p', { class: 'ed-record' }, ...parts));
  tell('…');
  void Promise.resolve(ctx.o.accounts?.get(id) ?? null).then((r) => {
    if (view.stage.dataset.record !== id) return;
    if (!r) { tell(ctx.t('editor.accounts.gone')); return; }
    tell(h('b', null, r.title), ' ', h('span', null, r.detail), ' ', h('a', { href: r.page, target: '_blank', rel: 'noopener' }, ctx.t('editor.accounts.open')));
  });
}

export const sharedAccounts: BlockSpec = { node: 'shared_accounts', icon: 'accounts', label: 'editor.block.shared_accounts', build: show, refresh: show };

/** A button on an accounts block that makes a record of it. */
export function shareButton(view: BlockView): void {
  const { ctx } = view;
  if (!ctx.o.accounts) return;
  const told = h('p', { class: 'ed-note ed-wrong', id: uid('share'), role: 'alert', hidden: true });
  view.foot.append(textButton(ctx.t('editor.accounts.share'), () => {
    told.hidden = true;
    const sent = view.node;
    void ctx.o.accounts!.share(sent.toJSON() as unknown).then((r) => {
      const pos = view.getPos();
      if (pos === undefined) return;
      const at = view.view.state.doc.nodeAt(pos);
      if (!at?.eq(sent)) { told.textContent = ctx.t('editor.accounts.written'); told.hidden = false; return; } // somebody went on writing in it
      view.view.dispatch(view.view.state.tr.replaceWith(pos, pos + at.nodeSize, nodes.shared_accounts!.create({ record: r.id })));
      ctx.say(ctx.t('editor.accounts.shared'));
    }, (e: Error) => { told.textContent = e.message || ctx.t('editor.accounts.failed'); told.hidden = false; });
  }, { class: 'ed-button ed-add' }), told);
}

/** Asks which record is to be shown at the cursor. */
export function accountsDialog(ctx: Context): void {
  if (!ctx.o.accounts) { ctx.say(ctx.t('editor.nothere')); return; }
  const { box, body, close } = openDialog(ctx, ctx.t('editor.block.shared_accounts'));
  const input = h('input', { type: 'search', id: uid('accounts'), autocomplete: 'off' }), list = h('ul', { class: 'ed-records' });
  const look = () => void ctx.o.accounts!.find(input.value.trim()).then((hits) => {
    list.replaceChildren(...hits.length ? hits.map((r) => h('li', null, textButton(r.title + ' · ' + r.detail, () => {
      close();
      insertBlock(ctx.view, nodes.shared_accounts!.create({ record: r.id }));
      ctx.view.focus();
    }))) : [h('li', null, ctx.t('editor.accounts.none'))]);
  }, () => list.replaceChildren(h('li', null, ctx.t('editor.accounts.failed'))));
  input.addEventListener('input', look);
  body.append(h('label', { for: input.id }, ctx.t('editor.accounts.which')), input, list, h('div', { class: 'ed-actions' }, textButton(ctx.t('editor.cancel'), close)));
  box.showModal();
  look();
  input.focus();
}
