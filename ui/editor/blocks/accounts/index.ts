import type { BlockSpec } from '../block';
import { shareButton } from '../shared_accounts';

/** What each side says of the same event. */
export const accounts: BlockSpec = {
  node: 'accounts', icon: 'accounts', label: 'editor.block.accounts', body: 'div', bodyClass: 'ed-accounts',
  before: [{ attr: 'title', kind: 'text', label: 'editor.field.title', wide: true }],
  adds: { node: 'account', label: 'editor.account.add' },
  build: shareButton,
};

export const account: BlockSpec = {
  node: 'account', icon: 'accounts', label: 'editor.block.account', body: 'div', placeholder: 'editor.placeholder.account', item: true,
  before: [{ attr: 'party', kind: 'text', label: 'editor.field.party', wide: true }],
  after: [
    { attr: 'source', kind: 'url', label: 'editor.field.source' },
    { attr: 'source_label', kind: 'text', label: 'editor.field.source_label' },
    { attr: 'silent', kind: 'long', label: 'editor.field.silent', wide: true },
  ],
};
