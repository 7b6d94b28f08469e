// What the page and the server tell each other.

import type { RichDoc } from '../../editor/types';

export interface Picture { media: string; caption: string; credit: string; alt: string }
export interface Byline { profile: string; role: string; name: string }

/** Everything that a version freezes, ids as decimal strings. */
export interface Content {
  headline: string; short_headline: string; kicker: string; standfirst: string;
  search_title: string; search_description: string;
  social_title: string; social_description: string; social_image: string;
  excerpt: string; dateline: string; kind: string; language: string;
  lead: Picture | null;
  sections: string[]; tags: string[]; terms: string[];
  bylines: Byline[];
  canonical: string; noindex: boolean; storyline: string; subjects: Subject[];
  fields: Record<string, string>;
  body: RichDoc;
}

/** An entry of the register that is confirmed for the article. */
export interface Subject { id: string; main: boolean }

export interface Translation { id: string; headline: string; language: string; status: string }

export interface State {
  id: string; revision: number; saved: string; by: string; status: string;
  live: boolean; changed: boolean; may_edit: boolean;
  content: Content; tag_names: Record<string, string>;
  slug: string; path: string; access: string; comments_open: boolean; pinned: boolean;
  translations: Translation[];
}

export interface Saved { revision: number; saved: string; slug: string; path: string }

export type Choice = 'mine' | 'theirs' | 'both';
export interface Conflict { path: string; place: string; reason: string; base: string; mine: string; theirs: string; both: boolean }
export interface Merged { revision: number; by: string; saved: string; theirs: Content; merged: Content; conflicts: Conflict[]; changes: string[] }

export interface Hit { id: string; name: string; detail?: string; headline?: string; path?: string; published?: string; status?: string; language?: string }
