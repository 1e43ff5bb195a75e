// Tries a call's targets in order: again where that may help, the next one where it does not, until one answers.
import { isReachable, type Target } from '#core/catalog/catalog.ts';
import { Failure } from '#core/failure.ts';
import type { Attempt } from '#core/ledger/entry.ts';
import type { MediaTranslation, ProviderAdapter, ProviderFailure, ProviderRequestPlan } from '#ports/provider.ts';
import { type UpstreamAnswer, UpstreamError } from '#ports/upstream.ts';
import { dispatch, type OpenCall } from './dispatch.ts';
import type { PricedTarget } from './fare.ts';
import type { House } from './house.ts';
import { translate, type Translated, type Translation, untouched } from './translate.ts';

const triesPerTarget = 2;
const backoffMs = 100;

/** A provider that asks for more patience is passed over. */
const patienceMs = 2_000;

const errorBytesMax = 1_048_576;

export interface Answered {
  readonly answer: UpstreamAnswer;
  readonly provider: ProviderAdapter;
  readonly priced: PricedTarget;
  /** The provider speaks another dialect than the caller. */
  readonly translation: Translation | undefined;
  readonly media: MediaTranslation | undefined;
  /** With which it was asked. */
  readonly plan: ProviderRequestPlan;
}

/**
 * Every try is noted in `attempts`. Nothing of an answer has been passed on when this returns.
 * @throws Failure `upstream_*` of the last try, or that of a refusal which no retry can mend.
 */
export async function attempt(
  house: House,
  open: OpenCall,
  attempts: Attempt[],
  signal: AbortSignal | undefined,
): Promise<Answered> {
  let last: Failure | undefined;
  for (const priced of open.fare.targets) {
    const provider = house.providers.get(priced.target.provider.adapter);
    if (!provider || !isReachable(priced.target.provider)) {
      last ??= unreachable(priced.target, provider);
      continue;
    }
    const translated = provider.speaks.has(open.call.format)
      ? untouched(open.call)
      : translate(open, priced.target, provider);
    if (translated instanceof Failure) {
      last ??= translated;
      continue;
    }
    await dispatch(house, open, priced);
    for (let tryNo = 1; tryNo <= triesPerTarget; tryNo += 1) {
      const tried = await tryOnce(house, open, { provider, priced, translated, attempts, signal });
      if ('answer' in tried) return tried;
      last = tried.failure;
      if (tried.next === 'give-up' || signal?.aborted) throw last;
      if (tried.next === 'next-target' || tryNo === triesPerTarget) break;
      await house.clock.sleep(last.detail.retryAfterMs ?? backoffMs * tryNo, signal);
      if (signal?.aborted) throw last;
    }
  }
  throw last ?? new Failure('internal', 'The route has no target.');
}

/** Catalogued, but nobody has made it ready to be called here; nothing has been sent. */
function unreachable(
  { name, provider: { name: providerName } }: Target,
  adapter: ProviderAdapter | undefined,
): Failure {
  const why = adapter
    ? `its provider ${providerName} has no key here. The operator can add one`
    : `this server does not speak its provider's protocol (${providerName})`;
  return new Failure('upstream_failed', `"${name}" cannot be called: ${why}.`, { param: 'model', shouldRetry: false });
}

type Tried = Answered | { readonly failure: Failure; readonly next: 'retry' | 'next-target' | 'give-up' };

interface Try {
  readonly provider: ProviderAdapter;
  readonly priced: PricedTarget;
  readonly translated: Translated;
  readonly attempts: Attempt[];
  readonly signal: AbortSignal | undefined;
}

async function tryOnce(
  house: House,
  open: OpenCall,
  { provider, priced, translated, attempts, signal }: Try,
): Promise<Tried> {
  const { target } = priced;
  const { call, translation, media } = translated;
  // Before a byte of it has left, a call that is given up costs nobody anything.
  if (signal?.aborted) return { failure: new Failure('upstream_failed', 'The caller hung up.'), next: 'give-up' };
  const startedAt = house.clock.now();
  const note = (outcome: Attempt['outcome'], more: { status?: number; error?: string } = {}): void => {
    const latencyMs = house.clock.now() - startedAt;
    attempts.push({ provider: target.provider.name, model: target.name, outcome, ...more, startedAt, latencyMs });
  };
  const plan: ProviderRequestPlan = {
    target,
    credential: credentialOf(target),
    outputLimit: call.kind === 'chat' ? Math.min(outputLimitOf(open), target.maxOutputTokens ?? Infinity) : undefined,
  };
  const request = (media ?? provider).request(call, plan);
  let answer: UpstreamAnswer;
  try {
    answer = await house.upstream.send(request, signal);
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    if (error.kind === 'aborted') {
      note('aborted');
      return { failure: new Failure('upstream_failed', 'The caller hung up.', { cause: error }), next: 'give-up' };
    }
    const timedOut = error.kind === 'timeout';
    note(timedOut ? 'timed_out' : 'failed', { error: error.message });
    const kind = timedOut
      ? 'upstream_timeout'
      : error.kind === 'unreachable'
        ? 'upstream_unreachable'
        : 'upstream_failed';
    return { failure: new Failure(kind, error.message, { cause: error }), next: timedOut ? 'next-target' : 'retry' };
  }
  house.failpoints.reach('after-answer-head');
  if (answer.status < 300) {
    note('answered', { status: answer.status });
    return { answer, provider, priced, translation, media, plan };
  }
  const body = await answer.body.whole(errorBytesMax).catch(() => Buffer.alloc(0));
  const said = provider.failure(answer.status, answer.headers, body);
  note(answer.status >= 500 || answer.status === 429 ? 'failed' : 'refused', {
    status: answer.status,
    error: said.message,
  });
  return failedWith(answer.status, said);
}

/** Per choice. A stream that buys as it goes may go on to the end; every other call must end at what is held. */
export function outputLimitOf({ fare, held }: OpenCall): number {
  return held.sliced ? fare.outputTokensMax : held.outputTokens;
}

export function credentialOf(target: Target): string | undefined {
  const { credentials } = target.provider;
  return (credentials.find((each) => each.isPrimary) ?? credentials[0])?.secret;
}

function failedWith(status: number, said: ProviderFailure): Exclude<Tried, Answered> {
  const detail = {
    upstreamStatus: status,
    ...(said.param === undefined ? {} : { param: said.param }),
    ...(said.retryAfterMs === undefined ? {} : { retryAfterMs: said.retryAfterMs }),
  };
  if (status === 401 || status === 402 || status === 403) {
    // Our account with the provider, not the caller's with us.
    const message = 'The provider refused our credential. The operator has to look at its provider key.';
    return { failure: new Failure('upstream_failed', message, { ...detail, shouldRetry: false }), next: 'next-target' };
  }
  const next = (said.retryAfterMs ?? 0) <= patienceMs ? 'retry' : 'next-target';
  if (status === 429) return { failure: new Failure('upstream_rate_limited', said.message, detail), next };
  if (status === 408 || status === 409 || status >= 500) {
    return { failure: new Failure('upstream_failed', said.message, detail), next };
  }
  return { failure: new Failure('upstream_refused', said.message, detail), next: 'give-up' };
}
