// How often, how much and how many at once: the part of the fast store's contract about windows and slots.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RateScope } from '#core/limits/limits.ts';
import { amount } from '#core/money/amount.ts';
import {
  callOfHold,
  entryOf,
  type FastStoreKeeper,
  type HoldWish,
  holdOf,
  type MakeFastStore,
} from './fast-store-calls.contract.ts';
import type { HoldOutcome, HoldRequest } from './fast-store.ts';

const walletId = 'wallet';
const windowMs = 60_000;
const perMinute: RateScope = { scope: 'key:1:rpm', source: 'virtual_key.rpm', meter: 'requests', windowMs, limit: 2n };
const tokens: RateScope = { scope: 'key:1:tpm', source: 'virtual_key.tpm', meter: 'tokens', windowMs, limit: 100n };
const money: RateScope = {
  scope: 'key:1:cost',
  source: 'virtual_key.cost_per_minute',
  meter: 'money',
  windowMs,
  limit: 100n,
};

// A keeper may count in slices: what was admitted then counts at most one slice longer than the window.
const longestWaitMs = windowMs + windowMs / 60 + 1;

export function describeLimits(make: MakeFastStore): void {
  const keeperWith = async (balance: bigint): Promise<FastStoreKeeper> => {
    const keeper = await make({ outboxMax: 10_000 });
    await keeper.store.load([{ walletId, balance: amount(balance), creditSeq: 0n }], []);
    return keeper;
  };
  const asked = async ({ store }: FastStoreKeeper, wish: Omit<HoldWish, 'walletId'>) => {
    const request = holdOf({ walletId, ...wish });
    return { request, outcome: await store.hold(request) };
  };
  const kindOf = async (keeper: FastStoreKeeper, wish: Omit<HoldWish, 'walletId'>) =>
    (await asked(keeper, wish)).outcome.kind;

  describe('windows', () => {
    test('over any stretch of one window no more than the limit is let through', async () => {
      const arrival = fc.record({ afterMs: fc.nat({ max: 30_000 }), tokens: fc.bigInt({ min: 0n, max: 60n }) });
      await fc.assert(
        fc.asyncProperty(
          fc.array(arrival, { maxLength: 60, size: 'max' }),
          fc.nat({ max: 70_000 }),
          async (arrivals, startMs) => {
            const keeper = await keeperWith(0n);
            keeper.advance(startMs);
            const admitted: { atMs: number; tokens: bigint }[] = [];
            let atMs = 0;
            for (const each of arrivals) {
              keeper.advance(each.afterMs);
              atMs += each.afterMs;
              if ((await kindOf(keeper, { amount: 0n, tokens: each.tokens, rates: [tokens] })) === 'held') {
                admitted.push({ atMs, tokens: each.tokens });
              }
            }
            for (const first of admitted) {
              const together = admitted.filter((each) => each.atMs >= first.atMs && each.atMs < first.atMs + windowMs);
              expect(together.reduce((sum, each) => sum + each.tokens, 0n)).toBeLessThanOrEqual(tokens.limit);
            }
          },
        ),
        { numRuns: 60 },
      );
    });

    test('whoever waits as long as told is let through, and is never told to wait much longer than the window', async () => {
      const arrival = fc.record({ afterMs: fc.nat({ max: 20_000 }), tokens: fc.bigInt({ min: 1n, max: 100n }) });
      await fc.assert(
        fc.asyncProperty(fc.array(arrival, { maxLength: 40, size: 'max' }), async (arrivals) => {
          const keeper = await keeperWith(0n);
          for (const each of arrivals) {
            keeper.advance(each.afterMs);
            const wish = { amount: 0n, tokens: each.tokens, rates: [tokens] };
            const waitMs = waitOf((await asked(keeper, wish)).outcome);
            if (waitMs === undefined) continue;
            expect(waitMs).toBeGreaterThan(0);
            expect(waitMs).toBeLessThanOrEqual(longestWaitMs);
            keeper.advance(waitMs);
            expect(await kindOf(keeper, wish)).toBe('held');
          }
        }),
        { numRuns: 60 },
      );
    });

    test('requests are counted one by one', async () => {
      const keeper = await keeperWith(0n);
      const wish = { amount: 0n, rates: [perMinute] };
      expect(await kindOf(keeper, wish)).toBe('held');
      keeper.advance(30_000);
      expect(await kindOf(keeper, wish)).toBe('held');
      const { outcome } = await asked(keeper, wish);
      expect(outcome).toMatchObject({ kind: 'limited', source: 'virtual_key.rpm' });
      keeper.advance(longestWaitMs - 30_000);
      expect(await kindOf(keeper, wish)).toBe('held');
      expect(await kindOf(keeper, wish)).toBe('limited');
    });

    test('a call larger than its own limit is not told to wait', async () => {
      const keeper = await keeperWith(1_000n);
      await asked(keeper, { amount: 0n, tokens: 100n, rates: [tokens] });
      const tooLarge = await asked(keeper, { amount: 0n, tokens: 101n, rates: [perMinute, tokens] });
      expect(tooLarge.outcome).toEqual({ kind: 'limited', source: 'virtual_key.tpm' });
      const tooDear = await asked(keeper, { amount: 101n, minimum: 1n, rates: [money] });
      expect(tooDear.outcome).toEqual({ kind: 'limited', source: 'virtual_key.cost_per_minute' });
      const closed = await asked(keeper, { amount: 0n, rates: [{ ...perMinute, scope: 'key:2:rpm', limit: 0n }] });
      expect(closed.outcome).toEqual({ kind: 'limited', source: 'virtual_key.rpm' });
    });

    test('of several limits the one with the longest wait is named', async () => {
      const keeper = await keeperWith(0n);
      await asked(keeper, { amount: 0n, tokens: 1n, rates: [perMinute, { ...tokens, limit: 1n }] });
      keeper.advance(20_000);
      await asked(keeper, { amount: 0n, rates: [perMinute] });
      await asked(keeper, { amount: 0n, tokens: 1n, rates: [{ ...tokens, scope: 'user:1:tpm', limit: 1n }] });
      const { outcome } = await asked(keeper, {
        amount: 0n,
        tokens: 1n,
        rates: [
          { ...perMinute, limit: 2n },
          { ...tokens, scope: 'user:1:tpm', source: 'user.tpm', limit: 1n },
        ],
      });
      expect(outcome).toMatchObject({ kind: 'limited', source: 'user.tpm' });
    });

    test('tokens count as held until the call ends, then as consumed', async () => {
      const keeper = await keeperWith(0n);
      const { request } = await asked(keeper, { amount: 0n, tokens: 100n, rates: [tokens] });
      expect(await kindOf(keeper, { amount: 0n, tokens: 1n, rates: [tokens] })).toBe('limited');
      keeper.advance(10_000);
      await keeper.store.settle(entryOf(callOfHold(request), 0n), 30n);
      expect(await kindOf(keeper, { amount: 0n, tokens: 71n, rates: [tokens] })).toBe('limited');
      expect(await kindOf(keeper, { amount: 0n, tokens: 70n, rates: [tokens] })).toBe('held');
      // What the first consumed leaves with the time of its hold, not of its end.
      keeper.advance(longestWaitMs - 10_000);
      expect(await kindOf(keeper, { amount: 0n, tokens: 30n, rates: [tokens] })).toBe('held');
      expect(await kindOf(keeper, { amount: 0n, tokens: 1n, rates: [tokens] })).toBe('limited');
    });

    test('a call that consumed more than was held counts in full', async () => {
      const keeper = await keeperWith(0n);
      const { request } = await asked(keeper, { amount: 0n, tokens: 10n, rates: [tokens] });
      await keeper.store.settle(entryOf(callOfHold(request), 0n), 95n);
      expect(await kindOf(keeper, { amount: 0n, tokens: 6n, rates: [tokens] })).toBe('limited');
      expect(await kindOf(keeper, { amount: 0n, tokens: 5n, rates: [tokens] })).toBe('held');
    });

    test('a correction that comes after the window has passed changes nothing', async () => {
      const keeper = await keeperWith(0n);
      const { request } = await asked(keeper, { amount: 0n, tokens: 100n, rates: [tokens] });
      keeper.advance(longestWaitMs);
      expect(await kindOf(keeper, { amount: 0n, tokens: 100n, rates: [tokens] })).toBe('held');
      await keeper.store.settle(entryOf(callOfHold(request), 0n), 1n);
      expect(await kindOf(keeper, { amount: 0n, tokens: 1n, rates: [tokens] })).toBe('limited');
    });

    test('extensions count when they are made, never refuse, and are corrected first', async () => {
      const keeper = await keeperWith(0n);
      const { request } = await asked(keeper, { amount: 0n, tokens: 60n, rates: [tokens] });
      keeper.advance(40_000);
      const more = { amount: amount(0n), minimum: amount(0n), tokens: 60n };
      expect(await keeper.store.extend(request.requestId, more)).toMatchObject({ kind: 'extended' });
      expect(await kindOf(keeper, { amount: 0n, tokens: 1n, rates: [tokens] })).toBe('limited');
      await keeper.store.settle(entryOf(callOfHold(request), 0n), 80n);
      expect(await kindOf(keeper, { amount: 0n, tokens: 21n, rates: [tokens] })).toBe('limited');
      // The sixty of the hold have left; of the extension, twenty were used.
      keeper.advance(longestWaitMs - 40_000);
      expect(await kindOf(keeper, { amount: 0n, tokens: 81n, rates: [tokens] })).toBe('limited');
      expect(await kindOf(keeper, { amount: 0n, tokens: 80n, rates: [tokens] })).toBe('held');
    });

    test('windows of money look at what is asked, count what is granted, and then what is charged', async () => {
      const keeper = await keeperWith(60n);
      const { request } = await asked(keeper, { amount: 90n, minimum: 1n, rates: [money] });
      await keeper.store.credit(walletId, amount(1_000n), 1n);
      expect(await kindOf(keeper, { amount: 41n, minimum: 1n, rates: [money] })).toBe('limited');
      await keeper.store.settle(entryOf(callOfHold(request), 25n), 0n);
      expect(await kindOf(keeper, { amount: 76n, minimum: 1n, rates: [money] })).toBe('limited');
      expect(await kindOf(keeper, { amount: 75n, minimum: 1n, rates: [money] })).toBe('held');
    });

    test('a voided call counts nowhere', async () => {
      const keeper = await keeperWith(100n);
      const all = { amount: 100n, tokens: 100n, rates: [{ ...perMinute, limit: 1n }, tokens, money] };
      const { request } = await asked(keeper, all);
      expect(await kindOf(keeper, all)).toBe('limited');
      await keeper.store.void(request.requestId);
      expect(await kindOf(keeper, all)).toBe('held');
    });
  });

  describe('slots', () => {
    const slots = [{ scope: 'key:1', source: 'virtual_key.max_concurrent', limit: 2 }];

    test('only so many calls run at once, and every way to end one frees its slot', async () => {
      const keeper = await keeperWith(100n);
      const ends: readonly ((request: HoldRequest) => Promise<unknown>)[] = [
        (request) => keeper.store.void(request.requestId),
        (request) => keeper.store.settle(entryOf(callOfHold(request), 1n), 0n),
        async (request) => {
          await keeper.store.dispatch(callOfHold(request), 1_000);
          keeper.advance(1_000);
          return keeper.store.reap(entryOf(callOfHold(request), 1n, 0));
        },
      ];
      for (const end of ends) {
        const first = await asked(keeper, { amount: 1n, slots });
        const second = await asked(keeper, { amount: 1n, slots });
        const third = await asked(keeper, { amount: 1n, slots });
        expect(third.outcome).toMatchObject({ kind: 'limited', source: 'virtual_key.max_concurrent' });
        expect(waitOf(third.outcome)).toBeGreaterThan(0);
        await end(first.request);
        const fourth = await asked(keeper, { amount: 1n, slots });
        expect(fourth.outcome.kind).toBe('held');
        expect(await kindOf(keeper, { amount: 1n, slots })).toBe('limited');
        await end(second.request);
        await end(fourth.request);
      }
    });

    test('without any slot nobody is told to wait', async () => {
      const keeper = await keeperWith(100n);
      const closed = slots.map((slot) => ({ ...slot, limit: 0 }));
      const { outcome } = await asked(keeper, { amount: 1n, slots: closed });
      expect(outcome).toEqual({ kind: 'limited', source: 'virtual_key.max_concurrent' });
    });
  });
}

function waitOf(outcome: HoldOutcome): number | undefined {
  return outcome.kind === 'limited' ? outcome.retryAfterMs : undefined;
}
