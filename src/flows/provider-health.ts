// What this process has seen of its providers lately: targets that fail, how fast they answer, keys that rest.
import type { Credential, Target } from '#core/catalog/catalog.ts';
import { type BreakerState, CircuitBreaker } from '#core/routing/breaker.ts';

/** How much a new answer's time counts against those before. */
const freshness = 0.3;

/** A credential that was refused is tried again after this, in case it was the account and not the key. */
export const refusedRestMs = 60_000;

// A timer may ring a little before its time by the clock.
const timerSlackMs = 5;

/** However long a provider asks to be left alone. */
const restMsMax = 300_000;

export interface TargetHealth {
  readonly target: string;
  readonly provider: string;
  readonly state: BreakerState;
  /** Milliseconds since 1970. */
  readonly halfOpenAt: number | undefined;
  readonly latencyMs: number | undefined;
  readonly calls: number;
  readonly failures: number;
}

export interface RestingKey {
  readonly providerKeyId: string;
  /** Missing: for all of them. */
  readonly model: string | undefined;
  readonly until: number;
  readonly because: 'refused' | 'rate_limited';
}

interface Seen {
  readonly provider: string;
  readonly breaker: CircuitBreaker;
  latencyMs: number | undefined;
  calls: number;
  failures: number;
}

interface Rest extends RestingKey {
  /** Another one under the same id has not been refused. */
  readonly secret: string;
}

export class ProviderHealth {
  readonly #targets = new Map<string, Seen>();
  readonly #resting = new Map<string, Rest>();

  /** Passed over while there is another one: a breaker must not make a failure of a doubt. */
  isSpared(target: Target, nowMs: number): boolean {
    return this.#targets.get(nameOf(target))?.breaker.isSpared(nowMs) ?? false;
  }

  /** `undefined` for one that nobody has called yet; without end for one that has never answered. */
  latencyMs(target: Target): number | undefined {
    const seen = this.#targets.get(nameOf(target));
    return seen && (seen.latencyMs ?? Infinity);
  }

  begin(target: Target, nowMs: number): void {
    const seen = this.#seen(target);
    seen.calls += 1;
    seen.breaker.begin(nowMs);
  }

  answered(target: Target, latencyMs: number): void {
    const seen = this.#seen(target);
    seen.latencyMs =
      seen.latencyMs === undefined ? latencyMs : seen.latencyMs + freshness * (latencyMs - seen.latencyMs);
    seen.breaker.succeeded();
  }

  /** It is there, though it does not like this request, or our key. */
  refusedCall(target: Target): void {
    this.#seen(target).breaker.succeeded();
  }

  failed(target: Target, nowMs: number): void {
    const seen = this.#seen(target);
    seen.failures += 1;
    seen.breaker.failed(nowMs);
  }

  /** The provider does not take it at all. */
  refused(credential: Credential, nowMs: number): void {
    this.#rest(credential, { model: undefined, until: nowMs + refusedRestMs, because: 'refused' });
  }

  /** The provider asks for patience: with this key, for this model. */
  limited(credential: Credential, target: Target, untilMs: number, nowMs: number): void {
    const until = Math.min(untilMs, nowMs + restMsMax);
    this.#rest(credential, { model: target.name, until, because: 'rate_limited' });
  }

  /** Until when it rests, and why; the longer of two. */
  restOf(credential: Credential, target: Target, nowMs: number): RestingKey | undefined {
    const found = [undefined, target.name]
      .flatMap((model) => this.#resting.get(placeOf(credential.providerKeyId, model)) ?? [])
      .filter(({ secret, until }) => secret === credential.secret && until - timerSlackMs > nowMs);
    return found.toSorted((left, right) => right.until - left.until)[0];
  }

  view(nowMs: number): { readonly targets: readonly TargetHealth[]; readonly keys: readonly RestingKey[] } {
    const targets = [...this.#targets].map(([target, { provider, breaker, latencyMs, calls, failures }]) => {
      const { halfOpenAt } = breaker;
      return { target, provider, state: breaker.state(nowMs), halfOpenAt, latencyMs, calls, failures };
    });
    const keys = [...this.#resting.values()]
      .filter(({ until }) => until > nowMs)
      .map(({ providerKeyId, model, until, because }) => ({ providerKeyId, model, until, because }));
    return { targets: targets.toSorted((left, right) => (left.target < right.target ? -1 : 1)), keys };
  }

  #rest(credential: Credential, rest: Omit<Rest, 'providerKeyId' | 'secret'>): void {
    const { providerKeyId, secret } = credential;
    this.#resting.set(placeOf(providerKeyId, rest.model), { providerKeyId, secret, ...rest });
  }

  #seen(target: Target): Seen {
    const name = nameOf(target);
    const known = this.#targets.get(name);
    if (known) return known;
    const seen: Seen = {
      provider: target.provider.name,
      breaker: new CircuitBreaker(),
      latencyMs: undefined,
      calls: 0,
      failures: 0,
    };
    this.#targets.set(name, seen);
    return seen;
  }
}

/** What a customer's own address does says nothing of the provider's, where all others are served. */
function nameOf({ name, provider: { guarded, credentials } }: Target): string {
  return guarded === true ? `${name} (${credentials.map(({ providerKeyId }) => providerKeyId).join(', ')})` : name;
}

function placeOf(providerKeyId: string, model: string | undefined): string {
  return `${providerKeyId}\n${model ?? ''}`;
}
