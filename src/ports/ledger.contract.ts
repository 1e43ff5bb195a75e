// What every keeper of the ledger must do, whatever is delivered, however often, in whatever order.
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { ChargeEntry, Counter, DispatchedCall } from '#core/ledger/entry.ts';
import { amount } from '#core/money/amount.ts';
import { adjustmentsContract } from './ledger-adjustments.contract.ts';
import type { Books } from './books.ts';
import { expectSound, walletBooks, type WalletBooks } from './ledger-books.contract.ts';
import { callOf, countersOf, entryOf, type Payer } from './ledger-entries.contract.ts';
import type { Ledger, TopUp } from './ledger.ts';

export interface LedgerKeeper {
  readonly ledger: Ledger;
  /** Another writer into the same books. */
  readonly other: Ledger;
  readonly books: Books;
  /** A wallet with a key and a user of its own. */
  createPayer(currency: string): Promise<Payer>;
  /** The id under which a period is rated again. */
  beginRerate(): Promise<string>;
  now(): number;
}

export function ledgerContract(make: () => Promise<LedgerKeeper>): void {
  let keeper: LedgerKeeper;
  let dispatchNo = 0;
  const gatewayId = crypto.randomUUID();

  beforeAll(async () => {
    keeper = await make();
    await keeper.ledger.openGateway(gatewayId, keeper.now());
  });

  const newCall = (payer: Payer): DispatchedCall => {
    dispatchNo += 1;
    return callOf(payer, { gatewayId, dispatchNo, atMs: keeper.now() });
  };
  const soundBooks = async (payer: Payer): Promise<WalletBooks> => {
    const found = await walletBooks(keeper.books, payer);
    await expectSound(found);
    return found;
  };
  const topUpOf = (payer: Payer, reference: string, units = 5_000_000_000_000n): TopUp => ({
    topUpId: crypto.randomUUID(),
    eventId: crypto.randomUUID(),
    walletId: payer.walletId,
    amount: amount(units),
    currency: payer.currency,
    source: 'manual',
    reference,
    author: 'tester',
    occurredAt: keeper.now(),
  });

  describe('counters of units', () => {
    test('are found by their names, and one that nobody has counted on is not there', async () => {
      const unknown = { scope: `wallet:${crypto.randomUUID()}:c`, period: '2020-01-01' };
      const payer = await keeper.createPayer('usd');
      await keeper.ledger.write([entryOf(newCall(payer), { completionTokens: 200 })]);
      const { units } = await keeper.ledger.load([payer.walletId]);
      const own = units.filter(({ scope }) => scope.includes(payer.walletId));
      expect(own).not.toEqual([]);
      expect(await keeper.ledger.unitsTaken([...own, unknown])).toEqual(own);
    });
  });

  describe('charges', () => {
    test('a call is charged once, however often its entry is delivered', async () => {
      const payer = await keeper.createPayer('usd');
      const entry = entryOf(newCall(payer), { completionTokens: 200 });
      const first = await keeper.ledger.write([entry, entry]);
      const again = await keeper.other.write([entry]);
      expect([first.committed, again.committed]).toEqual([[entry.eventId], [entry.eventId]]);
      const { events, usageRecords } = await soundBooks(payer);
      expect(events.map((event) => event.amount)).toEqual([-entry.total]);
      expect(usageRecords).toHaveLength(1);
    });

    test('what was written is read back as it was said', async () => {
      const payer = await keeper.createPayer('usd');
      const entry = entryOf(newCall(payer), { completionTokens: 200, heldWhenCutOff: amount(2_000_000_000n) });
      await keeper.ledger.write([entry]);
      const { events, registers, usageRecords } = await soundBooks(payer);
      expect(events[0]).toMatchObject({ eventId: entry.eventId, occurredAt: entry.endedAt, kind: 'charge' });
      expect(registers[0]).toMatchObject({ total: entry.total, cost: entry.cost, counters: entry.call.counters });
      expect(usageRecords[0]).toMatchObject({
        eventId: entry.eventId,
        applied: true,
        outcome: 'cut_off',
        held: 2_000_000_000n,
        facts: entry.call.facts,
        pins: entry.call.pins,
        charge: { total: entry.total, currency: 'usd', receipt: entry.chargeReceipt },
        cost: { total: entry.cost, currency: 'usd', receipt: entry.costReceipt },
      });
    });

    test('of an estimate and the final word, the difference is booked', async () => {
      const payer = await keeper.createPayer('usd');
      const call = newCall(payer);
      const estimate = entryOf(call, { completionTokens: 500, estimateNo: 1 });
      const final = entryOf(call, { completionTokens: 200 });
      await keeper.ledger.write([estimate]);
      await keeper.ledger.write([final]);
      const { events, registers } = await soundBooks(payer);
      expect(events.map((event) => event.amount)).toEqual([-estimate.total, estimate.total - final.total]);
      expect(registers).toMatchObject([{ total: final.total, cost: final.cost, final: true }]);
    });

    test('an estimate that comes after a better word changes nothing, and is recorded', async () => {
      const payer = await keeper.createPayer('usd');
      const call = newCall(payer);
      const final = entryOf(call, { completionTokens: 200 });
      const late = entryOf(call, { completionTokens: 500, estimateNo: 3 });
      await keeper.ledger.write([final]);
      await keeper.ledger.write([late]);
      const { events, usageRecords } = await soundBooks(payer);
      expect(events).toHaveLength(1);
      const applied = new Map(usageRecords.map((record) => [record.eventId, record.applied]));
      expect(applied).toEqual(
        new Map([
          [final.eventId, true],
          [late.eventId, false],
        ]),
      );
    });

    test('a cost that turns out to be owed to another provider is owed to the first no more', async () => {
      const payer = await keeper.createPayer('usd');
      const call = newCall(payer);
      const elsewhere = { ...call, provider: 'south' };
      await keeper.ledger.write([entryOf(call, { completionTokens: 500, estimateNo: 1 })]);
      const final = entryOf(elsewhere, { completionTokens: 500 });
      await keeper.ledger.write([final]);
      const { postings } = await soundBooks(payer);
      const owed = (account: string) =>
        postings.filter((leg) => leg.account === account).reduce((sum, leg) => sum + leg.amount, 0n);
      expect([owed('payable:north'), owed('payable:south')]).toEqual([0n, -final.cost]);
    });

    test('a call that costs nothing is an event too', async () => {
      const payer = await keeper.createPayer('usd');
      const entry = entryOf(newCall(payer), { completionTokens: 200, heldWhenCutOff: amount(0n) });
      await keeper.ledger.write([entry]);
      expect((await soundBooks(payer)).events).toMatchObject([{ eventId: entry.eventId, amount: 0n }]);
    });

    test('a batch that names an unknown wallet is refused whole', async () => {
      const payer = await keeper.createPayer('usd');
      const known = entryOf(newCall(payer), { completionTokens: 200 });
      dispatchNo -= 1;
      const unknown = entryOf(newCall({ ...payer, walletId: crypto.randomUUID() }), { completionTokens: 200 });
      dispatchNo -= 1;
      await expect(keeper.ledger.write([known, unknown])).rejects.toThrow(unknown.call.walletId);
      expect(await walletBooks(keeper.books, payer)).toMatchObject({ events: [], usageRecords: [], counters: [] });
    });

    test('two writers with the same deliveries charge every call once', async () => {
      const payers = [await keeper.createPayer('usd'), await keeper.createPayer('usd')];
      const entries = payers.flatMap((payer) =>
        Array.from({ length: 30 }, (_, index) => {
          const call = newCall(payer);
          return [entryOf(call, { completionTokens: 900, estimateNo: 1 }), entryOf(call, { completionTokens: index })];
        }).flat(),
      );
      const mixed = entries.toSorted((left, right) => (left.eventId < right.eventId ? -1 : 1));
      const batches = Array.from({ length: 12 }, (_, index) => mixed.slice(index * 10, index * 10 + 10));
      const deliver = async (ledger: Ledger, order: readonly ChargeEntry[][]) => {
        for (const batch of order) await ledger.write(batch);
      };
      await Promise.all([
        deliver(keeper.ledger, batches),
        deliver(
          keeper.other,
          batches.toReversed().map((batch) => batch.toReversed()),
        ),
        deliver(keeper.ledger, batches.toReversed()),
        deliver(keeper.other, batches),
      ]);
      for (const payer of payers) {
        const { wallet, registers } = await soundBooks(payer);
        const finals = entries.filter(({ final, call }) => final && call.walletId === payer.walletId);
        expect(registers).toHaveLength(finals.length);
        expect(wallet?.balance).toBe(-finals.reduce((sum, entry) => sum + entry.total, 0n));
      }
    });

    test('two writers whose wallets share a counter both get through', async () => {
      const payers = [await keeper.createPayer('usd'), await keeper.createPayer('usd')] as const;
      const scopes = Array.from({ length: 8 }, () => `organization:${crypto.randomUUID()}`);
      const shared = scopes.map((scope) => ({ scope, period: 'total' }));
      const entries = payers.map((payer, index) =>
        Array.from({ length: 40 }, () => {
          const counters = index === 0 ? shared : shared.toReversed();
          return entryOf({ ...newCall(payer), counters }, { completionTokens: 5 });
        }),
      );
      const [mine = [], theirs = []] = entries;
      await Promise.all([
        ...mine.map((entry) => keeper.ledger.write([entry])),
        ...theirs.map((entry) => keeper.other.write([entry])),
      ]);
      const spent = await keeper.books.view(async (view) => {
        const found: bigint[] = [];
        for await (const row of view.counters()) if (scopes.includes(row.scope)) found.push(row.spent);
        return found;
      });
      const total = entries.flat().reduce((sum, entry) => sum + entry.total, 0n);
      expect(spent).toEqual(scopes.map(() => total));
      for (const payer of payers) await soundBooks(payer);
    });

    test('deliveries at random end at the same totals', async () => {
      const deliveries = fc.array(
        fc.record({ call: fc.nat(3), word: fc.nat(3), writer: fc.boolean(), flush: fc.boolean() }),
        { minLength: 1, maxLength: 40 },
      );
      await fc.assert(
        fc.asyncProperty(deliveries, async (picks) => {
          const payer = await keeper.createPayer('usd');
          const words = Array.from({ length: 4 }, () => {
            const call = newCall(payer);
            const estimates = [1, 2, 3].map((estimateNo) =>
              entryOf(call, { completionTokens: estimateNo, estimateNo }),
            );
            return [entryOf(call, { completionTokens: 77 }), ...estimates];
          });
          const said = new Map<string, ChargeEntry>();
          let batch: ChargeEntry[] = [];
          const flush = async (ledger: Ledger) => {
            await ledger.write(batch);
            batch = [];
          };
          for (const pick of picks) {
            const entry = words[pick.call]?.[pick.word];
            if (!entry) continue;
            batch.push(entry);
            said.set(entry.call.requestId, better(said.get(entry.call.requestId), entry));
            if (pick.flush) await flush(pick.writer ? keeper.ledger : keeper.other);
          }
          await flush(keeper.ledger);
          const { registers } = await soundBooks(payer);
          const totals = new Map(registers.map(({ requestId, total, final }) => [requestId, { total, final }]));
          const expected = Array.from(said, ([requestId, { total, final }]) => [requestId, { total, final }] as const);
          expect(totals).toEqual(new Map(expected));
        }),
        { numRuns: 25 },
      );
    });
  });

  describe('adjustments', () => adjustmentsContract(() => keeper, newCall, soundBooks));

  describe('top-ups', () => {
    test('tells a wallet’s credits from any number on, charges between them left out', async () => {
      const payer = await keeper.createPayer('usd');
      for (const units of [1n, 2n, 3n]) {
        await keeper.ledger.topUp(topUpOf(payer, crypto.randomUUID(), units));
        await keeper.ledger.write([entryOf(newCall(payer), { completionTokens: 5 })]);
      }
      expect(await keeper.other.creditsAfter(payer.walletId, 1n)).toEqual([
        { creditSeq: 2n, amount: 2n },
        { creditSeq: 3n, amount: 3n },
      ]);
      expect(await keeper.ledger.creditsAfter(payer.walletId, 3n)).toEqual([]);
    });

    test('money in is booked once, and counted', async () => {
      const payer = await keeper.createPayer('usd');
      const first = topUpOf(payer, crypto.randomUUID());
      const credited = { balance: first.amount, creditSeq: 1n, topUpId: first.topUpId, amount: first.amount };
      expect(await keeper.ledger.topUp(first)).toEqual({ kind: 'credited', ...credited });
      const again = { ...first, topUpId: crypto.randomUUID(), eventId: crypto.randomUUID() };
      expect(await keeper.other.topUp(again)).toEqual({ kind: 'repeated', ...credited });
      const more = await keeper.other.topUp(topUpOf(payer, crypto.randomUUID()));
      expect(more).toMatchObject({ kind: 'credited', creditSeq: 2n, balance: 2n * first.amount });
      expect((await soundBooks(payer)).events.map((event) => event.kind)).toEqual(['top_up', 'top_up']);
    });

    test('the same reference for another amount or wallet is a conflict', async () => {
      const [payer, stranger] = [await keeper.createPayer('usd'), await keeper.createPayer('usd')];
      const reference = crypto.randomUUID();
      await keeper.ledger.topUp(topUpOf(payer, reference));
      expect(await keeper.ledger.topUp(topUpOf(payer, reference, 1n))).toEqual({ kind: 'conflict' });
      expect(await keeper.ledger.topUp(topUpOf(stranger, reference))).toEqual({ kind: 'conflict' });
      const voucher = { ...topUpOf(payer, reference), source: 'voucher' } as const;
      expect(await keeper.ledger.topUp(voucher)).toMatchObject({ kind: 'credited', creditSeq: 2n });
      expect((await soundBooks(stranger)).events).toEqual([]);
    });

    test('money of another currency, or for an unknown wallet, is not taken', async () => {
      const payer = await keeper.createPayer('eur');
      const dollars = { ...topUpOf(payer, crypto.randomUUID()), currency: 'usd' };
      expect(await keeper.ledger.topUp(dollars)).toEqual({ kind: 'currency-mismatch', walletCurrency: 'eur' });
      const nobody = { ...topUpOf(payer, crypto.randomUUID()), walletId: crypto.randomUUID() };
      expect(await keeper.ledger.topUp(nobody)).toEqual({ kind: 'unknown-wallet' });
      expect((await soundBooks(payer)).events).toEqual([]);
    });

    test('one reference at several writers at once is one top-up', async () => {
      const [payer, stranger] = [await keeper.createPayer('usd'), await keeper.createPayer('usd')];
      const reference = crypto.randomUUID();
      const outcomes = await Promise.all(
        Array.from({ length: 12 }, (_, index) => {
          const topUp = topUpOf(index % 3 === 2 ? stranger : payer, reference);
          return (index % 2 === 0 ? keeper.ledger : keeper.other).topUp(topUp);
        }),
      );
      expect(outcomes.filter((outcome) => outcome.kind === 'credited')).toHaveLength(1);
      const booked = [await soundBooks(payer), await soundBooks(stranger)].flatMap(({ events }) => events);
      expect(booked).toHaveLength(1);
    });

    test('charges and top-ups at once leave no gap', async () => {
      const payer = await keeper.createPayer('usd');
      const deeds = Array.from({ length: 30 }, (_, index) =>
        index % 3 === 0
          ? keeper.other.topUp(topUpOf(payer, crypto.randomUUID()))
          : keeper.ledger.write([entryOf(newCall(payer), { completionTokens: index })]),
      );
      await Promise.all(deeds);
      const { events, wallet } = await soundBooks(payer);
      expect(events).toHaveLength(30);
      expect(wallet?.creditSeq).toBe(10n);
    });
  });

  describe('loading', () => {
    test('wallets come with the counters of periods that have not ended', async () => {
      const [payer, other] = [await keeper.createPayer('usd'), await keeper.createPayer('usd')];
      const entry = entryOf(newCall(payer), { completionTokens: 200 });
      const yearAgo = keeper.now() - 366 * 86_400_000;
      const old = { ...newCall(payer), counters: countersOf(payer, yearAgo) };
      await keeper.ledger.topUp(topUpOf(payer, crypto.randomUUID()));
      await keeper.ledger.write([entry, entryOf(old, { completionTokens: 200 })]);
      await keeper.ledger.write([entryOf(newCall(other), { completionTokens: 200 })]);
      const { wallet } = await soundBooks(payer);
      const loaded = await keeper.ledger.load([payer.walletId]);
      expect(loaded.wallets).toEqual([{ walletId: payer.walletId, balance: wallet?.balance, creditSeq: 1n }]);
      const [day, total, month] = entry.call.counters;
      const spent = new Map(loaded.counters.map((each) => [`${each.scope} ${each.period}`, each.spent]));
      const keyOf = (counter: Counter | undefined) => `${counter?.scope ?? ''} ${counter?.period ?? ''}`;
      expect(spent).toEqual(
        new Map([
          [keyOf(day), entry.total],
          [keyOf(month), entry.total],
          [keyOf(total), amount(2n * entry.total)],
        ]),
      );
      const everything = await keeper.ledger.load();
      expect(everything.wallets.map((each) => each.walletId)).toEqual(
        expect.arrayContaining([payer.walletId, other.walletId]),
      );
      expect(everything.counters).toEqual(expect.arrayContaining([...loaded.counters]));
    });

    test('a wallet nobody knows is left out, and has no head', async () => {
      const nobody = crypto.randomUUID();
      expect(await keeper.ledger.load([nobody])).toMatchObject({ wallets: [], counters: [] });
      expect(await keeper.ledger.head(nobody)).toBeUndefined();
    });

    test('the head is the last event', async () => {
      const payer = await keeper.createPayer('usd');
      await keeper.ledger.write([entryOf(newCall(payer), { completionTokens: 200 })]);
      const { events, wallet } = await soundBooks(payer);
      const { balanceAfter: balance, seq, hash } = events[0] ?? {};
      expect(await keeper.ledger.head(payer.walletId)).toEqual({
        walletId: payer.walletId,
        currency: 'usd',
        balance,
        seq,
        hash,
      });
      expect(wallet?.hash).toBe(hash);
    });
  });

  test('a life of a gateway is opened once and ends with its highest number', async () => {
    const life = crypto.randomUUID();
    await keeper.ledger.openGateway(life, keeper.now());
    await keeper.other.openGateway(life, keeper.now());
    const lifeRow = () =>
      keeper.books.view(async (view) => {
        for await (const row of view.gateways()) if (row.gatewayId === life) return row;
        return undefined;
      });
    expect(await lifeRow()).toEqual({ gatewayId: life });
    await keeper.ledger.closeGateway(life, 7);
    await keeper.ledger.closeGateway(life, 7);
    const closed = await lifeRow();
    expect(closed).toMatchObject({ lastDispatchNo: 7n });
    expect(closed?.endedAt).toBeGreaterThan(keeper.now() - 60_000);
  });
}

function better(before: ChargeEntry | undefined, now: ChargeEntry): ChargeEntry {
  if (!before || now.final) return now;
  return before.final || before.revision >= now.revision ? before : now;
}
