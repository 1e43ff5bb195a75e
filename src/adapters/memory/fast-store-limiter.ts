// Sliding windows and slots: how often, how much and how many at once.
import type { RateMeter, RateScope, SlotScope } from '#core/limits/limits.ts';
import { SlidingWindow } from '#core/limits/window.ts';
import type { HoldRequest } from '#ports/fast-store.ts';
import type { LiveHold } from './fast-store-live.ts';

/** What one call counts for in each kind of window. */
export type Consumption = Readonly<Record<RateMeter, bigint>>;

export interface Limited {
  readonly kind: 'limited';
  readonly source: string;
  readonly retryAfterMs?: number;
}

// Nobody knows when a call will end; half of them do within about a second.
const slotRetryAfterMs = 1_000;
const sweepAtLeast = 10_000;

export class Limiter {
  readonly #windows = new Map<string, SlidingWindow>();
  readonly #slots = new Map<string, number>();
  #sweepAt = sweepAtLeast;

  /** Of several limits that refuse, the one with the longest wait, so that no caller comes back in vain. */
  refusal(request: HoldRequest, nowMs: number): Limited | undefined {
    let longest: { source: string; waitMs: number } | undefined;
    for (const rate of request.rates) {
      const waitMs = this.#waitMs(rate, neededBy(request, rate.meter), nowMs);
      if (waitMs === undefined) return { kind: 'limited', source: rate.source };
      if (waitMs > (longest?.waitMs ?? 0)) longest = { source: rate.source, waitMs };
    }
    for (const slot of request.slots) {
      if (slot.limit < 1) return { kind: 'limited', source: slot.source };
      if ((this.#slots.get(slot.scope) ?? 0) < slot.limit) continue;
      if (slotRetryAfterMs > (longest?.waitMs ?? 0)) longest = { source: slot.source, waitMs: slotRetryAfterMs };
    }
    return longest && { kind: 'limited', source: longest.source, retryAfterMs: longest.waitMs };
  }

  takeSlots(slots: readonly SlotScope[]): void {
    for (const { scope } of slots) this.#slots.set(scope, (this.#slots.get(scope) ?? 0) + 1);
  }

  freeSlots(slots: readonly SlotScope[]): void {
    for (const { scope } of slots) {
      const left = (this.#slots.get(scope) ?? 0) - 1;
      if (left > 0) this.#slots.set(scope, left);
      else this.#slots.delete(scope);
    }
  }

  /**
   * Makes the windows count what was consumed instead of what was held. An excess is taken from the latest extension
   * first, since that is the one not used up; each part is corrected when it was counted, so that both leave together.
   */
  correct(
    { request: { rates }, granted, pooled, tokens, heldAtMs, extension }: LiveHold,
    consumed: Consumption,
    nowMs: number,
  ): void {
    const change = {
      requests: consumed.requests - 1n,
      tokens: consumed.tokens - tokens,
      money: consumed.money - granted - pooled,
    };
    if (extension === undefined) {
      this.count(rates, change, heldAtMs, nowMs);
      return;
    }
    const late = {
      requests: 0n,
      tokens: change.tokens < -extension.tokens ? -extension.tokens : change.tokens,
      money: change.money < -extension.granted ? -extension.granted : change.money,
    };
    const early = { requests: change.requests, tokens: change.tokens - late.tokens, money: change.money - late.money };
    this.count(rates, late, extension.atMs, nowMs);
    this.count(rates, early, heldAtMs, nowMs);
  }

  /** Negative numbers correct what was counted at `atMs`. */
  count(rates: readonly RateScope[], consumed: Consumption, atMs: number, nowMs: number): void {
    for (const { scope, meter, windowMs } of rates) {
      if (consumed[meter] !== 0n) this.#window(scope, windowMs).add(consumed[meter], atMs, nowMs);
    }
  }

  /** Forgets windows that have emptied. Costs nothing until their number has doubled since the last time. */
  sweep(nowMs: number): void {
    if (this.#windows.size < this.#sweepAt) return;
    for (const [scope, window] of this.#windows) if (window.isEmpty(nowMs)) this.#windows.delete(scope);
    this.#sweepAt = Math.max(sweepAtLeast, this.#windows.size * 2);
  }

  #waitMs({ scope, limit }: RateScope, needed: bigint, nowMs: number): number | undefined {
    const window = this.#windows.get(scope);
    if (window === undefined) return needed > limit ? undefined : 0;
    return window.waitMs(needed, limit, nowMs);
  }

  #window(scope: string, windowMs: number): SlidingWindow {
    const known = this.#windows.get(scope);
    if (known !== undefined) return known;
    const window = new SlidingWindow(windowMs);
    this.#windows.set(scope, window);
    return window;
  }
}

function neededBy(request: HoldRequest, meter: RateMeter): bigint {
  switch (meter) {
    case 'requests':
      return 1n;
    case 'tokens':
      return request.tokens;
    case 'money':
      return request.amount;
  }
}
