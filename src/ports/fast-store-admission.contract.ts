// Who is let through with how much money: the part of the fast store's contract that keeps wallets from being overspent.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Amount, amount, amountMax, zero } from '#core/money/amount.ts';
import { callOfHold, entryOf, holdOf, type MakeFastStore } from './fast-store-calls.contract.ts';
import type { FastStore, HoldOutcome } from './fast-store.ts';

const walletId = 'wallet';
const month = { scope: 'user:1', period: '2026-11', source: 'user.budget.month' };
const day = { scope: 'key:1', period: '2026-11-22', source: 'virtual_key.budget.day' };

export function describeAdmission(make: MakeFastStore): void {
  const storeWith = async (balance: bigint): Promise<FastStore> => {
    const { store } = await make({ outboxMax: 10_000 });
    await store.load([{ walletId, balance: amount(balance), creditSeq: 0n }], []);
    return store;
  };

  describe('money', () => {
    test('of 2,000 calls of 1 at once on a wallet of 100, exactly 100 are let through', async () => {
      const store = await storeWith(100n);
      const outcomes = await Promise.all(
        Array.from({ length: 2_000 }, () => store.hold(holdOf({ walletId, amount: 1n }))),
      );
      expect(outcomes.filter(({ kind }) => kind === 'held')).toHaveLength(100);
      expect(outcomes.filter(({ kind }) => kind === 'short')).toHaveLength(1_900);
      expect(await store.wallet(walletId)).toEqual({ balance: 100n, held: 100n, available: 0n, creditSeq: 0n });
    });

    test('what is set aside at once never exceeds the wallet or a budget, whatever is asked', async () => {
      const wish = fc
        .tuple(fc.bigInt({ min: 0n, max: 60n }), fc.bigInt({ min: 0n, max: 60n }))
        .map(([one, other]) => (one < other ? { minimum: one, amount: other } : { minimum: other, amount: one }));
      await fc.assert(
        fc.asyncProperty(fc.array(wish, { maxLength: 30 }), async (wishes) => {
          const store = await storeWith(100n);
          const budgets = [{ ...day, limit: amount(70n) }];
          const outcomes = await Promise.all(
            wishes.map((each) =>
              store.hold(holdOf({ walletId, ...each, budgets: each.amount % 2n === 0n ? budgets : [] })),
            ),
          );
          const granted = outcomes.map(grantedBy);
          const sum = (values: readonly bigint[]): bigint => values.reduce((total, each) => total + each, 0n);
          expect(sum(granted)).toBeLessThanOrEqual(100n);
          expect(sum(granted.filter((_, at) => (wishes[at]?.amount ?? 0n) % 2n === 0n))).toBeLessThanOrEqual(70n);
          expect((await store.wallet(walletId))?.held).toBe(sum(granted));
          for (const [at, { minimum, amount: most }] of wishes.entries()) {
            const got = granted[at] ?? 0n;
            if (outcomes[at]?.kind !== 'held') continue;
            expect(got >= minimum && got <= most).toBe(true);
          }
        }),
        { numRuns: 50 },
      );
    });

    test('a call gets what its tightest scope can give, down to its minimum', async () => {
      const store = await storeWith(100n);
      const budgets = [
        { ...month, limit: amount(60n) },
        { ...day, limit: amount(40n) },
      ];
      const wish = { walletId, amount: 80n, minimum: 10n, budgets };
      expect(await store.hold(holdOf({ walletId, amount: 15n }))).toEqual({
        kind: 'held',
        granted: 15n,
        available: 85n,
      });
      expect(await store.hold(holdOf(wish))).toEqual({ kind: 'held', granted: 40n, available: 45n });
      expect(await store.hold(holdOf(wish))).toEqual({ kind: 'short', source: day.source, available: 0n, needed: 10n });
      expect(await store.hold(holdOf({ ...wish, budgets: budgets.slice(0, 1) }))).toMatchObject({ granted: 20n });
      expect(await store.hold(holdOf({ walletId, amount: 26n }))).toEqual({
        kind: 'short',
        source: 'wallet',
        available: 25n,
        needed: 26n,
      });
    });

    test('what must stay in the wallet stays', async () => {
      const store = await storeWith(100n);
      const wish = { walletId, amount: 80n, minimum: 30n, minBalance: 50n };
      expect(await store.hold(holdOf(wish))).toMatchObject({ kind: 'held', granted: 50n, available: 50n });
      expect(await store.hold(holdOf(wish))).toEqual({ kind: 'short', source: 'wallet', available: 0n, needed: 30n });
      expect(await store.hold(holdOf({ walletId, amount: 50n }))).toMatchObject({ kind: 'held', available: 0n });
    });

    test('a free call needs no room, only a wallet that is not overdue', async () => {
      const store = await storeWith(10n);
      const spent = holdOf({ walletId, amount: 10n, budgets: [{ ...day, limit: amount(10n) }] });
      const free = (): Promise<HoldOutcome> =>
        store.hold(holdOf({ walletId, amount: 0n, minBalance: 5n, budgets: [{ ...day, limit: amount(4n) }] }));
      await store.hold(spent);
      expect(await free()).toEqual({ kind: 'held', granted: 0n, available: 0n });
      await store.settle(entryOf(callOfHold(spent), 11n), 0n);
      expect(await free()).toEqual({ kind: 'short', source: 'wallet', available: -6n, needed: 0n });
      expect(await store.credit(walletId, amount(1n), 1n)).toBe('applied');
      expect(await free()).toEqual({ kind: 'held', granted: 0n, available: 0n });
    });

    test('a wallet that an overrun leaves short of what is set aside is overdue', async () => {
      const store = await storeWith(10n);
      const [first, second] = [holdOf({ walletId, amount: 5n }), holdOf({ walletId, amount: 5n })];
      await store.hold(first);
      await store.hold(second);
      expect(await store.settle(entryOf(callOfHold(first), 8n), 0n)).toEqual({
        kind: 'settled',
        balance: 2n,
        available: -3n,
      });
      expect(await store.hold(holdOf({ walletId, amount: 0n }))).toMatchObject({ kind: 'short', available: -3n });
      await store.settle(entryOf(callOfHold(second), 0n), 0n);
      expect(await store.hold(holdOf({ walletId, amount: 2n }))).toMatchObject({ kind: 'held', available: 0n });
    });

    test('a refused call leaves no trace in any scope', async () => {
      const store = await storeWith(100n);
      const rate = {
        scope: 'key:1:tpm',
        source: 'virtual_key.tpm',
        meter: 'tokens',
        windowMs: 60_000,
        limit: 10n,
      } as const;
      const money = {
        scope: 'key:1:cost',
        source: 'virtual_key.cost_per_minute',
        meter: 'money',
        windowMs: 60_000,
        limit: 200n,
      } as const;
      const slot = { scope: 'key:1', source: 'virtual_key.max_concurrent', limit: 1 };
      const all = {
        walletId,
        tokens: 10n,
        budgets: [
          { ...day, limit: amount(100n) },
          { ...month, limit: amount(100n) },
        ],
        rates: [rate, money],
        slots: [slot],
      };
      for (const refused of [
        { ...all, amount: 101n },
        { ...all, amount: 100n, tokens: 11n },
        {
          ...all,
          amount: 100n,
          budgets: [all.budgets[0], { ...month, limit: amount(99n) }].flatMap((each) => each ?? []),
        },
        { ...all, amount: 100n, slots: [slot, { ...slot, scope: 'user:1', limit: 0 }] },
        { ...all, amount: 100n, rates: [rate, { ...money, limit: 99n }] },
      ]) {
        expect((await store.hold(holdOf(refused))).kind).not.toBe('held');
      }
      expect(await store.hold(holdOf({ ...all, amount: 100n }))).toEqual({
        kind: 'held',
        granted: 100n,
        available: 0n,
      });
    });

    test('amounts are exact up to the largest that can be counted', async () => {
      const store = await storeWith(amountMax - 1n);
      const budgets = [{ ...day, limit: amountMax }];
      const large = holdOf({ walletId, amount: amountMax - 2n, budgets });
      expect(await store.hold(large)).toEqual({ kind: 'held', granted: amountMax - 2n, available: 1n });
      expect(await store.hold(holdOf({ walletId, amount: 2n }))).toMatchObject({ kind: 'short', available: 1n });
      expect(await store.hold(holdOf({ walletId, amount: 9n, minimum: 1n, budgets }))).toMatchObject({ granted: 1n });
      const settled = await store.settle(entryOf(callOfHold(large), amountMax - 7n), 0n);
      expect(settled).toEqual({ kind: 'settled', balance: 6n, available: 5n });
      expect(await store.spent(day)).toBe(amountMax - 7n);
    });

    test('what is beyond the largest is refused, and nothing is changed', async () => {
      const store = await storeWith(amountMax - 1n);
      await expect(store.credit(walletId, amount(2n), 1n)).rejects.toThrow(RangeError);
      expect(await store.wallet(walletId)).toMatchObject({ balance: amountMax - 1n, creditSeq: 0n });
      expect(await store.credit(walletId, amount(1n), 1n)).toBe('applied');
      const calls = [1, 2].map(() => holdOf({ walletId, amount: 0n, budgets: [{ ...day, limit: amountMax }] }));
      const [first, second] = calls.map((request) => entryOf(callOfHold(request), amountMax));
      if (!first || !second) throw new Error('There are two.');
      await store.settle(first, 0n);
      await expect(store.settle(second, 0n)).rejects.toThrow(RangeError);
      expect(await store.wallet(walletId)).toMatchObject({ balance: 0n });
      expect(await store.outboxSize()).toBe(1);
    });
  });

  describe('extending', () => {
    test('a stream buys more as long as wallet and budgets have it, down to its minimum', async () => {
      const store = await storeWith(100n);
      const budgets = [{ ...day, limit: amount(70n) }];
      const request = holdOf({ walletId, amount: 20n, budgets });
      const more = (most: bigint, minimum: bigint) =>
        store.extend(request.requestId, { amount: amount(most), minimum: amount(minimum), tokens: 0n });
      await store.hold(request);
      expect(await more(30n, 30n)).toEqual({ kind: 'extended', granted: 30n });
      expect(await more(30n, 10n)).toEqual({ kind: 'extended', granted: 20n });
      expect(await more(30n, 1n)).toEqual({ kind: 'refused', source: day.source });
      expect(await store.wallet(walletId)).toMatchObject({ held: 70n, available: 30n });
      await store.hold(holdOf({ walletId, amount: 30n }));
      expect(await more(1n, 1n)).toEqual({ kind: 'refused', source: 'wallet' });
      await store.settle(entryOf(callOfHold(request), 65n), 0n);
      expect(await store.wallet(walletId)).toMatchObject({ balance: 35n, held: 30n });
      expect(await more(1n, 1n)).toEqual({ kind: 'gone' });
    });

    test('what must stay in the wallet stays for a stream too', async () => {
      const store = await storeWith(100n);
      const request = holdOf({ walletId, amount: 20n, minBalance: 50n });
      await store.hold(request);
      const more = { amount: amount(40n), minimum: amount(1n), tokens: 0n };
      expect(await store.extend(request.requestId, more)).toEqual({ kind: 'extended', granted: 30n });
      expect(await store.extend(request.requestId, more)).toEqual({ kind: 'refused', source: 'wallet' });
    });
  });
}

function grantedBy(outcome: HoldOutcome): Amount {
  return outcome.kind === 'held' ? outcome.granted : zero;
}
