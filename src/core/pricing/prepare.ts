// A price version made ready for the hot path: decimals parsed once, in units of the currency per unit of the meter.
import { type Currency, currencyOf } from '#core/money/currency.ts';
import { parseDecimal, type Rational, rational, times, unitPrice } from '#core/money/rational.ts';
import { isTokenMeter, isToolMeter, type Meter } from '#core/usage/meter.ts';
import type { CallFacts } from '#core/usage/usage.ts';
import type { PriceComponent, PriceModifier, PriceVersion, ReportedCostPolicy } from './component.ts';
import { holds, prepareCondition, type PreparedCondition } from './condition.ts';
import { exactText } from './decimal.ts';
import { extentOf, moreSpecificFirst } from './specificity.ts';
import { dearestUnit, type PreparedTiers, prepareTiers, type PricePlace } from './tiers.ts';
import { uncounted } from './uncounted.ts';
import { isByRequestAlone } from './unpriced.ts';

export interface PreparedComponent {
  readonly meter: Meter;
  /** Ledger units of the currency for one unit of the meter; the dearest, where that depends on what was counted. */
  readonly unit: Rational;
  readonly tiers: PreparedTiers | undefined;
  readonly price: string;
  readonly per: string;
  readonly condition: PreparedCondition | undefined;
  readonly countBy: 'query' | 'prompt';
  readonly min: Rational | undefined;
  readonly roundUpTo: Rational | undefined;
  /** What its counter can tell apart. */
  readonly step: Rational | undefined;
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
  /** Of the modifiers that apply. */
  readonly times: Rational | undefined;
  readonly factor: string | undefined;
  readonly when: string | undefined;
}

export interface PreparedPrice {
  readonly id: string;
  readonly currency: Currency;
  readonly hybrid: boolean;
  readonly reportedCost: ReportedCostPolicy;
  /** Whatever is consumed, the request is what costs. */
  readonly byRequestAlone: boolean;
  /** Some of it depends on what was counted before. */
  readonly counts: boolean;
  /** The most specific first. */
  readonly components: ReadonlyMap<Meter, readonly PreparedComponent[]>;
  readonly modifiers: readonly PreparedModifier[];
  /** What is chosen for every call, when nothing in it is conditional. */
  readonly unconditional: { readonly chosen: PricesChosen; readonly reachable: PricesReachable } | undefined;
  /** When a customer is charged by it; `undefined`: the same. */
  readonly charged: PreparedPrice | undefined;
}

export type PricesChosen = ReadonlyMap<Meter, ChosenPrice>;

/** By meter, all that may come to be charged. */
export type PricesReachable = ReadonlyMap<Meter, readonly UnitPrice[]>;

/** @throws RangeError for a version that `validatePriceVersion` refuses. */
export function preparePrice(version: PriceVersion): PreparedPrice {
  const currency = currencyOf(version.currency);
  const rowId = version.rowId ?? version.id;
  const versionId = version.countedAs ?? version.id;
  const components = new Map<Meter, readonly PreparedComponent[]>();
  for (const [meter, placed] of placedByMeter(version.components)) {
    const prepared = placed.map(({ component, index }) =>
      prepareComponent(component, currency, { versionId, rowId, index }),
    );
    components.set(meter, prepared);
  }
  const all = [...components.values()].flat();
  const modifiers = version.modifiers.map(prepareModifier);
  const conditional = [...all, ...modifiers].some((each) => each.condition !== undefined);
  const inCharges = uncounted(version);
  const price = {
    id: version.id,
    currency,
    hybrid: version.pricingModel === 'hybrid',
    reportedCost: version.reportedCost ?? 'ignore',
    byRequestAlone: isByRequestAlone(components.keys()),
    counts: all.some((component) => component.tiers !== undefined),
    components,
    modifiers,
    charged: inCharges && preparePrice(inCharges),
  };
  if (conditional) return { ...price, unconditional: undefined };
  const chosen = choose(price, () => true);
  const reachable = new Map([...chosen].map(([meter, only]) => [meter, [only]]));
  return { ...price, unconditional: { chosen, reachable } };
}

/** The same price as a customer is charged by it: of a listed one, what is counted is the provider's affair. */
export function asCharged(price: PreparedPrice): PreparedPrice {
  return price.charged ?? price;
}

/** Of each meter, the most specific first; most meters have one price only, and nothing to compare. */
function placedByMeter(components: readonly PriceComponent[]) {
  const placed = components.map((component, index) => ({ component, index }));
  const byMeter = Map.groupBy(placed, ({ component }) => component.meter);
  for (const [meter, some] of byMeter) {
    if (some.length === 1) continue;
    const extents = some.map((each) => ({ each, extent: extentOf(each.component.when) }));
    const sorted = extents.toSorted((left, right) => moreSpecificFirst(left.extent, right.extent));
    byMeter.set(
      meter,
      sorted.map(({ each }) => each),
    );
  }
  return byMeter;
}

/** The price of each meter for a call: the most specific component whose conditions hold. */
export function pricesFor(price: PreparedPrice, promptTokens: number, facts: CallFacts): PricesChosen {
  return price.unconditional?.chosen ?? choose(price, (condition) => holds(condition, promptTokens, facts));
}

/** By the other facts too there is a price for every meter that has one by these, whatever it is. */
export function isPricedAlike(price: PreparedPrice, facts: CallFacts, others: CallFacts): boolean {
  const byOthers = pricesFor(price, 0, others);
  return [...pricesFor(price, 0, facts).keys()].every((meter) => byOthers.has(meter));
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
    times: applied.length === 0 ? undefined : factor,
    factor: applied.length === 0 ? undefined : exactText(factor),
    when: labels.length === 0 ? undefined : labels.join('; '),
  };
}

function prepareComponent(component: PriceComponent, currency: Currency, place: PricePlace): PreparedComponent {
  const { meter, price, per, when, quantity } = component;
  const tiers = prepareTiers(component, place, currency.scale);
  return {
    meter,
    unit: tiers ? dearestUnit(tiers) : unitPrice(price, per, currency.scale),
    tiers,
    price,
    per,
    condition: when && prepareCondition(when),
    countBy: quantity?.count_by ?? 'query',
    min: quantity?.min === undefined ? undefined : parseDecimal(quantity.min),
    roundUpTo: quantity?.round_up_to === undefined ? undefined : parseDecimal(quantity.round_up_to),
    step: tiers && rational(1n, tiers.scale),
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
