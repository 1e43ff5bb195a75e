// Units of counters: each is given to one call, free ones are held for all calls of a counter together, and nobody overspends.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ChargeEntry } from '#core/ledger/entry.ts';
import type { UnitsGiven } from '#core/ledger/unit-counter.ts';
import { amount } from '#core/money/amount.ts';
import { rangesToJson, sizeBelow, sizeOf, type UnitRanges } from '#core/usage/unit-range.ts';
import { callOf, entryOf, type HoldWish, holdOf, type MakeFastStore } from './fast-store-calls.contract.ts';
import type { FastStore, FreeUnitsWanted } from './fast-store.ts';

const walletId = 'wallet-1';
const counter = { scope: `wallet:${walletId}:tokens`, period: '2026-11-22' };

function free(units: bigint, more: Partial<Record<'minimumUnits' | 'limit' | 'price', bigint>> = {}): FreeUnitsWanted {
  const { minimumUnits = units, limit = 100n, price = 2n } = more;
  return { ...counter, units, minimumUnits, limit, price: amount(price) };
}

function wants(units: bigint) {
  return [{ ...counter, units }];
}

/** With the units that it was charged for, as its receipt has them. */
function counted(requestId: string, total: bigint, given: readonly UnitsGiven[], revision?: number): ChargeEntry {
  const entry = entryOf(callOf({ requestId, walletId }), total, revision);
  const allocations = given.map(({ period, ranges }) => ({ counter: 'tokens', period, ranges: rangesToJson(ranges) }));
  return { ...entry, chargeReceipt: { ...entry.chargeReceipt, allocations } };
}

async function available(store: FastStore): Promise<bigint> {
  return (await store.wallet(walletId))?.available ?? 0n;
}

