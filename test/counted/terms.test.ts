// What a volume price adjusts was charged at the terms of the call that crosses, and a trial's credit pays what is owed.
import { describe, expect, test } from 'vitest';
import type { ChargeEntry } from '#core/ledger/entry.ts';
import { amount } from '#core/money/amount.ts';
import { currencyOf } from '#core/money/currency.ts';
import { rational } from '#core/money/rational.ts';
import { preparePrice } from '#core/pricing/prepare.ts';
import type { Terms } from '#core/pricing/terms.ts';
import { nothing, settle, storeWith, version } from './calls.ts';

const falling = { period: 'month', above: [{ units: '1000', price: '1' }] } as const;
const volume = preparePrice(version('volume', [{ volume: falling }]));

const total = (entries: readonly ChargeEntry[]) => entries.reduce((sum, { total: each }) => sum + each, 0n);
const at = (fxRateId: string, numerator: bigint, denominator: bigint): Terms => ({
  price: volume,
  conversion: { fxRateId, rate: rational(numerator, denominator), to: currencyOf('eur') },
});

describe('units of a volume price count for each of its terms on their own', () => {
  test('a rate of exchange that moves in the period takes no money back', async () => {
    const store = await storeWith(1_000_000_000_000_000n);
    const before = await settle(store, { requestId: 'a', tokens: 1000, charge: at('old', 1n, 2n) });
    const after = await settle(store, { requestId: 'b', tokens: 1, charge: at('new', 1n, 1n) });
    expect([before.total, after.total]).toEqual([5_000_000_000n, 10_000_000n]);
  });

  test('at one rate the threshold is crossed, whatever was charged at another', async () => {
    const store = await storeWith(1_000_000_000_000_000n);
    const entries = [
      await settle(store, { requestId: 'a', tokens: 900, charge: at('old', 1n, 2n) }),
      await settle(store, { requestId: 'b', tokens: 700, charge: at('new', 1n, 1n) }),
      await settle(store, { requestId: 'c', tokens: 300, charge: at('old', 1n, 2n) }),
    ];
    // 1,200 at half of 1, and 700 at the whole of 10.
    expect(total(entries)).toBe(600_000_000n + 7_000_000_000n);
  });

  test('a commitment that begins in the period discounts what comes after it', async () => {
    const store = await storeWith(0n);
    const discount = { planId: 'plan', percentage: '50' };
    const charge = { price: nothing };
    const a = await settle(store, { requestId: 'a', tokens: 1000, charge, cost: { price: volume } });
    const b = await settle(store, { requestId: 'b', tokens: 1, charge, cost: { price: volume, discount } });
    expect([a.cost, b.cost]).toEqual([10_000_000_000n, 5_000_000n]);
  });
});

describe('a trial’s credit', () => {
  const trial = { planId: 'trial', limit: amount(1_000_000_000_000n) };
  const charge = { price: nothing };

  test('pays what a bill comes to, the adjustment of a volume price included', async () => {
    const cost = { price: volume, trial };
    const { cost: owed, costReceipt } = await settle(await storeWith(0n), {
      requestId: 'a',
      tokens: 1500,
      charge,
      cost,
    });
    expect([owed, costReceipt.trial_credit?.amount]).toEqual([0n, 1_500_000_000n]);
  });

  test('is not burnt by a bill that comes to less than nothing', async () => {
    const store = await storeWith(0n);
    await settle(store, { requestId: 'a', tokens: 1000, charge, cost: { price: volume } });
    const crossing = await settle(store, { requestId: 'b', tokens: 1, charge, cost: { price: volume, trial } });
    expect([crossing.cost, crossing.costReceipt.trial_credit]).toEqual([-8_999_000_000n, undefined]);
  });
});
