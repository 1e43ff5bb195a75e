// Tries a call's targets in order: again where that may help, the next one where it does not, until one answers.
import { isReachable, type Target } from '#core/catalog/catalog.ts';
import { Failure } from '#core/failure.ts';
import type { Attempt } from '#core/ledger/entry.ts';
import { defaultRetry, type RetryPolicy } from '#core/routing/config.ts';
import type { MediaTranslation, ProviderAdapter, ProviderRequestPlan } from '#ports/provider.ts';
import type { UpstreamAnswer } from '#ports/upstream.ts';
import { chooseKey } from './choose-key.ts';
import { dispatch, type OpenCall } from './dispatch.ts';
import type { PricedTarget } from './fare.ts';
import type { House } from './house.ts';
import { translate, type Translation, untouched } from './translate.ts';
import { type Tried, tryOnce } from './try-once.ts';

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

interface Trying {
  /** Every try is noted in it. */
  readonly attempts: Attempt[];
  readonly signal: AbortSignal | undefined;
}

/**
 * Nothing of an answer has been passed on when this returns.
 * @throws Failure `upstream_*` of the last try, or that of a refusal which no retry can mend.
 */
export async function attempt(
  house: House,
  open: OpenCall,
  attempts: Attempt[],
  signal: AbortSignal | undefined,
): Promise<Answered> {
  let last: Failure | undefined;
  for (const priced of sparedLast(house, open.fare.targets)) {
    const tried = await tryTarget(house, open, priced, { attempts, signal });
    if (tried.kind === 'answered') return tried.answered;
    if (tried.kind === 'not-sent') last ??= tried.failure;
    else last = tried.failure;
    if (tried.kind === 'failed' && !tried.elsewhere) throw last;
  }
  throw last ?? new Failure('internal', 'The route has no target.');
}

/** Nothing was sent to it, or it failed after all that may help was done. */
type TargetTried = Exclude<Tried, { kind: 'failed' }> | FailedTarget | NotSent;
type FailedTarget = { readonly kind: 'failed'; readonly failure: Failure; readonly elsewhere: boolean };
type NotSent = { readonly kind: 'not-sent'; readonly failure: Failure };

/** Most calls have one target. */
function sparedLast({ health, clock }: House, targets: readonly PricedTarget[]): readonly PricedTarget[] {
  if (targets.length < 2) return targets;
  const nowMs = clock.now();
  const spared = targets.filter(({ target }) => health.isSpared(target, nowMs));
  return spared.length === 0 ? targets : [...targets.filter((each) => !spared.includes(each)), ...spared];
}

async function tryTarget(
  house: House,
  open: OpenCall,
  priced: PricedTarget,
  { attempts, signal }: Trying,
): Promise<TargetTried> {
  const { target, call } = priced;
  const provider = house.providers.get(target.provider.adapter);
  if (!provider || !isReachable(target.provider)) return { kind: 'not-sent', failure: unreachable(target, provider) };
  const translated = provider.speaks.has(call.format)
    ? untouched(call)
    : translate({ ...open, call }, target, provider);
  if (translated instanceof Failure) return { kind: 'not-sent', failure: translated };

  const retry = open.caller.routing?.retry ?? defaultRetry;
  const passed = new Set<string>();
  let last: FailedTarget | undefined;
  let dispatched = false;
  for (let tries = 0; ;) {
    const chosen = await chooseKey(house, open, { target, passed });
    if (chosen.kind === 'none') return last ?? { kind: 'failed', failure: chosen.failure, elsewhere: true };
    const { credential } = chosen;
    const isWritten = dispatched && open.dispatched?.providerKeyId === credential?.providerKeyId;
    if (!isWritten) await dispatch(house, open, priced, credential);
    dispatched = true;
    const tried = await tryOnce(house, open, { provider, priced, translated, credential, attempts, signal });
    if (tried.kind === 'answered') return tried;
    last = { kind: 'failed', failure: tried.failure, elsewhere: tried.elsewhere };
    if (signal?.aborted) return { ...last, elsewhere: false };
    if (tried.keyAtFault && credential) {
      passed.add(credential.providerKeyId);
      // Bounded by the number of keys, each of which is passed over from now on.
      if (target.provider.credentials.some(({ providerKeyId }) => !passed.has(providerKeyId))) continue;
    }
    if (!tried.again || tries >= retry.retries) return last;
    tries += 1;
    await house.clock.sleep(tried.failure.detail.retryAfterMs ?? backoffMs(house, retry, tries), signal);
    if (signal?.aborted) return { ...last, elsewhere: false };
    passed.clear();
  }
}

/** Twice as long each time; with jitter between half of it and all, so that callers do not come back together. */
function backoffMs({ chooser }: Pick<House, 'chooser'>, retry: RetryPolicy, tries: number): number {
  const longest = Math.min(retry.backoffMs * 2 ** (tries - 1), retry.backoffMsMax);
  return retry.jitter ? Math.ceil(longest * (0.5 + chooser.next() / 2)) : longest;
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
