// An estimate is rated by the units that it would be given, and takes none: what comes after costs what it does in order.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { memoryFastStore } from '#adapters/memory/fast-store.ts';
import { JournalPaper, memoryJournal } from '#adapters/memory/journal.ts';
import { MemoryLedger } from '#adapters/memory/ledger.ts';
import type { ChargeEntry, DispatchedCall, PricePins } from '#core/ledger/entry.ts';
import { amount } from '#core/money/amount.ts';
import { preparePrice } from '#core/pricing/prepare.ts';
import { estimatedUsage } from '#core/usage/usage.ts';
import { reapOnce } from '#flows/jobs/reap-holds.ts';
import { recover } from '#flows/recover.ts';
import { entryOf } from '#flows/settle.ts';
import { callOf, holdOf, leaseMs } from '#ports/fast-store-calls.contract.ts';
import type { Directory } from '#ports/directory.ts';
import { balanceOf, nothing, settle, storeWith, version, walletId } from './calls.ts';

const dayMs = 86_400_000;
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const start = 1_000_000_000_000n;
const prices = {
  allowance: [{ allowance: { limit: '1000', period: 'day' } }],
  graduated: [{ graduated: { period: 'day', above: [{ units: '1000', price: '1' }] } }],
  volume: [{ volume: { period: 'month', above: [{ units: '1000', price: '1' }] } }],
} as const;
const chargeOf = (kind: keyof typeof prices) => ({ price: preparePrice(version(kind, prices[kind])) });

describe('an estimate that was higher than the final word', () => {
  test('volume: calls cost what the same calls cost in order, and never less than nothing', async () => {
    const charge = chargeOf('volume');
    const store = await storeWith(start);
    await settle(store, { requestId: 'a', tokens: 900, charge, estimate: true });
    await settle(store, { requestId: 'b', tokens: 200, charge });
    await settle(store, { requestId: 'a', tokens: 100, charge });
    expect(await balanceOf(store)).toBe(start - 3_000_000_000n);
  });

  test('allowance: the free units that are used are the limit, or all there are', async () => {
    const charge = chargeOf('allowance');
    const store = await storeWith(start);
    await settle(store, { requestId: 'a', tokens: 1000, charge, estimate: true });
    await settle(store, { requestId: 'b', tokens: 200, charge });
    await settle(store, { requestId: 'a', tokens: 100, charge });
    expect(await balanceOf(store)).toBe(start);
  });

  test.each(['allowance', 'graduated', 'volume'] as const)(
    '%s: whatever was estimated, and whenever, the last words cost what they cost in their order',
    async (kind) => {
      const charge = chargeOf(kind);
      const tokens = fc.integer({ min: 0, max: 1500 });
      const call = fc.record({ guess: fc.option(tokens), tokens, early: fc.nat(3) });
      await fc.assert(
        fc.asyncProperty(fc.array(call, { maxLength: 6 }), async (calls) => {
          const [store, inOrder] = [await storeWith(start), await storeWith(start)];
          const guessAt = async (place: number) => {
            for (const [index, { guess, early }] of calls.entries()) {
              if (guess === null || Math.max(0, index - early) !== place) continue;
              await settle(store, { requestId: `${index}`, tokens: guess, charge, estimate: true });
            }
          };
          for (const [index, { tokens: said }] of calls.entries()) {
            await guessAt(index);
            await settle(store, { requestId: `${index}`, tokens: said, charge });
            await settle(inOrder, { requestId: `${index}`, tokens: said, charge });
          }
          expect(await balanceOf(store)).toBe(await balanceOf(inOrder));
        }),
        { numRuns: 300 },
      );
    },
  );
});

test('a call that only ever has an estimate pays for what is not free now, and no threshold is crossed by it', async () => {
  const free = await settle(await storeWith(start), {
    requestId: 'a',
    tokens: 1200,
    charge: chargeOf('allowance'),
    estimate: true,
  });
  expect(free.total).toBe(2_000_000_000n);
  const crossing = await settle(await storeWith(start), {
    requestId: 'a',
    tokens: 1200,
    charge: chargeOf('volume'),
    estimate: true,
  });
  expect([crossing.total, crossing.chargeReceipt.adjustment]).toEqual([10_200_000_000n, undefined]);
});

test('a call that was given other units than it is charged for is not free: it stays open', async () => {
  const usage = estimatedUsage({ prompt_tokens: 100, completion_tokens: 0, method: 'test', raw: null });
  const charge = chargeOf('allowance');
  const said = { eventId: 'e', endedAt: 0, final: true, revision: 0 };
  const call = callOf({ requestId: 'a', walletId });
  expect(() =>
    entryOf(call, { usage, charge, cost: { price: nothing }, given: [], outcome: 'completed', attempts: [] }, said),
  ).toThrow('100 units of row-allowance:input are charged, and 0 were given.');
});

