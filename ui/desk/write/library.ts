// Pictures and files: from the library, and into it.

import type { Media, MediaKind } from '../../editor/types';
import { pickMedia, uploadMedia } from '../picker';
import { get } from './api';

export const media = (ids: string[]): Promise<Media[]> => ids.length ? get<Media[]>('/desk/write/media?ids=' + ids.map(encodeURIComponent).join(',')) : Promise.resolve([]);

/** Sends a file and says how far it is. Its name and the article go along. */
export const upload = (article: string, file: File, progress: (fraction: number) => void): Promise<Media> => uploadMedia(file, progress, article);

/** Lets a person choose from the library, or put a file there. */
export const pick = (kind: MediaKind, article: string): Promise<Media | null> => pickMedia(kind, article);