export function describeUnits(make: MakeFastStore): void {
  const storeWith = async (balance: bigint, taken: UnitRanges = []): Promise<FastStore> => {
    const { store } = await make({ outboxMax: 1_000 });
    await store.load([{ walletId, balance: amount(balance), creditSeq: 0n }], [], [{ ...counter, taken }]);
    return store;
  };
  const hold = (store: FastStore, wish: Omit<HoldWish, 'walletId'>) => store.hold(holdOf({ walletId, ...wish }));
  const settle = async (store: FastStore, requestId: string, units: bigint, total: bigint) => {
    const given = await store.give(requestId, walletId, wants(units));
    await store.settle(counted(requestId, total, given), 0n);
    return given;
  };

  describe('units of a counter', () => {
    test('are given in the order in which calls ask, each once', async () => {
      const store = await storeWith(0n, [{ from: 0n, to: 40n }]);
      expect(await store.give('a', walletId, wants(5n))).toEqual([{ ...counter, ranges: [{ from: 40n, to: 45n }] }]);
      expect(await store.give('b', walletId, wants(5n))).toEqual([{ ...counter, ranges: [{ from: 45n, to: 50n }] }]);
      expect(await store.taken(counter)).toEqual([{ from: 0n, to: 50n }]);
    });

    test('are the same for a call that asks again', async () => {
      const store = await storeWith(0n);
      const first = await store.give('a', walletId, wants(5n));
      await store.give('b', walletId, wants(5n));
      expect(await store.give('a', walletId, wants(5n))).toEqual(first);
      expect(await store.give('a', walletId, wants(3n))).toEqual([{ ...counter, ranges: [{ from: 0n, to: 3n }] }]);
      const more = [
        { from: 0n, to: 5n },
        { from: 10n, to: 12n },
      ];
      expect(await store.give('a', walletId, wants(7n))).toEqual([{ ...counter, ranges: more }]);
    });

    test('that a call did not settle with are given to the next', async () => {
      const store = await storeWith(100n);
      await store.give('a', walletId, wants(10n));
      await store.give('b', walletId, wants(10n));
      await settle(store, 'a', 4n, 0n);
      expect(await store.give('c', walletId, wants(8n))).toEqual([
        {
          ...counter,
          ranges: [
            { from: 4n, to: 10n },
            { from: 20n, to: 22n },
          ],
        },
      ]);
    });

    test('come back when the call is given up', async () => {
      const store = await storeWith(100n);
      await hold(store, { requestId: 'a', amount: 1n });
      await store.give('a', walletId, wants(10n));
      await store.void('a');
      expect(await store.taken(counter)).toEqual([]);
    });

    test('of an estimate are kept, added to or given back by the final word', async () => {
      const store = await storeWith(100n);
      const estimate = await store.give('a', walletId, wants(10n));
      await store.settle(counted('a', 0n, estimate, 1), 0n);
      await settle(store, 'b', 5n, 0n);
      await settle(store, 'a', 12n, 0n);
      expect(await store.taken(counter)).toEqual([{ from: 0n, to: 17n }]);
      const late = await store.give('a', walletId, wants(3n));
      expect((await store.settle(counted('a', 0n, late), 0n)).kind).toBe('repeated');
      expect(await store.taken(counter)).toEqual([{ from: 0n, to: 17n }]);
    });

    test('are not given while the wallet is unknown', async () => {
      const { store } = await make({ outboxMax: 10 });
      await expect(store.give('a', walletId, wants(1n))).rejects.toMatchObject({ kind: 'not_exact' });
    });

    test('are set to what the ledger says, with what waits for it and what is under way', async () => {
      const store = await storeWith(100n);
      await settle(store, 'a', 10n, 0n);
      await store.give('b', walletId, wants(5n));
      await store.resync({
        wallets: [{ walletId, balance: amount(100n), creditSeq: 0n }],
        counters: [],
        registers: new Map(),
        units: [{ ...counter, taken: [{ from: 30n, to: 40n }] }],
        given: new Map(),
      });
      expect(await store.taken(counter)).toEqual([
        { from: 0n, to: 15n },
        { from: 30n, to: 40n },
      ]);
    });
  });

  describe('free units', () => {
    test('let an empty wallet in, for as many as are left and no more', async () => {
      const store = await storeWith(0n, [{ from: 0n, to: 90n }]);
      expect(await hold(store, { requestId: 'a', amount: 0n, free: [free(10n)] })).toMatchObject({ kind: 'held' });
      const refused = { kind: 'short', source: 'wallet', needed: 2n, available: 0n };
      expect(await hold(store, { amount: 0n, free: [free(1n)] })).toEqual(refused);
      await settle(store, 'a', 4n, 0n);
      expect(await hold(store, { amount: 0n, free: [free(6n)] })).toMatchObject({ kind: 'held' });
    });

    test('need money only for what all calls together may take beyond them', async () => {
      const store = await storeWith(100n);
      await hold(store, { amount: 10n, free: [free(80n)] });
      expect(await available(store)).toBe(90n);
      await hold(store, { amount: 0n, free: [free(40n)] });
      expect(await available(store)).toBe(50n);
    });

    test('set aside for a call are its own from the moment it is given its units', async () => {
      const store = await storeWith(100n);
      await hold(store, { requestId: 'a', amount: 0n, free: [free(80n)] });
      await hold(store, { requestId: 'b', amount: 0n, free: [free(40n)] });
      const before = await available(store);
      await store.give('b', walletId, wants(40n));
      expect(await available(store)).toBe(before);
      await settle(store, 'b', 40n, 0n);
      expect(await available(store)).toBe(before);
      await settle(store, 'a', 80n, 40n);
      expect(await store.wallet(walletId)).toMatchObject({ balance: 60n, held: 0n });
    });

    test('lower what is granted to the last step that fits', async () => {
      const store = await storeWith(20n, [{ from: 0n, to: 95n }]);
      const wish = { amount: 10n, minimum: 0n, free: [free(20n, { minimumUnits: 0n })], steps: 10 };
      // Step 6: six of money, and twelve units of which seven are not free.
      expect(await hold(store, wish)).toEqual({ kind: 'held', granted: 6n, step: 6, available: 0n });
    });

    test('are bought for a stream as money is', async () => {
      const store = await storeWith(4n, [{ from: 0n, to: 95n }]);
      await hold(store, { requestId: 'a', amount: 0n, free: [free(3n)] });
      const more = { amount: amount(0n), minimum: amount(0n), tokens: 0n };
      expect(await store.extend('a', { ...more, free: [free(4n)] })).toMatchObject({ kind: 'extended' });
      expect(await available(store)).toBe(0n);
      expect(await store.extend('a', { ...more, free: [free(1n)] })).toEqual({ kind: 'refused', source: 'wallet' });
    });

    test('come back with a call that is given up', async () => {
      const store = await storeWith(0n);
      await hold(store, { requestId: 'a', amount: 0n, free: [free(100n)] });
      await store.void('a');
      expect(await hold(store, { amount: 0n, free: [free(100n)] })).toMatchObject({ kind: 'held' });
    });

    test('are counted anew when the ledger says that others have them', async () => {
      const store = await storeWith(100n);
      await hold(store, { requestId: 'a', amount: 0n, free: [free(50n)] });
      expect(await available(store)).toBe(100n);
      await store.resync({
        wallets: [{ walletId, balance: amount(100n), creditSeq: 0n }],
        counters: [],
        registers: new Map(),
        units: [{ ...counter, taken: [{ from: 0n, to: 80n }] }],
        given: new Map(),
      });
      expect(await available(store)).toBe(40n);
      await settle(store, 'a', 50n, 60n);
      expect(await store.wallet(walletId)).toMatchObject({ balance: 40n, held: 0n });
    });

    test('are no budget’s own: it must have the money for all of them', async () => {
      const store = await storeWith(0n);
      const budget = { scope: 'key:1', period: '2026-11', source: 'virtual_key.budget.month' };
      const wish = { amount: 0n, free: [free(5n)] };
      const short = await hold(store, { ...wish, budgets: [{ ...budget, limit: amount(9n) }] });
      expect(short).toMatchObject({ kind: 'short', source: budget.source, needed: 10n });
      expect(await hold(store, { ...wish, budgets: [{ ...budget, limit: amount(10n) }] })).toMatchObject({
        kind: 'held',
      });
    });

    test('count in windows of money while the call is under way, and then as what was charged', async () => {
      const store = await storeWith(100n);
      const perMinute = { scope: 'key:1:cost_per_minute', source: 'virtual_key.cost_per_minute', windowMs: 60_000 };
      const rates = [{ ...perMinute, meter: 'money', limit: 20n } as const];
      await hold(store, { requestId: 'a', amount: 0n, free: [free(5n)], rates });
      await store.extend('a', { amount: amount(0n), minimum: amount(0n), tokens: 0n, free: [free(2n)] });
      expect(await hold(store, { amount: 7n, rates })).toMatchObject({ kind: 'limited' });
      await settle(store, 'a', 7n, 0n);
      expect(await hold(store, { amount: 20n, rates })).toMatchObject({ kind: 'held' });
    });

    test('of any calls, in any order: nobody overspends, and all that is free is used', async () => {
      await fc.assert(
        fc.asyncProperty(histories, async ({ balance, steps }) => {
          const store = await storeWith(balance);
          await play(store, steps);
        }),
        { numRuns: 400 },
      );
    });
  });
}

