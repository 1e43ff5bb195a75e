// The keys that seal provider keys, as files: our own in the data directory, or one that the operator keeps.
import { randomBytes } from 'node:crypto';
import { existsSync, fsyncSync, openSync, closeSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { MasterKeySource } from '#ports/vault.ts';

const keyBytes = 32;

export type ReadKeys = (text: string, source: string) => readonly [Buffer, ...Buffer[]];

export interface OwnMasterKeys extends MasterKeySource {
  /** Whether there is a file yet. */
  exists(): boolean;
  add(): void;
  dropOld(): void;
}

/** For the embedded mode: made once, good for trying out. Whoever holds the data directory's lock may change it. */
export function ownMasterKeys(dataDirectory: string, parse: ReadKeys): OwnMasterKeys {
  const file = join(dataDirectory, 'master.key');
  const read = () => {
    try {
      return parse(readFileSync(file, 'utf8'), file);
    } catch (cause) {
      throw new Error(`${file} does not hold a master key (32 bytes in base64). Restore it from your copy.`, { cause });
    }
  };
  return {
    name: file,
    read,
    exists: () => existsSync(file),
    add: () => replaceFile(file, [randomBytes(keyBytes), ...(existsSync(file) ? read() : [])]),
    dropOld: () => replaceFile(file, read().slice(0, 1)),
  };
}

/** A file that somebody else writes: read again when a key is looked for that was not in it. */
export function masterKeyFile(file: string, parse: ReadKeys): MasterKeySource {
  return { name: file, read: () => parse(readFileSync(file, 'utf8'), file) };
}

// Whole or not at all: a key that was lost half-way would take every secret with it.
function replaceFile(file: string, keys: readonly Buffer[]): void {
  const beside = `${file}.new`;
  const opened = openSync(beside, 'w', 0o600);
  try {
    writeSync(opened, keys.map((key) => `${key.toString('base64')}\n`).join(''));
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
  renameSync(beside, file);
}
