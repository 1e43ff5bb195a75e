// Jobs that go on over a life of the process: the part of the fast store's contract about what an earlier one left.
import { describe, expect, test } from 'vitest';
import { amount, zero } from '#core/money/amount.ts';
import {
  callOf,
  callOfHold,
  entryOf,
  type FastStoreKeeper,
  holdOf,
  leaseMs,
  type MakeFastStore,
} from './fast-store-calls.contract.ts';
import type { ChargedBefore, RestoredHold } from './fast-store.ts';

const walletId = 'wallet';
const day = { scope: 'key:1', period: '2026-11-22' };
const slot = { scope: 'key:1', source: 'virtual_key.max_concurrent', limit: 1 };
const meter = { scope: `wallet:${walletId}::video_second`, period: 'never' };

export function describeJobs(make: MakeFastStore): void {
  const keeperWith = async (balance: bigint): Promise<FastStoreKeeper> => {
    const keeper = await make({ outboxMax: 10_000 });
    await keeper.store.load([{ walletId, balance: amount(balance), creditSeq: 0n }], []);
    return keeper;
  };
  const restored = (more: Partial<RestoredHold> = {}): RestoredHold => ({
    call: callOf({ requestId: crypto.randomUUID(), walletId, held: amount(30n), counters: [day] }),
    money: amount(30n),
    free: [],
    slots: [],
    ...more,
  });
  const charged = (more: Partial<ChargedBefore> = {}): ChargedBefore => ({
    total: amount(30n),
    cost: zero,
    costCurrency: 'usd',
    provider: 'north',
    final: false,
    revision: 1,
    given: [],
    ...more,
  });

  describe('what an earlier life left', () => {
    test('its money is set aside again, in wallet, budgets and slots, and given back when it ends', async () => {
      const { store } = await keeperWith(100n);
      const job = restored({ slots: [slot] });
      expect(await store.restore(job, leaseMs)).toBe(true);
      expect(await store.wallet(walletId)).toMatchObject({ balance: 100n, held: 30n, available: 70n });
      const budgets = [{ ...day, source: 'day', limit: amount(50n) }];
      expect(await store.hold(holdOf({ walletId, amount: 21n, budgets }))).toMatchObject({
        kind: 'short',
        available: 20n,
      });
      expect(await store.hold(holdOf({ walletId, amount: 1n, slots: [slot] }))).toMatchObject({ kind: 'limited' });
      await store.settle(entryOf(job.call, 10n), 0n);
      expect(await store.wallet(walletId)).toMatchObject({ balance: 90n, held: 0n });
      expect(await store.spent(day)).toBe(10n);
      expect(await store.hold(holdOf({ walletId, amount: 40n, budgets, slots: [slot] }))).toMatchObject({
        kind: 'held',
      });
    });

    test('whatever the wallet has meanwhile', async () => {
      const { store } = await keeperWith(10n);
      expect(await store.restore(restored(), leaseMs)).toBe(true);
      expect(await store.wallet(walletId)).toMatchObject({ held: 30n, available: -20n });
      expect(await store.hold(holdOf({ walletId, amount: 1n }))).toMatchObject({ kind: 'short' });
    });

    test('once: neither what is held nor what has ended is set aside again', async () => {
      const { store } = await keeperWith(100n);
      const job = restored();
      await store.restore(job, leaseMs);
      expect(await store.restore(job, leaseMs)).toBe(false);
      await store.settle(entryOf(job.call, 10n), 0n);
      expect(await store.restore(job, leaseMs)).toBe(false);
      expect(await store.wallet(walletId)).toMatchObject({ balance: 90n, held: 0n });
    });

    test('a wallet that is not loaded is asked for', async () => {
      const { store } = await make({ outboxMax: 10 });
      await expect(store.restore(restored(), leaseMs)).rejects.toMatchObject({ kind: 'not_exact' });
      await expect(store.recall(restored().call, charged())).rejects.toMatchObject({ kind: 'not_exact' });
    });

    test('it was dispatched: its lease is touched, and when that is over it is reaped, never given back', async () => {
      const keeper = await keeperWith(100n);
      const { store } = keeper;
      const job = restored();
      await store.restore(job, leaseMs);
      keeper.advance(leaseMs - 1);
      expect(await store.touch(job.call.requestId, leaseMs)).toBe(true);
      keeper.advance(leaseMs - 1);
      expect(await store.expired(10)).toEqual([]);
      expect(await store.void(job.call.requestId)).toBe(false);
      keeper.advance(1);
      expect(await store.expired(10)).toEqual([{ state: 'dispatched', call: job.call }]);
      expect(await store.reap(entryOf(job.call, 30n, 1))).toBe(true);
      expect(await store.wallet(walletId)).toMatchObject({ balance: 70n, held: 0n });
    });

    test('free units that it counts on are reckoned with', async () => {
      const { store } = await keeperWith(100n);
      const free = { ...meter, limit: 8n, price: amount(5n) };
      await store.restore(restored({ money: zero, free: [{ ...free, units: 8n }] }), leaseMs);
      expect(await store.wallet(walletId)).toMatchObject({ held: 0n });
      const other = holdOf({ walletId, amount: 0n, free: [{ ...free, units: 4n, minimumUnits: 4n }], steps: 1 });
      expect(await store.hold(other)).toMatchObject({ kind: 'held' });
      expect(await store.wallet(walletId)).toMatchObject({ held: 20n });
    });

    test('a last word books the difference to an estimate of an earlier life', async () => {
      const { store } = await keeperWith(70n);
      const { call } = restored();
      await store.recall(call, charged());
      expect(await store.settle(entryOf(call, 12n), 0n)).toMatchObject({ kind: 'settled', balance: 88n });
      expect(await store.settle(entryOf(call, 12n), 0n)).toMatchObject({ kind: 'repeated' });
    });

    test('what is remembered here is not replaced by what the ledger said before', async () => {
      const { store } = await keeperWith(100n);
      const request = holdOf({ walletId, amount: 30n });
      await store.hold(request);
      const call = callOfHold(request);
      await store.dispatch(call, leaseMs);
      await store.recall(call, charged({ total: amount(5n) }));
      expect(await store.settle(entryOf(call, 20n), 0n)).toMatchObject({ balance: 80n });
      await store.recall(call, charged({ total: amount(5n) }));
      expect(await store.settle(entryOf(call, 20n), 0n)).toMatchObject({ kind: 'repeated' });
    });
  });
}
