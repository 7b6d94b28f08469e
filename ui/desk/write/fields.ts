// The fields around the text, in and out of an article's content.

import type { RichDoc } from '../../editor/types';
import { get, post } from './api';
import { byId, h, suggest, type Words } from './dom';
import type { Media } from '../../editor/types';
import { focal } from './focal';
import type { Subjects } from './subjects';
import type { Byline, Content, Hit, Picture, Translation } from './types';

const plain = ['headline', 'short_headline', 'kicker', 'standfirst', 'search_title', 'search_description', 'social_title', 'social_description',
  'excerpt', 'dateline', 'kind', 'language', 'canonical', 'storyline'] as const;
const roles = ['by', 'with', 'photo', 'edited_by', 'agency'];

const find = (kind: string, q: string) => get<Hit[]>(`/desk/write/find?kind=${kind}&q=${encodeURIComponent(q)}`);

export interface Library {
  pick(): Promise<Media | null>;
  media(ids: string[]): Promise<Media[]>;
}

export class Fields {
  private held!: Content;
  private readonly tagNames: Record<string, string> = {};

  constructor(private readonly form: HTMLFormElement, private readonly t: Words, private readonly at: string, private readonly editable: boolean,
    private readonly library: Library, private readonly subjects: Subjects, private readonly onChange: () => void) {
    form.addEventListener('input', (e) => {
      const f = e.target as HTMLInputElement;
      if (f.name || f.id === 'w-noindex') { this.grow(f); onChange(); this.preview(); }
    });
    form.addEventListener('change', (e) => { if ((e.target as HTMLInputElement).name) onChange(); });
    form.addEventListener('submit', (e) => e.preventDefault());
    form.addEventListener('keydown', (e) => {
      const f = e.target as HTMLElement;
      if (e.key === 'Enter' && f instanceof HTMLTextAreaElement && f.name === 'headline') e.preventDefault();
    });
    this.tags();
    this.bylines();
    this.storylines();
    this.custom();
    this.social();
    this.translating();
  }

  private field(name: string): HTMLInputElement | null {
    const f = this.form.elements.namedItem(name);
    return f instanceof Element ? f as HTMLInputElement : null;
  }

  private value(name: string): string { return this.field(name)?.value ?? (this.held as unknown as Record<string, string>)[name] ?? ''; }

  read(body: RichDoc): Content {
    const c = this.held, v = (name: string) => this.value(name);
    return {
      headline: v('headline'), short_headline: v('short_headline'), kicker: v('kicker'), standfirst: v('standfirst'),
      search_title: v('search_title'), search_description: v('search_description'),
      social_title: v('social_title'), social_description: v('social_description'), social_image: c.social_image,
      excerpt: v('excerpt'), dateline: v('dateline'), kind: v('kind') || c.kind, language: v('language'),
      lead: c.lead && c.lead.media ? { media: c.lead.media, caption: c.lead.caption, credit: c.lead.credit, alt: c.lead.alt } : null,
      sections: this.sections(), tags: [...c.tags], terms: [...c.terms],
      bylines: c.bylines.map((b) => ({ profile: b.profile, role: b.role, name: b.name })),
      canonical: v('canonical'), noindex: byId<HTMLInputElement>('w-noindex')?.checked ?? c.noindex, storyline: v('storyline'),
      subjects: this.subjects.read(),
      fields: Object.fromEntries(Object.entries(c.fields).sort(([a], [b]) => a < b ? -1 : 1)),
      body,
    };
  }

  private sections(): string[] {
    const first = this.field('section');
    if (!first) return [...this.held.sections];
    const more = [...this.form.querySelectorAll<HTMLInputElement>('input[name=more_sections]:checked')].map((f) => f.value);
    // In the order in which they were, new ones last.
    const kept = this.held.sections.filter((id) => more.includes(id));
    const rest = [...kept, ...more.filter((id) => !kept.includes(id))].filter((id) => id !== first.value);
    return first.value ? [first.value, ...rest] : rest;
  }

