// What this device remembers. A browser that keeps nothing is fine, too.

const prefix = 'dateline:';

export function keep(name: string, value: unknown, where: Storage | null = device()): void {
  try {
    if (value === '') where?.removeItem(prefix + name); else where?.setItem(prefix + name, JSON.stringify(value));
  } catch { /* full, or forbidden */ }
}

export function kept<T>(name: string, fallback: T, where: Storage | null = device()): T {
  try {
    const raw = where?.getItem(prefix + name);
    return raw ? JSON.parse(raw) as T : fallback;
  } catch {
    return fallback;
  }
}

function device(): Storage | null {
  try {
    return localStorage;
  } catch {
    return null;
  }
}

const mostArticles = 200;

// seenUntil notes the newest comment that was seen on an article, and returns
// what was noted before.
export function seenUntil(article: string, newest?: string): string {
  const all = kept<[string, string][]>('seen', []);
  const was = all.find(([id]) => id === article)?.[1] ?? '';
  if (newest !== undefined) keep('seen', [...all.filter(([id]) => id !== article), [article, newest]].slice(-mostArticles));
  return was;
}
