// How a call ends, once: the part of the fast store's contract about settling, voiding and reaping.
import { describe, expect, test } from 'vitest';
import { Failure } from '#core/failure.ts';
import { amount } from '#core/money/amount.ts';
import {
  callOf,
  callOfHold,
  entryOf,
  type FastStoreKeeper,
  type HoldWish,
  holdOf,
  leaseMs,
  type MakeFastStore,
} from './fast-store-calls.contract.ts';
import type { HoldRequest } from './fast-store.ts';

const walletId = 'wallet';
const day = { scope: 'key:1', period: '2026-11-22' };
const budgets = [{ ...day, source: 'virtual_key.budget.day', limit: amount(1_000n) }];

export function describeEnds(make: MakeFastStore): void {
  const keeperWith = async (balance: bigint): Promise<FastStoreKeeper> => {
    const keeper = await make({ outboxMax: 10_000 });
    await keeper.store.load([{ walletId, balance: amount(balance), creditSeq: 0n }], []);
    return keeper;
  };
  const held = async ({ store }: FastStoreKeeper, wish: Partial<HoldWish> = {}): Promise<HoldRequest> => {
    const request = holdOf({ walletId, amount: 30n, budgets, ...wish });
    expect(await store.hold(request)).toMatchObject({ kind: 'held' });
    return request;
  };
  const dispatched = async (keeper: FastStoreKeeper, wish: Partial<HoldWish> = {}): Promise<HoldRequest> => {
    const request = await held(keeper, wish);
    expect(await keeper.store.dispatch(callOfHold(request), leaseMs)).toBe(true);
    return request;
  };

  describe('holding and dispatching', () => {
    test('a repeated hold gets its first answer and takes nothing more', async () => {
      const { store } = await keeperWith(100n);
      const request = holdOf({ walletId, amount: 30n });
      const first = await store.hold(request);
      await store.hold(holdOf({ walletId, amount: 50n }));
      expect(await store.hold(request)).toEqual(first);
      expect(await store.wallet(walletId)).toMatchObject({ held: 80n });
    });

    test('a call whose hold has ended must not be sent', async () => {
      const keeper = await keeperWith(100n);
      const request = await held(keeper);
      expect(await keeper.store.void(request.requestId)).toBe(true);
      expect(await keeper.store.dispatch(callOfHold(request), leaseMs)).toBe(false);
      expect(await keeper.store.touch(request.requestId, leaseMs)).toBe(false);
      expect(await keeper.store.hold(request)).toEqual({ kind: 'ended', state: 'voided' });
      expect(await keeper.store.dispatch(callOf({ requestId: 'never seen', walletId }), leaseMs)).toBe(false);
    });

    test('an unknown wallet is asked for, then loaded with its counters', async () => {
      const { store } = await make({ outboxMax: 10 });
      const request = holdOf({ walletId, amount: 30n, budgets: [{ ...day, source: 'b', limit: amount(50n) }] });
      expect(await store.hold(request)).toEqual({ kind: 'unknown-wallet' });
      await store.load([{ walletId, balance: amount(100n), creditSeq: 4n }], [{ ...day, spent: amount(25n) }]);
      expect(await store.hold(request)).toMatchObject({ kind: 'short', source: 'b', available: 25n });
      expect(await store.wallet(walletId)).toEqual({ balance: 100n, held: 0n, available: 100n, creditSeq: 4n });
    });

    test('loading again changes nothing that is known', async () => {
      const keeper = await keeperWith(100n);
      const request = await held(keeper);
      await keeper.store.settle(entryOf(callOfHold(request), 10n), 0n);
      await keeper.store.load([{ walletId, balance: amount(500n), creditSeq: 9n }], [{ ...day, spent: amount(400n) }]);
      expect(await keeper.store.wallet(walletId)).toEqual({ balance: 90n, held: 0n, available: 90n, creditSeq: 0n });
      expect(await keeper.store.spent(day)).toBe(10n);
    });
  });

  describe('settling', () => {
    test('the charge is taken and the rest given back, in wallet and budgets', async () => {
      const keeper = await keeperWith(100n);
      const request = await dispatched(keeper);
      const outcome = await keeper.store.settle(entryOf(callOfHold(request), 12n), 0n);
      expect(outcome).toEqual({ kind: 'settled', balance: 88n, available: 88n });
      expect(await keeper.store.spent(day)).toBe(12n);
      expect(await keeper.store.hold(request)).toEqual({ kind: 'ended', state: 'settled' });
    });

    test('a repeated settlement moves nothing and says what the first said', async () => {
      const keeper = await keeperWith(100n);
      const request = await dispatched(keeper);
      const entry = entryOf(callOfHold(request), 12n);
      const [first, ...others] = await Promise.all([1, 2, 3].map(() => keeper.store.settle(entry, 0n)));
      await held(keeper);
      others.push(
        await keeper.store.settle(entry, 0n),
        await keeper.store.settle({ ...entry, eventId: 'another' }, 0n),
      );
      for (const other of others) expect(other).toEqual({ ...first, kind: 'repeated' });
      expect(await keeper.store.wallet(walletId)).toMatchObject({ balance: 88n, held: 30n });
      expect(await keeper.store.outbox(10)).toEqual([entry]);
    });

    test('more than was held is charged in full, even below zero', async () => {
      const keeper = await keeperWith(40n);
      const request = await dispatched(keeper);
      const outcome = await keeper.store.settle(entryOf(callOfHold(request), 45n), 0n);
      expect(outcome).toEqual({ kind: 'settled', balance: -5n, available: -5n });
    });

    test('a request that was never seen is charged as its entry says', async () => {
      const { store } = await keeperWith(100n);
      const entry = entryOf(callOf({ requestId: 'of an earlier life', walletId, counters: [day] }), 12n);
      expect(await store.settle(entry, 0n)).toEqual({ kind: 'settled', balance: 88n, available: 88n });
      expect(await store.settle(entry, 0n)).toMatchObject({ kind: 'repeated' });
      expect(await store.spent(day)).toBe(12n);
      expect(await store.outbox(10)).toEqual([entry]);
    });

    test('without its wallet a settlement is put off, not lost', async () => {
      const { store } = await make({ outboxMax: 10 });
      const entry = entryOf(callOf({ requestId: 'early', walletId }), 12n);
      await expect(store.settle(entry, 0n)).rejects.toThrow(Failure);
      expect(await store.outboxSize()).toBe(0);
      await store.load([{ walletId, balance: amount(100n), creditSeq: 0n }], []);
      expect(await store.settle(entry, 0n)).toMatchObject({ kind: 'settled', balance: 88n });
    });

    test('a charge counts in the period that was pinned', async () => {
      const keeper = await keeperWith(100n);
      const request = await dispatched(keeper);
      keeper.advance(3 * 86_400_000);
      await keeper.store.settle(entryOf(callOfHold(request), 12n), 0n);
      expect(await keeper.store.spent(day)).toBe(12n);
      expect(await keeper.store.spent({ ...day, period: '2026-11-25' })).toBe(0n);
    });

    test('a charge of less than nothing is refused', async () => {
      const keeper = await keeperWith(100n);
      const request = await dispatched(keeper);
      await expect(keeper.store.settle(entryOf(callOfHold(request), -1n), 0n)).rejects.toThrow(RangeError);
      expect(await keeper.store.wallet(walletId)).toMatchObject({ balance: 100n, held: 30n });
    });
  });

  describe('voiding', () => {
    test('only what was never sent is given back', async () => {
      const keeper = await keeperWith(100n);
      const [early, late] = [await held(keeper), await dispatched(keeper)];
      expect(await keeper.store.void(early.requestId)).toBe(true);
      expect(await keeper.store.void(early.requestId)).toBe(true);
      expect(await keeper.store.void(late.requestId)).toBe(false);
      expect(await keeper.store.void('never seen')).toBe(false);
      expect(await keeper.store.wallet(walletId)).toMatchObject({ balance: 100n, held: 30n });
    });

    test('a call that was sent though its hold was voided is charged all the same', async () => {
      const keeper = await keeperWith(100n);
      const request = await held(keeper);
      await keeper.store.void(request.requestId);
      expect(await keeper.store.settle(entryOf(callOfHold(request), 12n), 0n)).toMatchObject({
        kind: 'settled',
        balance: 88n,
      });
      expect(await keeper.store.void(request.requestId)).toBe(false);
    });
  });

  describe('reaping', () => {
    test('holds show up when their lease is over, the longest over first, with what is known of them', async () => {
      const keeper = await keeperWith(1_000n);
      const third = await held(keeper, { leaseMs: 3_000 });
      const first = await held(keeper, { leaseMs: 1_000 });
      const second = await dispatched(keeper);
      const call = callOfHold(second);
      const checkpoint = { promptTokens: 12, completionTokens: 34 };
      await keeper.store.touch(second.requestId, 1_000, checkpoint);
      await keeper.store.touch(second.requestId, 2_000);
      keeper.advance(999);
      expect(await keeper.store.expired(10)).toEqual([]);
      keeper.advance(9_000);
      const expected = [
        { state: 'held', requestId: first.requestId },
        { state: 'dispatched', call, checkpoint },
        { state: 'held', requestId: third.requestId },
      ];
      expect(await keeper.store.expired(10)).toEqual(expected);
      expect(await keeper.store.expired(2)).toEqual(expected.slice(0, 2));
    });

    test('the call is kept as it was last sent', async () => {
      const keeper = await keeperWith(100n);
      const request = await dispatched(keeper);
      const again = { ...callOfHold(request), provider: 'south', model: 'south-1' };
      expect(await keeper.store.dispatch(again, 1_000)).toBe(true);
      keeper.advance(1_000);
      expect(await keeper.store.expired(10)).toEqual([{ state: 'dispatched', call: again }]);
    });

    test('an estimate is booked only while nobody came back', async () => {
      const keeper = await keeperWith(100n);
      const request = await dispatched(keeper);
      const estimate = entryOf(callOfHold(request), 20n, 0);
      expect(await keeper.store.reap(estimate)).toBe(false);
      keeper.advance(leaseMs);
      expect(await keeper.store.expired(1)).toHaveLength(1);
      expect(await keeper.store.touch(request.requestId, leaseMs)).toBe(true);
      expect(await keeper.store.reap(estimate)).toBe(false);
      keeper.advance(leaseMs);
      expect(await keeper.store.reap(estimate)).toBe(true);
      expect(await keeper.store.reap(estimate)).toBe(true);
      expect(await keeper.store.wallet(walletId)).toMatchObject({ balance: 80n, held: 0n });
      expect(await keeper.store.outbox(10)).toEqual([estimate]);
      expect(await keeper.store.hold(request)).toEqual({ kind: 'ended', state: 'reaped' });
      expect(await keeper.store.dispatch(callOfHold(request), leaseMs)).toBe(false);
    });

    test('what was never sent is not estimated', async () => {
      const keeper = await keeperWith(100n);
      const request = await held(keeper);
      keeper.advance(leaseMs);
      expect(await keeper.store.reap(entryOf(callOfHold(request), 20n, 0))).toBe(false);
      expect(await keeper.store.reap(entryOf(callOf({ requestId: 'never seen', walletId }), 20n, 0))).toBe(false);
      expect(await keeper.store.wallet(walletId)).toMatchObject({ balance: 100n, held: 30n });
    });

    test('the final word after an estimate moves only the difference, once, up or down', async () => {
      for (const [total, balance] of [
        [35n, 65n],
        [5n, 95n],
        [20n, 80n],
      ] as const) {
        const keeper = await keeperWith(100n);
        const request = await dispatched(keeper);
        const estimate = entryOf(callOfHold(request), 20n, 0);
        const final = entryOf(callOfHold(request), total);
        keeper.advance(leaseMs);
        await keeper.store.reap(estimate);
        expect(await keeper.store.settle(final, 0n)).toEqual({ kind: 'settled', balance, available: balance });
        expect(await keeper.store.settle(final, 0n)).toEqual({ kind: 'repeated', balance, available: balance });
        expect(await keeper.store.settle(estimate, 0n)).toMatchObject({ kind: 'repeated' });
        expect(await keeper.store.reap(estimate)).toBe(false);
        expect(await keeper.store.spent(day)).toBe(total);
        expect(await keeper.store.outbox(10)).toEqual([estimate, final]);
      }
    });
  });
}