  show(c: Content, names: Record<string, string> = {}): void {
    Object.assign(this.tagNames, names);
    this.held = structuredClone(c);
    this.held.body = { v: 1, content: [] };
    for (const name of plain) {
      const f = this.field(name);
      if (!f) continue;
      const value = c[name];
      if (f instanceof HTMLSelectElement && value && ![...f.options].some((o) => o.value === value)) f.append(h('option', { value }, value));
      if (f.value !== value) this.put(f, value);
      this.grow(f);
    }
    const first = this.field('section');
    if (first) {
      first.value = c.sections[0] ?? '';
      for (const f of this.form.querySelectorAll<HTMLInputElement>('input[name=more_sections]')) f.checked = c.sections.indexOf(f.value) > 0;
    }
    const hidden = byId<HTMLInputElement>('w-noindex');
    if (hidden) hidden.checked = c.noindex;
    this.subjects.show(c.subjects);
    this.showTags();
    this.showBylines();
    this.showCustom();
    void this.showLead();
    this.preview();
  }

  /** Sets a value without moving the cursor of somebody who is in the field. */
  private put(f: HTMLInputElement, value: string): void {
    const here = document.activeElement === f && 'selectionStart' in f ? f.selectionStart : null;
    f.value = value;
    if (here !== null) try { f.setSelectionRange(here, here); } catch { /* not a text field */ }
  }

  private grow(f: HTMLElement): void {
    if (!(f instanceof HTMLTextAreaElement) || CSS.supports('field-sizing', 'content')) return;
    f.rows = Math.max(1, f.value.split('\n').length + Math.floor(f.value.length / 60));
  }

  private changed(): void { this.onChange(); this.preview(); }

  // Tags

  private tags(): void {
    const f = byId<HTMLInputElement>('w-tags');
    if (!f) return;
    f.removeAttribute('name');
    f.value = '';
    byId('w-tag-list').hidden = false;
    const add = (id: string, name: string) => {
      this.tagNames[id] = name;
      if (!this.held.tags.includes(id)) { this.held.tags.push(id); this.showTags(); this.changed(); }
      f.value = '';
    };
    suggest(f, (q) => find('tag', q), (t) => t.name, (t) => add(t.id, t.name));
    const make = () => {
      const name = f.value.replace(/,/g, ' ').trim();
      if (!name) return;
      f.setCustomValidity('');
      post<Hit>('/desk/write/tags', { name }).then((t) => add(t.id, t.name), (e: Error) => { f.setCustomValidity(e.message); f.reportValidity(); });
    };
    f.addEventListener('keydown', (e) => {
      f.setCustomValidity('');
      if (e.key === 'Enter' || e.key === ',') { e.preventDefault(); make(); }
      if (e.key === 'Backspace' && !f.value && this.held.tags.length) { this.held.tags.pop(); this.showTags(); this.changed(); }
    });
    f.addEventListener('blur', make);
  }

  private showTags(): void {
    byId('w-tag-list')?.replaceChildren(...this.held.tags.map((id) => {
      const name = this.tagNames[id] ?? '…';
      return h('li', {}, h('bdi', {}, name), ...this.editable ? [h('button', { type: 'button', 'aria-label': this.t('remove_x', name), click: () => {
        this.held.tags = this.held.tags.filter((other) => other !== id);
        this.showTags();
        this.changed();
        byId('w-tags').focus();
      } }, '×')] : []);
    }));
    const missing = this.held.tags.filter((id) => !this.tagNames[id]);
    if (missing.length) void get<{ tag_names: Record<string, string> }>(this.at + '/state').then((s) => { Object.assign(this.tagNames, s.tag_names); for (const id of missing) this.tagNames[id] ??= id; this.showTags(); }, () => {});
  }

  // Bylines

