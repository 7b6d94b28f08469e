// Pictures and files on their way: each stands where it was dropped, with its
// progress, and becomes a block there. What fails stays, says why, and can be
// tried again or taken away.

import type { Node } from 'prosemirror-model';
import { Plugin, PluginKey } from 'prosemirror-state';
import { Decoration, DecorationSet, type EditorView } from 'prosemirror-view';
import { ensureLineAfter, nodes, placeBlock } from '../commands';
import type { Context } from '../context';
import { fill, h, textButton } from '../dom';
import type { Media } from '../types';

const key = new PluginKey<DecorationSet>('uploads');

interface Change { add?: { pos: number; dom: HTMLElement; id: object }; remove?: object }

export function uploadsPlugin(): Plugin {
  return new Plugin<DecorationSet>({
    key,
    state: {
      init: () => DecorationSet.empty,
      apply(tr, old) {
        let set = tr.docChanged ? old.map(tr.mapping, tr.doc) : old;
        const change = tr.getMeta(key) as Change | undefined;
        if (change?.add) set = set.add(tr.doc, [Decoration.widget(change.add.pos, change.add.dom, { id: change.add.id, side: -1, ignoreSelection: true, stopEvent: () => true, key: `upload-${serial++}` })]);
        if (change?.remove) set = set.remove(set.find(undefined, undefined, (s) => s.id === change.remove));
        return set;
      },
    },
    props: { decorations(state) { return key.getState(state); } },
  });
}

let serial = 0;

/** Whether files are on their way; they are not in the document yet. */
export function uploading(view: EditorView): boolean {
  return key.getState(view.state)!.find().length > 0;
}

function blockFor(m: Media): Node {
  switch (m.kind) {
    case 'picture': return nodes.figure!.create({ media: m.id });
    case 'audio': return nodes.audio!.create({ media: m.id });
    case 'video': return nodes.video!.create({ media: m.id });
    default: return nodes.file!.create({ media: m.id, label: m.name });
  }
}

/** Uploads files and shows them at the block boundary next to a position. */
export function uploadFiles(ctx: Context, files: File[], pos: number): void {
  const { view } = ctx;
  let at = boundary(view.state.doc, pos);
  if (at === null) at = view.state.doc.content.size;
  for (const file of files) start(ctx, file, at);
}

/** The end of the block at a position, at the depth where a figure can stand. */
function boundary(doc: Node, pos: number): number | null {
  const $pos = doc.resolve(pos);
  for (let d = $pos.depth; d >= 0; d--) {
    const parent = $pos.node(d), index = d === $pos.depth ? $pos.index(d) : $pos.indexAfter(d);
    if (parent.isTextblock || !parent.canReplaceWith(index, index, nodes.figure!)) continue;
    if (d === $pos.depth) return pos;
    const below = $pos.node(d + 1);
    return below.type === nodes.paragraph && !below.content.size ? $pos.before(d + 1) : $pos.after(d + 1);
  }
  return null;
}

function start(ctx: Context, file: File, pos: number): void {
  const id = {}, { view, t } = { view: ctx.view, t: ctx.t.bind(ctx) };
  const dom = h('div', { class: 'ed-upload', dir: ctx.uiDir, lang: ctx.uiLang, contenteditable: 'false', role: 'group', 'aria-label': t('editor.upload.progress', file.name) });
  const shown = file.type.startsWith('image/') ? preview(file) : null;
  const state = h('div', { class: 'ed-upload-state' });
  if (shown) dom.append(shown);
  dom.append(state);
  view.dispatch(view.state.tr.setMeta(key, { add: { pos, dom, id } }).setMeta('addToHistory', false));
  const gone = () => view.dispatch(view.state.tr.setMeta(key, { remove: id }).setMeta('addToHistory', false));
  const send = async () => {
    const bar = h('progress', { max: 1, value: 0, 'aria-label': t('editor.upload.progress', file.name) });
    fill(state, h('span', null, file.name), bar);
    ctx.say(t('editor.upload.progress', file.name));
    try {
      const m = await ctx.o.upload(file, (f) => { bar.value = f; });
      ctx.learn(m);
      if (view.isDestroyed) return;
      settle(view, id, m);
      ctx.say(t('editor.upload.done', file.name));
    } catch (e) {
      if (view.isDestroyed) return;
      const reason = t('editor.upload.failed', file.name, e instanceof Error ? e.message : String(e));
      fill(state, h('span', { class: 'ed-wrong' }, reason), textButton(t('editor.upload.retry'), () => void send()), textButton(t('editor.upload.drop'), gone));
      ctx.say(reason);
    }
  };
  void send();
}

/** Puts the block where its progress was shown, wherever that has moved. */
function settle(view: EditorView, id: object, m: Media): void {
  const found = key.getState(view.state)!.find(undefined, undefined, (s) => s.id === id)[0];
  const tr = view.state.tr.setMeta(key, { remove: id });
  const pos = found ? found.from : view.state.doc.content.size;
  const $pos = tr.doc.resolve(pos), next = $pos.nodeAfter;
  const blank = next && next.type === nodes.paragraph && !next.content.size && $pos.parent.canReplaceWith($pos.index(), $pos.index() + 1, nodes.figure!) && $pos.index() + 1 < $pos.parent.childCount;
  let at: number | null = pos;
  if (blank) tr.replaceWith(pos, pos + next.nodeSize, blockFor(m));
  else at = placeBlock(tr, pos, blockFor(m));
  if (at !== null) ensureLineAfter(tr, at);
  view.dispatch(tr);
}

/** A small picture of a picture, drawn here: the policy loads no blob addresses. */
function preview(file: File): HTMLElement {
  const canvas = h('canvas', { class: 'ed-upload-preview', width: 1, height: 1, 'aria-hidden': 'true' });
  if (file.size < 40_000_000) {
    void createImageBitmap(file).then((bitmap) => {
      const scale = Math.min(1, 320 / bitmap.width);
      canvas.width = Math.max(1, Math.round(bitmap.width * scale));
      canvas.height = Math.max(1, Math.round(bitmap.height * scale));
      canvas.getContext('2d')?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
      bitmap.close();
    }, () => { canvas.remove(); });
  }
  return canvas;
}
