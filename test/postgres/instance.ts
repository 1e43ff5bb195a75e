// Private instances of Postgres for tests: in a temporary directory, on a unix socket, gone with the process that
// started them.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { startEmbeddedPostgres } from '#adapters/postgres/embedded.ts';
import type { SocketConnection } from '#adapters/postgres/connection.ts';

export type TestPostgresVersion = 'embedded' | '15';

export type TestPostgres = {
  // The owner's connection to the first database.
  readonly connection: SocketConnection;
  readonly freshDatabase: () => Promise<SocketConnection>;
  readonly stop: () => Promise<void>;
};

type TestPostgresOptions = {
  readonly version?: TestPostgresVersion;
  readonly fsync?: boolean;
};

export const debianBinaries = '/usr/lib/postgresql/15/bin';

export async function startTestPostgres(options: TestPostgresOptions = {}): Promise<TestPostgres> {
  const { version = 'embedded', fsync = false } = options;
  const dataDirectory = await makeTemporaryDirectory();
  const postgres = await startEmbeddedPostgres({
    dataDirectory,
    fsync,
    log: { info: () => {}, warn: (message) => process.stderr.write(`${message}\n`) },
    ...(version === '15' ? { binaries: debianBinaries } : {}),
  });
  const letGo = removeWhenWeEnd(dataDirectory, postgres.pid());
  return {
    connection: postgres.connection,
    freshDatabase: () => createDatabase(postgres.connection),
    stop: async () => {
      await postgres.stop();
      await letGo();
    },
  };
}

const shared = new Map<TestPostgresVersion, Promise<TestPostgres>>();

// A new empty database in the one instance that this process shares; nobody needs to stop it.
export async function freshDatabase(version: TestPostgresVersion = 'embedded'): Promise<SocketConnection> {
  const instance = shared.get(version) ?? startTestPostgres({ version });
  shared.set(version, instance);
  return (await instance).freshDatabase();
}

// Open for passing through, so that as root the account of Postgres reaches what is inside.
export async function makeTemporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'faregate-test-'));
  await chmod(directory, 0o711);
  return directory;
}

async function createDatabase(connection: SocketConnection): Promise<SocketConnection> {
  const database = `test_${randomBytes(6).toString('hex')}`;
  const client = new Client(connection);
  await client.connect();
  try {
    await client.query(`create database ${database}`);
  } finally {
    await client.end();
  }
  return { ...connection, database };
}

// Test runners kill their workers, so no hook of ours can be relied on: a shell waits for our end and for that of
// Postgres, and removes the directory.
function removeWhenWeEnd(directory: string, pid: number): () => Promise<void> {
  const script = 'read -r line; while kill -0 "$2" 2>/dev/null; do sleep 0.05; done; rm -rf "$1"';
  const shell = spawn('/bin/sh', ['-c', script, 'sh', directory, String(pid)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  shell.unref();
  const ended = new Promise<void>((resolve) => {
    shell.once('exit', () => resolve());
  });
  return () => {
    shell.ref();
    shell.stdin.end();
    return ended;
  };
}
