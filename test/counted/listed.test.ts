// The free tier of a provider lowers what the platform pays, and not what each of many wallets pays.
import { expect, test } from 'vitest';
import { PriceBook } from '#core/catalog/price-book.ts';
import type { PriceVersion } from '#core/pricing/component.ts';
import { rate } from '#core/pricing/rate.ts';
import { estimatedUsage } from '#core/usage/usage.ts';
import { noon, version } from './calls.ts';

const listed = (components: Parameters<typeof version>[1]): PriceVersion => {
  const { bookOwner: _, ...price } = version('m', components);
  return { ...price, book: 'list' };
};
const free = listed([{ allowance: { limit: '150', period: 'day' } }]);
const usage = estimatedUsage({ prompt_tokens: 100, completion_tokens: 0, method: 'test', raw: null });
const facts = { occurred_at: '2026-11-22T00:00:00.000Z' };

test('a list’s allowance lowers costs, and a charge by that list has the first paid price', () => {
  const book = new PriceBook([free]);
  const cost = book.costFor('m', noon);
  const charge = book.chargeFor('m', {}, noon);
  expect([cost?.counts, charge?.counts, charge?.id]).toEqual([true, false, 'm']);
  if (cost) expect(rate({ price: cost, usage, facts }).total).toBe(0n);
  if (charge) expect(rate({ price: charge, usage, facts }).total).toBe(1_000_000_000n);
});

test('brackets and volume prices of the list are charged at the first price that is paid', () => {
  const above = [{ units: '10', price: '3' }];
  for (const tiers of [
    { price: '0', graduated: { period: 'day', above } },
    { price: '3', volume: { period: 'day', above } },
  ] as const) {
    const price = new PriceBook([listed([tiers])]).chargeFor('m', {}, noon);
    if (price) expect(rate({ price, usage, facts }).total).toBe(300_000_000n);
    expect(price?.counts).toBe(false);
  }
});

test('a customer’s own price, and that of an alias, keep their allowances', () => {
  const book = new PriceBook([
    { ...free, book: 'customer_type', bookOwner: 'type' },
    { ...free, id: 'a', subject: { kind: 'alias', name: 'a' } },
  ]);
  expect(book.chargeFor('m', { customerTypeId: 'type' }, noon)?.counts).toBe(true);
  expect(book.chargeFor('a', {}, noon)?.counts).toBe(true);
});
