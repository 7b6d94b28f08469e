// Dates as people write them, with the precision that they have: "2026",
// "May 2026", "4 May 2026", "4.5.2026", "2026-05-04".

import { isDate } from './attrs';

const names = new Map<string, Map<string, number>>();

function months(lang: string): Map<string, number> {
  let map = names.get(lang);
  if (map) return map;
  map = new Map();
  for (const l of [lang, 'en']) {
    for (let m = 0; m < 12; m++) {
      const day = new Date(Date.UTC(2026, m, 15));
      for (const month of ['long', 'short'] as const) {
        for (const f of [new Intl.DateTimeFormat(l, { month, timeZone: 'UTC' }), new Intl.DateTimeFormat(l, { month, day: 'numeric', timeZone: 'UTC' })]) {
          const word = f.formatToParts(day).find((p) => p.type === 'month')!.value.toLowerCase().replace(/\.$/, '');
          if (!/^\d+$/.test(word) && !map.has(word)) map.set(word, m + 1);
        }
      }
    }
  }
  names.set(lang, map);
  return map;
}

const two = (n: number | string) => String(n).padStart(2, '0');

function digits(s: string): string {
  return s.replace(/[٠-٩۰-۹]/g, (c) => String((c.charCodeAt(0) & 0xff) % 16 % 10));
}

/** The ISO form of a written date, or null. */
export function parseDate(text: string, lang: string): string | null {
  const s = digits(text.trim().toLowerCase());
  const valid = (iso: string) => (isDate(iso) ? iso : null);
  if (isDate(s.toUpperCase())) return s.toUpperCase();
  let m = /^(\d{4})[-/.](\d{1,2})(?:[-/.](\d{1,2}))?$/.exec(s);
  if (m) return valid(`${m[1]}-${two(m[2]!)}${m[3] ? '-' + two(m[3]) : ''}`);
  m = /^(\d{1,2})[./-]\s?(\d{1,2})[./-]\s?(\d{4})$/.exec(s);
  if (m) {
    const american = /^en(-us)?$/i.test(lang) && s.includes('/');
    return valid(american ? `${m[3]}-${two(m[1]!)}-${two(m[2]!)}` : `${m[3]}-${two(m[2]!)}-${two(m[1]!)}`);
  }
  m = /^(\d{1,2})[./](\d{4})$/.exec(s);
  if (m) return valid(`${m[2]}-${two(m[1]!)}`);
  const words = s.replace(/,/g, ' ').replace(/\b(\d{1,2})(st|nd|rd|th|er|\.)(?=\s|$)/g, '$1').split(/\s+/).filter((w) => w && !/^(de|del|of|the|le|el|en|den|der)$/.test(w));
  let month = 0, year = '', day = '';
  for (const w of words) {
    const known = months(lang).get(w.replace(/\.$/, ''));
    if (known) month = known;
    else if (/^\d{4}$/.test(w)) year = w;
    else if (/^\d{1,2}$/.test(w)) day = w;
    else return null;
  }
  if (!year || !month) return null;
  return valid(`${year}-${two(month)}${day ? '-' + two(day) : ''}`);
}
