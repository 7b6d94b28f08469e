// Pictures and files: from the library, and into it.

import type { AccountsHit, Media, MediaKind } from '../../editor/types';
import { pickMedia, uploadMedia } from '../picker';
import { get, post } from './api';

export const media = (ids: string[]): Promise<Media[]> => ids.length ? get<Media[]>('/desk/write/media?ids=' + ids.map(encodeURIComponent).join(',')) : Promise.resolve([]);

/**
 * Sends a file and says how far it is. Its name and the article go along. What
 * is refused without a reason broke off on its way.
 */
export const upload = (article: string, file: File, progress: (fraction: number) => void, broken: string): Promise<Media> =>
  uploadMedia(file, progress, article).catch((e: Error) => { throw e.message ? e : new Error(broken); });

/** Lets a person choose from the library, or put a file there. */
export const pick = (kind: MediaKind, article: string): Promise<Media | null> => pickMedia(kind, article);

/** Records of shared accounts. */
export const accounts = {
  share: (node: unknown) => post<AccountsHit>('/desk/accounts/share', { node }),
  find: (q: string) => get<AccountsHit[]>('/desk/accounts/find?q=' + encodeURIComponent(q)),
  get: (id: string) => get<AccountsHit[]>('/desk/accounts/find?id=' + encodeURIComponent(id)).then((all) => all[0] ?? null, () => null),
};
