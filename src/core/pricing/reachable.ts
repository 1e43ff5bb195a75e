// The prices that may come to be charged for a call, as far as can be known before it is made.
import { compare, nothing, parseDecimal, plus, type Rational, rational, times } from '#core/money/rational.ts';
import { isOutputMeter, isTokenMeter, type Meter, type TokenMeter, type UnitMeter } from '#core/usage/meter.ts';
import { type Foreknown, outlook, type PreparedCondition } from './condition.ts';
import type { PreparedComponent, PreparedPrice, PricesReachable, UnitPrice } from './prepare.ts';
import { type SplitPrices, splitPrices } from './free-units.ts';
import { chargedBeyond, chargedQuantity } from './quantity.ts';
import { type PreparedTiers, scaled } from './tiers.ts';

const one = rational(1n);

export function reachablePrices(price: PreparedPrice, foreknown: Foreknown): PricesReachable {
  if (price.unconditional !== undefined) return price.unconditional.reachable;
  const reachable = new Map<Meter, readonly UnitPrice[]>();
  for (const [meter, candidates] of price.components) {
    const components = reachableAmong(candidates, foreknown);
    if (components.length === 0) continue;
    const factor = highestFactor(price, meter, foreknown);
    const prices = components.map((component) => ({ component, unit: times(component.unit, factor) }));
    reachable.set(meter, prices);
  }
  return reachable;
}

// The candidates stand in the order in which they are chosen, so nothing behind a certain one is ever reached.
function reachableAmong(candidates: readonly PreparedComponent[], foreknown: Foreknown): readonly PreparedComponent[] {
  const reachable: PreparedComponent[] = [];
  for (const component of candidates) {
    const seen = outlookOf(component.condition, foreknown);
    if (seen !== 'impossible') reachable.push(component);
    if (seen === 'certain') break;
  }
  return reachable;
}

function highestFactor(price: PreparedPrice, meter: Meter, foreknown: Foreknown): Rational {
  let product = one;
  for (const { appliesTo, condition, factor } of price.modifiers) {
    if (!appliesTo(meter)) continue;
    const seen = outlookOf(condition, foreknown);
    if (seen === 'certain') product = times(product, factor);
    // A discount that may lapse is none; a surcharge that may come is counted.
    if (seen === 'possible') product = times(product, larger(factor, one));
  }
  return product;
}

function outlookOf(condition: PreparedCondition | undefined, foreknown: Foreknown) {
  return condition === undefined ? 'certain' : outlook(condition, foreknown);
}

/** For the tokens of a call: the dearest prices of one on either side, and what minimums and blocks may add to all. */
export interface DearestTokens {
  readonly prompt: SplitPrices;
  readonly output: SplitPrices;
  readonly raised: Rational;
  /** What minimums and blocks may add to counters. */
  readonly raisedUnits: readonly { readonly tiers: PreparedTiers; readonly units: bigint }[];
}

export function dearestTokens(reachable: PricesReachable, isPossible: (meter: TokenMeter) => boolean): DearestTokens {
  const prices = { prompt: [] as UnitPrice[], output: [] as UnitPrice[] };
  const raisedUnits: { tiers: PreparedTiers; units: bigint }[] = [];
  let raised = nothing;
  for (const [meter, each] of reachable) {
    if (!isTokenMeter(meter) || !isPossible(meter)) continue;
    prices[isOutputMeter(meter) ? 'output' : 'prompt'].push(...each);
    raised = plus(raised, each.map(raisedBy).reduce(larger, nothing));
    for (const { component } of each) {
      const beyond = component.tiers && chargedBeyond(component);
      if (component.tiers && beyond) {
        raisedUnits.push({ tiers: component.tiers, units: scaled(beyond, component.tiers.scale) });
      }
    }
  }
  return { prompt: splitPrices(prices.prompt), output: splitPrices(prices.output), raised, raisedUnits };
}

function raisedBy({ component, unit }: UnitPrice): Rational {
  const beyond = chargedBeyond(component);
  return beyond === undefined ? nothing : times(beyond, unit);
}

/** The dearest of all, free units or not. */
export function dearestOf({ paid, counted }: SplitPrices): Rational {
  return counted.map(({ unit }) => unit).reduce(larger, paid);
}

/** The most that up to so much of one meter can cost. */
export function dearestFor(reachable: PricesReachable, meter: UnitMeter, most: string): Rational {
  const prices = reachable.get(meter);
  if (prices === undefined) return nothing;
  const quantity = parseDecimal(most);
  if (quantity.numerator === 0n) return nothing;
  return prices.map(({ component, unit }) => times(chargedQuantity(component, quantity), unit)).reduce(larger, nothing);
}

export function larger(left: Rational, right: Rational): Rational {
  return compare(left, right) < 0n ? right : left;
}
