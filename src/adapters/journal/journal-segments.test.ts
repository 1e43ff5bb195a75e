// When a segment is full, and when it may go.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { callOf, entryOf } from '#ports/fast-store-calls.contract.ts';
import type { Journal, JournalRecord } from '#ports/journal.ts';
import { openJournal } from './journal.ts';

let directory = '';

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'faregate-segments-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
});

const open = (segmentBytesMax: number): Promise<Journal> =>
  openJournal({
    directory,
    sync: 'group',
    segmentBytesMax,
    warn: (message) => {
      throw new Error(message);
    },
  });

const segments = (): readonly string[] => readdirSync(directory).toSorted();

test('a life that writes nothing leaves nothing', async () => {
  await (await open(1)).close();
  expect(segments()).toEqual([]);
});

test('segments go oldest first, once nothing in them is needed', async () => {
  const journal = await open(1);
  for (const requestId of ['a', 'b', 'c']) await journal.append(dispatchOf(requestId));
  await journal.append(settleOf('a'));
  expect(segments()).toEqual(['000001.log', '000002.log', '000003.log', '000004.log']);
  await journal.forget(['b']);
  expect(segments()).toHaveLength(4);
  await journal.forget(['a']);
  expect(segments()).toEqual(['000003.log', '000004.log']);
  await journal.forget(['c']);
  expect(segments()).toEqual(['000004.log']);
  await journal.close();
  expect(segments()).toEqual([]);
});

test('an estimate in the ledger frees a request that nobody settled, and none whose final word is only here', async () => {
  const journal = await open(1);
  for (const requestId of ['reaped', 'late']) {
    await journal.append(dispatchOf(requestId));
    await journal.append(settleOf(requestId, 0));
  }
  await journal.append(settleOf('late'));
  await journal.forget(['reaped', 'late'], 'estimate');
  expect(segments()).toEqual(['000003.log', '000004.log', '000005.log']);
  await journal.append(dispatchOf('next'));
  await journal.forget(['late']);
  expect(segments()).toEqual(['000006.log']);
  await journal.close();
});

test('a settlement that is written after its request was forgotten is kept until it is forgotten too', async () => {
  const journal = await open(1);
  await journal.append(dispatchOf('a'));
  await journal.append(settleOf('a', 0));
  await journal.forget(['a']);
  await journal.append(settleOf('a'));
  await journal.append(dispatchOf('b'));
  await journal.forget(['b']);
  const next = await open(1);
  expect((await next.unfinished()).find(({ call }) => call.requestId === 'a')?.entry?.final).toBe(true);
  await next.close();
});

test('a checkpoint alone holds no segment back', async () => {
  const journal = await open(1);
  await journal.append({ kind: 'checkpoint', requestId: 'a', checkpoint: { promptTokens: 1, completionTokens: 1 } });
  await journal.append(dispatchOf('b'));
  await journal.forget(['b']);
  expect(segments()).toEqual(['000002.log']);
  await journal.close();
});

test('what an earlier life left goes at the start when nothing in it is needed', async () => {
  const first = await open(1);
  await first.append({ kind: 'checkpoint', requestId: 'a', checkpoint: { promptTokens: 1, completionTokens: 1 } });
  expect(segments()).toEqual(['000001.log']);
  const second = await open(1);
  expect(segments()).toEqual([]);
  await second.append(dispatchOf('b'));
  expect(segments()).toEqual(['000002.log']);
  await second.close();
});

test('what an earlier life left goes when it is forgotten, and the numbering goes on', async () => {
  const first = await open(1);
  for (const requestId of ['a', 'b']) await first.append(dispatchOf(requestId));
  const second = await open(1);
  await second.append(dispatchOf('c'));
  expect(segments()).toEqual(['000001.log', '000002.log', '000003.log']);
  await second.forget(['a', 'b']);
  expect(segments()).toEqual(['000003.log']);
  const third = await open(1);
  expect((await third.unfinished()).map(({ call }) => call.requestId)).toEqual(['c']);
  await third.close();
});

test('a long run with everything forgotten in time stays small', async () => {
  const journal = await open(20_000);
  let most = 0;
  for (let batch = 0; batch < 60; batch += 1) {
    const requestIds = Array.from({ length: 20 }, (_, at) => `${batch}-${at}`);
    for (const requestId of requestIds) {
      await journal.append(dispatchOf(requestId));
      await journal.append(settleOf(requestId));
    }
    await journal.forget(requestIds);
    most = Math.max(most, segments().length);
  }
  expect(most).toBeLessThanOrEqual(4);
  await journal.close();
  expect(segments()).toEqual([]);
});

test('a record larger than a segment has one of its own', async () => {
  const journal = await open(1_000);
  const call = { ...callOf({ requestId: 'large', walletId: 'w' }), name: 'ü'.repeat(100_000) };
  await journal.append(dispatchOf('a'));
  await journal.append({ kind: 'dispatch', call });
  await journal.append(dispatchOf('b'));
  const next = await open(1_000);
  expect((await next.unfinished()).map((each) => each.call)).toContainEqual(call);
  expect(segments()).toHaveLength(3);
  await next.close();
});

function dispatchOf(requestId: string): JournalRecord {
  return { kind: 'dispatch', call: callOf({ requestId, walletId: 'w' }) };
}

function settleOf(requestId: string, revision?: number): JournalRecord {
  return { kind: 'settle', entry: entryOf(callOf({ requestId, walletId: 'w' }), 5n, revision) };
}
