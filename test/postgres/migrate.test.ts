import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { SocketConnection } from '#adapters/postgres/connection.ts';
import { migrate } from '#adapters/postgres/migrate.ts';
import { makeTemporaryDirectory, startTestPostgres, type TestPostgres } from './instance.ts';
import { ask } from './owner-process.ts';
import { describeOnEachPostgres } from './versions.ts';

const parent = await makeTemporaryDirectory();
afterAll(() => rm(parent, { recursive: true, force: true }));

// What the runner locks.
const lockNumber = '7021684573214501';

let directory = '';
beforeEach(() => {
  directory = join(parent, String(Math.random()));
  mkdirSync(directory);
});

function write(files: Readonly<Record<string, string>>): void {
  for (const [file, sql] of Object.entries(files)) writeFileSync(join(directory, file), sql);
}

describeOnEachPostgres('migrations', (version) => {
  let postgres: TestPostgres;
  let connection: SocketConnection;

  beforeAll(async () => {
    postgres = await startTestPostgres({ version });
  });
  beforeEach(async () => {
    connection = await postgres.freshDatabase();
  });
  afterAll(() => postgres.stop());

  test('are applied in order, once, and recorded', async () => {
    write({
      '0001_first.sql': 'create table note (number integer);',
      '0002_second.sql': 'insert into note values (2);',
    });
    const said: string[] = [];
    expect(await migrate(connection, { directory, log: (message) => said.push(message) })).toEqual([1, 2]);
    expect(await migrate(connection, { directory })).toEqual([]);
    write({ '0003_third.sql': 'insert into note values (3);' });
    expect(await migrate(connection, { directory })).toEqual([3]);
    expect(await ask(connection, 'select number from note order by number')).toEqual([{ number: 2 }, { number: 3 }]);
    const recorded = await ask(connection, 'select number, name, length(checksum) as length from faregate.migration');
    expect(recorded).toEqual([
      { number: 1, name: 'first', length: 64 },
      { number: 2, name: 'second', length: 64 },
      { number: 3, name: 'third', length: 64 },
    ]);
    expect(said).toEqual(['Applied migration 0001_first.sql.', 'Applied migration 0002_second.sql.']);
  });

  test('of several processes at once are applied once', async () => {
    write({ '0001_slow.sql': 'select pg_sleep(0.3); create table note (number integer);' });
    const runners = await Promise.all([1, 2, 3].map(() => migrate(connection, { directory })));
    expect(runners.toSorted((one, other) => one.length - other.length)).toEqual([[], [], [1]]);
  });

  test('do not wait for ever for another process', async () => {
    write({ '0001_first.sql': 'select 1;' });
    const holder = new Client(connection);
    await holder.connect();
    await holder.query(`select pg_advisory_lock(${lockNumber})`);
    const since = performance.now();
    await expect(migrate(connection, { directory, lockMsMax: 200 })).rejects.toThrow(
      'Another process has been migrating',
    );
    expect(performance.now() - since).toBeGreaterThan(200);
    await holder.end();
    expect(await migrate(connection, { directory })).toEqual([1]);
  });

  test('let an index be built concurrently while another process waits for its turn', async () => {
    write({ '0001_first.sql': 'create table note (number integer);' });
    await migrate(connection, { directory });
    const holder = new Client(connection);
    await holder.connect();
    await holder.query(`select pg_advisory_lock(${lockNumber})`);
    const waiting = migrate(connection, { directory });
    await holder.query('create index concurrently note_number on note (number)');
    await holder.end();
    expect(await waiting).toEqual([]);
  });

  test('that were changed after they had been applied are refused', async () => {
    write({ '0001_first.sql': 'select 1;' });
    await migrate(connection, { directory });
    write({ '0001_first.sql': 'select 2;' });
    await expect(migrate(connection, { directory })).rejects.toThrow('0001_first.sql was changed after');
    rmSync(join(directory, '0001_first.sql'));
    write({ '0001_renamed.sql': 'select 1;' });
    await expect(migrate(connection, { directory })).rejects.toThrow('(as 0001_first.sql)');
  });

  test('refuse a database that a newer faregate has migrated', async () => {
    write({ '0001_first.sql': 'select 1;', '0002_second.sql': 'select 2;' });
    await migrate(connection, { directory });
    rmSync(join(directory, '0002_second.sql'));
    await expect(migrate(connection, { directory })).rejects.toThrow('at migration 2, and this faregate knows 1');
  });

  test('fail as a whole file, naming the file and the line, and leave the earlier ones', async () => {
    const broken = "create table note (text text);\ninsert into note values ('é😀');\n\nselect broken;\n";
    write({ '0001_first.sql': 'create table first ();', '0002_broken.sql': broken });
    await expect(migrate(connection, { directory })).rejects.toThrow(
      '0002_broken.sql failed at line 4: column "broken"',
    );
    const tables = await ask(connection, "select tablename as name from pg_tables where schemaname = 'public'");
    expect(tables).toEqual([{ name: 'first' }]);
    expect(await ask(connection, 'select number from faregate.migration')).toEqual([{ number: 1 }]);
  });

  test('of ours apply to an empty database, and again to one that has them', async () => {
    const applied = await migrate(connection);
    expect(applied.length).toBeGreaterThan(0);
    expect(await migrate(connection)).toEqual([]);
    const other = await postgres.freshDatabase();
    expect(await migrate(other)).toEqual(applied);
  });
});

describe('the files of migrations', () => {
  const nowhere = { url: 'postgres://nobody@127.0.0.1:1/nothing' };

  test('are numbered without gaps', async () => {
    write({ '0001_first.sql': '', '0003_third.sql': '' });
    await expect(migrate(nowhere, { directory })).rejects.toThrow('0003_third.sql is number 2');
  });

  test('do not share a number', async () => {
    write({ '0001_first.sql': '', '0001_other.sql': '' });
    await expect(migrate(nowhere, { directory })).rejects.toThrow('0001_other.sql is number 2');
  });

  test('are named by one pattern', async () => {
    write({ '1-First.sql': '' });
    await expect(migrate(nowhere, { directory })).rejects.toThrow('is named like 0001_first_tables.sql');
  });
});
