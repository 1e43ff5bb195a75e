// Keys that their providers limit: the part of the fast store's contract about the attempts of a call.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { keyScopes } from '#core/catalog/key-limits.ts';
import { amount } from '#core/money/amount.ts';
import { callOfHold, entryOf, type FastStoreKeeper, holdOf, type MakeFastStore } from './fast-store-calls.contract.ts';
import type { KeyOffer } from './fast-store.ts';

const walletId = 'wallet';
const windowMs = 60_000;

const offer = (providerKeyId: string, limits: Parameters<typeof keyScopes>[1]): KeyOffer => {
  const { rates = [], slots = [] } = keyScopes(providerKeyId, limits) ?? {};
  return { providerKeyId, rates, slots };
};

export function describeAttempts(make: MakeFastStore): void {
  const keeperWith = async (): Promise<FastStoreKeeper> => {
    const keeper = await make({ outboxMax: 10_000 });
    await keeper.store.load([{ walletId, balance: amount(1_000n), creditSeq: 0n }], []);
    return keeper;
  };
  const heldCall = async ({ store }: FastStoreKeeper, tokens = 10n) => {
    const request = holdOf({ walletId, amount: 0n, tokens });
    await store.hold(request);
    return request;
  };
  /** What an attempt of a new call is told. */
  const told = async (keeper: FastStoreKeeper, keys: readonly KeyOffer[], tokens = 10n) => {
    const request = await heldCall(keeper, tokens);
    return { request, outcome: await keeper.store.admit(request.requestId, keys) };
  };
  const admittedTo = async (keeper: FastStoreKeeper, keys: readonly KeyOffer[], tokens = 10n) => {
    const { outcome } = await told(keeper, keys, tokens);
    return outcome.kind === 'admitted' ? outcome.providerKeyId : outcome.kind;
  };

  describe('attempts', () => {
    test('over any stretch of one window no key sees more requests than it may', async () => {
      const arrivals = fc.array(fc.nat({ max: 20_000 }), { maxLength: 60, size: 'max' });
      await fc.assert(
        fc.asyncProperty(arrivals, async (gaps) => {
          const keeper = await keeperWith();
          const keys = [offer('a', { requestsPerMinute: 3 }), offer('b', { requestsPerMinute: 2 })];
          const admitted: { key: string; atMs: number }[] = [];
          let atMs = 0;
          for (const gap of gaps) {
            keeper.advance(gap);
            atMs += gap;
            const key = await admittedTo(keeper, keys);
            if (key !== 'limited') admitted.push({ key, atMs });
          }
          for (const { key, atMs: from } of admitted) {
            const together = admitted.filter(
              (each) => each.key === key && each.atMs >= from && each.atMs < from + windowMs,
            );
            expect(together.length).toBeLessThanOrEqual(key === 'a' ? 3 : 2);
          }
        }),
        { numRuns: 40 },
      );
    });

    test('take the first key that has room, and else are told when the first one will', async () => {
      const keeper = await keeperWith();
      const keys = [offer('a', { requestsPerMinute: 1 }), offer('b', { requestsPerMinute: 1 })];
      expect(await admittedTo(keeper, keys)).toBe('a');
      keeper.advance(10_000);
      expect(await admittedTo(keeper, keys)).toBe('b');
      const { outcome } = await told(keeper, keys);
      expect(outcome).toMatchObject({ kind: 'limited' });
      const waitMs = outcome.kind === 'limited' ? (outcome.retryAfterMs ?? 0) : 0;
      expect(waitMs).toBeGreaterThan(0);
      expect(waitMs).toBeLessThanOrEqual(windowMs - 10_000 + windowMs / 60 + 1);
      keeper.advance(waitMs);
      expect(await admittedTo(keeper, keys)).toBe('a');
    });

    test('beyond the limit of every key alone are not told to wait', async () => {
      const keeper = await keeperWith();
      const keys = [offer('a', { tokensPerMinute: 5 }), offer('b', { tokensPerMinute: 9 })];
      expect((await told(keeper, keys, 10n)).outcome).toEqual({ kind: 'limited' });
      expect(await admittedTo(keeper, keys, 9n)).toBe('b');
    });

    test('hold their slot until the call has ended, however it ends', async () => {
      const keeper = await keeperWith();
      const keys = [offer('a', { concurrency: 1 })];
      for (const end of ['settle', 'void', 'reap'] as const) {
        const { request, outcome } = await told(keeper, keys);
        expect(outcome).toMatchObject({ kind: 'admitted' });
        expect(await admittedTo(keeper, keys)).toBe('limited');
        if (end !== 'void') await keeper.store.dispatch(callOfHold(request), 1_000);
        if (end === 'settle') await keeper.store.settle(entryOf(callOfHold(request), 0n), 5n);
        if (end === 'void') await keeper.store.void(request.requestId);
        if (end === 'reap') {
          keeper.advance(1_000);
          expect(await keeper.store.reap(entryOf(callOfHold(request), 0n, 1))).toBe(true);
        }
      }
      expect(await admittedTo(keeper, keys)).toBe('a');
    });

    test('of one call give back what the earlier one took, but not that it was made', async () => {
      const keeper = await keeperWith();
      const a = offer('a', { concurrency: 1, tokensPerMinute: 15, requestsPerMinute: 2 });
      const b = offer('b', { requestsPerMinute: 9 });
      const { request } = await told(keeper, [a]);
      expect(await keeper.store.admit(request.requestId, [b])).toMatchObject({ providerKeyId: 'b' });
      expect(await admittedTo(keeper, [a])).toBe('a');
      const { outcome } = await told(keeper, [offer('a', { requestsPerMinute: 2 })]);
      expect(outcome).toMatchObject({ kind: 'limited' });
    });

    test('without a key only end the one before', async () => {
      const keeper = await keeperWith();
      const keys = [offer('a', { concurrency: 1 })];
      const { request } = await told(keeper, keys);
      expect(await keeper.store.admit(request.requestId, [])).toEqual({ kind: 'limited' });
      expect(await admittedTo(keeper, keys)).toBe('a');
    });

    test('count the tokens that were consumed once the call has ended, and nothing when it was voided', async () => {
      const keeper = await keeperWith();
      const keys = [offer('a', { tokensPerMinute: 100, requestsPerMinute: 2 })];
      const { request } = await told(keeper, keys, 90n);
      expect(await admittedTo(keeper, keys, 90n)).toBe('limited');
      await keeper.store.settle(entryOf(callOfHold(request), 0n), 20n);
      const { request: second } = await told(keeper, keys, 80n);
      expect(await admittedTo(keeper, keys, 1n)).toBe('limited');
      await keeper.store.void(second.requestId);
      expect(await admittedTo(keeper, keys, 80n)).toBe('a');
    });

    test('of a call that has ended, or was never held, are told so and count nothing', async () => {
      const keeper = await keeperWith();
      const keys = [offer('a', { requestsPerMinute: 1 })];
      const request = await heldCall(keeper);
      await keeper.store.void(request.requestId);
      expect(await keeper.store.admit(request.requestId, keys)).toEqual({ kind: 'gone' });
      expect(await keeper.store.admit('nobody', keys)).toEqual({ kind: 'gone' });
      expect(await admittedTo(keeper, keys)).toBe('a');
    });
  });
}
