// A price as a cell of the matrix shows it: a few decimals as text and what they are for. What says more than that is
// complex, and is never pressed into these columns.
import { findCurrency } from '#core/money/currency.ts';
import { dividedBy, parseDecimal } from '#core/money/rational.ts';
import type { PriceComponent, PricingModel } from '#core/pricing/component.ts';
import { exactText } from '#core/pricing/decimal.ts';
import type { Meter } from '#core/usage/meter.ts';
import type { BookedPrice } from './facts.ts';

export const tokenPriceFields = [
  'input_price',
  'output_price',
  'cache_read_price',
  'cache_write_price',
  'price_per_token',
] as const;
export const priceFields = [...tokenPriceFields, 'price_per_request'] as const;
export type PriceField = (typeof priceFields)[number];

/** Decimal text as it was entered; a field without a price is missing. */
export interface MatrixPrice {
  readonly prices: Readonly<Partial<Record<PriceField, string>>>;
  /** How many tokens the token prices are for; missing when there are none. */
  readonly per?: string;
  readonly currency: string;
  readonly pricingModel: PricingModel;
}

const meterOf = {
  input_price: 'input',
  output_price: 'output',
  cache_read_price: 'cache_read',
  cache_write_price: 'cache_write',
  price_per_request: 'request',
} as const satisfies Record<Exclude<PriceField, 'price_per_token'>, Meter>;
export const metersByField: Readonly<Record<PriceField, readonly Meter[]>> = {
  input_price: [meterOf.input_price],
  output_price: [meterOf.output_price],
  cache_read_price: [meterOf.cache_read_price],
  cache_write_price: [meterOf.cache_write_price],
  price_per_request: [meterOf.price_per_request],
  // Whatever the token: what the cache did falls back to nothing, and its longest lifetime stands in for the shorter ones.
  price_per_token: ['input', 'output', 'cache_read', 'cache_write', 'cache_write_12h'],
};

/** What a version carries when its tokens are charged alike; the price of one token. */
const alikeAttribute = 'price_per_token';

/** 1, 1000, 1000000: then the price of one token is always a decimal. */
export const perPattern = /^10{0,12}$/;

export function componentsOf({ prices, per = '1', currency }: MatrixPrice): readonly PriceComponent[] {
  return priceFields.flatMap((field) => {
    const price = prices[field];
    if (price === undefined) return [];
    return metersByField[field].map((meter) => ({ meter, price, per: meter === 'request' ? '1' : per, currency }));
  });
}

/** The attributes that go with it; those of the version before it stay. */
export function attributesOf(
  { prices, per = '1' }: MatrixPrice,
  before: BookedPrice['attributes'] = {},
): BookedPrice['attributes'] {
  const { [alikeAttribute]: _, ...others } = before;
  const { price_per_token: price } = prices;
  if (price === undefined) return others;
  return { ...others, [alikeAttribute]: exactText(dividedBy(parseDecimal(price), parseDecimal(per))) };
}

/** `undefined` when the columns cannot say all that it says. */
export function simplePriceOf(version: BookedPrice): MatrixPrice | undefined {
  const { components, modifiers, pricing_type: type, attributes } = version;
  if (modifiers.length > 0 || type !== 'standard' || version.pricing_model === 'per_unit') return undefined;
  const apart = basePriceOf(version);
  const readings = alikeAttribute in attributes ? [alikeOf(apart), apart] : [apart];
  return readings.find((price) => sameComponents(componentsOf(price), components));
}

/** What can be shown of any price: that of calls that meet no condition, by the quantity that the first of them is for. */
export function basePriceOf(version: BookedPrice): MatrixPrice {
  const plain = version.components.filter(({ when }) => when === undefined);
  const per = plain.find(({ meter }) => meter !== 'request')?.per;
  const found = Object.entries(meterOf).map(([field, meter]) => {
    const each = plain.find((one) => one.meter === meter && one.per === (meter === 'request' ? '1' : per));
    return [field, each?.price] as const;
  });
  return {
    prices: Object.fromEntries(found.filter(([, price]) => price !== undefined)),
    ...(per === undefined ? {} : { per }),
    currency: findCurrency(version.currency)?.code ?? version.currency,
    pricingModel: version.pricing_model,
  };
}

function alikeOf({ prices, ...price }: MatrixPrice): MatrixPrice {
  const { input_price: token, price_per_request: request } = prices;
  const priced = [['price_per_token', token] as const, ['price_per_request', request] as const];
  return { ...price, prices: Object.fromEntries(priced.filter(([, text]) => text !== undefined)) };
}

// Whatever else a component says (a condition, a minimum, a tier) is a field that these do not have.
function sameComponents(left: readonly PriceComponent[], right: readonly PriceComponent[]): boolean {
  const texts = (components: readonly PriceComponent[]) =>
    components.map((each) => JSON.stringify(Object.entries(each).toSorted(([a], [b]) => (a < b ? -1 : 1)))).toSorted();
  return JSON.stringify(texts(left)) === JSON.stringify(texts(right));
}

/** What goes without saying: tokens are charged where they have prices, and a price for the request beside them. */
export function usualModel({ prices }: Pick<MatrixPrice, 'prices'>): PricingModel {
  return tokenPriceFields.some((field) => prices[field] !== undefined) ? 'per_token' : 'per_request';
}

export function samePrice(left: MatrixPrice, right: MatrixPrice): boolean {
  return (
    left.per === right.per &&
    left.currency === right.currency &&
    left.pricingModel === right.pricingModel &&
    priceFields.every((field) => left.prices[field] === right.prices[field])
  );
}
