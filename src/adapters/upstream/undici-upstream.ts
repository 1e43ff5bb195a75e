// Requests to providers over undici's dispatcher: one pool per origin, pieces handed over as they arrive.
import { errors, Pool } from 'undici';
import { type Upstream, type UpstreamAnswer, UpstreamError, type UpstreamRequest } from '#ports/upstream.ts';
import { addressGuard, forbiddenCode, guardedConnector, type GuardSettings } from './address-guard.ts';
import { AnswerBody } from './answer-body.ts';

// More than any provider allows one customer at once; beyond it requests wait for a connection.
const connectionsPerOrigin = 2_048;
const keepAliveMs = 30_000;
const connectMsMax = 10_000;

/** @throws RangeError for an allowed host that is none. */
export function undiciUpstream(settings: GuardSettings = {}): Upstream {
  const free = new Pools({ timeout: connectMsMax });
  // Apart, since a connection that stands is not asked for again.
  const guarded = new Pools(guardedConnector(addressGuard(settings), connectMsMax));
  return {
    send: (request, signal) => {
      const pools = request.publicOnly === true ? guarded : free;
      return send(pools.of(request.origin), request, signal);
    },
    async close() {
      await Promise.all([free.close(), guarded.close()]);
    },
  };
}

class Pools {
  readonly #pools = new Map<string, Pool>();
  readonly #connect: Pool.Options['connect'];

  constructor(connect: NonNullable<Pool.Options['connect']>) {
    this.#connect = connect;
  }

  of(origin: string): Pool {
    const known = this.#pools.get(origin);
    if (known) return known;
    const pool = new Pool(origin, {
      connections: connectionsPerOrigin,
      keepAliveTimeout: keepAliveMs,
      ...(this.#connect === undefined ? {} : { connect: this.#connect }),
    });
    this.#pools.set(origin, pool);
    return pool;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.destroy()));
  }
}

function send(pool: Pool, request: UpstreamRequest, signal?: AbortSignal): Promise<UpstreamAnswer> {
  return new Promise((resolve, reject) => {
    const body = new AnswerBody();
    let started = false;
    let answered = false;
    const onAbort = (): void => {
      body.close();
      if (!started) reject(unsent());
    };
    if (signal?.aborted) {
      reject(unsent());
      return;
    }
    signal?.addEventListener('abort', onAbort, { once: true });
    pool.dispatch(
      {
        path: request.path,
        method: request.method,
        headers: request.headers,
        body: request.body ?? null,
        headersTimeout: request.headTimeoutMs,
        bodyTimeout: request.idleTimeoutMs,
      },
      {
        onRequestStart(controller) {
          started = !body.closed;
          body.attach(controller);
        },
        onResponseStart(_controller, status, headers) {
          if (status < 200) return;
          answered = true;
          resolve({ status, headers, body });
        },
        onResponseData: (_controller, piece) => body.push(piece),
        onResponseEnd() {
          signal?.removeEventListener('abort', onAbort);
          body.end();
        },
        onResponseError(_controller, error) {
          signal?.removeEventListener('abort', onAbort);
          const said = upstreamError(error, body.closed, answered);
          if (answered) body.fail(said);
          else reject(said);
        },
      },
    );
  });
}

/** While it waits for a connection nothing of a request has left. */
function unsent(): UpstreamError {
  return new UpstreamError('unreachable', 'The call was given up before it was sent.');
}

// Refusals before a connection stood: nothing of the request can have reached the provider.
const unsentCodes: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

function upstreamError(error: Error, closedByUs: boolean, answered: boolean): UpstreamError {
  if (closedByUs) return new UpstreamError('aborted', 'We closed the connection.', error);
  if (error instanceof errors.HeadersTimeoutError || error instanceof errors.BodyTimeoutError) {
    return new UpstreamError('timeout', 'The provider was silent for too long.', error);
  }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (code === forbiddenCode) return new UpstreamError('forbidden', error.message, error);
  if (!answered && unsentCodes.has(code)) {
    return new UpstreamError('unreachable', `The provider cannot be reached (${code}).`, error);
  }
  return new UpstreamError('broken', 'The connection to the provider broke off.', error);
}
