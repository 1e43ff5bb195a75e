// The attempts of calls that are under way, with keys whose providers limit them.
import { zero } from '#core/money/amount.ts';
import type { AdmitOutcome, KeyOffer } from '#ports/fast-store.ts';
import type { Consumption, Limiter } from './fast-store-limiter.ts';
import type { LiveHold } from './fast-store-live.ts';

export class Attempts {
  readonly #limiter: Limiter;

  constructor(limiter: Limiter) {
    this.#limiter = limiter;
  }

  begin(hold: LiveHold, keys: readonly KeyOffer[], nowMs: number): AdmitOutcome {
    const { tokens } = hold;
    let soonestMs: number | undefined;
    for (const key of keys) {
      const { rates, slots } = key;
      const refused = this.#limiter.refusal({ rates, slots, tokens, amount: zero }, nowMs);
      if (refused === undefined) {
        this.#limiter.takeSlots(slots);
        this.#limiter.sweep(nowMs);
        this.#limiter.count(rates, { requests: 1n, tokens, money: 0n }, nowMs, nowMs);
        hold.attempt = { key, atMs: nowMs, tokens };
        return { kind: 'admitted', providerKeyId: key.providerKeyId };
      }
      const { retryAfterMs } = refused;
      if (retryAfterMs !== undefined) soonestMs = Math.min(soonestMs ?? retryAfterMs, retryAfterMs);
    }
    return soonestMs === undefined ? { kind: 'limited' } : { kind: 'limited', retryAfterMs: soonestMs };
  }

  /** Its windows then count what was consumed, at the time at which it began. */
  end(hold: LiveHold, consumed: Pick<Consumption, 'requests' | 'tokens'>, nowMs: number): void {
    const { attempt } = hold;
    if (attempt === undefined) return;
    hold.attempt = undefined;
    this.#limiter.freeSlots(attempt.key.slots);
    const change = { requests: consumed.requests - 1n, tokens: consumed.tokens - attempt.tokens, money: 0n };
    this.#limiter.count(attempt.key.rates, change, attempt.atMs, nowMs);
  }
}
