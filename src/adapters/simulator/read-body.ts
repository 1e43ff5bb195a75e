import type { IncomingMessage } from 'node:http';

// Enough for the longest context with pictures in it.
const BODY_BYTES_MAX = 64 * 1024 * 1024;

/** Rejects when the caller leaves before the end, or sends more than anyone needs. */
export function readBody(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let size = 0;
    request.on('data', (part: Buffer) => {
      size += part.length;
      parts.push(part);
      if (size > BODY_BYTES_MAX) reject(new Error(`A body has more than ${BODY_BYTES_MAX} bytes.`));
    });
    request.on('end', () => resolve(Buffer.concat(parts)));
    request.on('error', reject);
    request.on('close', () => reject(new Error('The caller left before its request was complete.')));
  });
}
