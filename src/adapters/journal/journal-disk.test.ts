// A disk that is full, fails, or is slow.
import { mkdtempSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { Failure } from '#core/failure.ts';
import { callOf } from '#ports/fast-store-calls.contract.ts';
import type { Journal, JournalRecord } from '#ports/journal.ts';
import { type Disk, realDisk } from './disk.ts';
import { openJournal } from './journal.ts';

let directory = '';
let warnings: string[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'faregate-disk-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  warnings = [];
});

class TroubledDisk implements Disk {
  /** How many more bytes fit. */
  room = Number.POSITIVE_INFINITY;
  truncates = true;
  syncs = true;
  syncCount = 0;

  write(file: number, bytes: Buffer, offset: number): number {
    const count = Math.min(this.room, bytes.length - offset);
    if (count === 0) throw systemError('ENOSPC');
    this.room -= count;
    return writeSync(file, bytes, offset, count);
  }

  truncate(file: number, bytes: number): void {
    if (!this.truncates) throw systemError('EIO');
    realDisk.truncate(file, bytes);
  }

  async sync(file: number): Promise<void> {
    this.syncCount += 1;
    await realDisk.sync(file);
    if (!this.syncs) throw systemError('EIO');
  }
}

function openOn(disk: Disk, sync: 'group' | 'wait' = 'group'): Promise<Journal> {
  return openJournal({ directory, sync, disk, segmentBytesMax: 100_000, warn: (message) => warnings.push(message) });
}

/** What the next life finds. */
async function found(): Promise<readonly string[]> {
  const journal = await openJournal({ directory, sync: 'group', warn: (message) => warnings.push(message) });
  const unfinished = await journal.unfinished();
  await journal.close();
  return unfinished.map(({ call }) => call.requestId);
}

describe('a full disk', () => {
  test('refuses the record, wherever it runs out, and the journal goes on when there is room again', async () => {
    const disk = new TroubledDisk();
    const journal = await openOn(disk);
    await journal.append(dispatchOf('before'));
    for (const room of [0, 1, 17, 18, 19, 200]) {
      disk.room = room;
      await expect(journal.append(dispatchOf('refused'))).rejects.toThrow(Failure);
      disk.room = Number.POSITIVE_INFINITY;
      await journal.append(dispatchOf(`after ${room}`));
    }
    expect(await found()).toEqual(['before', ...[0, 1, 17, 18, 19, 200].map((room) => `after ${room}`)]);
    expect(warnings).toEqual([]);
  });

  test('refuses everything while the half-written record cannot be taken out, and then goes on', async () => {
    const disk = new TroubledDisk();
    const journal = await openOn(disk);
    await journal.append(dispatchOf('before'));
    disk.room = 100;
    disk.truncates = false;
    await expect(journal.append(dispatchOf('refused'))).rejects.toThrow(Failure);
    disk.room = Number.POSITIVE_INFINITY;
    await expect(journal.append(dispatchOf('refused'))).rejects.toThrow(Failure);
    disk.truncates = true;
    await journal.append(dispatchOf('after'));
    expect(await found()).toEqual(['before', 'after']);
  });

  test('makes no file for every record that it refuses', async () => {
    const disk = new TroubledDisk();
    const journal = await openOn(disk);
    disk.room = 0;
    for (const requestId of ['a', 'b', 'c']) {
      const call = { ...callOf({ requestId, walletId: 'w' }), name: 'larger than a segment'.repeat(10_000) };
      await expect(journal.append({ kind: 'dispatch', call })).rejects.toThrow(Failure);
    }
    expect(readdirSync(directory)).toHaveLength(1);
  });

  test('leaves at worst an unfinished end for the next start', async () => {
    const disk = new TroubledDisk();
    const journal = await openOn(disk);
    await journal.append(dispatchOf('before'));
    disk.room = 100;
    disk.truncates = false;
    await expect(journal.append(dispatchOf('refused'))).rejects.toThrow(Failure);
    expect(await found()).toEqual(['before']);
    expect(warnings).toEqual([expect.stringContaining('unfinished record')]);
  });
});

describe('a disk that cannot keep what it was given', () => {
  test('whoever waits for it is refused, and what was refused does not come back', async () => {
    const disk = new TroubledDisk();
    const journal = await openOn(disk, 'wait');
    await journal.append(dispatchOf('before'));
    disk.syncs = false;
    const early = journal.append(dispatchOf('refused early'));
    await Promise.resolve();
    const late = journal.append(dispatchOf('refused late'));
    await expect(early).rejects.toThrow(Failure);
    await expect(late).rejects.toThrow(Failure);
    disk.syncs = true;
    await journal.append(dispatchOf('after'));
    expect(await found()).toEqual(['before', 'after']);
  });

  test('refused calls hold no segment back', async () => {
    const disk = new TroubledDisk();
    const journal = await openOn(disk, 'wait');
    disk.syncs = false;
    await expect(journal.append(dispatchOf('refused'))).rejects.toThrow(Failure);
    disk.syncs = true;
    await journal.append(dispatchOf('kept'));
    await journal.forget(['kept']);
    await journal.close();
    expect(readdirSync(directory)).toEqual([]);
  });

  test('when nobody waits, it is said, and what was written stays for a kill', async () => {
    const disk = new TroubledDisk();
    disk.syncs = false;
    const journal = await openOn(disk);
    await journal.append(dispatchOf('first'));
    await expect.poll(() => warnings).toHaveLength(1);
    disk.syncs = true;
    await journal.append(dispatchOf('second'));
    expect(readdirSync(directory)).toHaveLength(2);
    expect(await found()).toEqual(['first', 'second']);
  });
});

describe('a disk that takes its time', () => {
  test('calls at once share its work', async () => {
    const disk = new TroubledDisk();
    const journal = await openOn(disk, 'wait');
    await Promise.all(Array.from({ length: 200 }, (_, at) => journal.append(dispatchOf(`${at}`))));
    expect(disk.syncCount).toBeLessThanOrEqual(3);
    await journal.close();
  });

  test('whoever waits for it is answered only when it has kept the record', async () => {
    const disk = new TroubledDisk();
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const slow: Disk = {
      write: (file, bytes, offset) => disk.write(file, bytes, offset),
      truncate: (file, bytes) => disk.truncate(file, bytes),
      sync: () => gate,
    };
    const journal = await openOn(slow, 'wait');
    let isKept = false;
    const kept = journal.append(dispatchOf('a')).then(() => {
      isKept = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(isKept).toBe(false);
    release();
    await kept;
    await journal.close();
  });

  test('what nobody waited for is kept when the journal closes', async () => {
    const disk = new TroubledDisk();
    const journal = await openOn(disk);
    await journal.append(dispatchOf('a'));
    await journal.close();
    expect(disk.syncCount).toBe(1);
  });

  test('nobody waits for it when only a kill is feared', async () => {
    const never: Disk = { ...realDisk, sync: () => new Promise(() => undefined) };
    const journal = await openOn(never);
    await journal.append(dispatchOf('a'));
    expect(await found()).toEqual(['a']);
  });
});

function dispatchOf(requestId: string): JournalRecord {
  return { kind: 'dispatch', call: callOf({ requestId, walletId: 'w' }) };
}

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: the disk says no`), { code });
}
