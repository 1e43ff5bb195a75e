// A request's body, whole and bounded.
import type { IncomingMessage } from 'node:http';
import { Failure } from '#core/failure.ts';

/** Room for a long context with pictures in it. */
export const bodyBytesMax = 64 * 1_048_576;

/** @throws Failure `body_too_large` as soon as that is known; the rest is not read. */
export function readBody(request: IncomingMessage): Promise<Buffer> {
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > bodyBytesMax) return Promise.reject(tooLarge(request));
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let bytes = 0;
    request.on('data', (piece: Buffer) => {
      bytes += piece.length;
      if (bytes > bodyBytesMax) {
        reject(tooLarge(request));
        return;
      }
      pieces.push(piece);
    });
    request.once('end', () => {
      const [only, ...more] = pieces;
      resolve(only && more.length === 0 ? only : Buffer.concat(pieces));
    });
    request.once('error', reject);
    request.once('aborted', () =>
      reject(new Failure('request_timeout', 'The request broke off before its body was whole.')),
    );
  });
}

function tooLarge(request: IncomingMessage): Failure {
  request.removeAllListeners('data');
  request.resume();
  return new Failure(
    'body_too_large',
    `The body is larger than ${bodyBytesMax / 1_048_576} MiB, the most that is taken.`,
  );
}
