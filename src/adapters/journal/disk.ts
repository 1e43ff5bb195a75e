// What the journal asks of the disk, apart, so that a full or a failing one can be played.
import { fdatasync, ftruncateSync, writeSync } from 'node:fs';
import { promisify } from 'node:util';

export interface Disk {
  /** How many bytes were written, which may be fewer. */
  write(file: number, bytes: Buffer, offset: number): number;
  truncate(file: number, bytes: number): void;
  /** Resolves when what was written survives a loss of power. */
  sync(file: number): Promise<void>;
}

const datasync = promisify(fdatasync);

export const realDisk: Disk = {
  write: (file, bytes, offset) => writeSync(file, bytes, offset),
  truncate: ftruncateSync,
  sync: datasync,
};
