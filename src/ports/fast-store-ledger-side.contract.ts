// What passes between the store and the ledger: the outbox, money in, and being set right.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AdjustedCall } from '#core/ledger/adjustment.ts';
import type { ChargeEntry } from '#core/ledger/entry.ts';
import type { RequestCharge } from '#core/ledger/register.ts';
import { amount, amountMax } from '#core/money/amount.ts';
import { callOf, callOfHold, entryOf, holdOf, type MakeFastStore } from './fast-store-calls.contract.ts';
import type { FastStore, LedgerTruth } from './fast-store.ts';

const walletId = 'wallet';
const day = { scope: 'key:1', period: '2026-11-22' };

export function describeLedgerSide(make: MakeFastStore): void {
  const storeWith = async (balance: bigint, outboxMax = 10_000): Promise<FastStore> => {
    const { store } = await make({ outboxMax });
    await store.load([{ walletId, balance: amount(balance), creditSeq: 0n }], []);
    return store;
  };
  const charge = async (
    store: FastStore,
    requestId: string,
    total: bigint,
    revision?: number,
  ): Promise<ChargeEntry> => {
    const entry = entryOf(callOf({ requestId, walletId, counters: [day] }), total, revision);
    await store.settle(entry, 0n);
    return entry;
  };

  describe('the outbox', () => {
    test('gives the oldest entries first, until they are confirmed', async () => {
      const store = await storeWith(100n);
      const entries = [await charge(store, 'a', 1n), await charge(store, 'b', 2n), await charge(store, 'c', 3n)];
      expect(await store.outbox(2)).toEqual(entries.slice(0, 2));
      expect(await store.outbox(2)).toEqual(entries.slice(0, 2));
      await store.confirm(entries.slice(1, 2).map(({ eventId }) => eventId));
      await store.confirm([...entries.slice(1, 2).map(({ eventId }) => eventId), 'never heard of']);
      expect(await store.outbox(9)).toEqual([entries[0], entries[2]]);
      expect(await store.outboxSize()).toBe(2);
      expect(await store.wallet(walletId)).toMatchObject({ balance: 94n });
    });

    test('when it is full no call is let through, and every call under way still ends', async () => {
      const store = await storeWith(100n, 2);
      const requests = [1, 2, 3].map(() => holdOf({ walletId, amount: 10n }));
      for (const request of requests) await store.hold(request);
      const entries = requests.map((request) => entryOf(callOfHold(request), 1n));
      for (const entry of entries) expect(await store.settle(entry, 0n)).toMatchObject({ kind: 'settled' });
      expect(await store.outboxSize()).toBe(3);
      const next = holdOf({ walletId, amount: 10n });
      expect(await store.hold(next)).toEqual({ kind: 'outbox-full' });
      await store.confirm(entries.slice(0, 2).map(({ eventId }) => eventId));
      expect(await store.hold(next)).toMatchObject({ kind: 'held' });
    });
  });

  describe('money in', () => {
    test('is applied in its order, once', async () => {
      const store = await storeWith(10n);
      expect(await store.credit(walletId, amount(5n), 2n)).toBe('missing');
      expect(await store.credit(walletId, amount(7n), 1n)).toBe('applied');
      expect(await store.credit(walletId, amount(7n), 1n)).toBe('repeated');
      expect(await store.credit(walletId, amount(5n), 2n)).toBe('applied');
      expect(await store.credit('unknown', amount(5n), 1n)).toBe('missing');
      expect(await store.wallet(walletId)).toEqual({ balance: 22n, held: 0n, available: 22n, creditSeq: 2n });
    });
  });

  describe('an adjustment', () => {
    const adjustedTo = (after: bigint, { call, total, final, revision }: ChargeEntry): AdjustedCall => ({
      requestId: call.requestId,
      final,
      revision,
      before: total,
      after: amount(after),
      counters: call.counters,
    });

    test('gives budgets back what wallets get back, once', async () => {
      const store = await storeWith(100n);
      const calls = [await charge(store, 'a', 20n), await charge(store, 'b', 10n)].map((each) => adjustedTo(4n, each));
      const elsewhere = { scope: 'key:9', period: '2020-01' };
      const old = adjustedTo(1n, await charge(store, 'c', 5n));
      const adjusted = [...calls, { ...old, counters: [elsewhere] }];
      expect(await store.credit(walletId, amount(26n), 1n, adjusted)).toBe('applied');
      expect(await store.credit(walletId, amount(26n), 1n, adjusted)).toBe('repeated');
      expect(await store.wallet(walletId)).toMatchObject({ balance: 91n, creditSeq: 1n });
      expect(await store.spent(day)).toBe(13n);
      expect(await store.spent(elsewhere)).toBe(0n);
    });

    test('that cannot be counted exactly changes nothing', async () => {
      const store = await storeWith(100n);
      const call = adjustedTo(20n, await charge(store, 'a', 20n));
      const far = { ...call, requestId: 'b', before: amount(0n), after: amountMax };
      await expect(store.credit(walletId, amount(0n), 1n, [{ ...call, after: amount(1n) }, far])).rejects.toThrow(
        RangeError,
      );
      expect(await store.wallet(walletId)).toMatchObject({ balance: 80n, creditSeq: 0n });
      expect(await store.spent(day)).toBe(20n);
    });

    test('of an estimate: its last word books the rest to what it was adjusted to', async () => {
      const store = await storeWith(100n);
      const estimate = await charge(store, 'a', 20n, 0);
      await store.credit(walletId, amount(15n), 1n, [adjustedTo(5n, estimate)]);
      expect(await store.wallet(walletId)).toMatchObject({ balance: 95n });
      await charge(store, 'a', 8n);
      expect(await store.wallet(walletId)).toMatchObject({ balance: 92n });
      expect(await store.spent(day)).toBe(8n);
    });

    test('of an estimate whose last word came before it moves nothing', async () => {
      const store = await storeWith(100n);
      const estimate = await charge(store, 'a', 20n, 0);
      await charge(store, 'a', 8n);
      expect(await store.credit(walletId, amount(15n), 1n, [adjustedTo(5n, estimate)])).toBe('applied');
      expect(await store.wallet(walletId)).toMatchObject({ balance: 92n, creditSeq: 1n });
      expect(await store.spent(day)).toBe(8n);
    });
  });

  describe('being set to what the ledger says', () => {
    const truth = (balance: bigint, more: Partial<LedgerTruth> = {}): LedgerTruth => ({
      wallets: [{ walletId, balance: amount(balance), creditSeq: 0n }],
      counters: [],
      registers: new Map(),
      units: [],
      given: new Map(),
      ...more,
    });

    test('holds stay, and what the ledger has yet to book is taken off', async () => {
      const store = await storeWith(100n);
      await store.hold(holdOf({ walletId, amount: 10n }));
      await charge(store, 'a', 20n);
      const counters = [{ ...day, spent: amount(7n) }];
      expect(await store.resync(truth(500n, { counters }))).toBe(true);
      expect(await store.wallet(walletId)).toEqual({ balance: 480n, held: 10n, available: 470n, creditSeq: 0n });
      expect(await store.spent(day)).toBe(27n);
    });

    test('what the ledger has booked, though its word has not arrived, is not taken off again', async () => {
      const store = await storeWith(100n);
      const estimate = await charge(store, 'a', 20n, 0);
      const final = await charge(store, 'a', 30n);
      const other = await charge(store, 'b', 1n);
      const registers = new Map([['a', registerOf(estimate)]]);
      expect(await store.resync(truth(80n, { registers, counters: [{ ...day, spent: amount(20n) }] }))).toBe(true);
      expect(await store.wallet(walletId)).toMatchObject({ balance: 69n });
      expect(await store.spent(day)).toBe(31n);
      await store.confirm([estimate, final, other].map(({ eventId }) => eventId));
      expect(await store.wallet(walletId)).toMatchObject({ balance: 69n });
    });

    test('a truth that is older than a credit seen here is refused as a whole', async () => {
      const store = await storeWith(100n);
      await store.load([{ walletId: 'other', balance: amount(5n), creditSeq: 0n }], []);
      await store.credit(walletId, amount(50n), 1n);
      const stale = truth(100n);
      const wallets = [{ walletId: 'other', balance: amount(9n), creditSeq: 0n }, ...stale.wallets];
      expect(await store.resync({ ...stale, wallets, counters: [{ ...day, spent: amount(9n) }] })).toBe(false);
      expect(await store.wallet('other')).toMatchObject({ balance: 5n });
      expect(await store.wallet(walletId)).toMatchObject({ balance: 150n, creditSeq: 1n });
      expect(await store.spent(day)).toBe(0n);
    });

    test('a credit that never arrived is made up for, and is known when it comes', async () => {
      const store = await storeWith(100n);
      expect(await store.credit(walletId, amount(5n), 2n)).toBe('missing');
      const wallets = [{ walletId, balance: amount(155n), creditSeq: 2n }];
      expect(await store.resync(truth(0n, { wallets }))).toBe(true);
      expect(await store.credit(walletId, amount(50n), 1n)).toBe('repeated');
      expect(await store.credit(walletId, amount(5n), 2n)).toBe('repeated');
      expect(await store.wallet(walletId)).toMatchObject({ balance: 155n, creditSeq: 2n });
    });

    test('a wallet that was not known is taken over', async () => {
      const { store } = await make({ outboxMax: 10 });
      expect(await store.resync(truth(42n))).toBe(true);
      expect(await store.wallet(walletId)).toEqual({ balance: 42n, held: 0n, available: 42n, creditSeq: 0n });
    });

    test('a store that is right stays as it is, however much of its outbox is booked or confirmed', async () => {
      const said = fc.record({
        request: fc.nat({ max: 4 }),
        total: fc.bigInt({ min: 0n, max: 50n }),
        revision: fc.option(fc.nat({ max: 3 }), { nil: undefined }),
      });
      const deed = fc.oneof(
        fc.record({ kind: fc.constant('say' as const), said }),
        fc.record({ kind: fc.constant('write' as const), count: fc.nat({ max: 3 }) }),
        fc.record({ kind: fc.constant('confirm' as const) }),
        fc.record({ kind: fc.constant('resync' as const), drift: fc.bigInt({ min: -9n, max: 9n }) }),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(deed, { maxLength: 40, size: 'max' }), async (deeds) => {
          const store = await storeWith(1_000n);
          const ledger = new MiniLedger(1_000n);
          for (const each of deeds) {
            if (each.kind === 'say')
              await charge(store, `request-${each.said.request}`, each.said.total, each.said.revision);
            if (each.kind === 'write') ledger.write((await store.outbox(100)).slice(0, each.count));
            if (each.kind === 'confirm') await store.confirm([...ledger.written]);
            if (each.kind !== 'resync') continue;
            const before = [await store.wallet(walletId), await store.spent(day)];
            // First astray, then right again.
            await store.resync(ledger.truth(each.drift));
            expect(await store.resync(ledger.truth(0n))).toBe(true);
            expect([await store.wallet(walletId), await store.spent(day)]).toEqual(before);
          }
          ledger.write(await store.outbox(100));
          expect((await store.wallet(walletId))?.balance).toBe(ledger.balance);
        }),
        { numRuns: 100 },
      );
    });
  });
}

