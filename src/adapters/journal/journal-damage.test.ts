// What a journal makes of files that are not as it left them.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { callOf } from '#ports/fast-store-calls.contract.ts';
import { JournalDamaged, type JournalRecord } from '#ports/journal.ts';
import { encodeFrame, magic } from './frame.ts';
import { encodeRecord } from './codec.ts';
import { openJournal } from './journal.ts';

/** Two segments of two requests each; the last record is a checkpoint of the last request. */
const requestIds = ['a', 'b', 'c', 'd'];
const records: readonly (readonly JournalRecord[])[] = [
  [dispatchOf('a'), dispatchOf('b')],
  [
    dispatchOf('c'),
    dispatchOf('d'),
    { kind: 'checkpoint', requestId: 'd', checkpoint: { promptTokens: 1, completionTokens: 2 } },
  ],
];
const whole = records.map((each, at) => segmentOf(each, at === 0 ? 1 : 3));
const [first = Buffer.alloc(0), last = Buffer.alloc(0)] = whole;
const lastRecordAt = last.length - lengthOf(records[1]?.at(-1));

let directory = '';

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'faregate-damage-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

/** What a start on these segments finds, or how it is refused. */
async function startOn(segments: readonly (Buffer | undefined)[]) {
  for (const name of readdirSync(directory)) rmSync(join(directory, name));
  for (const [at, bytes] of segments.entries()) {
    if (bytes) writeFileSync(join(directory, `00000${at + 1}.log`), bytes);
  }
  return open();
}

async function open() {
  const warnings: string[] = [];
  const journal = await openJournal({ directory, sync: 'group', warn: (message) => warnings.push(message) });
  const unfinished = await journal.unfinished();
  return { journal, warnings, requestIds: unfinished.map(({ call }) => call.requestId), unfinished };
}

describe('a record in the middle that does not read', () => {
  test('stops the start, wherever it is damaged, and names the file and the offset', async () => {
    for (const [at, bytes] of whole.entries()) {
      const damageable = at === 0 ? bytes.length : lastRecordAt;
      for (const offset of telling(at, damageable)) {
        const segments = whole.with(at, flipped(bytes, offset));
        const error = await startOn(segments).catch((caught: unknown) => caught);
        expect(error, `byte ${offset} of segment ${at + 1}`).toBeInstanceOf(JournalDamaged);
        expect(String(error)).toContain(`${join(directory, `00000${at + 1}.log`)} at byte ${recordAt(at, offset)}:`);
        expect(readFileSync(join(directory, `00000${at + 1}.log`))).toEqual(segments[at]);
      }
    }
  });

  test('a segment that is shorter than it was, or gone, stops the start', async () => {
    for (let bytes = 0; bytes < first.length; bytes += 1) {
      // Cut before its first record it is no segment that lost records, but then the next one misses them.
      if (bytes <= magic.length) continue;
      await expect(startOn([first.subarray(0, bytes), last]), `cut to ${bytes} bytes`).rejects.toThrow(JournalDamaged);
    }
    const third = segmentOf([dispatchOf('e')], 6);
    await expect(startOn([first, undefined, third])).rejects.toThrow('record 3 is missing');
    await expect(startOn([first, last.subarray(0, lastRecordAt), third])).rejects.toThrow('record 5 is missing');
  });

  test('a record of a kind that is not known stops the start', async () => {
    const strange = Buffer.concat([magic, encodeFrame(1, '{"kind":"tomorrow"}')]);
    await expect(startOn([strange])).rejects.toThrow('there is no record of the kind "tomorrow"');
    await expect(startOn([Buffer.concat([magic, encodeFrame(1, '{"kind":')])])).rejects.toThrow(JournalDamaged);
  });

  test('a file of another version stops the start', async () => {
    await expect(startOn([Buffer.concat([Buffer.from('fareJ-9\n'), first.subarray(magic.length)])])).rejects.toThrow(
      'it does not begin as a journal of this version does',
    );
  });
});

