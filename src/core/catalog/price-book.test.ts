import { expect, test } from 'vitest';
import type { PriceBook as BookName, PriceVersion } from '../pricing/component.ts';
import { PriceBook } from './price-book.ts';

const payer = { organizationId: 'acme', customerTypeId: 'business' };
const at = Date.parse('2026-06-01T00:00:00Z');

const version = (book: BookName, owner?: string, more: Partial<PriceVersion> = {}): PriceVersion => ({
  id: `${book} ${owner ?? ''}`,
  subject: { kind: 'model', name: 'm' },
  book,
  ...(owner === undefined ? {} : { bookOwner: owner }),
  currency: 'usd',
  components: [{ meter: 'request', price: '1', per: '1', currency: 'usd' }],
  modifiers: [],
  pricingModel: 'per_request',
  validFrom: '2026-01-01T00:00:00Z',
  recordedAt: '2026-01-01T00:00:00Z',
  ...more,
});

test('the charge is what was negotiated, else a promotion, else the customer type’s, else the list’s', () => {
  const levels = [
    version('negotiated', 'acme'),
    version('promotion', 'acme'),
    version('promotion', 'business'),
    version('customer_type', 'business'),
    version('list'),
  ];
  for (const index of levels.keys()) {
    const left = levels.slice(index);
    expect(new PriceBook(left.toReversed()).chargeFor('m', payer, at)?.id).toBe(left[0]?.id);
  }
});

test('prices of others, and those of another time, do not count', () => {
  const book = new PriceBook([
    version('negotiated', 'pear'),
    version('customer_type', 'individual'),
    version('promotion', 'acme', { validTo: '2026-06-01T00:00:00Z' }),
    version('negotiated', 'acme', { validFrom: '2026-06-01T00:00:00.001Z' }),
    version('organization', 'acme'),
  ]);
  expect(book.chargeFor('m', payer, at)).toBeUndefined();
});

test('who is switched to priced names only does not fall to the list', () => {
  const book = new PriceBook([version('list')]);
  expect(book.chargeFor('m', { ...payer, onlyPricedNames: true }, at)).toBeUndefined();
  const typed = new PriceBook([version('list'), version('customer_type', 'business')]);
  expect(typed.chargeFor('m', { ...payer, onlyPricedNames: true }, at)?.id).toBe('customer_type business');
});

test('the cost is the list’s; that of an organization’s own key is what its own list says', () => {
  const book = new PriceBook([version('list'), version('organization', 'acme')]);
  expect(book.costFor('m', at)?.id).toBe('list ');
  expect(book.ownCostFor('m', 'acme', at)?.id).toBe('organization acme');
  expect(book.ownCostFor('m', 'pear', at)).toBeUndefined();
});
