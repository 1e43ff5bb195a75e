// One request to one target with one key, and what its failure means for the next.
import { quotable, unquoted } from '#core/call/quotable.ts';
import type { Credential } from '#core/catalog/catalog.ts';
import { Failure } from '#core/failure.ts';
import type { Attempt } from '#core/ledger/entry.ts';
import { defaultRetry } from '#core/routing/config.ts';
import type { ProviderAdapter, ProviderFailure, ProviderRequestPlan } from '#ports/provider.ts';
import { type UpstreamAnswer, UpstreamError } from '#ports/upstream.ts';
import type { Answered } from './attempt.ts';
import type { OpenCall } from './dispatch.ts';
import type { PricedTarget } from './fare.ts';
import type { House } from './house.ts';
import { targetLimitOf } from './output-limit.ts';
import type { Translated } from './translate.ts';

const errorBytesMax = 1_048_576;

export type Tried =
  | { readonly kind: 'answered'; readonly answered: Answered }
  | {
      readonly kind: 'failed';
      readonly failure: Failure;
      /** The same may help when it is tried again. */
      readonly again: boolean;
      /** Another target may answer. */
      readonly elsewhere: boolean;
      /** Another key may do. */
      readonly keyAtFault: boolean;
    };

export interface Try {
  readonly provider: ProviderAdapter;
  readonly priced: PricedTarget;
  readonly translated: Translated;
  readonly credential: Credential | undefined;
  readonly attempts: Attempt[];
  readonly signal: AbortSignal | undefined;
}

export async function tryOnce(house: House, open: OpenCall, trying: Try): Promise<Tried> {
  const { provider, priced, translated, credential, attempts, signal } = trying;
  const { target } = priced;
  const { call, translation, media } = translated;
  // Before a byte of it has left, a call that is given up costs nobody anything.
  if (signal?.aborted) return givenUp('The caller hung up.');
  const startedAt = house.clock.now();
  const note = (outcome: Attempt['outcome'], more: Pick<Attempt, 'status' | 'error' | 'cost'> = {}): void => {
    const latencyMs = house.clock.now() - startedAt;
    const key = credential === undefined ? {} : { providerKeyId: credential.providerKeyId };
    attempts.push({
      provider: target.provider.name,
      model: target.name,
      outcome,
      ...key,
      ...more,
      startedAt,
      latencyMs,
    });
  };
  const unbilled = { amount: '0', currency: priced.cost.price.currency.code };
  const plan: ProviderRequestPlan = {
    target,
    credential: credential?.secret,
    outputLimit: call.kind === 'chat' ? targetLimitOf(open, priced) : undefined,
  };
  const request = (media ?? provider).request(call, plan);
  house.health.begin(target, startedAt);
  let answer: UpstreamAnswer;
  try {
    answer = await house.upstream.send(
      target.provider.guarded === true ? { ...request, publicOnly: true } : request,
      signal,
    );
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    if (error.kind === 'aborted') {
      note('aborted');
      return givenUp('The caller hung up.', error);
    }
    house.health.failed(target, house.clock.now());
    // Who cannot be reached has read nothing; of a request that broke off nobody knows what it will be billed.
    const cost = error.kind === 'unreachable' || error.kind === 'forbidden' ? { cost: unbilled } : {};
    note(error.kind === 'timeout' ? 'timed_out' : 'failed', { error: error.message, ...cost });
    return brokenOff(open, error);
  }
  house.failpoints.reach('after-answer-head');
  if (answer.status < 300) {
    house.health.answered(target, house.clock.now() - startedAt);
    note('answered', { status: answer.status });
    return { kind: 'answered', answered: { answer, provider, priced, translation, media, plan } };
  }
  const body = await answer.body.whole(errorBytesMax).catch(() => Buffer.alloc(0));
  const said = failureSaid(provider, answer, { body, secret: credential?.secret });
  const status = said.status ?? answer.status;
  note(status >= 500 || status === 429 ? 'failed' : 'refused', { status, error: said.message, cost: unbilled });
  const nowMs = house.clock.now();
  if (status >= 500) house.health.failed(target, nowMs);
  else house.health.refusedCall(target);
  if (credential) rest(house, { credential, priced, status, said });
  return refused(open, priced, status, said);
}

function givenUp(message: string, cause?: unknown): Tried {
  const failure = new Failure('upstream_failed', message, cause === undefined ? {} : { cause });
  return { kind: 'failed', failure, again: false, elsewhere: false, keyAtFault: false };
}

