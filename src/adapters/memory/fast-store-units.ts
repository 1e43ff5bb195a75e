// Counters of units: which numbers are taken, and what each open call was given of them.
import type { Counter } from '#core/ledger/entry.ts';
import { unitKey, type UnitsGiven, type UnitsTaken, type UnitsWanted } from '#core/ledger/unit-counter.ts';
import { difference, lowestFree, lowestOf, sizeBelow, sizeOf, union, type UnitRanges } from '#core/usage/unit-range.ts';
import { isOver } from './fast-store-budgets.ts';

interface UnitCounter {
  readonly period: string;
  taken: UnitRanges;
}

// Late settlements of a period that has just ended still find its counter.
const endedPeriodKeptMs = 2 * 86_400_000;
const sweepAtLeast = 10_000;

const nothing: readonly UnitsGiven[] = [];

export class UnitCounters {
  readonly #counters = new Map<string, UnitCounter>();
  /** By request, all that was ever set apart for it, until it ends. */
  readonly #open = new Map<string, readonly UnitsGiven[]>();
  #sweepAt = sweepAtLeast;

  /** What is known already stays as it is. */
  load({ scope, period, taken }: UnitsTaken): void {
    const key = unitKey({ scope, period });
    if (!this.#counters.has(key)) this.#counters.set(key, { period, taken });
  }

  taken(counter: Counter): UnitRanges {
    return this.#counters.get(unitKey(counter))?.taken ?? [];
  }

  /** How many of the numbers below the limit nobody has. */
  free(counter: Counter, limit: bigint): bigint {
    return limit - sizeBelow(this.taken(counter), limit);
  }

  /** Asked again for as many, a call gets the same; for fewer, the lowest of them; for more, others on top. */
  give(requestId: string, wanted: readonly UnitsWanted[], earlier: readonly UnitsGiven[]): readonly UnitsGiven[] {
    const apart = this.#open.get(requestId) ?? earlier;
    const given = wanted.map(({ scope, period, units }) => {
      const counter = { scope, period };
      const own = rangesOf(apart, counter);
      const missing = units - sizeOf(own);
      if (missing <= 0n) return { ...counter, ranges: lowestOf(own, units) };
      const more = lowestFree(this.taken(counter), missing);
      this.#take(counter, more);
      return { ...counter, ranges: union(own, more) };
    });
    const others = apart.filter((each) => !given.some((now) => unitKey(now) === unitKey(each)));
    const kept = given.map((now) => ({ ...now, ranges: union(now.ranges, rangesOf(apart, now)) }));
    this.#open.set(requestId, [...kept, ...others]);
    return given;
  }

  /** A call has ended with these; what was set apart for it beyond them is given out again. The counters that it had. */
  end(requestId: string, used: readonly UnitsGiven[], earlier: readonly UnitsGiven[]): readonly Counter[] {
    const apart = this.#open.get(requestId) ?? earlier;
    if (apart.length === 0 && used.length === 0) return nothing;
    this.#open.delete(requestId);
    for (const each of apart) this.#giveBack(each, difference(each.ranges, rangesOf(used, each)));
    for (const each of used) this.#take(each, each.ranges);
    return [...apart, ...used];
  }

  /** To what the ledger says, with what the open calls were given on top. */
  reset({ scope, period, taken }: UnitsTaken): void {
    const counter = { scope, period };
    const open = [...this.#open.values()].map((given) => rangesOf(given, counter));
    this.#counters.set(unitKey(counter), { period, taken: open.reduce(union, taken) });
  }

  /** Forgets counters of ended periods. Costs nothing until their number has doubled since the last time. */
  sweep(nowMs: number): void {
    if (this.#counters.size < this.#sweepAt) return;
    for (const [key, { period }] of this.#counters) {
      if (isOver(period, nowMs - endedPeriodKeptMs)) this.#counters.delete(key);
    }
    this.#sweepAt = Math.max(sweepAtLeast, this.#counters.size * 2);
  }

  #take(counter: Counter, ranges: UnitRanges): void {
    if (ranges.length === 0) return;
    this.#set(counter, union(this.taken(counter), ranges));
  }

  #giveBack(counter: Counter, ranges: UnitRanges): void {
    if (ranges.length === 0) return;
    this.#set(counter, difference(this.taken(counter), ranges));
  }

  #set({ scope, period }: Counter, taken: UnitRanges): void {
    this.#counters.set(unitKey({ scope, period }), { period, taken });
  }
}

function rangesOf(given: readonly UnitsGiven[], counter: Counter): UnitRanges {
  return given.find((each) => unitKey(each) === unitKey(counter))?.ranges ?? [];
}

export const noUnits = nothing;
