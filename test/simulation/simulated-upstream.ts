// Providers that follow a script, over the connection's real pieces of bytes.
import { AnswerBody } from '#adapters/upstream/answer-body.ts';
import {
  type Upstream,
  type UpstreamAnswer,
  type UpstreamBody,
  UpstreamError,
  type UpstreamRequest,
} from '#ports/upstream.ts';
import type { Chance } from './chance.ts';
import type { Life } from './life.ts';
import { headTimeoutMs, idleTimeoutMs } from './menu.ts';
import type { Script, StreamEnd } from './script.ts';
import type { Sending } from './sending.ts';
import type { VirtualClock } from './virtual-clock.ts';
import { encodeEvent, WireReader } from './wire.ts';

export interface UpstreamOptions {
  readonly clock: VirtualClock;
  readonly life: Life;
  readonly chance: Chance;
  /** The call that a request belongs to gets its script and keeps what became of it. */
  readonly begin: (request: UpstreamRequest) => Sending;
}

export function simulatedUpstream(options: UpstreamOptions): Upstream {
  return { send: (request, signal) => send(options, options.begin(request), signal), close: async () => undefined };
}

function send(
  { clock, life, chance }: UpstreamOptions,
  sending: Sending,
  signal?: AbortSignal,
): Promise<UpstreamAnswer> {
  const { script } = sending;
  const body = new AnswerBody();
  // Whatever was still under way is lost with the process.
  const later = (ms: number, run: () => void): void => {
    clock.after(ms, () => {
      if (!life.dead && !body.closed) run();
    });
  };
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      sending.givenUp = 'before-it-was-sent';
      reject(new UpstreamError('aborted', 'The call was given up before it was sent.'));
      return;
    }
    const onAbort = (): void => {
      body.close();
      if (sending.headAtMs !== undefined) return;
      sending.givenUp = 'before-the-head';
      reject(new UpstreamError('aborted', 'We closed the connection.'));
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    const answer = (status: number, headers: Record<string, string>): void => {
      sending.headAtMs = clock.now();
      resolve({ status, headers, body: watched(body, sending, clock) });
    };
    const over = (): void => signal?.removeEventListener('abort', onAbort);
    const end = (how: 'ended' | UpstreamError): void => {
      over();
      sending.bodyEnd = how === 'ended' ? 'ended' : 'broken';
      if (how === 'ended') body.end();
      else body.fail(how);
    };
    const fail = (error: UpstreamError): void => {
      over();
      reject(error);
    };
    switch (script.kind) {
      case 'unreachable':
        return later(script.afterMs, () => fail(new UpstreamError('unreachable', 'Nobody is there.')));
      case 'breaks-before-head':
        return later(script.afterMs, () => fail(new UpstreamError('broken', 'The connection broke off.')));
      case 'silent':
        return later(headTimeoutMs, () => fail(new UpstreamError('timeout', 'The provider was silent for too long.')));
      case 'refusal':
        return later(script.afterMs, () => {
          const { retryAfterMs } = script;
          answer(script.status, retryAfterMs === undefined ? {} : { 'retry-after-ms': String(retryAfterMs) });
          end('ended');
        });
      case 'whole':
      case 'stream':
        return later(script.afterMs, () => {
          answer(200, { 'content-type': script.kind === 'whole' ? 'application/json' : 'text/event-stream' });
          play({ script, body, chance, later, end });
        });
    }
  });
}

interface Playing {
  readonly script: Extract<Script, { kind: 'whole' | 'stream' }>;
  readonly body: AnswerBody;
  readonly chance: Chance;
  readonly later: (ms: number, run: () => void) => void;
  readonly end: (how: 'ended' | UpstreamError) => void;
}

function play({ script, body, chance, later, end }: Playing): void {
  const pieces = script.kind === 'whole' ? [wholePiece(script)] : script.pieces.map(streamPiece);
  const next = (index: number): void => {
    const piece = pieces[index];
    if (!piece) return playEnd(script.end, { later, end });
    later(piece.afterMs, () => {
      // At times an event arrives in two parts.
      const cut = chance.odds(0.15) ? chance.between(1, piece.bytes.length) : piece.bytes.length;
      body.push(piece.bytes.subarray(0, cut));
      if (cut < piece.bytes.length) body.push(piece.bytes.subarray(cut));
      next(index + 1);
    });
  };
  next(0);
}

function playEnd(how: StreamEnd, { later, end }: Pick<Playing, 'later' | 'end'>): void {
  switch (how) {
    case 'ends':
      return end('ended');
    case 'breaks':
      return end(new UpstreamError('broken', 'The connection broke off.'));
    case 'falls-silent':
      return later(idleTimeoutMs, () => end(new UpstreamError('timeout', 'The provider fell silent.')));
  }
}

/** As many bytes as the answer has, the usage in its first line. */
export function wholePiece({ bodyAfterMs, bytes, usage }: Extract<Script, { kind: 'whole' }>): {
  afterMs: number;
  bytes: Buffer;
} {
  const said = usage ? { prompt: usage.promptTokens, completion: usage.completionTokens } : null;
  return { afterMs: bodyAfterMs, bytes: Buffer.from(`${JSON.stringify(said)}\n${'.'.repeat(bytes)}`) };
}

function streamPiece({ afterMs, events }: Extract<Script, { kind: 'stream' }>['pieces'][number]): {
  afterMs: number;
  bytes: Buffer;
} {
  return { afterMs, bytes: Buffer.concat(events.map(encodeEvent)) };
}

function watched(body: AnswerBody, sending: Sending, clock: VirtualClock): UpstreamBody {
  const reader = new WireReader();
  return {
    pour: (take) =>
      body
        .pour((piece) => {
          sending.taken.push(...reader.read(piece));
          return take(piece);
        })
        .finally(() => {
          sending.overAtMs = clock.now();
        }),
    whole: (bytesMax) => body.whole(bytesMax),
    close() {
      if (sending.overAtMs === undefined) sending.closedAtMs ??= clock.now();
      body.close();
    },
  };
}
