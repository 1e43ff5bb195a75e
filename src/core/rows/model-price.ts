// A model's price in the platform's list as one row: per request, per 1,000 tokens, or both.
import { callNames } from '#core/catalog/names.ts';
import { compare, dividedBy, nothing, parseDecimal, rational, times } from '#core/money/rational.ts';
import type { PriceComponent, PricingModel } from '#core/pricing/component.ts';
import { exactText } from '#core/pricing/decimal.ts';
import { type TypicalRequest, typicalPrice } from '#core/pricing/typical-request.ts';
import { isTokenMeter } from '#core/usage/meter.ts';
import { decimal, flag, type RowOf, required, text, uuid } from './field.ts';
import { providerName } from './pricing-row.ts';

export const modelPriceFields = {
  id: uuid('UUID of the row; stays the same when it is edited.'),
  model_name: required(text('The name that callers send: a model’s or an alias.', callNames)),
  price_per_request: decimal(
    'Price of one request whose tokens are not known: decimal text. Left out, it is that of a typical request.',
  ),
  price_per_1k_input_tokens: decimal('Price of 1,000 input tokens: decimal text.'),
  price_per_1k_output_tokens: decimal('Price of 1,000 output tokens: decimal text.'),
  provider: providerName,
  is_custom: flag('Kept by a person: no sync overwrites it.'),
  is_active: flag('Whether it counts; true if missing.'),
  notes: text('Notes for operators.'),
} as const;

export type ModelPrice = RowOf<typeof modelPriceFields>;

const meters = {
  price_per_request: { meter: 'request', per: '1' },
  price_per_1k_input_tokens: { meter: 'input', per: '1000' },
  price_per_1k_output_tokens: { meter: 'output', per: '1000' },
} as const;
type PriceField = keyof typeof meters;

const priceFields = Object.keys(meters) as readonly PriceField[];

/** The price under no condition, for the field's quantity: as it was written where it was written so. */
export function plainPrice(components: readonly PriceComponent[], field: PriceField): string | null {
  const { meter, per } = meters[field];
  const plain = components.find((each) => each.meter === meter && each.when === undefined);
  if (!plain) return null;
  if (plain.per === per) return plain.price;
  return exactText(times(dividedBy(parseDecimal(plain.price), parseDecimal(plain.per)), rational(BigInt(per))));
}

/** What is charged for other meters, or under conditions, stays; so does a price that is only written for another quantity. */
export function withPlainPrices(
  components: readonly PriceComponent[],
  prices: Pick<ModelPrice, PriceField>,
  currency: string,
): readonly PriceComponent[] {
  const plain = priceFields.flatMap((field): readonly PriceComponent[] => {
    const price = prices[field];
    if (price === null) return [];
    const { meter, per } = meters[field];
    const before = components.find((each) => each.meter === meter && each.when === undefined);
    const same = before && samePrice(plainPrice(components, field), price);
    return [same ? before : { ...before, meter, price, per, currency }];
  });
  const replaced = new Set<string>(priceFields.map((field) => meters[field].meter));
  return [...plain, ...components.filter((each) => each.when !== undefined || !replaced.has(each.meter))];
}

function samePrice(one: string | null, other: string): boolean {
  if (one === null || one.includes('/')) return false;
  return compare(parseDecimal(one), parseDecimal(other)) === 0n;
}

export function pricingModelOf(components: readonly PriceComponent[]): PricingModel {
  const byToken = components.some(({ meter }) => isTokenMeter(meter));
  const byRequest = components.some(({ meter }) => meter === 'request');
  if (byToken) return byRequest ? 'hybrid' : 'per_token';
  return components.every(({ meter }) => meter === 'request') ? 'per_request' : 'per_unit';
}

/** Nothing when the tokens cost nothing, or no price is listed for them. */
export function typicalRequestPrice(
  prices: Pick<ModelPrice, 'price_per_1k_input_tokens' | 'price_per_1k_output_tokens'>,
  request: TypicalRequest,
): string | null {
  const price = typicalPrice(withPlainPrices([], { ...prices, price_per_request: null }, ''), request);
  return price === undefined || compare(parseDecimal(price), nothing) === 0n ? null : price;
}
