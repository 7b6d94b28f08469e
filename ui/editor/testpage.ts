// The page of test/e2e/editor: an editor whose newsroom is the test.

import { createEditor } from './index';
import { safeURL, isDate } from './attrs';
import { parseDate } from './dates';
import { countWords } from './plugins/counts';
import type { ArticleHit, Editor, EditorOptions, Media, RichDoc } from './types';

interface Room {
  editor: Editor;
  changes: number;
  uploads: { name: string; progress(f: number): void; done(m: Media): void; fail(why: string): void }[];
  picked: Media | null;
  opened: string[];
  failSearch: boolean;
  violations: string[];
  make(doc: RichDoc, more?: Partial<EditorOptions>): void;
  safeURL: typeof safeURL; isDate: typeof isDate; parseDate: typeof parseDate; countWords: typeof countWords;
}

const articles: ArticleHit[] = [
  { id: '4611686018427387905', headline: 'Harbour tunnel approved', path: '/news/harbour-tunnel/', published: '2026-05-04T09:00:00Z', status: 'Published' },
  { id: '22', headline: 'Council votes on the harbour', path: '/news/council-votes/', published: '', status: 'Draft' },
];
const picture = (id: string): Media => ({ id, url: '/picture.png', width: 600, height: 400, alt: '', caption: '', credit: 'Ann Lee', kind: 'picture', name: 'boat.jpg', bytes: 12345 });

const settings = JSON.parse(document.getElementById('settings')!.textContent!) as { words: Record<string, string>; lang: string; dir: 'ltr' | 'rtl' };
const room: Room = {
  editor: undefined as unknown as Editor,
  changes: 0, uploads: [], picked: null, opened: [], failSearch: false, violations: [], safeURL, isDate, parseDate, countWords,
  make(doc: RichDoc, more: Partial<EditorOptions> = {}) {
    this.editor?.destroy();
    this.changes = 0;
    this.editor = createEditor({
      mount: document.getElementById('mount')!, doc, lang: settings.lang, dir: settings.dir, words: settings.words,
      upload: (file, progress) => new Promise((done, reject) => { this.uploads.push({ name: file.name, progress, done, fail: (why) => reject(new Error(why)) }); }),
      media: (ids) => Promise.resolve(ids.filter((i) => i !== '404').map(picture)),
      pickMedia: () => Promise.resolve(this.picked),
      searchArticles: (q) => (this.failSearch ? Promise.reject(new Error('offline')) : Promise.resolve(articles.filter((a) => a.headline.toLowerCase().includes(q.toLowerCase())))),
      articles: (ids) => Promise.resolve(articles.filter((a) => ids.includes(a.id))),
      onChange: () => { this.changes++; },
      ...more,
    });
  },
};
document.addEventListener('securitypolicyviolation', (e) => room.violations.push(`${e.violatedDirective} ${e.blockedURI} ${e.sample}`));
(window as unknown as { room: Room }).room = room;

// A page that comes with a document opens it at once.
const given = document.getElementById('doc');
if (given) room.make(JSON.parse(given.textContent!) as RichDoc);
