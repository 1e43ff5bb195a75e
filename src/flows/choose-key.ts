// With which of a provider's keys an attempt is made: the primary first, the others by weight; none beyond its limits.
import type { Credential, Target } from '#core/catalog/catalog.ts';
import { Failure } from '#core/failure.ts';
import { shuffled } from '#core/routing/order.ts';
import type { KeyOffer } from '#ports/fast-store.ts';
import type { OpenCall } from './dispatch.ts';
import type { House } from './house.ts';

export interface KeyQuestion {
  readonly target: Target;
  /** Keys that failed this call already, by id. */
  readonly passed: ReadonlySet<string>;
}

export type KeyChoice =
  /** Without a credential where the provider needs none. */
  | { readonly kind: 'chosen'; readonly credential: Credential | undefined }
  | { readonly kind: 'none'; readonly failure: Failure };

export async function chooseKey(house: House, open: OpenCall, question: KeyQuestion): Promise<KeyChoice> {
  const { target, passed } = question;
  const all = inTurn(target.provider.credentials, house);
  const ready = restingLast(
    house,
    target,
    all.filter(({ providerKeyId }) => !passed.has(providerKeyId)),
  );
  // Without any key at all nothing may be sent where there should be one.
  if (all.length > 0 && ready.length === 0) return { kind: 'none', failure: noneLeft() };
  // Most keys have no limits: then there is nothing to count, and nobody to ask.
  const free = ready.findIndex(({ scopes }) => scopes === undefined);
  const asked = free < 0 ? ready : ready.slice(0, free);
  if (asked.length > 0 || open.admitted) {
    const outcome = await house.store.admit(open.requestId, asked.map(offerOf));
    open.admitted = outcome.kind === 'admitted';
    if (outcome.kind === 'gone') throw released();
    if (outcome.kind === 'admitted') {
      const { providerKeyId } = outcome;
      return { kind: 'chosen', credential: asked.find((each) => each.providerKeyId === providerKeyId) };
    }
    if (asked.length > 0 && free < 0) return { kind: 'none', failure: limited(outcome.retryAfterMs) };
  }
  return { kind: 'chosen', credential: ready[free] };
}

function noneLeft(): Failure {
  return new Failure('upstream_failed', 'Every key that there is for this provider has failed.');
}

function released(): Failure {
  return new Failure('not_exact', 'The money set aside for this call was released before it was sent. Send it again.');
}

/** One key needs no chance, and most providers have one. */
export function inTurn(credentials: readonly Credential[], { chooser }: Pick<House, 'chooser'>): readonly Credential[] {
  if (credentials.length < 2) return credentials;
  const primary = credentials.filter(({ isPrimary }) => isPrimary);
  const others = credentials.filter(({ isPrimary }) => !isPrimary);
  return [
    ...primary,
    ...shuffled(
      others,
      ({ weight }) => weight,
      () => chooser.next(),
    ),
  ];
}

// A resting key is asked when there is no other: it may be taken again by now, and its provider says so best itself.
function restingLast({ health, clock }: House, target: Target, keys: readonly Credential[]): readonly Credential[] {
  const nowMs = clock.now();
  const resting = new Set(keys.filter((key) => health.restOf(key, target, nowMs) !== undefined));
  return resting.size === 0 ? keys : [...keys.filter((key) => !resting.has(key)), ...resting];
}

function offerOf({ providerKeyId, scopes }: Credential): KeyOffer {
  return { providerKeyId, rates: scopes?.rates ?? [], slots: scopes?.slots ?? [] };
}

function limited(retryAfterMs: number | undefined): Failure {
  return retryAfterMs === undefined
    ? new Failure('too_large_for_limit', 'This call alone is larger than what the provider allows. Send less.', {
        limitSource: 'provider',
      })
    : new Failure('upstream_rate_limited', 'What the provider allows is used up just now.', { retryAfterMs });
}