describe('a last record that was not finished', () => {
  test('is dropped with a warning, wherever it breaks off, and everything before it is kept', async () => {
    for (let bytes = lastRecordAt; bytes <= last.length; bytes += 1) {
      const found = await startOn([first, last.subarray(0, bytes)]);
      const isTorn = bytes > lastRecordAt && bytes < last.length;
      expect(found.requestIds).toEqual(requestIds);
      expect(found.unfinished.at(-1)?.checkpoint !== undefined).toBe(bytes === last.length);
      expect(found.warnings).toHaveLength(isTorn ? 1 : 0);
      if (isTorn)
        expect(found.warnings[0]).toContain(`000002.log ends in an unfinished record at byte ${lastRecordAt}`);
      await found.journal.close();
    }
  });

  test('is dropped with a warning, whatever its bytes are', async () => {
    for (let offset = lastRecordAt; offset < last.length; offset += 1) {
      const found = await startOn([first, flipped(last, offset)]);
      expect(found.requestIds).toEqual(requestIds);
      expect(found.warnings).toHaveLength(1);
      await found.journal.close();
    }
    for (const zeros of [1, 18, 4096]) {
      const found = await startOn([first, Buffer.concat([last, Buffer.alloc(zeros)])]);
      expect(found.unfinished.at(-1)?.checkpoint).toBeDefined();
      expect(found.warnings).toHaveLength(1);
      await found.journal.close();
    }
  });

  test('is cut off for good, and what follows goes into a segment of its own', async () => {
    const found = await startOn([first, last.subarray(0, -1)]);
    await found.journal.append(dispatchOf('e'));
    await found.journal.close();
    expect(readdirSync(directory).toSorted()).toEqual(['000001.log', '000002.log', '000003.log']);
    const next = await open();
    expect(next.warnings).toEqual([]);
    expect(next.requestIds).toEqual([...requestIds, 'e']);
    await next.journal.close();
  });

  test('may be the very first, in a file that was only begun', async () => {
    for (const bytes of [0, 1, magic.length - 1, magic.length, magic.length + 5]) {
      const found = await startOn([first, segmentOf([dispatchOf('c')], 3).subarray(0, bytes)]);
      expect(found.requestIds).toEqual(['a', 'b']);
      await found.journal.append(dispatchOf('f'));
      await found.journal.close();
      const next = await open();
      expect(next.requestIds).toEqual(['a', 'b', 'f']);
      expect(next.warnings).toEqual([]);
      await next.journal.close();
    }
  });
});

test('files that are none of the journal are left alone', async () => {
  await startOn(whole).then(({ journal }) => journal.close());
  writeFileSync(join(directory, '000001.log.bak'), 'mine');
  const found = await open();
  await found.journal.forget(requestIds);
  await found.journal.close();
  expect(readdirSync(directory)).toEqual(['000001.log.bak']);
});

function dispatchOf(requestId: string): JournalRecord {
  return { kind: 'dispatch', call: callOf({ requestId, walletId: 'w' }) };
}

function segmentOf(written: readonly JournalRecord[], firstNumber: number): Buffer {
  return Buffer.concat([
    magic,
    ...written.map((record, at) => Buffer.from(encodeFrame(firstNumber + at, encodeRecord(record)))),
  ]);
}

function lengthOf(record: JournalRecord | undefined): number {
  return record ? encodeFrame(1, encodeRecord(record)).length : 0;
}

/** Where the record begins that the byte belongs to; 0 for the file's first bytes. */
function recordAt(segment: number, offset: number): number {
  let start = 0;
  let end = magic.length;
  for (const record of records[segment] ?? []) {
    if (offset < end) return start;
    start = end;
    end += lengthOf(record);
  }
  return start;
}

/** Every byte of a head and around it, and some of each payload. */
function telling(segment: number, bytes: number): readonly number[] {
  return Array.from({ length: bytes }, (_, offset) => offset).filter(
    (offset) => offset - recordAt(segment, offset) < 24 || offset % 9 === 0,
  );
}

function flipped(bytes: Buffer, offset: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(offset) ^ 0x41, offset);
  return copy;
}
