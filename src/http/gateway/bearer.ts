// The key that a caller sends.
import type { IncomingMessage } from 'node:http';

export function bearer(request: IncomingMessage): string | undefined {
  const { authorization } = request.headers;
  return authorization?.startsWith('Bearer ') === true ? authorization.slice('Bearer '.length).trim() : undefined;
}