/** As much of a ledger as a resync needs: what it has booked, in total and by request. */
class MiniLedger {
  readonly written = new Set<string>();
  readonly #registers = new Map<string, RequestCharge>();
  readonly #initial: bigint;

  constructor(initial: bigint) {
    this.#initial = initial;
  }

  get #spent(): bigint {
    return [...this.#registers.values()].reduce((sum, { total }) => sum + total, 0n);
  }

  get balance(): bigint {
    return this.#initial - this.#spent;
  }

  write(entries: readonly ChargeEntry[]): void {
    for (const entry of entries) {
      this.written.add(entry.eventId);
      const before = this.#registers.get(entry.call.requestId);
      const isBetter = !before || (!before.final && (entry.final || entry.revision > before.revision));
      if (isBetter) this.#registers.set(entry.call.requestId, registerOf(entry));
    }
  }

  truth(drift: bigint): LedgerTruth {
    return {
      wallets: [{ walletId, balance: amount(this.balance + drift), creditSeq: 0n }],
      counters: [{ ...day, spent: amount(this.#spent + drift) }],
      registers: this.#registers,
      units: [],
      given: new Map(),
    };
  }
}

function registerOf({ call, total, cost, costCurrency, final, revision }: ChargeEntry): RequestCharge {
  return { total, cost, costCurrency, provider: call.provider, final, revision };
}
