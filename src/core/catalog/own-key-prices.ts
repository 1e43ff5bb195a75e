// The two prices behind a call by a customer's own key, where nobody has set any: no fee, and a cost that is not known.
import { currencyCodes, currencyOf } from '../money/currency.ts';
import type { PriceComponent, PriceVersion } from '../pricing/component.ts';
import { type PreparedPrice, preparePrice } from '../pricing/prepare.ts';

/** The name under which the platform's fee for calls by customers' own keys is priced, in any customer's book. */
export const ownKeyFeeName = 'byok';

const since = '2020-01-01T00:00:00.000Z';
const version = (id: string, currency: string, components: readonly PriceComponent[]): PriceVersion => ({
  id,
  rowId: id,
  subject: { kind: 'model', name: ownKeyFeeName },
  book: 'list',
  currency,
  components,
  modifiers: [],
  pricingModel: components.length > 0 ? 'per_request' : 'per_unit',
  validFrom: since,
  validTo: since,
  recordedAt: since,
});

/** The same rows are in the database, where receipts find them by their ids. */
export const noFeeVersions: readonly PriceVersion[] = currencyCodes.map((currency, index) =>
  version(`5f000000-0000-4000-8000-0000000003${String(index + 1).padStart(2, '0')}`, currency, [
    { meter: 'request', price: '0', per: '1', currency },
  ]),
);
export const unknownCostVersion: PriceVersion = version('5f000000-0000-4000-8000-000000000400', 'usd', []);

const noFees = new Map(noFeeVersions.map((each) => [each.currency, preparePrice(each)]));

export function noFee(currency: string): PreparedPrice {
  const price = noFees.get(currencyOf(currency).code);
  if (!price) throw new RangeError(`There is no price of nothing in ${currency}.`);
  return price;
}

export const unknownCost: PreparedPrice = preparePrice(unknownCostVersion);
