// A request's body, whole and bounded.
import type { IncomingMessage } from 'node:http';
import { Failure } from '#core/failure.ts';

/** Room for a long context with pictures in it. */
export const bodyBytesMax = 64 * 1_048_576;

/** Each is an object: a body in chunks of a byte would be hundreds of times its size. */
const piecesMax = 256;

/** A caller who sends nothing for this long will not send the rest. How long all of it may take, the server says. */
export const bodySilenceMsMaxByDefault = 30_000;

/** @throws Failure `body_too_large` as soon as that is known, `request_timeout`; the rest is not read. */
export function readBody(request: IncomingMessage, silenceMsMax = bodySilenceMsMaxByDefault): Promise<Buffer> {
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > bodyBytesMax) return Promise.reject(tooLarge(request));
  return new Promise((resolve, reject) => {
    const blocks: Buffer[] = [];
    let pieces: Buffer[] = [];
    let bytes = 0;
    const silence = setTimeout(() => {
      request.removeAllListeners('data');
      reject(new Failure('request_timeout', `Nothing more of the body has come for ${silenceMsMax / 1_000} s.`));
    }, silenceMsMax);
    request.on('data', (piece: Buffer) => {
      bytes += piece.length;
      if (bytes > bodyBytesMax) {
        clearTimeout(silence);
        reject(tooLarge(request));
        return;
      }
      silence.refresh();
      pieces.push(piece);
      if (pieces.length < piecesMax) return;
      blocks.push(Buffer.concat(pieces));
      pieces = [];
    });
    request.once('close', () => clearTimeout(silence));
    request.once('end', () => {
      clearTimeout(silence);
      const all = [...blocks, ...pieces];
      const [only, ...more] = all;
      resolve(only && more.length === 0 ? only : Buffer.concat(all));
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
