// The journal as files: one record per write, so that it survives a kill; the disk is synced in groups behind it.
import { mkdirSync } from 'node:fs';
import { unlink } from 'node:fs/promises';
import { Failure } from '#core/failure.ts';
import { type Journal, type JournalRecord, requestIdOf, type UnfinishedCall } from '#ports/journal.ts';
import { UnfinishedCalls } from '#ports/unfinished-calls.ts';
import { encodeRecord } from './codec.ts';
import { type Disk, realDisk } from './disk.ts';
import { Pins } from './pins.ts';
import { readSegments, segmentFile } from './read-segments.ts';
import { Segment, syncDirectory } from './segment.ts';

export interface JournalOptions {
  readonly directory: string;
  /** `group`: a record survives a kill at once, and a loss of power a few milliseconds later. `wait`: both at once. */
  readonly sync: 'group' | 'wait';
  readonly warn: (message: string) => void;
  readonly segmentBytesMax?: number;
  readonly disk?: Disk;
}

const segmentBytesMaxByDefault = 32 * 1024 * 1024;

// How long records may gather before the disk is asked to keep them.
const groupMs = 5;

/**
 * Reads what an earlier life left, then goes on in a segment of its own.
 * @throws JournalDamaged when a record in the middle does not read.
 */
export async function openJournal(options: JournalOptions): Promise<Journal> {
  mkdirSync(options.directory, { recursive: true, mode: 0o700 });
  const journal = new FileJournal(options);
  await journal.removeFree();
  return journal;
}

/** A record on its way to the file, and whoever waits for it. */
interface Gathered {
  readonly payload: string;
  readonly record: JournalRecord;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

class FileJournal implements Journal {
  readonly #options: JournalOptions;
  readonly #pins = new Pins();
  readonly #leftBehind = new UnfinishedCalls();
  /** Requests whose final word was written in this life and is not forgotten. */
  readonly #finals = new Set<string>();
  #gathered: Gathered[] = [];
  #active: { readonly index: number; readonly segment: Segment } | undefined;
  #nextIndex: number;
  #nextNumber: number;
  #syncTimer: NodeJS.Timeout | undefined;
  #background: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(options: JournalOptions) {
    this.#options = options;
    const { files, nextNumber } = readSegments(options.directory, {
      begin: ({ index }) => this.#pins.addSegment(index),
      take: (record, { index }) => {
        const requestId = this.#leftBehind.take(record);
        if (requestId !== undefined) this.#pins.pin(requestId, index);
      },
      warn: options.warn,
    });
    this.#nextNumber = nextNumber;
    this.#nextIndex = (files.at(-1)?.index ?? 0) + 1;
  }

