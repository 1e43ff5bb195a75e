import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { startEmbeddedPostgres } from '#adapters/postgres/embedded.ts';
import { isTransient, openPool } from '#adapters/postgres/pool.ts';
import { makeTemporaryDirectory } from './instance.ts';
import {
  ask,
  childrenOf,
  endOf,
  isRunning,
  killNow,
  killTree,
  launchOwner,
  parentOf,
  startOwner,
  until,
  type Owner,
} from './owner-process.ts';

const quiet = { info: () => {}, warn: () => {} };
const onLinux = process.platform === 'linux';

const directories: string[] = [];
const owners: Owner[] = [];

afterEach(async () => {
  await Promise.all(owners.splice(0).map((owner) => owner.stop()));
  await Promise.all(directories.splice(0).map((directory) => rm(directory, { recursive: true, force: true })));
});

// Most tests use one cluster after another, since its initialization takes longest.
const common = await makeTemporaryDirectory();
afterAll(() => rm(common, { recursive: true, force: true }));

async function newDirectory(): Promise<string> {
  const directory = await makeTemporaryDirectory();
  directories.push(directory);
  return directory;
}

async function ownerOf(...given: Parameters<typeof startOwner>): Promise<Owner> {
  const owner = await startOwner(...given);
  owners.push(owner);
  return owner;
}

