import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export type DataDirectoryLock = {
  readonly directory: string;
  readonly release: () => void;
};

const sqliteBusy = 5;

// A database that nobody refers to is closed by the garbage collector, and its lock is gone.
const held = new Set<DatabaseSync>();

// The lock is a write transaction of SQLite on an empty file, never finished. SQLite holds it as a lock of the kernel on
// that file, in our own process: it ends with the process however that ends, no second process can be killed apart from
// us, no process id is guessed at, and it holds between users and between containers that share the directory. The limit
// is the kernel: two machines that share the directory over a network are as safe as the locks of that file system.
export function lockDataDirectory(path: string): DataDirectoryLock {
  const directory = makeDirectory(path);
  const database = openLockFile(directory);
  try {
    // Kept in memory, since a journal would be a second file; the file itself stays empty and is never removed, because
    // removing it would let the next two starters lock different files.
    database.exec('pragma journal_mode = memory; begin exclusive');
  } catch (error) {
    database.close();
    throw isBusy(error) ? refusal(directory) : error;
  }
  writeFileSync(holderPath(directory), `${process.pid} ${hostname()}\n`);
  held.add(database);
  return {
    directory,
    release: () => {
      if (held.delete(database)) database.close();
    },
  };
}

// Everybody may pass through, for the account of the embedded Postgres; nobody else may list it, and each file inside
// that is private is closed itself.
function makeDirectory(path: string): string {
  const firstMade = mkdirSync(path, { recursive: true });
  const directory = realpathSync(path);
  if (firstMade === undefined) return directory;
  for (let made = directory; made.length >= realpathSync(firstMade).length; made = dirname(made))
    chmodSync(made, 0o711);
  return directory;
}

// Created only where it is missing, and never opened and closed by ourselves: closing any handle of a file gives up the
// locks that this process has on it.
function openLockFile(directory: string): DatabaseSync {
  const file = join(directory, 'lock');
  try {
    if (!existsSync(file)) writeFileSync(file, '', { flag: 'a', mode: 0o600 });
    // SQLite would open a file that it may only read, and then share the lock.
    accessSync(file, constants.W_OK);
    return new DatabaseSync(file, { timeout: 0 });
  } catch (error) {
    throw new Error(`The data directory ${directory} cannot be locked: are we allowed to write there?`, {
      cause: error,
    });
  }
}

export class DataDirectoryInUse extends Error {}

function refusal(directory: string): Error {
  return new DataDirectoryInUse(
    `Another faregate${describeHolder(directory)} is using the data directory ${directory}. ` +
      'Stop it first, or give this one a directory of its own (FAREGATE_DATA_DIR).',
  );
}

// Only for the message: the holder may be in another container, where process ids mean something else.
function describeHolder(directory: string): string {
  try {
    const [pid, host] = readFileSync(holderPath(directory), 'utf8').trim().split(' ');
    return pid && host ? ` (process ${pid} on ${host})` : '';
  } catch {
    return '';
  }
}

function holderPath(directory: string): string {
  return join(directory, 'lock.holder');
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === sqliteBusy;
}
