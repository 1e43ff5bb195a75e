// What every keeper of the ledger must do with calls that are rated again.
import { expect, test } from 'vitest';
import type { Adjustment, AdjustmentLine } from '#core/ledger/adjustment.ts';
import type { DispatchedCall } from '#core/ledger/entry.ts';
import type { LedgerKeeper } from './ledger.contract.ts';
import type { WalletBooks } from './ledger-books.contract.ts';
import { cheaper, dearerToUs, entryOf, type Payer } from './ledger-entries.contract.ts';

export function adjustmentsContract(
  keeperOf: () => LedgerKeeper,
  newCall: (payer: Payer) => DispatchedCall,
  soundBooks: (payer: Payer) => Promise<WalletBooks>,
): void {
  const adjustmentOf = (payer: Payer, rerateId: string, lines: readonly AdjustmentLine[]): Adjustment => ({
    eventId: crypto.randomUUID(),
    rerateId,
    walletId: payer.walletId,
    reason: 'a wrong price',
    author: 'tester',
    occurredAt: keeperOf().now(),
    lines,
  });

  test('calls that are rated again are one event, and each is booked once for a re-rating', async () => {
    const { ledger, other, ...keeper } = keeperOf();
    const payer = await keeper.createPayer('usd');
    const entries = [200, 300].map((completionTokens) => entryOf(newCall(payer), { completionTokens }));
    await ledger.write(entries);
    const rerateId = await keeper.beginRerate();
    const lines = entries.map(cheaper);
    const first = await ledger.adjust(adjustmentOf(payer, rerateId, lines));
    expect(first).toEqual({ creditSeq: 1n, booked: lines.map(({ requestId }) => requestId), stale: [] });
    const again = await other.adjust(adjustmentOf(payer, rerateId, lines));
    expect(again).toEqual({ creditSeq: 1n, booked: [], stale: [] });
    const { events, registers, adjustments } = await soundBooks(payer);
    const given = lines.reduce((sum, { before, after }) => sum + before.total - after.total, 0n);
    expect(given).toBeGreaterThan(0n);
    expect(events.at(-1)).toMatchObject({ kind: 'adjustment', amount: given, reference: rerateId });
    expect(events).toHaveLength(3);
    expect(new Set(registers.map(({ total }) => total))).toEqual(new Set(lines.map(({ after }) => after.total)));
    expect(adjustments).toHaveLength(2);
    expect(adjustments).toEqual(
      expect.arrayContaining(lines.map((line) => ({ ...line, rerateId, walletId: payer.walletId, seq: 3n }))),
    );
    const adjusted = lines
      .map(({ requestId, before, after }) => ({
        requestId,
        final: true,
        revision: 0,
        before: before.total,
        after: after.total,
        counters: entries.find(({ call }) => call.requestId === requestId)?.call.counters,
      }))
      .toSorted((left, right) => (left.requestId < right.requestId ? -1 : 1));
    expect(await ledger.creditsAfter(payer.walletId, 0n)).toEqual([{ creditSeq: 1n, amount: given, adjusted }]);
  });

  test('a cost that was wrong is owed anew, and moves no wallet', async () => {
    const { ledger, ...keeper } = keeperOf();
    const payer = await keeper.createPayer('usd');
    const entry = entryOf(newCall(payer), { completionTokens: 200 });
    await ledger.write([entry]);
    const line = dearerToUs(entry);
    await ledger.adjust(adjustmentOf(payer, await keeper.beginRerate(), [line]));
    const { events, registers, postings } = await soundBooks(payer);
    expect(events.at(-1)?.amount).toBe(0n);
    expect(registers).toMatchObject([{ total: entry.total, cost: line.after.cost }]);
    const owed = postings.filter(({ account }) => account === 'payable:north');
    expect(owed.reduce((sum, leg) => sum + leg.amount, 0n)).toBe(-line.after.cost);
  });

  test('a call on which another word was said meanwhile is left as it is', async () => {
    const { ledger, ...keeper } = keeperOf();
    const payer = await keeper.createPayer('usd');
    const call = newCall(payer);
    const [estimate, final] = [
      entryOf(call, { completionTokens: 500, estimateNo: 1 }),
      entryOf(call, { completionTokens: 20 }),
    ];
    await ledger.write([estimate, final]);
    const outcome = await ledger.adjust(adjustmentOf(payer, await keeper.beginRerate(), [cheaper(estimate)]));
    expect(outcome).toMatchObject({ booked: [], stale: [call.requestId] });
    expect((await soundBooks(payer)).registers).toMatchObject([{ total: final.total }]);
  });

  test('another word is another one, though it comes to the same', async () => {
    const { ledger, ...keeper } = keeperOf();
    const payer = await keeper.createPayer('usd');
    const call = newCall(payer);
    const [estimate, final] = [
      entryOf(call, { completionTokens: 20, estimateNo: 1 }),
      entryOf(call, { completionTokens: 20 }),
    ];
    await ledger.write([estimate, final]);
    const rerateId = await keeper.beginRerate();
    const outcome = await ledger.adjust(adjustmentOf(payer, rerateId, [cheaper(estimate)]));
    expect(outcome).toMatchObject({ booked: [], stale: [call.requestId] });
    expect(await ledger.adjust(adjustmentOf(payer, rerateId, [cheaper(final)]))).toMatchObject({
      booked: [call.requestId],
      stale: [],
    });
  });

  test('the final word on an estimate that was rated again books the rest, and is rated again itself', async () => {
    const { ledger, ...keeper } = keeperOf();
    const payer = await keeper.createPayer('usd');
    const call = newCall(payer);
    const estimate = entryOf(call, { completionTokens: 500, estimateNo: 1 });
    const final = entryOf(call, { completionTokens: 20 });
    await ledger.write([estimate]);
    await ledger.adjust(adjustmentOf(payer, await keeper.beginRerate(), [cheaper(estimate)]));
    await ledger.write([final, estimate]);
    expect((await soundBooks(payer)).registers).toMatchObject([{ total: final.total, final: true }]);
    await ledger.adjust(adjustmentOf(payer, await keeper.beginRerate(), [cheaper(final)]));
    expect((await soundBooks(payer)).registers).toMatchObject([{ total: cheaper(final).after.total, final: true }]);
  });

  test('two who book the same re-rating at once book it once', async () => {
    const { ledger, other, ...keeper } = keeperOf();
    const payer = await keeper.createPayer('usd');
    const entries = Array.from({ length: 8 }, (_, index) => entryOf(newCall(payer), { completionTokens: index }));
    await ledger.write(entries);
    const rerateId = await keeper.beginRerate();
    const outcomes = await Promise.all(
      [ledger, other, ledger, other].map((writer) =>
        writer.adjust(adjustmentOf(payer, rerateId, entries.map(cheaper))),
      ),
    );
    expect(outcomes.flatMap(({ booked }) => booked)).toHaveLength(8);
    expect((await soundBooks(payer)).events).toHaveLength(9);
  });
}
