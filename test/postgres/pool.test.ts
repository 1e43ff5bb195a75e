import { DatabaseError, type Pool } from 'pg';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { SocketConnection } from '#adapters/postgres/connection.ts';
import { isTransient, openPool, transaction, type PoolOptions } from '#adapters/postgres/pool.ts';
import { startTestPostgres, type TestPostgres } from './instance.ts';
import { ask } from './owner-process.ts';
import { describeOnEachPostgres } from './versions.ts';

const pools: Pool[] = [];
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.end()));
});

function open(connection: SocketConnection | { readonly url: string }, options: Partial<PoolOptions> = {}): Pool {
  const pool = openPool(connection, { max: 2, ...options });
  pools.push(pool);
  return pool;
}

async function failureOf(deed: Promise<unknown>): Promise<unknown> {
  return deed.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describeOnEachPostgres('a pool', (version) => {
  let postgres: TestPostgres;
  let connection: SocketConnection;

  beforeAll(async () => {
    postgres = await startTestPostgres({ version });
    connection = await postgres.freshDatabase();
    await ask(connection, 'create role faregate_app nologin');
    await ask(connection, 'create table open (number integer primary key); create table closed (number integer)');
    await ask(connection, 'grant select, insert on open to faregate_app');
  });
  afterAll(() => postgres.stop());

  test('gives large numbers exactly, and dates without a time zone', async () => {
    const { rows } = await open(connection).query<Record<string, unknown>>(`
      select 9007199254740993::int8 as int8, count(*) as count,
        12345678901234567890123456789012345678::numeric(38,0) as amount, sum(a::numeric(38,0)) as sum,
        1.50::numeric(10,2) as price, array[9007199254740993, null]::numeric(38,0)[] as amounts, '{}'::int8[] as none,
        date '2026-02-03' as date, timestamptz '2026-02-03 04:05:06+02' as instant, 7::integer as small
      from generate_series(1, 3) as a`);
    expect(rows[0]).toEqual({
      int8: 9007199254740993n,
      count: 3n,
      amount: 12345678901234567890123456789012345678n,
      sum: 6n,
      price: '1.50',
      amounts: [9007199254740993n, null],
      none: [],
      date: '2026-02-03',
      instant: new Date('2026-02-03T02:05:06Z'),
      small: 7,
    });
  });

  test('takes large numbers exactly', async () => {
    const amount = 12345678901234567890123456789012345678n;
    const { rows } = await open(connection).query<{ amount: bigint }>('select $1::numeric(38,0) as amount', [amount]);
    expect(rows).toEqual([{ amount }]);
  });

  test('works as the role of the application on every connection', async () => {
    const pool = open(connection, { applicationRole: 'faregate_app', max: 3 });
    const users = await Promise.all(
      [1, 2, 3].map(() => pool.query<{ user: string }>('select current_user as user, pg_sleep(0.05)')),
    );
    expect(users.map(({ rows }) => rows[0]?.user)).toEqual(['faregate_app', 'faregate_app', 'faregate_app']);
    await pool.query('select from open');
    await expect(pool.query('select from closed')).rejects.toThrow('permission denied');
    // Also what resets a role comes back to this one.
    await pool.query('reset role');
    await expect(pool.query('select from closed')).rejects.toThrow('permission denied');
  });

  test('works as the role of the application though the URL has options of its own', async () => {
    const { host, user, password, database } = connection;
    const url = `postgres://${user}:${password}@/${database}?host=${host}&options=-c%20work_mem%3D5MB`;
    const pool = open({ url }, { applicationRole: 'faregate_app' });
    const { rows } = await pool.query("select current_user as user, current_setting('work_mem') as memory");
    expect(rows).toEqual([{ user: 'faregate_app', memory: '5MB' }]);
  });

  test('says so when the role of the application does not exist', async () => {
    const pool = open(connection, { applicationRole: 'nobody_made_me' });
    await expect(pool.query('select 1')).rejects.toThrow('role "nobody_made_me" does not exist');
    expect(() => open(connection, { applicationRole: 'x -c y=z' })).toThrow('not the name of a role');
  });

  test('ends a statement that takes too long, which is no reason to try again', async () => {
    const failure = await failureOf(open(connection, { statementMsMax: 50 }).query('select pg_sleep(10)'));
    expect(failure).toHaveProperty('code', '57014');
    expect(isTransient(failure)).toBe(false);
  });

  test('a transaction happens as a whole or not at all, and its connection is used again', async () => {
    const pool = open(connection, { max: 1 });
    const insertTwice = transaction(pool, async (client) => {
      await client.query('insert into open values (1)');
      await client.query('insert into open values (1)');
    });
    await expect(insertTwice).rejects.toThrow('duplicate key');
    const thrown = transaction(pool, async (client) => {
      await client.query('insert into open values (2)');
      throw new Error('changed my mind');
    });
    await expect(thrown).rejects.toThrow('changed my mind');
    const count = await transaction(pool, async (client) => (await client.query('select from open')).rowCount);
    expect(count).toBe(0);
    expect(pool.totalCount).toBe(1);
  });

  test('a transaction that goes on after a failed query does not claim to have been committed', async () => {
    const swallowed = transaction(open(connection), async (client) => {
      await client.query('insert into open values (3)');
      await client.query('select broken').catch(() => {});
    });
    await expect(swallowed).rejects.toThrow('rolled back');
  });

  test('a backend that is killed under a transaction breaks that transaction only', async () => {
    const pool = open(connection, { max: 1 });
    const failure = await failureOf(
      transaction(pool, async (client) => {
        const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
        await ask(connection, `select pg_terminate_backend(${rows[0]?.pid ?? 0})`);
        await client.query('insert into open values (4)');
      }),
    );
    expect(isTransient(failure)).toBe(true);
    expect((await pool.query('select * from open')).rows).toEqual([]);
  });

  test('a connection that breaks while it is idle is replaced in silence', async () => {
    const pool = open(connection, { max: 1 });
    const { rows } = await pool.query<{ pid: number }>('select pg_backend_pid() as pid');
    await ask(connection, `select pg_terminate_backend(${rows[0]?.pid ?? 0})`);
    // The word of it travels through a socket; who asks before it has arrived gets an error that is worth another try.
    await vi.waitUntil(() => pool.totalCount === 0);
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  test('a deadlock is a reason to try again, a missing server as well, a duplicate is none', async () => {
    const pool = open(connection);
    await pool.query('insert into open values (11), (12)');
    const crossed = [11, 12].map((number) =>
      transaction(pool, async (client) => {
        await client.query('select from open where number = $1 for update', [number]);
        await client.query('select pg_sleep(0.1)');
        await client.query('select from open where number = $1 for update', [23 - number]);
      }),
    );
    const failures = (await Promise.all(crossed.map(failureOf))).filter((failure) => failure !== undefined);
    expect(failures).toHaveLength(1);
    expect(failures[0]).toBeInstanceOf(DatabaseError);
    expect(failures.every(isTransient)).toBe(true);
    const absent = await failureOf(open({ ...connection, host: '/tmp/no-such-directory' }).query('select 1'));
    expect(isTransient(absent)).toBe(true);
    expect(isTransient(await failureOf(open({ url: 'postgres://a:b@127.0.0.1:1/c' }).query('select 1')))).toBe(true);
    const duplicate = await failureOf(pool.query('insert into open values (11)'));
    expect(isTransient(duplicate)).toBe(false);
    await pool.query('select 1');
    await ask(connection, 'delete from open');
  });
});