  // One write for all that one turn of the event loop brings: under load a write costs more than what is written.
  append(record: JournalRecord): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#gathered.length === 0) setImmediate(() => this.#writeGathered());
      this.#gathered.push({ payload: encodeRecord(record), record, resolve, reject });
    });
  }

  #writeGathered(): void {
    const gathered = this.#gathered;
    this.#gathered = [];
    if (gathered.length === 0) return;
    let written: { readonly index: number; readonly segment: Segment };
    try {
      written = this.#write(gathered.map(({ payload }) => payload));
    } catch (error) {
      for (const { reject } of gathered) reject(error);
      return;
    }
    const { index, segment } = written;
    const firsts: string[] = [];
    for (const { record } of gathered) {
      const requestId = pinningRequest(record);
      if (record.kind === 'settle' && record.entry.final) this.#finals.add(record.entry.call.requestId);
      if (requestId !== undefined && this.#pins.pin(requestId, index)) firsts.push(requestId);
    }
    if (this.#options.sync === 'group') {
      this.#syncSoon();
      for (const { resolve } of gathered) resolve();
      return;
    }
    segment.sync().then(
      () => {
        for (const { resolve } of gathered) resolve();
      },
      (cause: unknown) => {
        for (const requestId of firsts) this.#pins.release(requestId);
        for (const { reject } of gathered) reject(notWritten(cause));
      },
    );
  }

  async unfinished(): Promise<readonly UnfinishedCall[]> {
    return this.#leftBehind.list();
  }

  async forget(requestIds: readonly string[], word: 'final' | 'estimate' = 'final'): Promise<void> {
    for (const requestId of requestIds) {
      if (word === 'estimate' && this.#finals.has(requestId)) continue;
      this.#finals.delete(requestId);
      this.#pins.release(requestId);
      this.#leftBehind.forget(requestId);
    }
    const free = this.#pins.oldestFree;
    if (free !== undefined && free !== this.#active?.index) await this.#inBackground(() => this.removeFree());
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#writeGathered();
    this.#isClosed = true;
    clearTimeout(this.#syncTimer);
    const last = this.#active?.segment;
    this.#active = undefined;
    if (last !== undefined) void this.#inBackground(() => last.close());
    await this.#inBackground(() => this.removeFree());
  }

  /** Oldest first, and each on disk before the next, so that the disk never has a later one without an earlier one. */
  async removeFree(): Promise<void> {
    const { directory } = this.#options;
    for (let free = this.#pins.oldestFree; free !== undefined; free = this.#pins.oldestFree) {
      if (free === this.#active?.index) return;
      await unlink(segmentFile(directory, free).path);
      syncDirectory(directory);
      this.#pins.dropSegment(free);
    }
  }

  #write(payloads: readonly string[]): { readonly index: number; readonly segment: Segment } {
    if (this.#isClosed) throw notWritten(new Error('The journal is closed.'));
    try {
      const active = this.#withRoomFor(payloads);
      active.segment.append(payloads);
      return active;
    } catch (cause) {
      throw notWritten(cause);
    }
  }

  #withRoomFor(payloads: readonly string[]): { readonly index: number; readonly segment: Segment } {
    const { segmentBytesMax = segmentBytesMaxByDefault } = this.#options;
    if (this.#active === undefined) return this.#begin();
    const { segment } = this.#active;
    const isFull =
      !segment.isEmpty && segment.bytes + payloads.reduce((sum, each) => sum + each.length, 0) > segmentBytesMax;
    return isFull || segment.isBroken ? this.#begin() : this.#active;
  }

  #begin(): { readonly index: number; readonly segment: Segment } {
    const { directory, disk = realDisk, sync } = this.#options;
    const last = this.#active?.segment;
    if (last !== undefined && !last.isBroken) last.syncNow();
    const index = this.#nextIndex;
    this.#nextIndex += 1;
    const number = last?.nextNumber ?? this.#nextNumber;
    const segment = new Segment(segmentFile(directory, index).path, { disk, number, waits: sync === 'wait' });
    this.#pins.addSegment(index);
    this.#active = { index, segment };
    if (last !== undefined) void this.#inBackground(() => last.close());
    return this.#active;
  }

  #syncSoon(): void {
    this.#syncTimer ??= setTimeout(() => {
      this.#syncTimer = undefined;
      this.#active?.segment.sync().catch((error: unknown) => this.#warn(error));
    }, groupMs).unref();
  }

  /** One after the other; what fails is said and tried again by the next that comes. */
  #inBackground(work: () => Promise<void>): Promise<void> {
    this.#background = this.#background.then(work).catch((error: unknown) => this.#warn(error));
    return this.#background;
  }

  #warn(error: unknown): void {
    this.#options.warn(`The journal in ${this.#options.directory}: ${String(error)}`);
  }
}

// A checkpoint says how far a call is, not that there was one.
function pinningRequest(record: JournalRecord): string | undefined {
  return record.kind === 'checkpoint' ? undefined : requestIdOf(record);
}

function notWritten(cause: unknown): Failure {
  return new Failure('not_exact', 'This call cannot be written down just now, so it is not made. Try again shortly.', {
    cause,
  });
}
