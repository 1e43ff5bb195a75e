// What a call may take of free units: reckoned apart from its money, since only their keeper knows how many are left.
import { type Amount, amountMax, zero } from '#core/money/amount.ts';
import { compare, nothing, plus, type Rational, rational, roundUp, times } from '#core/money/rational.ts';
import type { CounterPeriod } from './component.ts';
import type { UnitPrice } from './prepare.ts';
import type { PreparedTiers } from './tiers.ts';

export interface QuotedFree {
  readonly counter: string;
  readonly period: CounterPeriod;
  /** How many units of a period are free; more than there can be where the call counts on none of them. */
  readonly limit: bigint;
  /** What one unit costs, at most, when it is not free: in ledger units, on top of what is set aside for it anyway. */
  readonly price: Amount;
  /** The most that it takes without any output. */
  readonly fixedUnits: bigint;
  /** And for one more token of output in every choice. */
  readonly unitsPerOutputToken: bigint;
}

/** The free units of a price that begins with some. */
export function freeHead({ brackets: [first, second] }: PreparedTiers): bigint | undefined {
  return first?.unit.numerator === 0n && second ? second.from : undefined;
}

export interface CountedPrice {
  readonly tiers: PreparedTiers;
  readonly limit: bigint;
  /** The dearest. */
  readonly unit: Rational;
}

/** The dearest price of what is paid from the first unit on, and those that begin with free units, by counter. */
export interface SplitPrices {
  readonly paid: Rational;
  readonly counted: readonly CountedPrice[];
  /** Counters of what is paid: others may count on free units of theirs, which this call takes. */
  readonly besides: readonly PreparedTiers[];
}

export function splitPrices(prices: Iterable<UnitPrice>): SplitPrices {
  let paid = nothing;
  const counted = new Map<string, CountedPrice>();
  const besides = new Map<string, PreparedTiers>();
  for (const { component, unit } of prices) {
    const limit = component.tiers && freeHead(component.tiers);
    if (component.tiers === undefined || limit === undefined) {
      if (compare(paid, unit) < 0n) paid = unit;
      // A volume price counts for itself alone.
      if (component.tiers && component.tiers.kind !== 'volume') besides.set(keyOf(component.tiers), component.tiers);
      continue;
    }
    const key = `${keyOf(component.tiers)} ${limit}`;
    const before = counted.get(key);
    if (!before || compare(before.unit, unit) < 0n) counted.set(key, { tiers: component.tiers, limit, unit });
  }
  return { paid, counted: [...counted.values()], besides: [...besides.values()] };
}

function keyOf({ counter, period }: PreparedTiers): string {
  return `${counter} ${period}`;
}

export interface Taken {
  readonly fixedUnits: bigint;
  readonly unitsPerOutputToken: bigint;
}

/** Units of counters that a call may take though all of its price is set aside: what is left of the free ones shrinks. */
export function takenInFull(tiers: readonly PreparedTiers[], taken: Taken): readonly QuotedFree[] {
  return tiers.map(({ counter, period }) => ({ counter, period, limit: amountMax, price: zero, ...taken }));
}

/** Every counter behind these prices. */
export function countersOf({ counted, besides }: SplitPrices): readonly PreparedTiers[] {
  const all = [...counted.map(({ tiers }) => tiers), ...besides];
  return [...new Map(all.map((tiers) => [keyOf(tiers), tiers])).values()];
}

export function quotedFree(
  { paid, counted, besides }: SplitPrices,
  { fixedUnits, unitsPerOutputToken }: Taken,
  scale: Rational | undefined,
): readonly QuotedFree[] {
  const priced = counted.map(({ tiers, limit, unit }) => {
    const more = plus(unit, times(paid, rational(-1n)));
    const onTop = more.numerator < 0n ? nothing : times(more, rational(1n, tiers.scale));
    const { counter, period } = tiers;
    const price = roundUp(scale === undefined ? onTop : times(onTop, scale));
    return { counter, period, limit, price, fixedUnits, unitsPerOutputToken };
  });
  return besides.length === 0 ? priced : [...priced, ...takenInFull(besides, { fixedUnits, unitsPerOutputToken })];
}
