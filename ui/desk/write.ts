// The page on which an article is written. Its parts are in write/.

import { createEditor } from '../editor';
import type { Editor } from '../editor/types';
import { Also } from './write/also';
import { get, post } from './write/api';
import { Banners } from './write/banners';
import { choose } from './write/conflict';
import { byId, h, later, words } from './write/dom';
import { Fields } from './write/fields';
import * as library from './write/library';
import { Local } from './write/local';
import { Notes } from './write/notes';
import { Said } from './write/said';
import { Presence } from './write/presence';
import { Storyline } from './write/storyline';
import { Subjects } from './write/subjects';
import { Sync, type Condition } from './write/sync';
import type { Content, Hit, Saved, State } from './write/types';

const form = document.getElementById('w') as HTMLFormElement | null;
if (form) begin(form);

function begin(form: HTMLFormElement): void {
  const { article = '', me = '', edit, lang = 'en', zone = 'UTC', role = '' } = form.dataset;
  const dir = form.dataset.dir === 'rtl' ? 'rtl' : 'ltr', at = '/desk/articles/' + article, editable = edit === 'true';
  const uiLang = document.documentElement.lang || 'en', t = words(form.dataset.words!, 'write.js_');
  const tab = [...crypto.getRandomValues(new Uint8Array(9))].map((b) => b.toString(36)).join('').slice(0, 16);
  const banners = new Banners(t);
  const clock = new Intl.DateTimeFormat(uiLang, { hour: '2-digit', minute: '2-digit', timeZone: zone });
  const day = new Intl.DateTimeFormat(uiLang, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', timeZone: zone });
  const time = (iso: string) => { const d = new Date(iso); return Date.now() - d.getTime() < 20 * 3600_000 ? clock.format(d) : day.format(d); };

  for (const e of document.querySelectorAll<HTMLElement>('.w-scripted')) e.hidden = false;
  for (const e of document.querySelectorAll<HTMLElement>('.w-unscripted')) e.hidden = true;
  document.body.classList.add('w-ready');

  let editor: Editor | null = null, presence: Presence | null = null, notes: Notes | null = null, said: Said | null = null, also: Also | null = null, lastSaved = '';
  const mount = byId('w-editor');
  const pick = () => library.pick('picture', article);
  const touched = () => { sync.changed(); presence?.typing(); count(); };
  const subjects = new Subjects(at, t, editable, role !== 'contributor', () => { sync.changed(); presence?.typing(); });
  const fields = new Fields(form, t, at, editable, { pick, media: library.media }, subjects, () => { sync.changed(); presence?.typing(); });
  const line = new Storyline(at, t, editable);
  const local = new Local(article, me, tab);

  const sync = new Sync(at, {
    read: () => fields.read(editor!.doc()),
    show(c: Content, names) {
      fields.show(c, names);
      if (!editor) {
        mount.hidden = false;
        byId('w-plain').hidden = true;
        editor = createEditor({
          mount, doc: c.body, lang, dir, words: JSON.parse(form.dataset.editorWords!) as Record<string, string>, uiLang,
          upload: (file, progress) => library.upload(article, file, progress, t('upload_broken')), media: library.media, pickMedia: (kind) => library.pick(kind, article),
          searchArticles: (q) => get<Hit[]>('/desk/write/find?kind=article&q=' + encodeURIComponent(q)).then(hits),
          articles: (ids) => get<Hit[]>('/desk/write/find?kind=article&ids=' + ids.join(',')).then(hits),
          accounts: library.accounts,
          onChange: () => { touched(); notes?.moved(); said?.changed(); },
        });
      } else {
        editor.setDoc(c.body);
        said?.changed();
      }
      count();
    },
    condition,
    saved(s: Saved) { subjects.saved(); line.saved(); also?.saved(); revisions(s.revision); address(s.path, s.slug); },
    changedBy(who, what, merged) {
      if (!what.length && !merged) { if (who && who !== form.dataset.meName) flash(); return; }
      banners.tell('merged', t(merged ? 'merged' : 'refreshed', who, what.join(', ')));
    },
    recovered() { banners.tell('recovered', t('recovered')); },
    choose: (m) => choose(m, t),
    news(s: State) { subjects.saved(); line.saved(); revisions(s.revision); address(s.path, s.slug); fields.showTranslations(s.translations); },
  }, local, editable);

  function hits(all: Hit[]) { return all.map((a) => ({ id: a.id, headline: a.headline ?? a.name, path: a.path ?? '', published: a.published ?? '', status: a.status ?? '' })); }

  function condition(c: Condition): void {
    const say = (text: string, kind = '') => { const e = byId('w-saved'); if (e.textContent !== text) e.textContent = text; e.className = kind; };
    if (c.is === 'saved' && c.at) lastSaved = c.at;
    if (c.is === 'saved') for (const name of ['offline', 'session', 'refused']) banners.clear(name);
    switch (c.is) {
      case 'saved': say(lastSaved ? t('saved', time(lastSaved)) : ''); break;
      case 'saving': say(t('saving')); banners.clear('offline'); break;
      case 'unsaved': say(t('unsaved')); break;
      case 'offline':
        say(t(!c.kept ? 'offline_bare' : c.why ? 'kept' : 'offline'), 'w-alarm');
        banners.show('offline', c.why || t(c.kept ? 'no_answer' : 'no_answer_bare'), c.kept ? 'calm' : 'wrong');
        break;
      case 'signed_out':
        say(t('unsaved'), 'w-alarm');
        banners.show('session', t('signed_out'), 'wrong', h('button', { type: 'button', id: 'w-sign-in', click: signIn }, t('sign_in')));
        break;
      case 'full': say(t('kept'), 'w-alarm'); banners.show('refused', t('full'), 'wrong'); break;
      case 'large': say(t('unsaved'), 'w-alarm'); banners.show('refused', t('large'), 'wrong'); break;
      case 'refused': say(t('unsaved'), 'w-alarm'); banners.show('refused', t('refused', c.why), 'wrong'); break;
    }
  }

  // Pictures that are still on their way would be lost.
  addEventListener('beforeunload', (e) => { if (editor?.uploading()) e.preventDefault(); });

  /** Signing in again, in a window of its own; the text stays where it is. */
  function signIn(): void {
    const popup = open('/desk/sign-in?popup=1', 'dateline-sign-in', 'popup,width=480,height=680');
    const watch = setInterval(() => {
      void fetch(at + '/state', { headers: { Accept: 'application/json' }, redirect: 'error', cache: 'no-store' }).then((r) => {
        if (!r.ok) { if (popup?.closed) clearInterval(watch); return; }
        clearInterval(watch);
        popup?.close();
        banners.clear('session');
        sync.again();
      }, () => {});
    }, 1000);
  }

  function revisions(n: number): void {
    for (const f of document.querySelectorAll<HTMLInputElement>('input[name=revision]')) f.value = String(n);
  }

  function address(path: string, slug: string): void {
    const e = byId('w-path'), f = byId<HTMLInputElement>('w-slug');
    if (e) e.textContent = form.dataset.origin!.replace(/^https?:\/\//, '') + path;
    if (f && document.activeElement !== f) f.value = slug;
  }

  const count = later(300, () => {
    if (!editor) return;
    const c = editor.counts(), n = new Intl.NumberFormat(uiLang);
    byId('w-counts').textContent = t('counts', n.format(c.words), n.format(c.minutes));
  });

  function flash(): void { mount.classList.add('w-fresh'); setTimeout(() => mount.classList.remove('w-fresh'), 1200); }

  // Whoever reads along changes nothing.
  function writable(on: boolean): void {
    document.body.classList.toggle('w-reading', !on);
    editor!.writable(on);
    for (const f of form.querySelectorAll<HTMLFieldSetElement>('#w-side-article fieldset')) f.disabled = !on;
    for (const f of form.querySelectorAll<HTMLInputElement>('.w-field input, .w-field textarea')) f.readOnly = !on;
  }

  // Address word, access, comments and pin change at once.
  for (const f of form.querySelectorAll<HTMLInputElement>('[data-arrange], #w-password')) {
    f.addEventListener('change', () => void arrange(f));
  }
  const secret = () => { byId('w-password-box').hidden = byId<HTMLSelectElement>('w-access').value !== 'password'; };
  secret();
  byId('w-access').addEventListener('change', secret);

  async function arrange(f: HTMLInputElement): Promise<void> {
    const value = (name: string) => form.querySelector<HTMLInputElement>(`[data-arrange=${name}]`);
    const password = byId<HTMLInputElement>('w-password');
    if (f.id === 'w-access' && f.value === 'password' && !password.value) { password.focus(); return; }
    f.setCustomValidity('');
    if (!await sync.flush()) return;
    try {
      sync.moved(await post<Saved>(at + '/arrange', { revision: sync.revision, slug: value('slug')!.value, access: value('access')!.value, password: password.value,
        comments_open: value('comments_open')?.checked ?? false, pinned: value('pinned')?.checked ?? false }));
      password.value = '';
    } catch (e) {
      f.setCustomValidity((e as Error).message);
      f.reportValidity();
      f.addEventListener('input', () => f.setCustomValidity(''), { once: true });
    }
  }

  // Steps in the flow: what is on the page goes first.
  for (const f of document.querySelectorAll<HTMLFormElement>('form[data-move]')) {
    f.addEventListener('submit', (e) => {
      if (f.dataset.ready || !form.dataset.ready) return;
      e.preventDefault();
      const button = (e as SubmitEvent).submitter as HTMLButtonElement | null;
      void sync.flush().then((ok) => {
        if (!ok) return;
        f.dataset.ready = 'yes';
        f.requestSubmit(button);
      });
    });
  }

  // Publishing stands in a drawer beside the text.
  const drawer = byId<HTMLDialogElement>('w-drawer');
  const publish = document.getElementById('w-publish') as HTMLAnchorElement | null;
  async function openPublish(): Promise<void> {
    if (!publish || !await sync.flush()) return;
    const frame = h('iframe', { src: publish.href, title: drawer.getAttribute('aria-label')! });
    const close = h('button', { type: 'button', class: 'quiet w-drawer-close', 'aria-label': byId('w-panel-close').getAttribute('aria-label')!, click: () => drawer.close() }, '×');
    drawer.replaceChildren(close, frame);
    if (!drawer.open) drawer.showModal();
  }
  drawer.addEventListener('close', () => { drawer.replaceChildren(); publish?.focus(); });
  publish?.addEventListener('click', (e) => { if (e.ctrlKey || e.metaKey || e.shiftKey || !form.dataset.ready) return; e.preventDefault(); void openPublish(); });
  addEventListener('message', (e) => { if (e.origin === location.origin && (e.data as { dateline?: string }).dateline === 'close') drawer.close(); });

  const preview = byId<HTMLAnchorElement>('w-preview');
  preview.addEventListener('click', (e) => { if (!form.dataset.ready) return; e.preventDefault(); void sync.flush().then(() => { location.href = preview.href; }); });

  // The panel.
  const panel = byId('w-panel'), panelButton = byId('w-panel-button');
  const showPanel = (on: boolean) => { panel.classList.toggle('w-open', on); panelButton.setAttribute('aria-expanded', String(on)); document.body.classList.toggle('w-panelled', on); };
  panelButton.addEventListener('click', () => { const on = !panel.classList.contains('w-open'); showPanel(on); if (on) byId('w-tab-article').focus(); });
  byId('w-panel-close').addEventListener('click', () => { showPanel(false); panelButton.focus(); });
  panel.addEventListener('keydown', (e) => { if (e.key === 'Escape' && panel.classList.contains('w-open')) { showPanel(false); panelButton.focus(); } });
  const tabs = [byId('w-tab-article'), byId('w-tab-notes')];
  function select(which: HTMLElement): void {
    for (const one of tabs) {
      const on = one === which;
      one.setAttribute('aria-selected', String(on));
      one.tabIndex = on ? 0 : -1;
      byId(one.getAttribute('aria-controls')!).hidden = !on;
    }
    if (which === tabs[1]) notes?.seen();
  }
  for (const one of tabs) {
    one.addEventListener('click', () => select(one));
    one.addEventListener('keydown', (e) => {
      if (e.key !== 'ArrowLeft' && e.key !== 'ArrowRight') return;
      const other = tabs[one === tabs[0] ? 1 : 0]!;
      select(other);
      other.focus();
    });
  }

  // What a check leads to.
  function jump(path: string): void {
    if (path.startsWith('note-')) { openNotes(); notes?.goTo(path.slice(5)); return; }
    if (path === 'content') { editor!.focus(); return; }
    if (path.startsWith('content')) { editor!.jump(path); return; }
    const ids: Record<string, string> = { sections: 'w-section', tags: 'w-tags', bylines: 'w-byline-add', lead: 'w-lead-choose', 'lead.alt': 'w-lead-alt', 'lead.caption': 'w-lead-caption', 'lead.credit': 'w-lead-credit', slug: 'w-slug', password: 'w-password' };
    const named = form.elements.namedItem(path);
    const f = document.getElementById(ids[path] ?? '') ?? (named instanceof HTMLElement ? named : null);
    if (!f) return;
    if (panel.contains(f)) { showPanel(true); select(tabs[0]!); for (let d = f.closest('details'); d; d = d.parentElement?.closest('details') ?? null) d.open = true; }
    f.scrollIntoView({ block: 'center' });
    f.focus();
  }
  const openNotes = () => { showPanel(true); select(tabs[1]!); };
  const fromHash = () => { if (location.hash.length > 1) { if (drawer.open) drawer.close(); jump(decodeURIComponent(location.hash.slice(1))); history.replaceState(null, '', location.pathname); } };
  addEventListener('hashchange', fromHash);

  // Keys for the whole page.
  document.addEventListener('keydown', (e) => {
    if (!form.dataset.ready || !(e.ctrlKey || e.metaKey) || e.altKey || document.querySelector('dialog[open]')) return;
    const key = e.key.toLowerCase();
    if (key === 's' && !e.shiftKey) {
      e.preventDefault();
      e.stopPropagation();
      if (editable) void sync.flush(true).then((ok) => { if (ok) banners.tell('version', t('version_saved')); });
    } else if (e.key === 'Enter' && !e.shiftKey) {
      e.preventDefault();
      e.stopPropagation();
      void openPublish();
    } else if (key === 'j' && !e.shiftKey && editable) {
      e.preventDefault();
      e.stopPropagation();
      showPanel(true);
      select(tabs[0]!);
      if (line.offered() && !subjects.waiting()) line.focus(); else subjects.focus();
    } else if (e.key === '/' && !mount.contains(e.target as Node)) {
      e.preventDefault();
      editor?.help();
    }
  }, true);

  const menu = byId('w-menu');
  byId('w-find').addEventListener('click', () => { menu.hidePopover(); editor!.find(); });
  byId('w-help').addEventListener('click', () => { menu.hidePopover(); editor!.help(); });
  const typeset = byId('w-typography');
  typeset.addEventListener('click', () => typeset.setAttribute('aria-checked', String(editor!.typography(!editor!.typography()))));

  get<State>(at + '/state').then(async (s) => {
    await sync.start(s);
    typeset.setAttribute('aria-checked', String(editor!.typography()));
    if (!editable) writable(false);
    presence = new Presence(at, tab, me, sync, editor!, banners, t, writable);
    notes = new Notes(at, editor!, t, time, ['editor', 'administrator', 'owner'].includes(role), openNotes);
    if (document.getElementById('w-said')) {
      said = new Said(at, editor!.quotes, t, editable, article);
      said.reveal = () => { showPanel(true); select(tabs[0]!); };
      const date = new Intl.DateTimeFormat(uiLang, { dateStyle: 'medium', timeZone: zone });
      also = new Also(at, t, (iso) => date.format(new Date(iso)), editable);
      also.reveal = said.reveal;
    }
    form.dataset.ready = 'yes';
    fromHash();
    if (!s.content.headline && editable) (form.elements.namedItem('headline') as HTMLTextAreaElement).focus();
  }, (e: Error) => banners.show('refused', e.message || t('no_answer_bare'), 'wrong'));
}
