import { randomBytes } from 'node:crypto';
import { chown, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Account } from './account.ts';
import type { Binaries } from './binaries.ts';
import { renameForGood, readIfPresent, writeWhole } from './files.ts';
import type { Home } from './home.ts';
import { describeRun, run, type RunResult } from './run.ts';

export const databaseName = 'faregate';
export const superuserName = 'faregate';

const workPrefix = 'initializing-';
// The built-in locale sorts by code point like "C", and knows the letters of every script; it came with Postgres 17.
const builtinLocaleSince = 17;

// Made in a private directory and renamed into place: a killed initialization leaves that directory and no cluster.
export async function initializeCluster(options: {
  readonly home: Home;
  readonly binaries: Binaries;
  readonly account: Account | undefined;
  readonly fsync: boolean;
}): Promise<void> {
  const { home, binaries, account, fsync } = options;
  await removeUnfinished(home);
  const work = await mkdtemp(join(home.directory, workPrefix));
  const password = randomBytes(24).toString('base64url');
  const passwordFile = join(work, 'password');
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (account !== undefined) {
    await chown(passwordFile, account.uid, account.gid);
    await chown(work, account.uid, account.gid);
  }
  const cluster = join(work, 'cluster');
  const initdb = [
    `--pgdata=${cluster}`,
    `--username=${superuserName}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--data-checksums',
    '--no-instructions',
    ...(binaries.majorVersion >= builtinLocaleSince ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8'] : []),
    ...(fsync ? [] : ['--no-sync']),
  ];
  assertSucceeded(await run(join(binaries.directory, 'initdb'), initdb, { account }), home);
  const alone = [
    '--single',
    '-c',
    'exit_on_error=on',
    '-c',
    `fsync=${fsync ? 'on' : 'off'}`,
    '-D',
    cluster,
    'postgres',
  ];
  const input = `create database ${databaseName}\n`;
  assertSucceeded(await run(join(binaries.directory, 'postgres'), alone, { account, input }), home);
  await writeWhole(passwordPath(home), password, 0o600);
  await renameForGood(cluster, home.cluster);
  await rm(work, { recursive: true, force: true });
}

export async function readPassword(home: Home): Promise<string> {
  return readFile(passwordPath(home), 'utf8');
}

export async function assertSameMajorVersion(home: Home, binaries: Binaries): Promise<void> {
  const version = (await readIfPresent(join(home.cluster, 'PG_VERSION')))?.trim();
  if (version === String(binaries.majorVersion)) return;
  throw new Error(
    `The database in ${home.cluster} was made by Postgres ${version ?? 'of an unknown version'}, and the binaries are ` +
      `version ${binaries.majorVersion}: back it up with the faregate that made it, and restore it with this one.`,
  );
}

function passwordPath(home: Home): string {
  return join(home.directory, 'password');
}

// An initdb whose parents were killed may still be writing there; what it recreates goes at the next initialization.
async function removeUnfinished(home: Home): Promise<void> {
  for (const entry of await readdir(home.directory)) {
    if (!entry.startsWith(workPrefix)) continue;
    await rm(join(home.directory, entry), { recursive: true, force: true, maxRetries: 3 }).catch(() => {});
  }
}

function assertSucceeded(result: RunResult, home: Home): void {
  if (result.ran && result.code === 0) return;
  throw new Error(`The database in ${home.directory} could not be initialized: ${describeRun(result)}`);
}
