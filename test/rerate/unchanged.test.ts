import { describe, expect, test } from 'vitest';
import { PriceBook } from '#core/catalog/price-book.ts';
import { amount } from '#core/money/amount.ts';
import { preparePrice } from '#core/pricing/prepare.ts';
import { rateAnew } from '#core/rerating/rate-anew.ts';
import { ratedCall, served, tokens, version } from './served.ts';

describe('a call whose prices have not changed comes to the same', () => {
  const listed = version('m@1', 'm', [{}]);
  const price = preparePrice(listed);
  const known = { book: new PriceBook([listed]), exchange: [] };

  test('with a provider that gives a discount for a commitment', async () => {
    const discount = { planId: 'plan', percentage: '50' };
    const entry = await served({ charge: { price }, cost: { price, discount } });
    expect(rateAnew(ratedCall(entry), known).kind).toBe('same');
  });

  test('with a provider whose trial credit pays', async () => {
    const trial = { planId: 'plan', limit: amount(1_000_000_000_000n) };
    const entry = await served({ charge: { price }, cost: { price, trial } });
    expect(entry.cost).toBe(0n);
    expect(rateAnew(ratedCall(entry), known).kind).toBe('same');
  });

  test('with work of another model inside that the provider lists under its own name', async () => {
    const inner = version('north/inner@1', 'north/inner', [{}]);
    const withInner = { book: new PriceBook([listed, inner]), exchange: [] };
    const sub_usages = [{ model: 'inner', usage: tokens(500) }];
    const entry = await served({
      usage: tokens(1000, { sub_usages }),
      charge: { price },
      cost: { price },
      subCost: (model) => (model === 'inner' ? { price: preparePrice(inner) } : undefined),
    });
    expect(entry.costReceipt.complete).toBe(true);
    expect(rateAnew(ratedCall(entry), withInner).kind).toBe('same');
  });
});
