import { expect, test } from 'vitest';
import { PriceBook } from '../catalog/price-book.ts';
import type { UsageRow } from '../ledger/audit-rows.ts';
import { amount } from '../money/amount.ts';
import type { PriceComponent, PriceVersion } from '../pricing/component.ts';
import { preparePrice } from '../pricing/prepare.ts';
import { rate } from '../pricing/rate.ts';
import { estimatedUsage } from '../usage/usage.ts';
import { rateAnew, type RatedCall } from './rate-anew.ts';

const facts = { occurred_at: '2026-11-16T12:00:00.000Z' };
const usage = estimatedUsage({ prompt_tokens: 1000, completion_tokens: 0, method: 'test', raw: null });

function version(id: string, name: string, price: string, more: Partial<PriceComponent> = {}): PriceVersion {
  return {
    id,
    rowId: `row of ${name}`,
    // What customers call: their counters are their own.
    subject: { kind: name === 'compass' ? 'alias' : 'model', name },
    book: 'list',
    currency: 'usd',
    components: [{ meter: 'input', price, per: '1000000', currency: 'usd', ...more }],
    modifiers: [],
    validFrom: '2026-01-01T00:00:00.000Z',
    recordedAt: '2026-01-01T00:00:00.000Z',
  };
}

const allowance = { allowance: { limit: '1500', period: 'day' } } as const;
const discount = { planId: 'plan-1', percentage: '10' };

function called(): RatedCall {
  const charge = preparePrice(version('charge-1', 'compass', '3', allowance));
  const cost = preparePrice(version('cost-1', 'north-1', '2'));
  const allocations = [{ counter: 'row of compass:input', period: '2026-11-16', ranges: [{ from: 1000n, to: 2000n }] }];
  const chargeReceipt = rate({ price: charge, usage, facts, allocations });
  const costReceipt = rate({ price: cost, usage, facts, discount });
  const record: UsageRow = {
    eventId: 'event-1',
    requestId: 'request-1',
    walletId: 'wallet-1',
    revision: 0,
    final: true,
    applied: true,
    name: 'compass',
    provider: 'north',
    model: 'north-1',
    outcome: 'completed',
    usage,
    facts,
    pins: {
      charge: { versionId: charge.id, currency: 'usd' },
      cost: { versionId: cost.id, currency: 'usd', discount },
    },
    held: amount(10n ** 12n),
    charge: { total: chargeReceipt.total, currency: 'usd', receipt: chargeReceipt },
    cost: { total: costReceipt.total, currency: 'usd', receipt: costReceipt },
  };
  const register = {
    total: chargeReceipt.total,
    cost: costReceipt.total,
    costCurrency: 'usd',
    provider: 'north',
    final: true,
  };
  return { record, register, chargeReceipt, costReceipt, pinned: { currency: 'usd', ownCost: false } };
}

test('a call keeps the free units that it was given, and what was agreed with its provider', () => {
  const call = called();
  expect([call.register.total, call.register.cost]).toEqual([500n * 3_000_000n, 1000n * 1_800_000n]);
  const book = new PriceBook([version('charge-2', 'compass', '4', allowance), version('cost-2', 'north-1', '1')]);
  const anew = rateAnew(call, { book, exchange: [] });
  expect(anew).toMatchObject({
    kind: 'changed',
    line: {
      after: { total: 500n * 4_000_000n, cost: 1000n * 900_000n },
      pins: { cost: { versionId: 'cost-2', discount } },
    },
  });
});

test('a call whose right price counts nothing is charged by it in full', () => {
  const book = new PriceBook([version('charge-2', 'compass', '4'), version('cost-2', 'north-1', '1')]);
  expect(rateAnew(called(), { book, exchange: [] })).toMatchObject({ line: { after: { total: 1000n * 4_000_000n } } });
});

test('a call whose right price counts by another counter stays as it is, and says why', () => {
  const other = { allowance: { ...allowance.allowance, counter: 'other' } };
  const book = new PriceBook([version('charge-2', 'compass', '4', other), version('cost-2', 'north-1', '1')]);
  expect(rateAnew(called(), { book, exchange: [] })).toEqual({
    kind: 'unratable',
    why: expect.stringMatching(
      /^Its charge cannot be rated by a price that counts .* 1000 units of other .* and 0 were given/,
    ),
  });
});

test('a call that was rated by a price that counts nothing still has its units when that was wrong too', () => {
  const call = called();
  const [freely, cost] = [version('charge-2', 'compass', '4'), version('cost-1', 'north-1', '2')];
  const anew = rateAnew(call, { book: new PriceBook([freely, cost]), exchange: [] });
  if (anew.kind !== 'changed') throw new Error('It must change.');
  const { total, cost: owed, chargeReceipt, costReceipt } = anew.line.after;
  expect(chargeReceipt.allocations).toBeUndefined();
  const adjusted = { ...call, register: { ...call.register, total, cost: owed }, chargeReceipt, costReceipt };
  const book = new PriceBook([version('charge-3', 'compass', '6', allowance), cost]);
  expect(rateAnew(adjusted, { book, exchange: [] })).toMatchObject({ line: { after: { total: 500n * 6_000_000n } } });
});