  private bylines(): void {
    const f = byId<HTMLInputElement>('w-byline-add'), old = byId<HTMLTextAreaElement>('w-bylines');
    if (!f) return;
    old.removeAttribute('name');
    old.hidden = true;
    f.hidden = !this.editable;
    byId('w-byline-list').hidden = false;
    document.querySelector('label[for=w-bylines]')?.setAttribute('for', 'w-byline-add');
    const add = (profile: string, name: string) => {
      this.held.bylines.push({ profile, role: 'by', name });
      f.value = '';
      this.showBylines();
      this.changed();
    };
    const label = (t: Hit) => t.detail ? `${t.name} (${t.detail})` : t.name;
    suggest(f, (q) => find('profile', q), label, (t) => add(t.id, t.name));
    f.addEventListener('keydown', (e) => {
      if (e.key !== 'Enter') return;
      e.preventDefault();
      const name = f.value.trim();
      if (!name) return;
      find('profile', name).then((hits) => hits.find((t) => t.name.toLowerCase() === name.toLowerCase()), () => undefined).then((t) => add(t?.id ?? '', t?.name ?? name));
    });
  }

  private showBylines(): void {
    const all = this.held.bylines;
    byId('w-byline-list')?.replaceChildren(...all.map((b: Byline, i) => {
      const role = h('select', { 'aria-label': this.t('role_of', b.name), disabled: !this.editable, change: () => { b.role = role.value; this.changed(); } },
        ...roles.map((r) => h('option', { value: r, selected: r === (b.role || 'by') }, this.t('byline_' + r))));
      const buttons = this.editable ? [
        h('button', { type: 'button', 'aria-label': this.t('up_x', b.name), disabled: i === 0, click: () => { all.splice(i - 1, 0, ...all.splice(i, 1)); this.showBylines(); this.changed(); } }, '↑'),
        h('button', { type: 'button', 'aria-label': this.t('remove_x', b.name), click: () => { all.splice(i, 1); this.showBylines(); this.changed(); } }, '×')] : [];
      return h('li', {}, role, h('bdi', {}, b.name), ...buttons);
    }));
  }

  private storylines(): void {
    const f = byId<HTMLInputElement>('w-storyline');
    if (f) suggest(f, (q) => find('storyline', q), (t) => t.name, () => {});
  }

  // Lead picture

  private async showLead(): Promise<void> {
    const box = byId('w-lead'), lead = this.held.lead, t = this.t;
    if (!box) return;
    const choose = async () => {
      const m = await this.library.pick();
      if (!m) return;
      this.held.lead = { media: m.id, caption: this.held.lead?.caption ?? '', credit: this.held.lead?.credit ?? '', alt: this.held.lead?.alt ?? '' };
      this.changed();
      void this.showLead();
    };
    if (!lead) {
      box.replaceChildren(...this.editable ? [h('button', { type: 'button', class: 'quiet', id: 'w-lead-choose', click: () => void choose() }, t('lead_choose'))] : []);
      return;
    }
    if (box.dataset.media === lead.media && box.childElementCount > 1) {
      for (const name of ['caption', 'credit', 'alt'] as const) {
        const f = box.querySelector<HTMLInputElement>(`[data-lead=${name}]`);
        if (f && f.value !== lead[name]) this.put(f, lead[name]);
      }
      return;
    }
    const [m] = await this.library.media([lead.media]).catch(() => []);
    if (this.held.lead?.media !== lead.media) return;
    box.dataset.media = lead.media;
    const word = (name: keyof Picture & ('caption' | 'credit' | 'alt'), own: string) => {
      const f = h('textarea', { rows: '1', id: 'w-lead-' + name, 'data-lead': name, placeholder: own, disabled: !this.editable, input: () => { if (this.held.lead) this.held.lead[name] = f.value; this.changed(); } });
      f.value = lead[name];
      return [h('label', { for: 'w-lead-' + name }, t(name)), f];
    };
    box.replaceChildren(
      ...m?.url ? [this.editable ? focal(m, lead.alt || m.alt, t) : h('img', { src: m.url, alt: lead.alt || m.alt, class: 'w-lead-picture' })] : [],
      ...this.editable ? [h('p', { class: 'actions' }, h('button', { type: 'button', class: 'quiet', click: () => void choose() }, t('lead_change')),
        h('button', { type: 'button', class: 'quiet', click: () => { this.held.lead = null; delete box.dataset.media; this.changed(); void this.showLead(); } }, t('remove')))] : [],
      ...word('caption', m?.caption ?? ''), ...word('credit', m?.credit ?? ''), ...word('alt', m?.alt ?? ''),
      h('p', { class: 'help' }, h('a', { href: '/desk/media/' + lead.media, target: '_blank' }, t('focal'))));
  }

