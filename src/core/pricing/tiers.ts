// Prices that depend on how much a period has seen: free units, brackets, volume. Units are numbered in the order in
// which calls are settled, and the number of a unit decides its price.
import { compare, parseDecimal, type Rational, rational, roundUp, times, unitPrice } from '#core/money/rational.ts';
import { periodId } from '#core/limits/period.ts';
import { isTokenMeter, type Meter } from '#core/usage/meter.ts';
import { sizeOf, type UnitRanges, within } from '#core/usage/unit-range.ts';
import type { CounterPeriod, PriceAbove, PriceComponent } from './component.ts';

export type TierKind = 'allowance' | 'graduated' | 'volume';

export interface Bracket {
  /** The number of its first unit, as its counter counts. */
  readonly from: bigint;
  readonly price: string;
  /** Ledger units of the currency for one unit of the meter. */
  readonly unit: Rational;
}

export interface PreparedTiers {
  readonly kind: TierKind;
  readonly counter: string;
  readonly period: CounterPeriod;
  /** What one unit of the meter is to its counter, which counts in whole numbers. */
  readonly scale: bigint;
  /** Ascending; the first begins at zero. */
  readonly brackets: readonly Bracket[];
}

// Tokens, requests and the like are whole; seconds, megapixels and hours are counted in millionths.
const fractionScale = 1_000_000n;

export function counterScale(meter: Meter): bigint {
  return isTokenMeter(meter) || meter === 'request' ? 1n : fractionScale;
}

export interface PricePlace {
  readonly versionId: string;
  readonly rowId: string;
  readonly index: number;
}

export function prepareTiers(
  component: PriceComponent,
  place: PricePlace,
  currencyScale: number,
): PreparedTiers | undefined {
  const { meter, price, per, allowance, graduated, volume } = component;
  const scale = counterScale(meter);
  const bracket = (from: string, text: string): Bracket => ({
    from: scaled(parseDecimal(from), scale),
    price: text,
    unit: unitPrice(text, per, currencyScale),
  });
  const rising = (above: readonly PriceAbove[]) => [
    bracket('0', price),
    ...above.map(({ units, price: text }) => bracket(units, text)),
  ];
  const shared = (name: string | undefined) =>
    `${name ?? `${place.rowId}:${meter}`}${scale === 1n ? '' : '/millionths'}`;
  if (allowance !== undefined) {
    const { counter, period, limit } = allowance;
    const brackets = [bracket('0', '0'), bracket(limit, price)];
    return { kind: 'allowance', counter: shared(counter), period, scale, brackets };
  }
  if (graduated !== undefined) {
    const { counter, period, above } = graduated;
    return { kind: 'graduated', counter: shared(counter), period, scale, brackets: rising(above) };
  }
  if (volume !== undefined) {
    const { period, above } = volume;
    const counter = `${place.versionId}:${place.index}`;
    return { kind: 'volume', counter, period, scale, brackets: rising(above) };
  }
  return undefined;
}

/** What a hold must be able to pay for every unit, whatever has been counted by then. */
export function dearestUnit({ brackets }: PreparedTiers): Rational {
  return brackets.map(({ unit }) => unit).reduce((left, right) => (compare(left, right) < 0n ? right : left));
}

/** A part of a unit that its counter cannot tell apart counts as one. */
export function scaled(quantity: Rational, scale: bigint): bigint {
  return roundUp(times(quantity, rational(scale)));
}

/** As its counter's row is named; a period of a call is that in which it began. */
export function counterPeriod({ period }: Pick<PreparedTiers, 'period'>, occurredAt: string): string {
  return periodId(period === 'never' ? 'total' : period, Date.parse(occurredAt));
}

export interface Slice {
  readonly bracket: Bracket;
  readonly units: bigint;
}

/** How many units fall into each bracket. */
export function slicesOf({ brackets }: PreparedTiers, ranges: UnitRanges): readonly Slice[] {
  return brackets
    .map((bracket, index) => {
      const to = brackets[index + 1]?.from;
      const inside = to === undefined ? fromOn(ranges, bracket.from) : within(ranges, { from: bracket.from, to });
      return { bracket, units: sizeOf(inside) };
    })
    .filter(({ units }) => units > 0n);
}

function fromOn(ranges: UnitRanges, from: bigint): UnitRanges {
  const end = ranges.at(-1)?.to ?? 0n;
  return end > from ? within(ranges, { from, to: end }) : [];
}

export interface Crossing {
  /** All units before the threshold, which cost `was` and now cost `now`. */
  readonly units: bigint;
  readonly was: Bracket;
  readonly now: Bracket;
}

/**
 * The thresholds of a volume price that are crossed here. The call that has the first unit behind one adjusts all units
 * before it, those of its own too: every unit below has cost, or will cost, the price below.
 */
export function crossingsOf({ kind, brackets }: PreparedTiers, ranges: UnitRanges): readonly Crossing[] {
  if (kind !== 'volume') return [];
  return brackets.flatMap((now, index) => {
    const was = brackets[index - 1];
    const crossed = ranges.some(({ from, to }) => from <= now.from && now.from < to);
    return was !== undefined && crossed ? [{ units: now.from, was, now }] : [];
  });
}
