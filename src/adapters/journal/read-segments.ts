// Reads what earlier lives have written, and refuses to guess: only the very end may be unfinished.
import { closeSync, fsyncSync, ftruncateSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { JournalDamaged, type JournalRecord } from '#ports/journal.ts';
import { decodeRecord } from './codec.ts';
import { hasFrameAfter, magic, readFrame } from './frame.ts';

export interface SegmentFile {
  readonly index: number;
  readonly path: string;
}

export interface EarlierRecords {
  readonly files: readonly SegmentFile[];
  /** Of the record that comes next; 1 when there was none. */
  readonly nextNumber: number;
}

export function segmentFile(directory: string, index: number): SegmentFile {
  return { index, path: join(directory, `${String(index).padStart(6, '0')}.log`) };
}

export interface Reader {
  readonly begin: (file: SegmentFile) => void;
  readonly take: (record: JournalRecord, file: SegmentFile) => void;
  readonly warn: (message: string) => void;
}

/**
 * Gives every record, in the order in which they were written. An unfinished end is cut off, with a warning.
 * @throws JournalDamaged
 */
export function readSegments(directory: string, { begin, take, warn }: Reader): EarlierRecords {
  const files = readdirSync(directory)
    .filter((name) => /^\d{6,}\.log$/.test(name))
    .map((name) => ({ index: Number.parseInt(name, 10), path: join(directory, name) }))
    .toSorted((left, right) => left.index - right.index);
  let expected: number | undefined;
  for (const file of files) {
    begin(file);
    const bytes = readFileSync(file.path);
    const end = takeRecords(bytes, file.path, expected, (record) => take(record, file));
    expected = end.nextNumber ?? expected;
    if (end.problem === undefined) continue;
    if (file !== files.at(-1) || hasFrameAfter(bytes, end.offset)) {
      throw new JournalDamaged(file.path, end.offset, end.problem);
    }
    cut(file.path, end.offset);
    warn(
      `The journal ${file.path} ends in an unfinished record at byte ${end.offset} (${end.problem}): ` +
        `its ${bytes.length - end.offset} bytes are dropped, as after a kill or a loss of power.`,
    );
  }
  return { files, nextNumber: expected ?? 1 };
}

interface End {
  readonly offset: number;
  /** `undefined` when there was no record to count from. */
  readonly nextNumber: number | undefined;
  readonly problem?: string;
}

function takeRecords(
  bytes: Buffer,
  path: string,
  firstNumber: number | undefined,
  take: (record: JournalRecord) => void,
): End {
  // A file whose first write did not finish has never had a record.
  if (bytes.length < magic.length && magic.subarray(0, bytes.length).equals(bytes)) {
    return { offset: bytes.length, nextNumber: firstNumber };
  }
  if (!bytes.subarray(0, magic.length).equals(magic)) {
    return { offset: 0, nextNumber: firstNumber, problem: 'it does not begin as a journal of this version does' };
  }
  let offset = magic.length;
  let expected = firstNumber;
  while (offset < bytes.length) {
    const frame = readFrame(bytes, offset);
    if (typeof frame === 'string') return { offset, nextNumber: expected, problem: frame };
    if (expected !== undefined && frame.number !== expected) {
      throw new JournalDamaged(
        path,
        offset,
        `record ${expected} is missing, record ${frame.number} stands in its place`,
      );
    }
    take(decoded(frame.payload, path, offset));
    expected = frame.number + 1;
    offset = frame.end;
  }
  return { offset, nextNumber: expected };
}

function decoded(payload: string, path: string, offset: number): JournalRecord {
  try {
    return decodeRecord(payload);
  } catch (error) {
    throw new JournalDamaged(path, offset, `the record cannot be understood: ${String(error)}`);
  }
}

function cut(path: string, bytes: number): void {
  const file = openSync(path, 'r+');
  try {
    ftruncateSync(file, bytes);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
