// What the script is told and what it answers, as JSON: text for every number that a double could not hold.
import type { Counter } from '#core/ledger/entry.ts';
import type { UnitsGiven } from '#core/ledger/unit-counter.ts';
import { amount } from '#core/money/amount.ts';
import { rangesFromJson, type UnitRangesJson } from '#core/usage/unit-range.ts';
import type { MoneyWanted } from '#ports/fast-store.ts';

export type Json = Readonly<Record<string, unknown>>;

export interface WrittenGiven extends Counter {
  readonly ranges: UnitRangesJson;
}

const dayMs = 86_400_000;

// Late settlements of a period that has just ended still find its counter; the longest of each kind, and two days.
const keptDays = [
  { form: /^\d{4}-\d{2}-\d{2}$/, days: 1 + 2 },
  { form: /^\d{4}-W\d{2}$/, days: 7 + 2 },
  { form: /^\d{4}-\d{2}$/, days: 31 + 2 },
];

/** Its counter is forgotten so long after the last change; missing: never. */
export function keptCounter({ scope, period }: Counter): Counter & { readonly keptMs?: number } {
  const days = keptDays.find(({ form }) => form.test(period))?.days;
  return days === undefined ? { scope, period } : { scope, period, keptMs: days * dayMs };
}

/** @throws RangeError when less than nothing is wanted, or a minimum above the amount: the caller has a bug. */
export function moneyWanted({ amount: most, minimum, free = [], steps = 1 }: MoneyWanted): Json {
  if (minimum < 0n || most < minimum) {
    throw new RangeError(`A hold of ${most} with a minimum of ${minimum} cannot be meant.`);
  }
  return {
    amount: String(most),
    minimum: String(minimum),
    steps,
    free: free.map(({ scope, period, limit, price, units, minimumUnits }) => ({
      scope,
      period,
      limit: String(limit),
      price: String(price),
      units: String(units),
      minimumUnits: String(minimumUnits),
    })),
  };
}

const amounts: ReadonlySet<string> = new Set(['granted', 'available', 'needed', 'balance']);

/** An outcome as the script has said it. */
export function readOutcome(text: unknown): object {
  const said = JSON.parse(String(text)) as Json;
  return Object.fromEntries(
    Object.entries(said).map(([name, value]) => [name, amounts.has(name) ? amount(BigInt(String(value))) : value]),
  );
}

export function readGiven(text: unknown): readonly UnitsGiven[] {
  const said = JSON.parse(String(text)) as readonly WrittenGiven[] | Json;
  // An empty list is written as an object there.
  if (!Array.isArray(said)) return [];
  return (said as readonly WrittenGiven[]).map(({ scope, period, ranges }) => ({
    scope,
    period,
    ranges: Array.isArray(ranges) ? rangesFromJson(ranges as UnitRangesJson) : [],
  }));
}
