// What every keeper of the journal must do, over several lives of a gateway.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Failure } from '#core/failure.ts';
import type { ChargeEntry, DispatchedCall } from '#core/ledger/entry.ts';
import { amount, amountMax } from '#core/money/amount.ts';
import type { Journal, JournalRecord, UnfinishedCall } from './journal.ts';
import { callOf, entryOf } from './ledger-entries.contract.ts';

export interface JournalKeeper {
  /** A next life on what the earlier ones left. */
  open(): Promise<Journal>;
  /** The life ends at once, without closing anything. */
  crash(journal: Journal): Promise<void>;
}

/** `make` gives a place where nothing was ever written. */
export function journalContract(name: string, make: () => Promise<JournalKeeper>): void {
  let dispatchNo = 0;
  const newCall = (): DispatchedCall => {
    dispatchNo += 1;
    const payer = { walletId: 'wallet', currency: 'usd', virtualKeyId: 'key', userId: 'user' };
    return callOf(payer, { gatewayId: 'gateway', dispatchNo, atMs: 1_795_000_000_000 + dispatchNo });
  };
  /** The records of one life, then a crash, then what the next finds. */
  const afterCrash = async (keeper: JournalKeeper, records: readonly JournalRecord[]) => {
    const journal = await keeper.open();
    for (const record of records) await journal.append(record);
    await keeper.crash(journal);
    return keeper.open();
  };
  const dispatchOf = (call: DispatchedCall): JournalRecord => ({ kind: 'dispatch', call });
  const settleOf = (entry: ChargeEntry): JournalRecord => ({ kind: 'settle', entry });

  describe(name, () => {
    test('begins with nothing unfinished', async () => {
      const journal = await (await make()).open();
      expect(await journal.unfinished()).toEqual([]);
      await journal.close();
    });

    test('what was dispatched is unfinished for the next life, in the order of dispatch, and not for its own', async () => {
      const keeper = await make();
      const [first, second, third] = [newCall(), newCall(), newCall()];
      const journal = await keeper.open();
      await Promise.all([first, second].map((call) => journal.append(dispatchOf(call))));
      expect(await journal.unfinished()).toEqual([]);
      await keeper.crash(journal);
      const next = await afterCrash(keeper, [dispatchOf(third)]);
      expect(await next.unfinished()).toEqual([{ call: first }, { call: second }, { call: third }]);
    });

    test('the latest checkpoint and the settlement come back with their call', async () => {
      const [streamed, settled] = [newCall(), newCall()];
      const checkpoint = (completionTokens: number): JournalRecord => ({
        kind: 'checkpoint',
        requestId: streamed.requestId,
        checkpoint: { promptTokens: 9, completionTokens },
      });
      const entry = entryOf(settled, { completionTokens: 77 });
      const records = [dispatchOf(streamed), dispatchOf(settled), checkpoint(5), settleOf(entry), checkpoint(9)];
      const journal = await afterCrash(await make(), records);
      expect(await journal.unfinished()).toEqual([
        { call: streamed, checkpoint: { promptTokens: 9, completionTokens: 9 } },
        { call: settled, entry },
      ]);
    });

    test('a call that was sent again to another target comes back as last sent', async () => {
      const [call, other] = [newCall(), newCall()];
      const again = { ...call, provider: 'south', model: 'south-1' };
      const journal = await afterCrash(await make(), [dispatchOf(call), dispatchOf(other), dispatchOf(again)]);
      expect(await journal.unfinished()).toEqual([{ call: again }, { call: other }]);
    });

    test('of several words about a call the one that the ledger would keep comes back', async () => {
      const call = newCall();
      const final = settleOf(entryOf(call, { completionTokens: 77 }));
      const estimates = [0, 1].map((estimateNo) => settleOf(entryOf(call, { completionTokens: 20, estimateNo })));
      const [early, late] = estimates;
      if (!early || !late) throw new Error('There are two.');
      for (const [said, kept] of [
        [[early, final], final],
        [[final, late], final],
        [[early, late], late],
        [[late, early], late],
      ] as const) {
        const journal = await afterCrash(await make(), [dispatchOf(call), ...said]);
        expect(await journal.unfinished()).toEqual([{ call, entry: kept.kind === 'settle' ? kept.entry : undefined }]);
      }
    });

    test('a settlement alone brings its call with it', async () => {
      const entry = entryOf(newCall(), { completionTokens: 77 });
      const journal = await afterCrash(await make(), [settleOf(entry)]);
      expect(await journal.unfinished()).toEqual([{ call: entry.call, entry }]);
    });

    test('amounts come back exact', async () => {
      const call = { ...newCall(), held: amountMax };
      const entry = {
        ...entryOf(call, { completionTokens: 1 }),
        total: amount(-amountMax),
        cost: amount(amountMax - 1n),
      };
      const journal = await afterCrash(await make(), [dispatchOf(call), settleOf(entry)]);
      expect(await journal.unfinished()).toEqual([{ call, entry }]);
    });

    test('what is forgotten is no longer unfinished', async () => {
      const calls = [newCall(), newCall(), newCall()];
      const journal = await afterCrash(await make(), calls.map(dispatchOf));
      await journal.forget(calls.slice(0, 2).map(({ requestId }) => requestId));
      await journal.forget(['never heard of']);
      expect(await journal.unfinished()).toEqual(calls.slice(2).map((call) => ({ call })));
    });

    test('an estimate in the ledger does not make it forget a final word that it has', async () => {
      const [reaped, finished] = [newCall(), newCall()];
      const keeper = await make();
      const journal = await keeper.open();
      const estimates = [reaped, finished].map((call) => settleOf(wordOf(call, 1)));
      const word = wordOf(finished, undefined);
      const final = settleOf(word);
      for (const record of [dispatchOf(reaped), dispatchOf(finished), ...estimates, final])
        await journal.append(record);
      const ids = [reaped.requestId, finished.requestId];
      await journal.forget(ids, 'estimate');
      await keeper.crash(journal);
      const left = await (await keeper.open()).unfinished();
      expect(left.find(({ call }) => call.requestId === finished.requestId)?.entry).toEqual(word);
    });

    test('what is not forgotten outlives any number of lives, closed or killed', async () => {
      const keeper = await make();
      const calls = [newCall(), newCall()];
      for (const call of calls) await (await afterCrash(keeper, [dispatchOf(call)])).close();
      for (let life = 0; life < 3; life += 1) {
        const journal = await keeper.open();
        expect(await journal.unfinished()).toEqual(calls.map((call) => ({ call })));
        await journal.close();
      }
    });

    test('after it is closed it keeps nothing, and says so', async () => {
      const keeper = await make();
      const journal = await keeper.open();
      await journal.close();
      await journal.close();
      await expect(journal.append(dispatchOf(newCall()))).rejects.toThrow(Failure);
      expect(await (await keeper.open()).unfinished()).toEqual([]);
    });

    test('whatever is written, forgotten and survived, exactly what is not forgotten comes back', async () => {
      const calls = Array.from({ length: 6 }, newCall);
      const call = fc.constantFrom(...calls);
      const deed = fc.oneof(
        { weight: 3, arbitrary: call.map(dispatchOf) },
        {
          weight: 2,
          arbitrary: fc.tuple(call, fc.nat({ max: 99 })).map(([each, tokens]) => checkpointOf(each, tokens)),
        },
        {
          weight: 3,
          arbitrary: fc
            .tuple(call, fc.option(fc.nat({ max: 3 }), { nil: undefined }))
            .map(([each, estimateNo]) => settleOf(wordOf(each, estimateNo))),
        },
        { weight: 1, arbitrary: call.map(({ requestId }) => ({ kind: 'forget' as const, requestId })) },
        { weight: 1, arbitrary: fc.constant({ kind: 'crash' as const }) },
      );
      await fc.assert(
        fc.asyncProperty(fc.array(deed, { maxLength: 60, size: 'max' }), async (deeds) => {
          const keeper = await make();
          const expected = new Map<string, UnfinishedCall>();
          let journal = await keeper.open();
          for (const each of deeds) {
            if (each.kind === 'forget') {
              await journal.forget([each.requestId]);
              expected.delete(each.requestId);
            } else if (each.kind === 'crash') {
              await keeper.crash(journal);
              journal = await keeper.open();
            } else {
              await journal.append(each);
              note(expected, each);
            }
          }
          await keeper.crash(journal);
          journal = await keeper.open();
          // What was forgotten may come back, since only the ledger has to remember that.
          const found = (await journal.unfinished()).filter(({ call: { requestId } }) => expected.has(requestId));
          for (const {
            call: { requestId },
            entry,
            checkpoint,
          } of found) {
            const wanted = expected.get(requestId);
            if (wanted?.entry) expect(entry).toBeDefined();
            if (wanted?.checkpoint) expect(checkpoint).toEqual(wanted.checkpoint);
          }
          expect(new Set(found.map(({ call: { requestId } }) => requestId))).toEqual(new Set(expected.keys()));
          await journal.close();
        }),
        { numRuns: 40 },
      );
    });
  });
}

