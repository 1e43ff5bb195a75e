// What was rated again is the same where calls are admitted as it is in the ledger.
import { describe, expect, test } from 'vitest';
import { memoryFastStore } from '#adapters/memory/fast-store.ts';
import { MemoryLedger } from '#adapters/memory/ledger.ts';
import { PriceBook } from '#core/catalog/price-book.ts';
import type { ChargeEntry } from '#core/ledger/entry.ts';
import { amount } from '#core/money/amount.ts';
import { preparePrice } from '#core/pricing/prepare.ts';
import { rateAnew } from '#core/rerating/rate-anew.ts';
import { pinOf } from '#flows/fare.ts';
import { unitsFor } from '#flows/settle.ts';
import { callOf } from '#ports/fast-store-calls.contract.ts';
import { showCredits } from '#flows/admin/show-credits.ts';
import { ratedCall, served, tokens, version, walletId } from './served.ts';

const nowMs = Date.parse('2026-11-22T12:00:00Z');
const clock = { now: () => nowMs, sleep: () => Promise.resolve() };
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };

const adjustmentOf = (line: Extract<ReturnType<typeof rateAnew>, { kind: 'changed' }>['line']) => ({
  eventId: crypto.randomUUID(),
  rerateId: crypto.randomUUID(),
  walletId,
  reason: 'wrong',
  author: 'test',
  occurredAt: nowMs,
  lines: [line],
});

describe('what was rated again', () => {
  const wrong = version('m@1', 'm', [{ price: '10' }]);
  const right = version('m@2', 'm', [{ price: '1' }]);
  const known = { book: new PriceBook([right]), exchange: [] };

  async function stage() {
    const ledger = new MemoryLedger({ now: () => nowMs });
    ledger.createWallet(walletId, 'usd');
    const store = memoryFastStore({ clock: { now: () => nowMs }, outboxMax: 100 });
    await store.load([{ walletId, balance: amount(0n), creditSeq: 0n }], []);
    const both = async (entry: ChargeEntry) => {
      await store.settle(entry, 0n);
      await ledger.write([entry]);
      await store.confirm([entry.eventId]);
    };
    const rerate = async (entry: ChargeEntry, against = known) => {
      const anew = rateAnew(ratedCall(entry), against);
      if (anew.kind !== 'changed') throw new Error(JSON.stringify(anew));
      const { creditSeq } = await ledger.adjust(adjustmentOf(anew.line));
      await showCredits({ ledger, store, clock, log }, walletId, creditSeq);
    };
    return { ledger, store, both, rerate };
  }

  test('is in the budgets of the store too', async () => {
    const { ledger, store, both, rerate } = await stage();
    const counter = { scope: 'key:k', period: '2026-11' };
    const price = preparePrice(wrong);
    const entry = await served({ call: { counters: [counter] }, charge: { price }, cost: { price } });
    await both(entry);
    await rerate(entry);
    const booked = (await ledger.load()).counters.find(({ scope }) => scope === counter.scope)?.spent;
    expect(booked).toBe(entry.total / 10n);
    expect(await store.spent(counter)).toBe(booked);
  });

  test('as an estimate, and then said for good: store and ledger agree', async () => {
    const { ledger, store, both, rerate } = await stage();
    const price = preparePrice(wrong);
    const estimate = await served({ charge: { price }, cost: { price }, estimate: true });
    await both(estimate);
    await rerate(estimate);
    const final = { ...(await served({ charge: { price }, cost: { price } })), call: estimate.call };
    await both(final);
    expect((await store.wallet(walletId))?.balance).toBe((await ledger.head(walletId))?.balance);
  });

  test('a volume price that was corrected goes on counting where the wrong one stopped', async () => {
    const { ledger, store, both, rerate } = await stage();
    const volume = (price: string, above: string) =>
      [{ price, volume: { period: 'month', above: [{ units: '1000', price: above }] } }] as const;
    const subject = { kind: 'alias', name: 'm' } as const;
    const bad = { ...version('m@1', 'm', volume('20', '1')), subject };
    const good = { ...version('m@2', 'm', volume('10', '0.5')), subject, countedAs: bad.id };
    const price = preparePrice(bad);
    const cost = { price: preparePrice(version('c@1', 'c', [{ price: '0' }])) };
    const crossing = await served({ usage: tokens(1500), charge: { price }, cost });
    await both(crossing);
    await rerate(crossing, { book: new PriceBook([good, version('c@1', 'c', [{ price: '0' }])]), exchange: [] });
    // 1,500 units at the lower price of 0.5.
    expect((await ledger.head(walletId))?.balance).toBe(-750_000_000n);
    // The same month, by the corrected version: 500 more.
    const next = { price: preparePrice(good) };
    const usage = tokens(500);
    const call = {
      ...callOf({ requestId: crypto.randomUUID(), walletId }),
      name: 'm',
      model: 'c',
      pins: { charge: pinOf(next), cost: pinOf(cost) },
    };
    const given = await unitsFor(call, { usage, charge: next, cost }, (wanted) =>
      store.give(call.requestId, walletId, wanted),
    );
    const second = await served({ call, usage, charge: next, cost, given });
    await both(second);
    const numbers = [second].map(({ chargeReceipt }) => chargeReceipt.allocations?.[0]?.ranges);
    // The first 1,500 stand in the first call's receipt.
    expect(numbers).toEqual([[['1500', '2000']]]);
    // 2,000 units at 0.5.
    expect((await ledger.head(walletId))?.balance).toBe(-1_000_000_000n);
  });
});