/** As a status, so that a configuration may name it. */
const statusOfBreak = { unreachable: 502, forbidden: 502, broken: 502, too_large: 502, timeout: 504 } as const;

function brokenOff(open: OpenCall, error: UpstreamError): Tried {
  const { kind, message } = error;
  if (kind === 'aborted') return givenUp(message, error);
  const failure = new Failure(failureOfBreak[kind], message, { cause: error });
  const status = statusOfBreak[kind];
  const usual = { again: kind !== 'timeout' && kind !== 'forbidden', elsewhere: true };
  return { kind: 'failed', failure, ...asConfigured(open, status, usual), keyAtFault: false };
}

const failureOfBreak = {
  unreachable: 'upstream_unreachable',
  // An address of the customer's own that is not public: for us there is nobody.
  forbidden: 'upstream_unreachable',
  timeout: 'upstream_timeout',
  broken: 'upstream_failed',
  too_large: 'upstream_failed',
} as const;

/** A provider may quote the key that it was asked with, whatever that looks like: before its words are cut, and after. */
function failureSaid(
  provider: ProviderAdapter,
  { status, headers }: UpstreamAnswer,
  { body, secret }: { readonly body: Buffer; readonly secret: string | undefined },
): ProviderFailure {
  return quotable(provider.failure(status, headers, unquoted(body, secret)), secret);
}

interface Refusal {
  readonly credential: Credential;
  readonly priced: PricedTarget;
  readonly status: number;
  readonly said: ProviderFailure;
}

function rest({ health, clock }: House, { credential, priced: { target }, status, said }: Refusal): void {
  const nowMs = clock.now();
  if (isCredentialRefused(status, said)) health.refused(credential, nowMs);
  else if (status === 429 && said.retryAfterMs !== undefined) {
    health.limited(credential, target, nowMs + said.retryAfterMs, nowMs);
  }
}

// Our account with the provider, not the caller's with us.
function isCredentialRefused(status: number, { credentialRefused }: ProviderFailure): boolean {
  return status === 401 || status === 402 || status === 403 || credentialRefused === true;
}

function refused(open: OpenCall, { ownKey }: PricedTarget, status: number, said: ProviderFailure): Tried {
  const detail = {
    upstreamStatus: status,
    ...(said.param === undefined ? {} : { param: said.param }),
    ...(said.retryAfterMs === undefined ? {} : { retryAfterMs: said.retryAfterMs }),
  };
  if (isCredentialRefused(status, said)) {
    const message =
      ownKey === true
        ? 'The provider refused your own key for it. Test it, and replace it if need be.'
        : 'The provider refused our credential. The operator has to look at its provider key.';
    const failure = new Failure('upstream_failed', message, { ...detail, shouldRetry: false });
    const usual = { again: false, elsewhere: true };
    return { kind: 'failed', failure, ...asConfigured(open, status, usual), keyAtFault: true };
  }
  if (status < 400) {
    // Nothing is sent where a provider points to: the operator alone says what is called.
    const message = `The provider points elsewhere (${status}). The operator has to look at its address.`;
    const failure = new Failure('upstream_failed', message, { ...detail, shouldRetry: false });
    const usual = { again: false, elsewhere: true };
    return { kind: 'failed', failure, ...asConfigured(open, status, usual), keyAtFault: false };
  }
  const passing = status === 429 || status === 408 || status === 409 || status >= 500;
  const next = asConfigured(open, status, { again: passing, elsewhere: passing });
  const { patienceMs } = open.caller.routing?.retry ?? defaultRetry;
  const again = next.again && (said.retryAfterMs ?? 0) <= patienceMs;
  const kind = status === 429 ? 'upstream_rate_limited' : passing ? 'upstream_failed' : 'upstream_refused';
  const keyAtFault = status === 429 && said.retryAfterMs !== undefined;
  return { kind: 'failed', failure: new Failure(kind, said.message, detail), ...next, again, keyAtFault };
}

interface Next {
  readonly again: boolean;
  readonly elsewhere: boolean;
}

/** What a configuration says of a status goes before what is usual. */
function asConfigured({ caller: { routing } }: OpenCall, status: number, usual: Next): Next {
  if (!routing) return usual;
  const { strategy, retry } = routing;
  const falls = strategy.mode === 'fallback' ? strategy.statusCodes : undefined;
  return {
    again: retry.statusCodes?.includes(status) ?? usual.again,
    elsewhere: falls?.includes(status) ?? usual.elsewhere,
  };
}