function wordOf(call: DispatchedCall, estimateNo: number | undefined): ChargeEntry {
  return entryOf(call, { completionTokens: 10, ...(estimateNo === undefined ? {} : { estimateNo }) });
}

function checkpointOf({ requestId }: DispatchedCall, completionTokens: number): JournalRecord {
  return { kind: 'checkpoint', requestId, checkpoint: { promptTokens: 9, completionTokens } };
}

/** What must come back at least; of words and calls, which one is asked elsewhere. */
function note(expected: Map<string, UnfinishedCall>, record: JournalRecord): void {
  switch (record.kind) {
    case 'dispatch': {
      const { requestId } = record.call;
      expected.set(requestId, { ...expected.get(requestId), call: record.call });
      return;
    }
    case 'checkpoint': {
      const known = expected.get(record.requestId);
      if (known) expected.set(record.requestId, { ...known, checkpoint: record.checkpoint });
      return;
    }
    case 'job': {
      const { job } = record;
      const { requestId } = job.call;
      expected.set(requestId, { call: job.call, ...expected.get(requestId), job });
      return;
    }
    case 'settle': {
      const { requestId } = record.entry.call;
      expected.set(requestId, { call: record.entry.call, ...expected.get(requestId), entry: record.entry });
      return;
    }
  }
}
