// Requests to the server, and how they fail.

/** A refusal of the server, or its silence (status 0). */
export class Refusal extends Error {
  constructor(readonly status: number, readonly code: string, message: string, readonly hint = '') { super(message); }
}

/** Longer than any answer should take; then it counts as silence. */
const patience = 30_000;

async function answer<T>(response: Response): Promise<T> {
  if (response.ok && response.headers.get('Content-Type')?.startsWith('application/json')) return await response.json() as T;
  let trouble: { error?: string; hint?: string; code?: string } = {};
  try { trouble = await response.json() as typeof trouble; } catch { /* not an answer of Dateline's: a proxy speaks */ }
  throw new Refusal(response.status, trouble.code ?? '', trouble.error ?? response.statusText, trouble.hint);
}

async function ask<T>(url: string, init: RequestInit): Promise<T> {
  let response: Response;
  try {
    response = await fetch(url, { ...init, credentials: 'same-origin', redirect: 'error', signal: init.keepalive ? null : AbortSignal.timeout(patience) });
  } catch {
    throw new Refusal(0, 'silent', '');
  }
  return answer<T>(response);
}

export function get<T>(url: string): Promise<T> {
  return ask<T>(url, { headers: { Accept: 'application/json' }, cache: 'no-store' });
}

export function post<T>(url: string, body: unknown, keepalive = false): Promise<T> {
  return ask<T>(url, { method: 'POST', headers: { Accept: 'application/json', 'Content-Type': 'application/json' }, body: JSON.stringify(body), keepalive });
}
