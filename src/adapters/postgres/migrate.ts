import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Client, DatabaseError } from 'pg';
import { clientConfig, type PostgresConnection } from './connection.ts';

export type Migration = {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
};

export type MigrateOptions = {
  readonly directory?: string;
  readonly lockMsMax?: number;
  readonly log?: (message: string) => void;
};

const ownDirectory = join(import.meta.dirname, 'migrations');
const fileName = /^(\d{4})_([a-z0-9_]+)\.sql$/;

// Any number will do that no other program locks in the same database.
const advisoryLock = '7021684573214501';
const lockPollMs = 100;
const lockMsMaxByDefault = 300_000;

// Brings the database up to the newest migration, and returns the numbers of those it applied.
export async function migrate(
  connection: PostgresConnection,
  options: MigrateOptions = {},
): Promise<readonly number[]> {
  const migrations = await readMigrations(options.directory ?? ownDirectory);
  const client = new Client(clientConfig(connection));
  // Without a listener a connection that breaks would end the process; the query that it breaks fails anyway.
  client.on('error', () => {});
  await client.connect().catch((cause: unknown) => {
    const hint = 'url' in connection ? ' Does it run, and is DATABASE_URL right?' : '';
    throw new Error(`The database cannot be reached: ${reasonOf(cause)}.${hint}`, { cause });
  });
  try {
    // A long migration is not a stuck one, and some servers limit statements by default.
    await client.query('set statement_timeout = 0');
    await lock(client, options.lockMsMax ?? lockMsMaxByDefault);
    await makeTable(client);
    const pending = pendingOf(migrations, await readApplied(client));
    for (const migration of pending) {
      await apply(client, migration);
      options.log?.(`Applied migration ${fileOf(migration)}.`);
    }
    return pending.map((migration) => migration.number);
  } finally {
    // The lock belongs to the connection and ends with it.
    await client.end();
  }
}

// A name that stands for several addresses fails once for each, and says nothing about them together.
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join(', ');
  return error instanceof Error ? error.message : String(error);
}

export async function readMigrations(directory: string): Promise<readonly Migration[]> {
  const files = (await readdir(directory)).filter((file) => file.endsWith('.sql')).toSorted();
  const migrations = await Promise.all(files.map((file) => readMigration(directory, file)));
  for (const [index, migration] of migrations.entries()) {
    if (migration.number === index + 1) continue;
    throw new Error(`Migrations are numbered from 0001 without gaps, and ${fileOf(migration)} is number ${index + 1}.`);
  }
  return migrations;
}

async function readMigration(directory: string, file: string): Promise<Migration> {
  const [, number, name] = fileName.exec(file) ?? [];
  if (number === undefined || name === undefined) {
    throw new Error(`A migration is named like 0001_first_tables.sql, and ${join(directory, file)} is not.`);
  }
  const sql = await readFile(join(directory, file), 'utf8');
  return { number: Number(number), name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
}

// Asked for again and again rather than waited for: a session that waits inside Postgres holds a snapshot, and a
// CREATE INDEX CONCURRENTLY of the session that has the lock would wait for that snapshot in turn.
async function lock(client: Client, lockMsMax: number): Promise<void> {
  const since = performance.now();
  for (;;) {
    const { rows } = await client.query<{ locked: boolean }>('select pg_try_advisory_lock($1) as locked', [
      advisoryLock,
    ]);
    if (rows[0]?.locked === true) return;
    if (performance.now() - since >= lockMsMax) {
      throw new Error(`Another process has been migrating this database for more than ${lockMsMax} ms.`);
    }
    await wait(lockPollMs);
  }
}

type Applied = Pick<Migration, 'number' | 'name' | 'checksum'>;

async function makeTable(client: Client): Promise<void> {
  await client.query(`
    create schema if not exists faregate;
    create table if not exists faregate.migration (
      number integer primary key,
      name text not null,
      checksum text not null,
      applied_at timestamptz not null default now()
    )`);
}

async function readApplied(client: Client): Promise<readonly Applied[]> {
  const { rows } = await client.query<Applied>('select number, name, checksum from faregate.migration order by number');
  return rows;
}

function pendingOf(migrations: readonly Migration[], applied: readonly Applied[]): readonly Migration[] {
  const newest = applied.at(-1)?.number ?? 0;
  if (newest > migrations.length) {
    throw new Error(
      `The database is at migration ${newest}, and this faregate knows ${migrations.length}: ` +
        'a newer faregate has migrated it, and this one must not write to it.',
    );
  }
  const recorded = new Map(applied.map((row) => [row.number, row]));
  for (const migration of migrations.slice(0, newest)) assertUnchanged(migration, recorded.get(migration.number));
  return migrations.slice(newest);
}

function assertUnchanged(migration: Migration, recorded: Applied | undefined): void {
  if (recorded?.checksum === migration.checksum && recorded.name === migration.name) return;
  throw new Error(
    recorded === undefined
      ? `The database has later migrations, and not ${fileOf(migration)}.`
      : `Migration ${fileOf(migration)} was changed after it had been applied to this database ` +
          `(as ${fileOf(recorded)}): put it back, and write a new migration for the change.`,
  );
}

async function apply(client: Client, migration: Migration): Promise<void> {
  try {
    await client.query('begin');
    await client.query(migration.sql);
    await client.query('insert into faregate.migration (number, name, checksum) values ($1, $2, $3)', [
      migration.number,
      migration.name,
      migration.checksum,
    ]);
    const ending = await client.query('commit');
    if (ending.command !== 'COMMIT') throw new Error('its transaction was rolled back');
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw new Error(`Migration ${fileOf(migration)} failed${describe(error, migration.sql)}`, { cause: error });
  }
}

function describe(error: unknown, sql: string): string {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof DatabaseError) || error.position === undefined) return `: ${message}`;
  // Postgres counts characters where JavaScript counts UTF-16 units.
  const before = Array.from(sql).slice(0, Number(error.position) - 1);
  return ` at line ${before.filter((character) => character === '\n').length + 1}: ${message}`;
}

function fileOf(migration: Pick<Migration, 'number' | 'name'>): string {
  return `${String(migration.number).padStart(4, '0')}_${migration.name}.sql`;
}
