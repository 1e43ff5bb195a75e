import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MemoryLedger } from '#adapters/memory/ledger.ts';
import { audit } from '#flows/audit.ts';
import type { Books, BooksView } from '#ports/books.ts';
import type { LedgerKeeper } from '#ports/ledger.contract.ts';
import { callOf, entryOf, sampleCost, samplePrice } from '#ports/ledger-entries.contract.ts';
import { fillWithGood } from './good-ledger.ts';

function memoryKeeper(): LedgerKeeper & { readonly memory: MemoryLedger } {
  const memory = new MemoryLedger({ now: Date.now });
  memory.publish(samplePrice);
  memory.publish(sampleCost);
  return {
    memory,
    ledger: memory,
    other: memory,
    books: memory.books,
    beginRerate: async () => crypto.randomUUID(),
    now: Date.now,
    createPayer: async (currency) => {
      const [walletId, virtualKeyId, userId] = [crypto.randomUUID(), crypto.randomUUID(), crypto.randomUUID()];
      memory.createWallet(walletId, currency);
      return { walletId, currency, virtualKeyId, userId };
    },
  };
}

const changed = (books: Books, change: (view: BooksView) => Partial<BooksView>): Books => ({
  view: (read) => books.view((view) => read({ ...view, ...change(view) })),
});

describe('the audit of the memory ledger', () => {
  test('an empty ledger holds, and the counts say that it was empty', async () => {
    const report = await audit({ books: memoryKeeper().books, nowMs: Date.now() });
    expect(report).toMatchObject({ findings: [], incomplete: [], counts: { wallets: 0, events: 0 } });
  });

  test('a good ledger holds', async () => {
    const keeper = memoryKeeper();
    await fillWithGood(keeper);
    const report = await audit({ books: keeper.books, nowMs: Date.now() });
    expect(report).toMatchObject({ findings: [], incomplete: [], counts: { events: 19, rated: 36 } });
  });

  test('whatever is delivered, in whatever order, the ledger holds', async () => {
    const pick = fc.record({ call: fc.nat(4), word: fc.nat(3), alone: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(pick, { maxLength: 60 }), async (picks) => {
        const keeper = memoryKeeper();
        const payer = await keeper.createPayer('usd');
        const gatewayId = crypto.randomUUID();
        await keeper.ledger.openGateway(gatewayId, 0);
        const words = Array.from({ length: 5 }, (_, index) => {
          const call = callOf(payer, { gatewayId, dispatchNo: index + 1, atMs: keeper.now() });
          const estimate = { ...call, provider: index % 2 === 0 ? 'south' : 'north' };
          return [
            entryOf(call, { completionTokens: 7 }),
            ...[1, 2, 3].map((estimateNo) => entryOf(estimate, { completionTokens: estimateNo, estimateNo })),
          ];
        });
        const batch: NonNullable<(typeof words)[number][number]>[] = [];
        for (const { call, word, alone } of picks) {
          const entry = words[call]?.[word];
          if (entry) batch.push(entry);
          if (alone) await keeper.ledger.write(batch.splice(0));
        }
        await keeper.ledger.write(batch);
        const { findings, incomplete, counts } = await audit({ books: keeper.books, nowMs: Date.now() });
        expect({ findings, incomplete }).toEqual({ findings: [], incomplete: [] });
        expect(counts.registers).toBe(new Set(picks.map(({ call }) => call)).size);
      }),
      { numRuns: 60 },
    );
  });

  test('rows that a list leaves out make it incomplete', async () => {
    const keeper = memoryKeeper();
    await fillWithGood(keeper);
    const books = changed(keeper.books, (view) => ({
      totals: async () => ({ ...(await view.totals()), usageRecords: 17 }),
    }));
    const { incomplete } = await audit({ books, nowMs: Date.now() });
    expect(incomplete).toEqual(['usageRecords: 16 of 17 rows were read']);
  });

  test('a list that breaks off makes it incomplete, and the other parts are still audited', async () => {
    const keeper = memoryKeeper();
    await fillWithGood(keeper);
    const broken = changed(keeper.books, (view) => ({
      async *events() {
        let count = 0;
        for await (const event of view.events()) {
          count += 1;
          if (count > 3) throw new Error('the disk could not be read');
          yield event;
        }
      },
    }));
    const { incomplete, counts } = await audit({ books: broken, nowMs: Date.now() });
    expect(incomplete[0]).toBe('Wallets, events and postings: the disk could not be read');
    expect(counts).toMatchObject({ events: 3, registers: 12, rated: 36 });
  });

  test('of one kind a hundred findings are kept, and all are counted', async () => {
    const keeper = memoryKeeper();
    const payer = await keeper.createPayer('usd');
    const entries = Array.from({ length: 150 }, (_, index) =>
      entryOf(callOf(payer, { gatewayId: 'nobody', dispatchNo: index + 1, atMs: Date.now() }), { completionTokens: 1 }),
    );
    await keeper.ledger.write(entries);
    const { findings, counts } = await audit({ books: keeper.books, nowMs: Date.now() });
    expect(findings).toHaveLength(100);
    expect(findings[0]).toMatchObject({ check: 'dispatch' });
    expect(counts.findings).toBe(150);
  });
});
