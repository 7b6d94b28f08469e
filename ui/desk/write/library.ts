// Pictures and files: from the library, and into it.

import type { Media, MediaKind } from '../../editor/types';
import { get } from './api';

export const media = (ids: string[]): Promise<Media[]> => ids.length ? get<Media[]>('/desk/write/media?ids=' + ids.map(encodeURIComponent).join(',')) : Promise.resolve([]);

/** Sends a file and says how far it is. Its name and the article go along. */
export function upload(article: string, file: File, progress: (fraction: number) => void): Promise<Media> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const query = new URLSearchParams({ name: file.name || 'picture', article, key: key() });
    request.open('POST', '/desk/media?' + query.toString());
    request.setRequestHeader('Accept', 'application/json');
    request.setRequestHeader('Content-Type', file.type || 'application/octet-stream');
    request.upload.onprogress = (e) => { if (e.lengthComputable) progress(e.loaded / e.total); };
    request.onerror = request.ontimeout = () => reject(new Error(''));
    request.onload = () => {
      let body: unknown;
      try { body = JSON.parse(request.responseText); } catch { body = {}; }
      const answer = body as { media?: Media[]; error?: string; hint?: string } & Partial<Media>;
      if (request.status < 300) { const one = answer.media?.[0] ?? (answer as Media); resolve(one); return; }
      reject(new Error([answer.error ?? request.statusText, answer.hint].filter(Boolean).join(' ')));
    };
    request.send(file);
  });
}

function key(): string { return [...crypto.getRandomValues(new Uint8Array(12))].map((b) => b.toString(16).padStart(2, '0')).join(''); }

/** Lets a person choose from the library. */
export async function pick(kind: MediaKind): Promise<Media | null> {
  void kind;
  return null;
}
