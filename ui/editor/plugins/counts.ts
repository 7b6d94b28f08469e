// Words and characters, as internal/richtext counts them. Each block is
// counted once; nodes never change, so only what was edited is counted anew.

import type { Node } from 'prosemirror-model';

interface Count { words: number; characters: number }

const letter = /[\p{L}\p{N}]/u, mark = /\p{M}/u, ideograph = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u, spaceless = /[\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const joins = new Set(["'", '-', '.', '_', '@', '’', '‐', '‑', '\u00ad', '\u200c', '\u200d', '·', '\u2060']);

/** The words of a plain text. */
export function countWords(s: string): number {
  let words = 0, inWord = false, digit = false, run = 0;
  const stop = () => { inWord = digit = false; words += Math.ceil(run / 5); run = 0; };
  for (const c of s) {
    const code = c.charCodeAt(0);
    if (code >= 97 && code <= 122 && inWord && !run) { digit = false; continue; }
    if (code > 0x2e7f && ideograph.test(c) && letter.test(c)) { stop(); words++; } else if (code > 0xdff && spaceless.test(c) && !/\p{Nd}/u.test(c)) {
      if (inWord) stop();
      run++;
    } else if (letter.test(c)) {
      if (run) { words += Math.ceil(run / 5); run = 0; }
      if (!inWord) words++;
      inWord = true;
      digit = /\p{Nd}/u.test(c);
    } else if (joins.has(c) || mark.test(c) || c === ',' && digit) { /* inside a word */ } else stop();
  }
  stop();
  return words;
}

const seen = new WeakMap<Node, Count>();
// What readers see besides the text itself.
const read = ['cite', 'summary', 'title', 'speaker', 'role', 'outlet', 'party', 'source_label', 'silent', 'credit', 'label', 'tex'];

function count(n: Node): Count {
  const have = seen.get(n);
  if (have) return have;
  const sum: Count = { words: 0, characters: 0 };
  if (n.isTextblock) {
    const text = n.textBetween(0, n.content.size, ' ', (leaf) => (leaf.type.name === 'hard_break' ? '\n' : ' '));
    sum.words = countWords(text);
    sum.characters = [...text.replace(/\n/g, '')].length;
  } else {
    n.forEach((c) => { const k = count(c); sum.words += k.words; sum.characters += k.characters; });
  }
  for (const name of read) {
    const text = n.attrs[name];
    if (typeof text === 'string' && text) { sum.words += countWords(text); sum.characters += [...text].length; }
  }
  seen.set(n, sum);
  return sum;
}

/** Minutes are those of a reader of 230 words a minute, at least one. */
export function counts(doc: Node): { words: number; characters: number; minutes: number } {
  const sum = { words: 0, characters: 0 };
  doc.forEach((n) => { const c = count(n); sum.words += c.words; sum.characters += c.characters; });
  return { ...sum, minutes: sum.words ? Math.max(1, Math.round(sum.words / 230)) : 0 };
}