  // Search and social networks

  private social(): void {
    const choose = byId('w-social-choose'), remove = byId('w-social-remove');
    choose?.addEventListener('click', () => void this.library.pick().then((m) => { if (m) { this.held.social_image = m.id; this.changed(); } }));
    remove?.addEventListener('click', () => { this.held.social_image = ''; this.changed(); });
  }

  private pictureOf = '';

  private preview(): void {
    const c = this.held, v = (name: string) => this.value(name);
    const text = v('standfirst') || v('excerpt');
    const put = (id: string, value: string) => { const e = byId(id); if (e) e.textContent = value; };
    put('w-search-title', v('search_title') || v('headline'));
    put('w-search-text', v('search_description') || text);
    put('w-social-title', v('social_title') || v('headline'));
    put('w-social-text', v('social_description') || text);
    const remove = byId('w-social-remove'), img = byId<HTMLImageElement>('w-social-picture');
    if (remove) remove.hidden = !c.social_image;
    const id = c.social_image || c.lead?.media || '';
    if (!img || id === this.pictureOf) return;
    this.pictureOf = id;
    img.hidden = true;
    if (id) void this.library.media([id]).then(([m]) => { if (m?.url && this.pictureOf === id) { img.src = m.url; img.hidden = false; } }, () => {});
  }

  // Further fields

  private custom(): void {
    const name = byId<HTMLInputElement>('w-custom-name');
    byId('w-custom-add')?.addEventListener('click', () => {
      const key = name.value.trim();
      if (!key || key in this.held.fields) return;
      this.held.fields[key] = '';
      name.value = '';
      this.showCustom();
      byId('w-custom').querySelector<HTMLInputElement>('p:last-child input')?.focus();
    });
  }

  private showCustom(): void {
    const box = byId('w-custom');
    if (!box || box.contains(document.activeElement) && box.childElementCount === Object.keys(this.held.fields).length) return;
    box.replaceChildren(...Object.keys(this.held.fields).sort().map((key, i) => {
      const f = h('input', { id: 'w-custom-' + i, input: () => { this.held.fields[key] = f.value; this.changed(); } });
      f.value = this.held.fields[key] ?? '';
      return h('p', {}, h('label', { for: 'w-custom-' + i }, key), f,
        h('button', { type: 'button', class: 'quiet', 'aria-label': this.t('remove_x', key), click: () => { delete this.held.fields[key]; this.showCustom(); this.changed(); } }, '×'));
    }));
  }

  // Translations

  private translating(): void {
    const f = byId<HTMLInputElement>('w-translation-add');
    if (!f) return;
    const label = (t: Hit) => t.language ? `${t.name} (${t.language})` : t.name;
    suggest(f, (q) => find('article', q), label, (t) => {
      f.value = '';
      post<Translation[]>(this.at + '/translations', { article: t.id, remove: false }).then((all) => this.showTranslations(all), (e: Error) => { f.setCustomValidity(e.message); f.reportValidity(); });
    });
    f.addEventListener('keydown', () => f.setCustomValidity(''));
  }

  showTranslations(all: Translation[]): void {
    byId('w-translations')?.replaceChildren(...all.map((a) => h('li', {}, h('a', { href: '/desk/articles/' + a.id, lang: a.language || undefined }, a.headline || '…'), ...a.language ? [h('span', { class: 'tag' }, a.language)] : [],
      ...this.editable ? [h('button', { type: 'button', 'aria-label': this.t('remove_x', a.headline), click: () => void post<Translation[]>(this.at + '/translations', { article: a.id, remove: true }).then((left) => this.showTranslations(left), () => {}) }, '×')] : [])));
  }
}
