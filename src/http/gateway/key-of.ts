// The key that a caller sends, under any of the names that SDKs have for it.
import type { IncomingMessage } from 'node:http';

const names = ['x-api-key', 'x-goog-api-key'] as const;

export function keyOf({ headers, url }: IncomingMessage): string | undefined {
  const { authorization } = headers;
  if (authorization?.startsWith('Bearer ') === true) return authorization.slice('Bearer '.length).trim();
  for (const name of names) {
    const key = headers[name];
    if (typeof key === 'string') return key.trim();
  }
  return keyInQuery(url ?? '');
}

/** Clients of Gemini's dialect may write it into the address, which is therefore never logged. */
function keyInQuery(url: string): string | undefined {
  const query = url.indexOf('?');
  if (query < 0 || !url.includes('key=', query)) return undefined;
  return new URLSearchParams(url.slice(query + 1)).get('key') ?? undefined;
}
