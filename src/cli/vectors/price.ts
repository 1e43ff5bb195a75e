// The prices of a case as a price version, which the engine is given like any other.
import { findCurrency } from '#core/money/currency.ts';
import type { PriceComponent, PriceCondition, PriceModifier, PriceVersion } from '#core/pricing/component.ts';
import { tieProblems } from '#core/pricing/ties.ts';
import { validatePriceVersion } from '#core/pricing/validate.ts';
import { type Fields, isFields, listOf, wordOf } from '#core/usage/counts.ts';
import { allowanceFields, type FreeUnits, freeUnitsIn } from './allowance.ts';
import { conditionIn } from './condition.ts';
import { modifiersIn } from './modifier.ts';
import { whensIn } from './schedule.ts';
import { decimalAt, meterAt } from './terms.ts';
import { onlyFields, type Vector, VectorError } from './vector.ts';

/** @throws VectorError for a price that could not be published. */
export function priceOf({ model, prices, context }: Vector): PriceVersion {
  const currency = currencyIn(prices);
  const free = freeUnitsIn(context, prices);
  const listed = [
    ...componentsIn(prices, currency, 'prices', undefined),
    ...listOf(prices['tiers']).flatMap((tier, index) => tierIn(tier, currency, `tiers[${index}]`)),
    ...listOf(prices['schedule']).flatMap((slot, index) => slotIn(slot, currency, `schedule[${index}]`)),
  ];
  const components = listed.map((component) => withFreeUnits(component, free));
  return published(model, currency, components, modifiersIn(prices));
}

/** What is left for this call, as if it were the only one of its period. Tiers of one meter share it. */
function withFreeUnits(component: PriceComponent, free: FreeUnits): PriceComponent {
  const limit = free.get(component.meter);
  if (limit === undefined) return component;
  return { ...component, allowance: { counter: component.meter, period: 'never', limit } };
}

/** Prices of the other models that may work inside the call. */
export function subPricesOf({ prices }: Vector): ReadonlyMap<string, PriceVersion> {
  const currency = currencyIn(prices);
  const perMillion = isFields(prices['sub_prices_per_million']) ? prices['sub_prices_per_million'] : {};
  const perUnit = isFields(prices['sub_unit_prices']) ? prices['sub_unit_prices'] : {};
  const models = [...new Set([...Object.keys(perMillion), ...Object.keys(perUnit)])];
  return new Map(
    models.map((model) => {
      const own = { prices_per_million: perMillion[model], unit_prices: perUnit[model] };
      return [model, published(model, currency, componentsIn(own, currency, `sub_prices.${model}`, undefined), [])];
    }),
  );
}

function published(
  name: string,
  currency: string,
  components: readonly PriceComponent[],
  modifiers: readonly PriceModifier[],
): PriceVersion {
  const version: PriceVersion = {
    id: `price of ${name}`,
    subject: { kind: 'model', name },
    book: 'list',
    currency,
    // Nothing is priced in a case whose cost is what the provider says.
    components: components.length > 0 ? components : [{ meter: 'request', price: '0', per: '1', currency }],
    modifiers,
    validFrom: '2020-01-01T00:00:00Z',
    recordedAt: '2020-01-01T00:00:00Z',
  };
  // Two prices that might both hold for some call are refused in the book; here there is one call, which may meet one.
  const ties = new Set(tieProblems(components).map(({ path }) => path));
  const problem = validatePriceVersion(version).find(({ path }) => !ties.has(path));
  if (problem !== undefined) throw new VectorError(`the price is refused: ${problem.path}: ${problem.message}`);
  return version;
}

export function currencyIn(prices: Fields): string {
  const name = wordOf(prices, 'price_currency') ?? 'usd';
  const currency = findCurrency(name);
  if (currency === undefined) throw new VectorError(`price_currency: "${name}" is no currency that is kept`);
  return currency.code;
}

type When = PriceCondition | undefined;

function componentsIn(prices: Fields, currency: string, path: string, when: When): readonly PriceComponent[] {
  const perMillion = isFields(prices['prices_per_million']) ? prices['prices_per_million'] : {};
  const perUnit = isFields(prices['unit_prices']) ? prices['unit_prices'] : {};
  const tokens = Object.entries(perMillion)
    .filter(([, price]) => price !== null)
    .map(([name, price]): PriceComponent => {
      const meter = meterAt(name, path);
      return { meter, price: decimalAt(price, `${path}.${name}`), per: '1000000', currency, ...(when && { when }) };
    });
  const units = Object.entries(perUnit).flatMap(([name, terms]) =>
    (Array.isArray(terms) ? terms.filter(isFields) : [terms])
      .filter(isFields)
      .map((each) => unitPriceIn(name, each, currency, `${path}.${name}`, when)),
  );
  return [...tokens, ...units];
}

const unitFields = [
  'price',
  'per',
  'match',
  'when',
  'min_quantity',
  'round_quantity_up_to',
  'count_by',
  'units_per_image',
  'note',
];

function unitPriceIn(name: string, terms: Fields, currency: string, path: string, outer: When): PriceComponent {
  onlyFields(terms, [...unitFields, ...allowanceFields], path);
  const match = isFields(terms['match']) ? terms['match'] : {};
  const also = isFields(terms['when']) ? terms['when'] : {};
  const when = { ...outer, ...conditionIn({ ...match, ...also }, `${path}.match`) };
  const quantity = {
    ...countedBy(terms['count_by'], path),
    ...optional(terms, 'min_quantity', 'min', path),
    ...optional(terms, 'round_quantity_up_to', 'round_up_to', path),
  };
  return {
    meter: meterAt(name, path),
    price: decimalAt(terms['price'], path),
    per: decimalAt(terms['per'] ?? '1', `${path}.per`),
    currency,
    ...(Object.keys(when).length > 0 && { when }),
    ...(Object.keys(quantity).length > 0 && { quantity }),
  };
}

function countedBy(count_by: unknown, path: string) {
  if (count_by === undefined) return undefined;
  if (count_by === 'query' || count_by === 'prompt') return { count_by } as const;
  throw new VectorError(`${path}.count_by is neither query nor prompt`);
}

function optional(terms: Fields, name: string, ours: 'min' | 'round_up_to', path: string) {
  return terms[name] === undefined ? undefined : { [ours]: decimalAt(terms[name], `${path}.${name}`) };
}

function tierIn(tier: Fields, currency: string, path: string): readonly PriceComponent[] {
  onlyFields(tier, ['when', 'prices_per_million', 'unit_prices', 'factor', 'label', 'note'], path);
  const when = isFields(tier['when']) ? conditionIn(tier['when'], `${path}.when`) : undefined;
  if (when === undefined) throw new VectorError(`${path} says no when`);
  return componentsIn(tier, currency, path, when);
}

function slotIn(slot: Fields, currency: string, path: string): readonly PriceComponent[] {
  return whensIn(slot, path).flatMap((when) => componentsIn(slot, currency, path, when));
}
