// What the store in memory forgets, so that it does not grow for ever, and what it never forgets.
import { expect, test } from 'vitest';
import { amount } from '#core/money/amount.ts';
import { callOf, callOfHold, entryOf, holdOf } from '#ports/fast-store-calls.contract.ts';
import { EndedCalls } from './fast-store-ended.ts';
import { memoryFastStore } from './fast-store.ts';

const walletId = 'wallet';
const dayMs = 86_400_000;

function storeAt(startMs: number, endedCallsMax?: number) {
  let nowMs = startMs;
  const clock = { now: () => nowMs };
  const store = memoryFastStore({
    clock,
    outboxMax: 100_000,
    ...(endedCallsMax === undefined ? {} : { endedCallsMax }),
  });
  return {
    store,
    advance: (ms: number) => {
      nowMs += ms;
    },
  };
}

test('of ended calls the latest half of the bound is always remembered, and never more than the bound', () => {
  const ended = new EndedCalls(10);
  for (let number = 0; number < 100; number += 1) {
    ended.remember(`request-${number}`, { state: 'voided' }, 0);
    const remembered = Array.from({ length: 101 }, (_, at) => `request-${at}`).filter((each) => ended.get(each));
    expect(remembered.length).toBeLessThanOrEqual(10);
    for (let back = 0; back < Math.min(5, number + 1); back += 1) {
      expect(ended.get(`request-${number - back}`)).toBeDefined();
    }
  }
});

test('an ended call is remembered for an hour, one without its last word for a day, and neither for ever', async () => {
  const { store, advance } = storeAt(0);
  await store.load([{ walletId, balance: amount(1_000n), creditSeq: 0n }], []);
  const settled = entryOf(callOf({ requestId: 'settled', walletId }), 10n);
  const estimated = entryOf(callOf({ requestId: 'estimated', walletId }), 10n, 0);
  const settle = async () => [(await store.settle(settled, 0n)).kind, (await store.settle(estimated, 0n)).kind];
  const others = async (name: string) => {
    await store.settle(entryOf(callOf({ requestId: `${name} a`, walletId }), 0n), 0n);
    await store.settle(entryOf(callOf({ requestId: `${name} b`, walletId }), 0n, 0), 0n);
  };
  expect(await settle()).toEqual(['settled', 'settled']);
  advance(3_599_000);
  await others('within the hour');
  expect(await settle()).toEqual(['repeated', 'repeated']);
  advance(2 * 3_600_000);
  await others('after two hours');
  advance(3_600_000);
  await others('after three');
  expect((await store.settle(estimated, 0n)).kind).toBe('repeated');
  expect((await store.settle(settled, 0n)).kind).toBe('settled');
});

test('budgets of periods that are over are forgotten, those that are current or held are not', async () => {
  const { store } = storeAt(Date.UTC(2026, 10, 22));
  const old = Array.from({ length: 10_000 }, (_, at) => ({
    scope: `key:${at}`,
    period: '2026-11-01',
    spent: amount(5n),
  }));
  const kept = ['2026-11-22', '2026-11-21', '2026-W47', '2026-11', 'total', 'a name of its own'].map((period) => ({
    scope: 'key:1',
    period,
    spent: amount(5n),
  }));
  const gone = ['2026-W46', '2026-10', '2025-12-31'].map((period) => ({ scope: 'key:1', period, spent: amount(5n) }));
  const pinned = { scope: 'key:7', period: '2026-11-02', source: 'virtual_key.budget.day', limit: amount(50n) };
  await store.load([{ walletId, balance: amount(1_000n), creditSeq: 0n }], [...kept, ...gone]);
  const pinning = holdOf({ walletId, amount: 10n, budgets: [pinned] });
  await store.hold(pinning);
  await store.load([], old);
  await store.hold(holdOf({ walletId, amount: 1n }));
  for (const counter of kept) expect(await store.spent(counter), counter.period).toBe(5n);
  for (const counter of [...gone, ...old]) expect(await store.spent(counter)).toBe(0n);
  await store.settle(entryOf(callOfHold(pinning), 10n), 0n);
  expect(await store.spent(pinned)).toBe(10n);
});

test('windows that have emptied are forgotten, those that count are not', async () => {
  const { store, advance } = storeAt(0);
  const rate = (scope: string) => ({ scope, source: 's', meter: 'requests', windowMs: 60_000, limit: 1n }) as const;
  await store.load([{ walletId, balance: amount(1_000n), creditSeq: 0n }], []);
  for (let at = 0; at < 10_000; at += 1) await store.hold(holdOf({ walletId, amount: 0n, rates: [rate(`key:${at}`)] }));
  advance(dayMs);
  await store.hold(holdOf({ walletId, amount: 0n, rates: [rate('key:busy')] }));
  const again = async (scope: string) =>
    (await store.hold(holdOf({ walletId, amount: 0n, rates: [rate(scope)] }))).kind;
  expect(await again('key:busy')).toBe('limited');
  expect(await again('key:1')).toBe('held');
  expect(await again('key:1')).toBe('limited');
});
