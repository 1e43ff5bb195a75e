// The key that a caller sends, under either of the names that SDKs have for it.
import type { IncomingMessage } from 'node:http';

export function keyOf(request: IncomingMessage): string | undefined {
  const { authorization, 'x-api-key': key } = request.headers;
  if (authorization?.startsWith('Bearer ') === true) return authorization.slice('Bearer '.length).trim();
  return typeof key === 'string' ? key.trim() : undefined;
}