test('available does not fall when a call comes back that a reaper has looked at', async () => {
  let nowMs = 0;
  const store = memoryFastStore({ clock: { now: () => nowMs }, outboxMax: 1000 });
  await store.load([{ walletId, balance: amount(1000n), creditSeq: 0n }], []);
  const house = { store, clock: { now: () => nowMs }, journal: { append: () => store.touch('a', leaseMs) }, log };
  const counter = { scope: `wallet:${walletId}:row-v:input`, period: '1970-01-01' };
  const share = { ...counter, limit: 150n, price: amount(1n), units: 100n, minimumUnits: 100n };
  const priced = version('v', [{ allowance: { limit: '150', period: 'day' } }]);
  const pins = { charge: { versionId: 'v', currency: 'usd' }, cost: { versionId: 'v', currency: 'usd' } };
  for (const requestId of ['a', 'b']) {
    await store.hold(holdOf({ requestId, walletId, amount: 0n, free: [share], steps: 1 }));
    const call = { ...callOf({ requestId, walletId }), pins, promptTokensEstimate: 10 };
    await store.dispatch(call, requestId === 'a' ? leaseMs : 10 * leaseMs);
  }
  nowMs += leaseMs + 1;
  const directory = { priceVersions: () => Promise.resolve([priced]) } as unknown as Directory;
  // While its estimate is written down it shows itself, so that it is not reaped.
  expect(await reapOnce(house as never, directory)).toBe(0);
  const before = (await store.wallet(walletId))?.available ?? 0n;
  await store.give('a', walletId, [{ ...counter, units: 100n }]);
  expect((await store.wallet(walletId))?.available ?? 0n).toBeGreaterThanOrEqual(before);
});

describe('after a restart', () => {
  const charge = version('0198a5f0-0000-7000-8000-000000000001', [{ allowance: { limit: '150', period: 'day' } }]);
  const cost = version('0198a5f0-0000-7000-8000-000000000002', [{ price: '4' }]);
  const directory = {
    priceVersions: (ids: readonly string[]) => Promise.resolve([charge, cost].filter(({ id }) => ids.includes(id))),
  } as unknown as Directory;
  const startedMs = Date.parse('2026-11-20T12:00:00Z');
  const lost = (requestId: string, dispatchNo: number, pins: PricePins): DispatchedCall => ({
    ...callOf({ requestId, walletId }),
    pins,
    promptTokensEstimate: 100,
    facts: { occurred_at: new Date(startedMs).toISOString() },
    dispatchNo,
    startedAt: startedMs,
  });
  const plain: PricePins = {
    charge: { versionId: charge.id, currency: 'usd' },
    cost: { versionId: cost.id, currency: 'usd' },
  };
  const restarted = async (
    nowMs: number,
    calls: readonly DispatchedCall[],
    before: readonly ChargeEntry[] = [],
  ): Promise<bigint | undefined> => {
    const ledger = new MemoryLedger({ now: () => nowMs });
    ledger.createWallet(walletId, 'usd');
    await ledger.write(before);
    const paper = new JournalPaper();
    paper.records = calls.map((call) => ({ kind: 'dispatch', call }));
    await recover({ journal: memoryJournal({ paper }), ledger, clock: { now: () => nowMs } as never, log }, directory);
    return (await ledger.head(walletId))?.balance;
  };

  test('a lost call whose provider gives a trial credit is rated by the lowest free units', async () => {
    const trial: PricePins = { ...plain, cost: { ...plain.cost, trial: { planId: 'trial', limit: '1000000000000' } } };
    expect(await restarted(startedMs + 1000, [lost(crypto.randomUUID(), 1, trial)])).toBe(0n);
  });

  test('two lost calls are not both rated by the same free units', async () => {
    const calls = [1, 2].map((no) => lost(crypto.randomUUID(), no, plain));
    expect(await restarted(startedMs + 1000, calls)).toBe(-500_000_000n);
  });

  test('free units that were used on Friday are not given again after the weekend', async () => {
    const used = await settle(await storeWith(0n), {
      requestId: crypto.randomUUID(),
      tokens: 150,
      charge: { price: preparePrice(charge) },
    });
    const allocations = used.chargeReceipt.allocations?.map((each) => ({ ...each, period: '2026-11-20' })) ?? [];
    const entry: ChargeEntry = { ...used, chargeReceipt: { ...used.chargeReceipt, allocations } };
    const calls = [lost(crypto.randomUUID(), 1, plain)];
    expect(await restarted(startedMs + 1000, calls, [entry])).toBe(-1_000_000_000n);
    expect(await restarted(startedMs + 3 * dayMs, calls, [entry])).toBe(-1_000_000_000n);
  });
});
