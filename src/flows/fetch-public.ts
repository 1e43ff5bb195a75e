// Something from an address that is not the operator's word: read through the guard, at every step of the way.
import { Failure } from '#core/failure.ts';
import { type Upstream, type UpstreamAnswer, UpstreamError } from '#ports/upstream.ts';

export interface PublicFetch {
  readonly url: string;
  /** Sent to the first origin alone. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly bytesMax: number;
  readonly signal?: AbortSignal;
}

export interface Fetched {
  readonly status: number;
  readonly headers: UpstreamAnswer['headers'];
  readonly body: Buffer;
}

const redirectsMax = 5;
const silenceMsMax = 20_000;

/** @throws Failure `invalid_parameter` for an address that may not be read; UpstreamError when nobody answers there. */
export async function fetchPublic(upstream: Pick<Upstream, 'send'>, order: PublicFetch): Promise<Fetched> {
  const { bytesMax, signal } = order;
  const first = addressOf(order.url);
  let url = first;
  for (let redirects = 0; redirects <= redirectsMax; redirects += 1) {
    const answer = await step(upstream, url, url.origin === first.origin ? order.headers : undefined, signal);
    const { location } = answer.headers;
    if (answer.status < 300 || answer.status >= 400 || typeof location !== 'string') {
      return { status: answer.status, headers: answer.headers, body: await answer.body.whole(bytesMax) };
    }
    answer.body.close();
    url = addressOf(location, url);
  }
  throw refused(`${first.origin} points elsewhere more than ${redirectsMax} times.`);
}

async function step(
  upstream: Pick<Upstream, 'send'>,
  url: URL,
  headers: PublicFetch['headers'],
  signal: AbortSignal | undefined,
): Promise<UpstreamAnswer> {
  const request = {
    origin: url.origin,
    path: `${url.pathname}${url.search}`,
    method: 'GET',
    headers: { 'accept-encoding': 'identity', ...headers },
    headTimeoutMs: silenceMsMax,
    idleTimeoutMs: silenceMsMax,
    publicOnly: true,
  } as const;
  try {
    return await upstream.send(request, signal);
  } catch (error) {
    if (error instanceof UpstreamError && error.kind === 'forbidden') throw refused(error.message, error);
    throw error;
  }
}

function addressOf(text: string, base?: URL): URL {
  const url = URL.canParse(text, base?.href) ? new URL(text, base) : undefined;
  const plain = url && ['http:', 'https:'].includes(url.protocol) && url.username === '' && url.password === '';
  if (plain) return url;
  throw refused('Only addresses like https://host/path can be read, without user and password.');
}

function refused(message: string, cause?: unknown): Failure {
  return new Failure('invalid_parameter', message, cause === undefined ? {} : { cause });
}