describe('an embedded Postgres', () => {
  test('starts, answers on a private socket and on no port, stops, and has its rows the next time', async () => {
    const dataDirectory = await newDirectory();
    const first = await startEmbeddedPostgres({ dataDirectory, log: quiet });
    await ask(first.connection, "create table note (text text); insert into note values ('kept')");
    const listening = await ask(first.connection, "select setting from pg_settings where name = 'listen_addresses'");
    expect(listening).toEqual([{ setting: '' }]);
    expect(statSync(first.connection.host).mode & 0o777).toBe(0o700);
    expect(statSync(join(dataDirectory, 'postgres', 'password')).mode & 0o777).toBe(0o600);
    await expect(ask({ ...first.connection, password: 'guessed' }, 'select 1')).rejects.toThrow('password');
    await first.stop();
    await first.exited;
    expect(readdirSync(first.connection.host)).toEqual([]);

    const since = performance.now();
    const second = await startEmbeddedPostgres({ dataDirectory, log: quiet });
    expect(performance.now() - since).toBeLessThan(2_000);
    expect(await ask(second.connection, 'select text from note')).toEqual([{ text: 'kept' }]);
    await second.stop();
  });

  test('is refused to a second faregate on the same data directory, which is told whose it is', async () => {
    const owner = await ownerOf(common);
    const refused = ownerOf(common);
    await expect(refused).rejects.toThrow(`(process ${owner.child.pid ?? 0} on `);
    await expect(refused).rejects.toThrow(common);
    expect(await ask(owner.connection, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  test('has a socket even where the path of the data directory is too long for one', async () => {
    const dataDirectory = join(await newDirectory(), 'long'.repeat(40));
    const first = await ownerOf(dataDirectory);
    expect(first.connection.host).toMatch(/^\/tmp\/faregate-socket-/);
    expect(await ask(first.connection, 'select 1 as one')).toEqual([{ one: 1 }]);
    killTree(first.child.pid ?? 0);
    await endOf(first.child);
    const second = await ownerOf(dataDirectory);
    expect(await ask(second.connection, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(second.connection.host).not.toBe(first.connection.host);
    await second.stop();
    expect(() => statSync(first.connection.host)).toThrow('ENOENT');
    expect(() => statSync(second.connection.host)).toThrow('ENOENT');
  });

  test('is not another version of Postgres than the one that made it', async () => {
    const owner = await ownerOf(common);
    await owner.stop();
    const file = join(common, 'postgres', 'cluster', 'PG_VERSION');
    const version = readFileSync(file);
    writeFileSync(file, '17\n');
    await expect(ownerOf(common)).rejects.toThrow('was made by Postgres 17');
    writeFileSync(file, version);
  });

  test('is never replaced by an empty one when its directory is missing', async () => {
    const owner = await ownerOf(common);
    await owner.stop();
    renameSync(join(common, 'postgres'), join(common, 'elsewhere'));
    await expect(ownerOf(common)).rejects.toThrow('it is not there');
    renameSync(join(common, 'elsewhere'), join(common, 'postgres'));
  });
});

describe.skipIf(!onLinux)('an embedded Postgres whose processes are killed', () => {
  test('dies with its parent, and the next start has every row', async () => {
    const owner = await ownerOf(common);
    await ask(owner.connection, 'drop table if exists note; create table note as select 1 as one');
    killNow(owner.child.pid ?? 0);
    await endOf(owner.child);
    await until(() => !isRunning(owner.postmaster), 5_000);
    const next = await ownerOf(common);
    expect(await ask(next.connection, 'select one from note')).toEqual([{ one: 1 }]);
  });

  test('dies with its parent though a client keeps it busy', async () => {
    const owner = await ownerOf(common);
    const busy = ask(owner.connection, 'select count(*) from generate_series(1, 1e12)');
    const failed = expect(busy).rejects.toThrow('terminat');
    await wait(100);
    killNow(owner.child.pid ?? 0);
    await until(() => !isRunning(owner.postmaster), 5_000);
    await failed;
  });

  test('loses no acknowledged row when the whole tree is killed at once', async () => {
    let owner = await ownerOf(common);
    await ask(owner.connection, 'drop table if exists note; create table note (number integer)');
    let acknowledged = 0;
    for (let round = 0; round < 3; round += 1) {
      const pool = openPool(owner.connection, { max: 1 });
      const writing = (async () => {
        for (;;) {
          await pool.query('insert into note values ($1)', [acknowledged]);
          acknowledged += 1;
        }
      })();
      const broken = expect(writing).rejects.toSatisfy(isTransient);
      await wait(150);
      killTree(owner.child.pid ?? 0);
      await broken;
      await endOf(owner.child);
      await pool.end();
      owner = await ownerOf(common);
      // A row whose answer was lost may be there twice: the writer could not know.
      const rows = await ask<{ count: number }>(owner.connection, 'select count(distinct number)::integer from note');
      expect(rows[0]?.count).toBeGreaterThanOrEqual(acknowledged);
    }
    expect(acknowledged).toBeGreaterThan(30);
  });

  test('is stopped by the next start when its parents died without stopping it', async () => {
    const owner = await ownerOf(common);
    const guard = parentOf(owner.postmaster);
    const lifelines = childrenOf(guard).filter((pid) => pid !== owner.postmaster);
    for (const pid of [owner.child.pid ?? 0, guard]) process.kill(pid, 'SIGSTOP');
    for (const pid of [...lifelines, guard, owner.child.pid ?? 0]) killNow(pid);
    await endOf(owner.child);
    expect(isRunning(owner.postmaster)).toBe(true);
    const next = await ownerOf(common);
    expect(next.said()).toContain(`process ${owner.postmaster}`);
    expect(isRunning(owner.postmaster)).toBe(false);
    expect(await ask(next.connection, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  test('never half-exists after a killed initialization', async () => {
    const dataDirectory = await newDirectory();
    const home = join(dataDirectory, 'postgres');
    mkdirSync(home);
    const halfMade = (): string[] => readdirSync(home).filter((entry) => entry.startsWith('initializing-'));
    const isWhole = (): boolean => existsSync(join(home, 'cluster'));
    let killedHalfWay = 0;
    for (const delayMs of [0, 100, 200, 300, 400]) {
      const before = new Set(halfMade());
      const child = launchOwner(dataDirectory);
      await until(() => isWhole() || halfMade().some((entry) => !before.has(entry)), 10_000);
      await wait(delayMs);
      killTree(child.pid ?? 0);
      await endOf(child);
      if (!isWhole()) killedHalfWay += 1;
    }
    expect(killedHalfWay).toBeGreaterThan(0);
    const owner = await ownerOf(dataDirectory);
    expect(await ask(owner.connection, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(halfMade()).toEqual([]);
  });

  test('comes back when its postmaster, or the shell before it, is killed', async () => {
    const postgres = await startEmbeddedPostgres({ dataDirectory: common, log: quiet });
    const pool = openPool(postgres.connection, { max: 4 });
    await pool.query('drop table if exists note; create table note as select 1 as one');
    for (const victimOf of [(pid: number) => pid, parentOf, (pid: number) => pid]) {
      const before = postgres.pid();
      const since = performance.now();
      killNow(victimOf(before));
      await until(() => postgres.pid() !== before, 10_000);
      const answered = await retried(() => pool.query<{ one: number }>('select one from note'));
      expect(answered.rows).toEqual([{ one: 1 }]);
      expect(performance.now() - since).toBeLessThan(10_000);
      expect(isRunning(before)).toBe(false);
    }
    await pool.end();
    await postgres.stop();
    expect(isRunning(postgres.pid())).toBe(false);
  });

  test('goes on when a single backend is killed', async () => {
    const postgres = await startEmbeddedPostgres({ dataDirectory: common, log: quiet });
    const pool = openPool(postgres.connection, { max: 2 });
    const { rows } = await pool.query<{ pid: number }>('select pg_backend_pid() as pid');
    const before = postgres.pid();
    killNow(rows[0]?.pid ?? 0);
    expect((await retried(() => pool.query('select 1 as one'))).rows).toEqual([{ one: 1 }]);
    expect(postgres.pid()).toBe(before);
    await pool.end();
    await postgres.stop();
  });

  test('starts though its old process id now belongs to another program, which it leaves alone', async () => {
    const owner = await ownerOf(common);
    killTree(owner.child.pid ?? 0);
    await endOf(owner.child);
    const cluster = join(common, 'postgres', 'cluster');
    const { uid, gid } = statSync(cluster);
    const bystander = spawn('sleep', ['60'], process.getuid?.() === 0 ? { uid, gid } : {});
    for (const file of [join(cluster, 'postmaster.pid'), join(owner.connection.host, '.s.PGSQL.5432.lock')]) {
      writeFileSync(file, readFileSync(file, 'utf8').replace(/^\d+/, String(bystander.pid)));
    }
    const next = await ownerOf(common);
    expect(await ask(next.connection, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(bystander.exitCode).toBeNull();
    bystander.kill();
    await once(bystander, 'exit');
  });
});

async function retried<Result>(deed: () => Promise<Result>): Promise<Result> {
  for (const since = performance.now(); ; await wait(20)) {
    try {
      return await deed();
    } catch (error) {
      if (!isTransient(error) || performance.now() - since > 10_000) throw error;
    }
  }
}
