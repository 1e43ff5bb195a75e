import { createHash } from 'node:crypto';
import { chmod, mkdir, stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import type { Account } from './account.ts';
import { isPresent, readIfPresent, writeWhole } from './files.ts';
import type { EmbeddedLog } from './log.ts';
import { run } from './run.ts';

// Where the cluster, its socket and its password live. Decided once and written down in the data directory, because
// deciding anew after somebody closed or opened a parent directory would start an empty database beside the real one.
export type Home = {
  readonly directory: string;
  readonly cluster: string;
  readonly elsewhere: boolean;
  readonly initialized: boolean;
};

type HomeRecord = {
  readonly home: string;
  readonly dataDirectory: string;
  readonly initialized: boolean;
};

const homesElsewhere = '/var/lib/faregate';
const insideDataDirectory = 'postgres';

export async function recordedHome(dataDirectory: string): Promise<Home | undefined> {
  const record = await readRecord(dataDirectory);
  if (record === undefined) return undefined;
  if (isAbsolute(record.home) && record.dataDirectory !== dataDirectory) await adoptHome(dataDirectory, record);
  const home = homeAt(dataDirectory, record);
  if (home.initialized && !(await isPresent(home.cluster))) {
    throw new Error(
      `The data directory ${dataDirectory} says that its database is in ${home.directory}, and it is not there. ` +
        'Bring that directory back, or start with an empty data directory.',
    );
  }
  return home;
}

// Everybody may pass through the home, and nobody but its owner may list it: what is private inside is closed itself.
export async function prepareHome(home: Home, account: Account | undefined): Promise<void> {
  for (const directory of home.elsewhere ? [homesElsewhere, home.directory] : [home.directory]) {
    await mkdir(directory, { recursive: true });
    await chmod(directory, 0o711);
  }
  if (await canEnter(home.directory, account)) return;
  throw new Error(
    `Postgres runs as the user with id ${account?.uid ?? 'our own'} and cannot enter ${home.directory}: ` +
      'let others pass through the directories above it (chmod o+x).',
  );
}

export async function decideHome(dataDirectory: string, account: Account | undefined, log: EmbeddedLog): Promise<Home> {
  const inside = account === undefined || (await canEnter(dataDirectory, account));
  const home = inside ? insideDataDirectory : join(homesElsewhere, await identifierOf(dataDirectory));
  const record = { home, dataDirectory, initialized: false };
  await writeRecord(dataDirectory, record);
  if (!inside) {
    log.warn(
      `Postgres cannot run as root, and the user with id ${account?.uid ?? 'our own'} cannot enter ${dataDirectory}: ` +
        `the database is kept in ${home}. Keep both directories.`,
    );
  }
  return homeAt(dataDirectory, record);
}

export async function recordInitialized(dataDirectory: string): Promise<void> {
  const record = await readRecord(dataDirectory);
  if (record !== undefined) await writeRecord(dataDirectory, { ...record, initialized: true });
}

// Asks the system instead of computing from modes: lists of access rights, mounts and namespaces have a say as well.
async function canEnter(directory: string, account: Account | undefined): Promise<boolean> {
  const tried = await run('/bin/sh', ['-c', 'cd "$1"', 'sh', directory], { account });
  if (tried.ran) return tried.code === 0;
  throw new Error(
    `Nothing can be run as the user with id ${account?.uid ?? 'our own'} (${tried.errorCode}): Postgres refuses to run ` +
      'as root. Start faregate as an ordinary user, or set DATABASE_URL.',
  );
}

// A data directory that was moved keeps its database; one that was copied must not share it with the original, whose
// lock says nothing about the copy.
async function adoptHome(dataDirectory: string, record: HomeRecord): Promise<void> {
  const original = await readRecord(record.dataDirectory);
  if (original?.home === record.home) {
    throw new Error(
      `${dataDirectory} is a copy of ${record.dataDirectory}, whose database is kept in ${record.home}: ` +
        'one database cannot serve both. Use faregate backup and restore to copy it.',
    );
  }
  await writeRecord(dataDirectory, { ...record, dataDirectory });
}

// The birth of the directory is part of the name: one that was deleted and made anew starts with an empty database.
async function identifierOf(dataDirectory: string): Promise<string> {
  const { dev, ino, birthtimeMs } = await stat(dataDirectory);
  const identity = JSON.stringify([dataDirectory, dev, ino, birthtimeMs]);
  return createHash('sha256').update(identity).digest('hex').slice(0, 16);
}

function homeAt(dataDirectory: string, record: HomeRecord): Home {
  const elsewhere = isAbsolute(record.home);
  const directory = elsewhere ? record.home : join(dataDirectory, record.home);
  return { directory, cluster: join(directory, 'cluster'), elsewhere, initialized: record.initialized };
}

function recordPath(dataDirectory: string): string {
  return join(dataDirectory, 'postgres.json');
}

async function readRecord(dataDirectory: string): Promise<HomeRecord | undefined> {
  const text = await readIfPresent(recordPath(dataDirectory));
  if (text === undefined) return undefined;
  const record: unknown = JSON.parse(text);
  if (isHomeRecord(record)) return record;
  throw new Error(`${recordPath(dataDirectory)} does not say where the database is; bring it back from a backup.`);
}

function isHomeRecord(value: unknown): value is HomeRecord {
  return (
    typeof value === 'object' &&
    value !== null &&
    'home' in value &&
    typeof value.home === 'string' &&
    'dataDirectory' in value &&
    typeof value.dataDirectory === 'string' &&
    'initialized' in value &&
    typeof value.initialized === 'boolean'
  );
}

async function writeRecord(dataDirectory: string, record: HomeRecord): Promise<void> {
  await writeWhole(recordPath(dataDirectory), `${JSON.stringify(record, undefined, 2)}\n`, 0o644);
}
