// Requests to providers over undici's dispatcher: one pool per origin, pieces handed over as they arrive.
import { errors, Pool } from 'undici';
import { type Upstream, type UpstreamAnswer, UpstreamError, type UpstreamRequest } from '#ports/upstream.ts';
import { AnswerBody } from './answer-body.ts';

// More than any provider allows one customer at once; beyond it requests wait for a connection.
const connectionsPerOrigin = 2_048;
const keepAliveMs = 30_000;

export function undiciUpstream(): Upstream {
  const pools = new Map<string, Pool>();
  const poolOf = (origin: string): Pool => {
    const known = pools.get(origin);
    if (known) return known;
    const pool = new Pool(origin, {
      connections: connectionsPerOrigin,
      keepAliveTimeout: keepAliveMs,
      connect: { timeout: 10_000 },
    });
    pools.set(origin, pool);
    return pool;
  };
  return {
    send: (request, signal) => send(poolOf(request.origin), request, signal),
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.destroy()));
    },
  };
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
  if (!answered && unsentCodes.has(code)) {
    return new UpstreamError('unreachable', `The provider cannot be reached (${code}).`, error);
  }
  return new UpstreamError('broken', 'The connection to the provider broke off.', error);
}
