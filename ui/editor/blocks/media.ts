// What blocks with a file of the library share: showing it, choosing another,
// and uploading one in its place with its progress.

import type { BlockView } from './block';
import { h, fill, textButton } from '../dom';
import type { Media, MediaKind } from '../types';

export interface Stage { dom: HTMLElement; show(m: Media | null, id: string, src: string): void }

const accept: Record<MediaKind, string> = { picture: 'image/*', audio: 'audio/*', video: 'video/*', file: '' };

/** The line with "Upload" and "Library", and the progress of an upload. */
export function mediaTools(view: BlockView, kind: MediaKind, take: (m: Media) => void): HTMLElement {
  const { ctx } = view;
  const t = ctx.t.bind(ctx);
  const state = h('div', { class: 'ed-upload-state', role: 'status' });
  const input = h('input', { type: 'file', accept: accept[kind], hidden: true, tabindex: -1, 'aria-label': t('editor.media.upload') });
  const send = async (file: File) => {
    const bar = h('progress', { max: 1, value: 0, 'aria-label': t('editor.upload.progress', file.name) });
    fill(state, h('span', null, file.name), bar);
    try {
      const m = await ctx.o.upload(file, (f) => { bar.value = f; });
      ctx.learn(m);
      fill(state);
      take(m);
    } catch (e) {
      fill(state, h('span', { class: 'ed-wrong' }, t('editor.upload.failed', file.name, e instanceof Error ? e.message : String(e))),
        textButton(t('editor.upload.retry'), () => void send(file)), textButton(t('editor.upload.drop'), () => fill(state)));
    }
  };
  input.addEventListener('change', () => { if (input.files?.[0]) void send(input.files[0]); input.value = ''; });
  return h('div', { class: 'ed-media-tools' },
    textButton(t('editor.media.upload'), () => input.click()),
    textButton(t('editor.media.library'), () => void ctx.o.pickMedia(kind).then((m) => { if (m) { ctx.learn(m); take(m); } })),
    input, state);
}

/** Shows the file of an attribute and keeps it shown as the attribute changes. */
export function follow(view: BlockView, attr: string, show: (m: Media | null, pending: boolean) => void): () => void {
  let shown: string | null = null;
  return () => {
    const id = String(view.node.attrs[attr] ?? '');
    if (id === shown) return;
    shown = id;
    if (!id) { show(null, false); return; }
    show(null, true);
    void view.ctx.mediaOf(id).then((m) => { if (shown === id) show(m, false); });
  };
}

export function size(bytes: number, lang: string): string {
  if (!bytes) return '';
  const units = ['kilobyte', 'megabyte', 'gigabyte'];
  let n = bytes / 1000, u = 0;
  while (n >= 1000 && u < 2) { n /= 1000; u++; }
  return new Intl.NumberFormat(lang, { style: 'unit', unit: units[u], maximumFractionDigits: n < 10 ? 1 : 0 }).format(n);
}