const limit = 60n;
const step = fc.record({
  kind: fc.constantFrom('hold', 'hold', 'extend', 'give', 'settle', 'settle', 'void'),
  which: fc.nat({ max: 20 }),
  units: fc.bigInt({ min: 0n, max: 30n }),
  price: fc.constantFrom(1n, 2n, 7n),
  money: fc.bigInt({ min: 0n, max: 10n }),
  used: fc.double({ min: 0, max: 1, noNaN: true }),
});
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;
const histories = fc.record({
  balance: fc.bigInt({ min: 0n, max: 150n }),
  steps: fc.array(step, { minLength: 5, maxLength: 40 }),
});

interface Open {
  readonly requestId: string;
  readonly price: bigint;
  most: bigint;
  money: bigint;
  units: bigint | undefined;
}

async function play(store: FastStore, steps: readonly Step[]): Promise<void> {
  const open: Open[] = [];
  let consumed = 0n;
  let freely = 0n;
  const end = async (call: Open, used: number): Promise<void> => {
    call.units ??= (call.most * BigInt(Math.round(used * 1_000))) / 1_000n;
    const given = await neverLess(store, () => store.give(call.requestId, walletId, wants(call.units ?? 0n)));
    const ranges = given[0]?.ranges ?? [];
    expect(sizeOf(ranges)).toBe(call.units);
    const charged = (call.units - sizeBelow(ranges, limit)) * call.price;
    await neverLess(store, () => store.settle(counted(call.requestId, call.money + charged, given), 0n));
    consumed += call.units;
    freely += sizeBelow(ranges, limit);
    open.splice(open.indexOf(call), 1);
  };
  for (const [index, { kind, which, units, price, money, used }] of steps.entries()) {
    const call = open[which % Math.max(1, open.length)];
    const wish = {
      amount: money,
      free: [free(units, { limit, price: call && kind === 'extend' ? call.price : price })],
    };
    if (kind === 'hold') {
      const requestId = `call-${index}`;
      const outcome = await store.hold(holdOf({ walletId, requestId, ...wish }));
      if (outcome.kind === 'held') open.push({ requestId, price, most: units, money, units: undefined });
    } else if (call && kind === 'extend' && call.units === undefined) {
      const more = { ...wish, amount: amount(money), minimum: amount(money), tokens: 0n };
      if ((await store.extend(call.requestId, more)).kind === 'extended') {
        call.most += units;
        call.money += money;
      }
    } else if (call && kind === 'give') {
      call.units ??= (call.most * BigInt(Math.round(used * 1_000))) / 1_000n;
      const wanted = wants(call.units);
      await neverLess(store, () => store.give(call.requestId, walletId, wanted));
    } else if (call && kind === 'settle') {
      await end(call, used);
    } else if (call && kind === 'void' && (await store.void(call.requestId))) {
      open.splice(open.indexOf(call), 1);
    }
    expect(await available(store)).toBeGreaterThanOrEqual(0n);
  }
  while (open[0]) await end(open[0], 1);
  const wallet = await store.wallet(walletId);
  expect(wallet?.held).toBe(0n);
  expect(wallet?.balance).toBeGreaterThanOrEqual(0n);
  expect(freely).toBe(consumed < limit ? consumed : limit);
  expect(sizeOf(await store.taken(counter))).toBe(consumed);
}

/** Available to others is never less after it than before. */
async function neverLess<Result>(store: FastStore, deed: () => Promise<Result>): Promise<Result> {
  const before = await available(store);
  const result = await deed();
  expect(await available(store)).toBeGreaterThanOrEqual(before);
  return result;
}
