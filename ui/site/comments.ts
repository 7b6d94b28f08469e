// The script of articles that take or show comments. The
// page works without it; with it a comment is sent, previewed and answered in
// place, further ones load below, and new ones appear while one reads. It builds
// elements from words and numbers alone: nothing is ever parsed as markup here
// but pages of our own.

import {render, type Doc} from './render';
import {keep, kept, seenUntil} from './store';

type Comment = {
  id: string; anchor: string; parent?: string; root: string; gone?: boolean; hidden?: boolean;
  name?: string; url?: string; at: string; when: string; link: string; edited?: string;
  initials?: string; hue: number; pattern: number; byline?: boolean; staff?: boolean; picked?: boolean; mention?: boolean;
  likes?: number; reply?: string; own?: string; version: number; body?: Doc;
};
type News = {count: number; countText: string; many?: boolean; comments?: Comment[]};
type Sent = {outcome: 'public' | 'held' | 'confirm' | 'refused' | 'preview'; text?: string; field?: string; comment?: Comment};

const section = document.getElementById('comments');
const parts = document.getElementById('comment-parts');
if (section && parts instanceof HTMLTemplateElement) start(section, parts.content);

function start(box: HTMLElement, stock: DocumentFragment): void {
  const article = box.dataset.article ?? '';
  const order = box.dataset.order ?? 'oldest';
  const depth = Number(box.dataset.depth) || 3;
  const versions = new Map<string, number>();

  const part = <T extends HTMLElement>(selector: string): T => document.importNode(stock.querySelector<T>(selector)!, true);
  const word = (name: string, value = ''): string =>
    (stock.querySelector(`[data-word=${name}]`)?.textContent ?? '').replace('{0}', value);
  const find = (id: string): HTMLElement | null => box.querySelector(`.comment[data-comment="${CSS.escape(id)}"]`);

  // Likes.

  const liked = new Set(kept<string[]>('likes', []));

  function likeButton(own: string, id: string, likes: number): HTMLButtonElement {
    const button = part<HTMLButtonElement>('.deed-like');
    const show = (): void => {
      button.setAttribute('aria-pressed', String(liked.has(id)));
      button.querySelector('b')!.textContent = likes > 0 ? likes.toLocaleString(document.documentElement.lang) : '';
    };
    show();
    button.addEventListener('click', () => {
      const on = !liked.has(id);
      button.disabled = true;
      send<{likes?: number}>(own + 'like/', new URLSearchParams({do: on ? 'like' : 'unlike'})).then((answer) => {
        if (typeof answer.likes !== 'number') return;
        likes = answer.likes;
        if (on) liked.add(id); else liked.delete(id);
        keep('likes', [...liked].slice(-500));
        show();
      }).catch(() => undefined).finally(() => { button.disabled = false; });
    });
    return button;
  }

  const mine = new Set(kept<string[]>('mine', []));

  // dress adds to a comment on the page what only the script can do.
  function dress(li: HTMLElement): void {
    const deeds = li.querySelector<HTMLElement>(':scope > .comment-own > .comment-deeds');
    const own = deeds?.querySelector<HTMLAnchorElement>('.deed-own');
    const id = li.dataset.comment;
    if (!deeds || !own || !id || deeds.dataset.dressed) return;
    deeds.dataset.dressed = '1';
    const count = deeds.querySelector('.deed-likes');
    if (box.dataset.likes !== undefined && !mine.has(id)) { // nobody likes their own
      own.before(likeButton(own.pathname, id, Number(/\d+/.exec((count?.textContent ?? '').replace(/[.,\s\u00a0\u202f]/g, ''))?.[0] ?? 0)));
      count?.remove();
    }
    if (mine.has(id)) own.before(...['edit', 'remove'].map((deed) => {
      const a = part<HTMLAnchorElement>(`[data-deed=${deed}]`);
      a.href = `${own.pathname}${deed}/`;
      return a;
    }));
    deeds.querySelector('.deed-reply')?.addEventListener('click', (e) => {
      if (answer(li)) e.preventDefault();
    });
  }

  // build makes the element of a comment.
  function build(c: Comment): HTMLElement {
    const li = part<HTMLElement>('.comment');
    li.id = c.anchor;
    li.dataset.comment = c.id;
    fill(li, c);
    return li;
  }

  function fill(li: HTMLElement, c: Comment): void {
    versions.set(c.id, c.version);
    const own = li.querySelector<HTMLElement>(':scope > .comment-own')!;
    if (c.gone) {
      li.classList.add('comment-gone');
      own.replaceChildren(part('.comment-was'));
      return;
    }
    const fresh = part<HTMLElement>('.comment').querySelector<HTMLElement>('.comment-own')!;
    own.replaceWith(fresh);
    li.className = ['comment', c.byline && 'comment-byline', c.picked && 'comment-picked', c.mention && 'comment-mention'].filter(Boolean).join(' ');
    const avatar = fresh.querySelector('.avatar')!;
    avatar.classList.add(`hue-${c.hue}`, `avatar-${c.pattern}`);
    avatar.textContent = c.initials ?? '';
    const name = fresh.querySelector('.comment-name b')!;
    if (c.url && /^https?:\/\//i.test(c.url)) {
      const a = document.createElement('a');
      a.rel = 'ugc nofollow noopener';
      a.href = c.url;
      a.textContent = c.name ?? '';
      name.append(a);
    } else name.textContent = c.name ?? '';
    for (const badge of fresh.querySelectorAll<HTMLElement>('[data-badge]')) {
      if (!c[badge.dataset.badge as 'byline' | 'staff' | 'picked' | 'mention']) badge.remove();
    }
    fresh.querySelector<HTMLAnchorElement>('.comment-when a')!.href = c.link;
    const time = fresh.querySelector('time')!;
    time.dateTime = c.at;
    time.textContent = c.when;
    const edited = fresh.querySelector('.comment-edited')!;
    if (c.edited) edited.textContent = c.edited; else edited.remove();
    if (c.body) fresh.querySelector('.comment-body')!.append(render(c.body));
    const deeds = fresh.querySelector('.comment-deeds')!;
    const reply = deeds.querySelector<HTMLAnchorElement>('.deed-reply')!;
    if (c.reply) {
      reply.href = c.reply;
      reply.setAttribute('aria-label', word('reply_to', c.name ?? ''));
    } else reply.remove();
    const more = deeds.querySelector<HTMLAnchorElement>('.deed-own')!;
    if (c.own) {
      more.href = c.own;
      if (c.likes) {
        const count = document.createElement('span');
        count.className = 'deed-likes';
        count.textContent = String(c.likes);
        more.before(count);
      }
      dress(li);
    } else deeds.remove();
  }

  // slot is where a new comment belongs on this page; null when it has no place.
  function slot(c: Comment): HTMLElement | null {
    if (c.parent) {
      const parent = find(c.parent);
      if (!parent) return null;
      let level = 1;
      for (let up = parent.parentElement?.closest('.comment'); up; up = up.parentElement?.closest('.comment')) level++;
      if (level >= depth) return parent.parentElement;
      let list = parent.querySelector<HTMLElement>(':scope > .replies');
      if (!list) {
        list = document.createElement('ol');
        list.className = 'thread replies';
        parent.querySelector('.comment-own')!.after(list);
      }
      return list;
    }
    if (order === 'newest' ? box.dataset.first === undefined : box.querySelector('.comments-next')) return null;
    let list = box.querySelector<HTMLElement>(':scope > .thread');
    if (!list) {
      list = document.createElement('ol');
      list.className = 'thread';
      (box.querySelector('.comments-note') ?? box.querySelector('.respond'))?.before(list);
      box.querySelector(':scope > .comments-note')?.remove();
    }
    return list;
  }

  function place(c: Comment): HTMLElement | null {
    const list = slot(c);
    if (!list) return null;
    const li = build(c);
    if (!c.parent && order === 'newest') list.prepend(li); else list.append(li);
    return li;
  }

  function mark(li: HTMLElement): void {
    li.querySelector(':scope > .comment-own .comment-when')?.append(part('.comment-new'));
  }

  // What is new.

  let waiting: Comment[] = [];
  let many = false;
  let button: HTMLButtonElement | null = null;

  function offer(): void {
    if (waiting.length === 0 && !many) {
      button?.remove();
      button = null;
      return;
    }
    if (!button) {
      button = part<HTMLButtonElement>('.comments-fresh');
      button.addEventListener('click', reveal);
      const list = box.querySelector(':scope > .thread');
      if (order === 'newest' && list) list.before(button); else (box.querySelector(':scope > .respond') ?? box.lastElementChild)!.before(button);
    }
    button.textContent = word('fresh', many ? '…' : String(waiting.length));
  }

  function reveal(): void {
    if (many) {
      location.hash = 'comments';
      location.reload();
      return;
    }
    const shown = waiting.map(place).filter((li) => li !== null);
    waiting = [];
    offer();
    for (const li of shown) {
      mark(li);
      li.classList.add('comment-arrived');
    }
    remember();
    const first = shown[0];
    if (!first) return;
    first.tabIndex = -1;
    first.focus({preventScroll: true});
    first.scrollIntoView({block: 'nearest', behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth'});
  }

  // below tells whether something put at the end of a list moves nothing that
  // is on the screen.
  function below(c: Comment): boolean {
    const list = slot(c);
    if (!list || (!c.parent && order === 'newest')) return false;
    const end = (list.lastElementChild ?? list).getBoundingClientRect();
    return end.bottom > innerHeight;
  }

  function hear(news: News): void {
    const title = document.getElementById('comments-title');
    if (title && news.countText) title.textContent = news.countText;
    many ||= news.many === true;
    for (const c of news.comments ?? []) {
      const there = find(c.id);
      if (there) {
        if (versions.get(c.id) !== c.version) update(there, c);
        continue;
      }
      waiting = waiting.filter((w) => w.id !== c.id);
      if (c.gone || (versions.get(c.id) ?? 0) >= c.version) continue;
      if (below(c)) {
        const li = place(c);
        if (li) mark(li);
      } else if (slot(c) || (c.parent && waiting.some((w) => w.id === c.parent))) waiting.push(c);
    }
    offer();
  }

  // update changes a comment where it stands. One that went away without a trace
  // keeps its place until the page is loaded again, so that nothing jumps.
  function update(li: HTMLElement, c: Comment): void {
    const sample = li.querySelector(':scope > .comment-own time')?.getAttribute('datetime');
    if (!versions.has(c.id) && !c.gone && !c.edited && sample === c.at && li.classList.contains('comment-picked') === (c.picked === true)) {
      versions.set(c.id, c.version); // the page shows it as it is
      return;
    }
    if (li.contains(form) && c.gone) retreat();
    fill(li, c);
  }

  let line: EventSource | null = null;
  let last = '';

  function listen(): void {
    const address = box.dataset.live;
    if (line || !address || document.hidden) return;
    line = new EventSource(last ? `${address.split('?')[0]}?since=${encodeURIComponent(last)}` : address);
    line.addEventListener('message', (e) => {
      last = e.lastEventId || last;
      hear(JSON.parse(e.data) as News);
    });
    line.addEventListener('end', () => {
      line?.close();
      delete box.dataset.live;
    });
  }

  if (box.dataset.live) {
    new IntersectionObserver((seen, observer) => {
      if (!seen.some((s) => s.isIntersecting)) return;
      observer.disconnect();
      listen();
      document.addEventListener('visibilitychange', () => {
        if (document.hidden) {
          line?.close();
          line = null;
        } else listen();
      });
    }, {rootMargin: '1500px'}).observe(box);
  }

  // Since the last visit.

  function remember(): void {
    let newest = '';
    for (const time of box.querySelectorAll('.comment-when time')) {
      const at = time.getAttribute('datetime') ?? '';
      if (Date.parse(at) > (Date.parse(newest) || 0)) newest = at;
    }
    if (newest) seenUntil(article, newest);
  }

  const before = Date.parse(seenUntil(article));
  for (const li of box.querySelectorAll<HTMLElement>('.comment')) {
    dress(li);
    const at = li.querySelector(':scope > .comment-own time')?.getAttribute('datetime');
    if (before && at && Date.parse(at) > before && !mine.has(li.dataset.comment ?? '')) mark(li);
  }
  remember();

  // Further threads.

  box.addEventListener('click', (e) => {
    const a = (e.target as Element).closest<HTMLAnchorElement>('.comments-next a');
    const list = box.querySelector<HTMLElement>(':scope > .thread');
    if (!a || !list || e.ctrlKey || e.metaKey || e.shiftKey) return;
    e.preventDefault();
    if (a.getAttribute('aria-busy')) return;
    a.setAttribute('aria-busy', 'true');
    const ask = new XMLHttpRequest();
    ask.open('GET', a.pathname);
    ask.responseType = 'document';
    ask.onerror = () => location.assign(a.href);
    ask.onload = () => {
      const page = ask.response as Document | null;
      const more = page?.querySelector('#comments > .thread');
      if (!more) return location.assign(a.href);
      const fresh = [...more.children].map((li) => document.importNode(li, true) as HTMLElement).filter((li) => !find(li.dataset.comment ?? ''));
      list.append(...fresh);
      for (const li of list.querySelectorAll<HTMLElement>('.comment')) dress(li);
      const next = page?.querySelector<HTMLAnchorElement>('#comments > .comments-next a');
      if (next) a.href = next.getAttribute('href')!; else a.parentElement?.remove();
      a.removeAttribute('aria-busy');
      if (fresh[0]) {
        fresh[0].tabIndex = -1;
        fresh[0].focus({preventScroll: true});
      }
      remember();
    };
    ask.send();
  });

  // Writing.

  const form = box.querySelector<HTMLElement>('.respond');
  if (!form) return;
  const fields = form.querySelector('form')!;
  const text = fields.querySelector<HTMLTextAreaElement>('#comment-text')!;
  const parent = fields.elements.namedItem('parent') as HTMLInputElement;
  const title = form.querySelector<HTMLElement>('.respond-title')!;
  const titleAtHome = title.textContent;
  const home = document.createComment('');
  form.before(home);
  let cancel: HTMLElement | null = null;

  text.value ||= kept<string>(`draft:${article}`, '', sessionStorage);
  text.addEventListener('input', () => keep(`draft:${article}`, text.value, sessionStorage));

  // answer brings the form below the comment that is answered.
  function answer(li: HTMLElement): boolean {
    const id = li.dataset.comment;
    if (!form || !id) return false;
    tidy();
    parent.value = id;
    title.textContent = word('reply_title', li.querySelector('.comment-name b')?.textContent ?? '');
    if (!cancel) {
      cancel = part('.deed-cancel');
      cancel.addEventListener('click', () => {
        const was = parent.value;
        retreat();
        find(was)?.querySelector<HTMLElement>('.deed-reply')?.focus();
      });
      fields.querySelector('.respond-buttons')!.append(cancel);
    }
    li.querySelector(':scope > .comment-own')!.after(form);
    text.focus();
    return true;
  }

  function retreat(): void {
    if (!form) return;
    parent.value = '0';
    title.textContent = titleAtHome;
    cancel?.remove();
    cancel = null;
    home.after(form);
    tidy();
  }

  // tidy takes away what an earlier try said.
  function tidy(): void {
    for (const old of form!.querySelectorAll('.form-error, .form-done, .field-error, .respond-preview')) old.remove();
    for (const field of fields.querySelectorAll('[aria-invalid]')) {
      field.removeAttribute('aria-invalid');
      field.removeAttribute('aria-describedby');
    }
  }

  function say(kind: 'form-done' | 'form-error', words: string): HTMLElement {
    const p = part(`.${kind}`);
    p.textContent = words;
    fields.before(p);
    return p;
  }

  function refuse(answer: Sent): void {
    const field = answer.field && fields.querySelector<HTMLElement>(`#comment-${CSS.escape(answer.field)}`);
    if (!field) {
      say('form-error', answer.text || word('failed')).scrollIntoView({block: 'nearest'});
      return;
    }
    const why = document.createElement('span');
    why.className = 'field-error';
    why.id = `${field.id}-error`;
    why.textContent = answer.text ?? '';
    field.after(why);
    field.setAttribute('aria-invalid', 'true');
    field.setAttribute('aria-describedby', why.id);
    field.focus();
  }

  fields.addEventListener('submit', (e) => {
    e.preventDefault();
    const data = new URLSearchParams();
    for (const [name, value] of new FormData(fields, e.submitter)) data.append(name, String(value));
    const buttons = fields.querySelectorAll('button');
    tidy();
    const busy = say('form-done', word('sending'));
    for (const b of buttons) b.disabled = true;
    send<Sent>(fields.getAttribute('action')!, data).then((answer) => {
      busy.remove();
      took(answer, data);
    }).catch(() => {
      busy.remove();
      say('form-error', word('failed'));
    }).finally(() => {
      for (const b of buttons) b.disabled = false;
    });
  });

  function took(answer: Sent, data: URLSearchParams): void {
    const c = answer.comment;
    if (answer.outcome === 'refused') return refuse(answer);
    if (answer.outcome === 'preview') {
      const look = document.createElement('div');
      look.className = 'respond-preview';
      const label = document.createElement('h4');
      label.className = 'label';
      label.textContent = word('preview');
      if (c) look.append(label, build({...c, anchor: 'preview', own: '', reply: ''}).querySelector('.comment-own')!);
      fields.before(look);
      look.scrollIntoView({block: 'nearest'});
      return;
    }
    text.value = '';
    keep(`draft:${article}`, '', sessionStorage);
    if (answer.outcome !== 'public' || !c) {
      say('form-done', answer.text ?? '').scrollIntoView({block: 'nearest'});
      return;
    }
    mine.add(c.id);
    keep('mine', [...mine].slice(-200));
    if (data.get('parent') !== '0') retreat();
    waiting = waiting.filter((w) => w.id !== c.id);
    offer();
    const li = find(c.id) ?? place(c);
    if (!li) {
      location.assign(`/comments/${c.id}/in/`);
      return;
    }
    say('form-done', answer.text ?? '');
    li.classList.add('comment-arrived');
    li.tabIndex = -1;
    li.focus({preventScroll: true});
    li.scrollIntoView({block: 'nearest'});
    remember();
  }
}

// send posts a form and returns what is answered.
async function send<T>(address: string, data: URLSearchParams): Promise<T> {
  const answer = await fetch(address, {method: 'POST', body: data, headers: {Accept: 'application/json'}, credentials: 'same-origin'});
  if (!answer.headers.get('Content-Type')?.startsWith('application/json')) throw new Error(`status ${answer.status}`);
  return await answer.json() as T;
}
