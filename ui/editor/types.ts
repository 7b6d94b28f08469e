// What the editor is given and what it offers; README.md explains it.

export interface RichNode {
  type: string;
  attrs?: Record<string, unknown>;
  content?: RichNode[];
  text?: string;
  marks?: { type: string; attrs?: Record<string, unknown> }[];
}

import type { Quotes } from './said';

/** An article document as docs/contracts/document.md has it, ids as decimal strings. */
export interface RichDoc { v: number; content: RichNode[] }

export type MediaKind = 'picture' | 'audio' | 'video' | 'file';

export interface Media {
  id: string; url: string; width: number; height: number;
  alt: string; caption: string; credit: string;
  kind: MediaKind; name: string; bytes: number;
}

export interface ArticleHit { id: string; headline: string; path: string; published: string; status: string }

/** A record of shared accounts; page is its address at the desk. */
export interface AccountsHit { id: string; title: string; detail: string; page: string }

/** A passage, found again by its words and by what stands around them. */
export interface Anchor { quote: string; prefix: string; suffix: string }

export interface Note { id: string; anchor: Anchor; resolved: boolean }

export interface EditorOptions {
  mount: HTMLElement;
  doc: RichDoc;
  lang: string;
  dir: 'ltr' | 'rtl';
  /** Interface texts in the person's language, "editor.x" → text. */
  words: Record<string, string>;
  /** The person's language, for dates; the page's when left out. */
  uiLang?: string;
  upload(file: File, progress: (fraction: number) => void): Promise<Media>;
  media(ids: string[]): Promise<Media[]>;
  pickMedia(kind: MediaKind): Promise<Media | null>;
  searchArticles(q: string): Promise<ArticleHit[]>;
  /** Headlines of articles by id, for links in the document; optional. */
  articles?(ids: string[]): Promise<ArticleHit[]>;
  /** Records of shared accounts; without them the block cannot be added. */
  accounts?: {
    share(node: unknown): Promise<AccountsHit>;
    find(q: string): Promise<AccountsHit[]>;
    get(id: string): Promise<AccountsHit | null>;
  };
  onChange(): void;
  onSelection?(): void;
}

export interface Editor {
  /** Whose words passages are. */
  readonly quotes: Quotes;
  doc(): RichDoc;
  setDoc(d: RichDoc): void;
  focus(): void;
  counts(): { words: number; characters: number; minutes: number };
  anchor(): Anchor | null;
  setNotes(notes: Note[], onOpen: (id: string) => void): void;
  notePositions(): { id: string; found: boolean; anchor: Anchor; top: number }[];
  jump(path: string): boolean;
  presence(people: { name: string; block: number }[]): void;
  block(): number;
  /** Whether quotes and dashes are typeset while typing; sets it when given. */
  typography(on?: boolean): boolean;
  /** Whether files are on their way that the document does not have yet. */
  uploading(): boolean;
  /** Opens the find bar, as Mod-F does. */
  find(): void;
  /** Opens the list of shortcuts, as Mod-/ does. */
  help(): void;
  /** Whether it can be written in; to begin with, it can. */
  writable(on: boolean): void;
  destroy(): void;
}
