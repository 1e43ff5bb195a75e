// One file of the journal while it is being written.
import { closeSync, fdatasyncSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Disk } from './disk.ts';
import { encodeFrames, magic } from './frame.ts';

export interface SegmentOptions {
  readonly disk: Disk;
  /** Of the first record. */
  readonly number: number;
  /** Whether nobody is told that a record is kept before the disk has it; then one that it refuses is taken out again. */
  readonly waits: boolean;
}

interface Mark {
  readonly bytes: number;
  readonly nextNumber: number;
}

export class Segment {
  readonly path: string;
  readonly #file: number;
  readonly #disk: Disk;
  readonly #waits: boolean;
  #written: Mark;
  #synced: Mark;
  #hasTail = false;
  #broken = false;
  #syncing: Promise<void> = Promise.resolve();
  #nextSync: Promise<void> | undefined;

  /** @throws when the file cannot be made, or is there already. */
  constructor(path: string, { disk, number, waits }: SegmentOptions) {
    this.path = path;
    this.#disk = disk;
    this.#waits = waits;
    this.#file = create(path);
    this.#written = { bytes: magic.length, nextNumber: number };
    this.#synced = this.#written;
  }

  get bytes(): number {
    return this.#written.bytes;
  }

  get nextNumber(): number {
    return this.#written.nextNumber;
  }

  get isEmpty(): boolean {
    return this.#written.bytes === magic.length;
  }

  /** The disk has failed to keep something here: nothing more may be written. */
  get isBroken(): boolean {
    return this.#broken;
  }

  /** @throws when the record could not be written; then it is not there. */
  append(payloads: readonly string[]): void {
    if (this.#hasTail) this.#cutTail();
    const { bytes, nextNumber } = this.#written;
    const frame = encodeFrames(nextNumber, payloads);
    try {
      writeWhole(this.#disk, this.#file, frame);
    } catch (error) {
      this.#hasTail = true;
      this.#tryToCutTail();
      throw error;
    }
    this.#written = { bytes: bytes + frame.length, nextNumber: nextNumber + payloads.length };
  }

  /** One call of the disk for all that were appended before it begins; one at a time. */
  sync(): Promise<void> {
    this.#nextSync ??= this.#syncing.then(() => this.#sync());
    return this.#nextSync;
  }

  async close(): Promise<void> {
    try {
      await this.sync();
    } finally {
      closeSync(this.#file);
    }
  }

  /** Before a next segment begins, so that no loss of power can take the end of this one and leave that. */
  syncNow(): void {
    fdatasyncSync(this.#file);
  }

  async #sync(): Promise<void> {
    this.#nextSync = undefined;
    if (this.#broken) throw new Error(`${this.path} could not be synced.`);
    const mark = this.#written;
    if (mark.bytes === this.#synced.bytes) return;
    const syncing = this.#disk.sync(this.#file);
    this.#syncing = syncing.catch(() => undefined);
    try {
      await syncing;
    } catch (error) {
      this.#broken = true;
      if (this.#waits) this.#dropUnsynced();
      throw error;
    }
    this.#synced = mark;
  }

  // Whoever waits for these is told that they are not kept, so they must not come back after a restart.
  #dropUnsynced(): void {
    this.#written = this.#synced;
    this.#hasTail = true;
    this.#tryToCutTail();
  }

  // What stays is cut before the next append, or found unfinished by the next start.
  #tryToCutTail(): void {
    try {
      this.#cutTail();
    } catch {
      this.#hasTail = true;
    }
  }

  #cutTail(): void {
    this.#disk.truncate(this.#file, this.#written.bytes);
    this.#hasTail = false;
  }
}

function create(path: string): number {
  const file = openSync(path, 'ax', 0o600);
  try {
    writeSync(file, magic);
    syncDirectory(dirname(path));
  } catch (error) {
    closeSync(file);
    rmSync(path, { force: true });
    throw error;
  }
  return file;
}

export function syncDirectory(path: string): void {
  const directory = openSync(path, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

function writeWhole(disk: Disk, file: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length;) {
    const count = disk.write(file, bytes, written);
    if (count === 0) throw new Error('The disk took nothing.');
    written += count;
  }
}
