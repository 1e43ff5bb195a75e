import { expect, test } from 'vitest';
import { callOf } from '#ports/fast-store-calls.contract.ts';
import { journalContract } from '#ports/journal.contract.ts';
import { JournalPaper, memoryJournal } from './journal.ts';

journalContract('the journal in memory', async () => {
  const paper = new JournalPaper();
  return { open: async () => memoryJournal({ paper }), crash: async () => undefined };
});

const call = callOf({ requestId: 'request', walletId: 'wallet' });

test('a journal that is lost with its disk has nothing unfinished', async () => {
  await memoryJournal({ paper: new JournalPaper() }).append({ kind: 'dispatch', call });
  expect(await memoryJournal().unfinished()).toEqual([]);
});

test('the faulty one says that it keeps records, and keeps none', async () => {
  const paper = new JournalPaper();
  await memoryJournal({ paper, forgetsAll: true }).append({ kind: 'dispatch', call });
  expect(await memoryJournal({ paper }).unfinished()).toEqual([]);
});
