// A price version made ready for the hot path: decimals parsed once, in units of the currency per unit of the meter.
import { type Currency, currencyOf } from '#core/money/currency.ts';
import { dividedBy, parseDecimal, type Rational, rational, times } from '#core/money/rational.ts';
import { isTokenMeter, isToolMeter, type Meter } from '#core/usage/meter.ts';
import type { CallFacts } from '#core/usage/usage.ts';
import type { PriceComponent, PriceModifier, PriceVersion } from './component.ts';
import { holds, prepareCondition, type PreparedCondition } from './condition.ts';
import { exactText } from './decimal.ts';
import { extentOf, moreSpecificFirst } from './specificity.ts';
import { isByRequestAlone } from './unpriced.ts';

export interface PreparedComponent {
  readonly meter: Meter;
  /** Ledger units of the currency for one unit of the meter. */
  readonly unit: Rational;
  readonly price: string;
  readonly per: string;
  readonly condition: PreparedCondition | undefined;
  readonly min: Rational | undefined;
  readonly roundUpTo: Rational | undefined;
}

export interface PreparedModifier {
  readonly factor: Rational;
  readonly appliesTo: (meter: Meter) => boolean;
  readonly condition: PreparedCondition | undefined;
  readonly label: string;
}

/** A component's price, and what modifiers make of it. */
export interface UnitPrice {
  readonly component: PreparedComponent;
  readonly unit: Rational;
}

/** The price of a meter for one call. */
export interface ChosenPrice extends UnitPrice {
  readonly factor: string | undefined;
  readonly when: string | undefined;
}

export interface PreparedPrice {
  readonly id: string;
  readonly currency: Currency;
  readonly hybrid: boolean;
  /** Whatever is consumed, the request is what costs. */
  readonly byRequestAlone: boolean;
  /** The most specific first. */
  readonly components: ReadonlyMap<Meter, readonly PreparedComponent[]>;
  readonly modifiers: readonly PreparedModifier[];
  /** What is chosen for every call, when nothing in it is conditional. */
  readonly unconditional: { readonly chosen: PricesChosen; readonly reachable: PricesReachable } | undefined;
}

export type PricesChosen = ReadonlyMap<Meter, ChosenPrice>;

/** By meter, all that may come to be charged. */
export type PricesReachable = ReadonlyMap<Meter, readonly UnitPrice[]>;

/** @throws RangeError for a version that `validatePriceVersion` refuses. */
export function preparePrice(version: PriceVersion): PreparedPrice {
  const currency = currencyOf(version.currency);
  const sorted = version.components
    .map((component) => ({ component, extent: extentOf(component.when) }))
    .toSorted((left, right) => moreSpecificFirst(left.extent, right.extent))
    .map(({ component }) => prepareComponent(component, currency));
  const components = Map.groupBy(sorted, (component) => component.meter);
  const modifiers = version.modifiers.map(prepareModifier);
  const conditional = [...sorted, ...modifiers].some((each) => each.condition !== undefined);
  const price = {
    id: version.id,
    currency,
    hybrid: version.pricingModel === 'hybrid',
    byRequestAlone: isByRequestAlone(components.keys()),
    components,
    modifiers,
  };
  if (conditional) return { ...price, unconditional: undefined };
  const chosen = choose(price, () => true);
  const reachable = new Map([...chosen].map(([meter, only]) => [meter, [only]]));
  return { ...price, unconditional: { chosen, reachable } };
}

/** The price of each meter for a call: the most specific component whose conditions hold. */
export function pricesFor(price: PreparedPrice, promptTokens: number, facts: CallFacts): PricesChosen {
  return price.unconditional?.chosen ?? choose(price, (condition) => holds(condition, promptTokens, facts));
}

function choose(
  price: Pick<PreparedPrice, 'components' | 'modifiers'>,
  meets: (condition: PreparedCondition) => boolean,
): PricesChosen {
  const applies = (each: { condition: PreparedCondition | undefined }) =>
    each.condition === undefined || meets(each.condition);
  const modifiers = price.modifiers.filter(applies);
  const chosen = new Map<Meter, ChosenPrice>();
  for (const [meter, candidates] of price.components) {
    const component = candidates.find(applies);
    if (component !== undefined) chosen.set(meter, modified(component, modifiers));
  }
  return chosen;
}

function modified(component: PreparedComponent, modifiers: readonly PreparedModifier[]): ChosenPrice {
  const applied = modifiers.filter((modifier) => modifier.appliesTo(component.meter));
  const factor = applied.reduce((product, modifier) => times(product, modifier.factor), rational(1n));
  const labels = [component.condition?.label, ...applied.map((modifier) => modifier.label)].filter(Boolean);
  return {
    component,
    unit: times(component.unit, factor),
    factor: applied.length === 0 ? undefined : exactText(factor),
    when: labels.length === 0 ? undefined : labels.join('; '),
  };
}

function prepareComponent(component: PriceComponent, currency: Currency): PreparedComponent {
  const { meter, price, per, when, quantity } = component;
  const unitsPerCurrency = rational(10n ** BigInt(currency.scale));
  return {
    meter,
    unit: times(dividedBy(parseDecimal(price), parseDecimal(per)), unitsPerCurrency),
    price,
    per,
    condition: when && prepareCondition(when),
    min: quantity?.min === undefined ? undefined : parseDecimal(quantity.min),
    roundUpTo: quantity?.round_up_to === undefined ? undefined : parseDecimal(quantity.round_up_to),
  };
}

function prepareModifier({ factor, applies_to, when, reason }: PriceModifier): PreparedModifier {
  const condition = when && prepareCondition(when);
  return {
    factor: parseDecimal(factor),
    appliesTo: reachOf(applies_to),
    condition,
    label: [`×${factor}`, reason, condition?.label].filter(Boolean).join(' '),
  };
}

function reachOf(appliesTo: PriceModifier['applies_to']): (meter: Meter) => boolean {
  switch (appliesTo) {
    case 'all':
      return () => true;
    case 'tokens':
      return isTokenMeter;
    case 'tools':
      return isToolMeter;
  }
  const listed = new Set(appliesTo);
  return (meter) => listed.has(meter);
}
