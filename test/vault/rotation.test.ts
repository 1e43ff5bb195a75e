// A rotation that is broken off anywhere goes on from there; and no start with keys that do not fit.
import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ownMasterKeys } from '#adapters/data-dir/master-key.ts';
import { postgresMasterKeys } from '#adapters/postgres/administration/master-keys.ts';
import { postgresDirectory } from '#adapters/postgres/directory.ts';
import { migrate } from '#adapters/postgres/migrate.ts';
import { openPool } from '#adapters/postgres/pool.ts';
import { systemClock } from '#adapters/system/system-clock.ts';
import { aesVault } from '#adapters/vault/aes-vault.ts';
import { parseMasterKeys } from '#config.ts';
import { noFeeVersions, ownKeyFeeName, unknownCostVersion } from '#core/catalog/own-key-prices.ts';
import { openMasterKeys } from '#flows/vault/open-master-keys.ts';
import { rotateMasterKey } from '#flows/vault/rotate-master-key.ts';
import type { MasterKeys } from '#ports/master-keys.ts';
import type { MasterKeySource } from '#ports/vault.ts';
import { freshDatabase, makeTemporaryDirectory } from '#test/postgres/instance.ts';
import { freshDataDirectory, removeServers, startInVain, startServer } from '#test/process/server.ts';

const rows = 230;

test('what own keys are priced by where nobody has priced them is in the database as it is here', async () => {
  const connection = await freshDatabase();
  await migrate(connection);
  const pool = openPool(connection, { max: 1, applicationRole: 'faregate_app' });
  const directory = postgresDirectory(pool, { vault: aesVault({ read: () => [randomBytes(32)] }) });
  const expected = [...noFeeVersions, unknownCostVersion];
  const found = await directory.priceVersions(expected.map(({ id }) => id));
  const recordedAt = expected[0]?.recordedAt ?? '';
  const plain = found.map((version) => ({ ...version, recordedAt })).toSorted((a, b) => (a.id < b.id ? -1 : 1));
  expect(plain).toEqual(expected);
  expect((await directory.catalog()).prices.filter(({ subject }) => subject.name === ownKeyFeeName)).toEqual([]);
  await pool.end();
});

describe('a rotation', () => {
  let pool: Pool;
  let directory: string;
  let source: MasterKeySource & { exists(): boolean };

  beforeAll(async () => {
    const connection = await freshDatabase();
    await migrate(connection);
    pool = openPool(connection, { max: 4, applicationRole: 'faregate_app' });
    directory = await makeTemporaryDirectory();
    source = ownMasterKeys(directory, parseMasterKeys);
    source.add?.();
    const vault = aesVault(source);
    await openMasterKeys({
      vault,
      masterKeys: postgresMasterKeys(pool),
      log: { info: () => {}, warn: () => {} },
      source: 'test',
    });
    const { rows: providers } = await pool.query<{ id: string }>(`select id from faregate.provider where name = 'sim'`);
    for (let n = 0; n < rows; n += 1) {
      const id = crypto.randomUUID();
      await pool.query(
        `insert into faregate.provider_key (id, provider_id, name, sealed, prefix) values ($1, $2, $3, $4, '…')`,
        [id, providers[0]?.id, `key ${n}`, vault.seal(`secret of ${id}`, `provider_key:${id}`)],
      );
    }
    await pool.query(
      `insert into faregate.idempotency_key (scope, key, request_hash, status, body)
        values ('admin', 'k:1', 'h', 201, $1)`,
      [JSON.stringify(vault.seal('an answer', 'answer:admin:k:1'))],
    );
  });
  afterAll(() => pool.end());

  /** As a process that is killed at its nth word to the database or to the file. */
  function dying(atCall: number) {
    let calls = 0;
    const dies = <Target extends object>(target: Target): Target =>
      new Proxy(target, {
        get(of, name, receiver) {
          const value: unknown = Reflect.get(of, name, receiver);
          if (typeof value !== 'function') return value;
          return (...words: unknown[]): unknown => {
            calls += 1;
            if (calls === atCall) throw new Error('killed');
            return Reflect.apply(value, of, words);
          };
        },
      });
    return { masterKeys: dies<MasterKeys>(postgresMasterKeys(pool)), masterKeySource: dies(source) };
  }

  async function secretsOpen(): Promise<number> {
    // As after a start: with the file alone.
    const vault = aesVault(source);
    const found = await pool.query<{ id: string; sealed: string }>('select id, sealed from faregate.provider_key');
    for (const { id, sealed } of found.rows) {
      expect(vault.open(sealed, `provider_key:${id}`)).toBe(`secret of ${id}`);
    }
    const answers = await pool.query<{ body: string }>('select body from faregate.idempotency_key');
    for (const { body } of answers.rows) expect(vault.open(body, 'answer:admin:k:1')).toBe('an answer');
    return found.rows.length;
  }

  test.each([1, 2, 3, 4, 5, 6, 20, 107, 108, 150, 236, 237, 238, 239, 240, 241, 242, 243])(
    'that is killed at its step %i has lost no secret, and comes to its end when it is run again',
    async (step) => {
      const before = aesVault(source).currentKeyId;
      await rotateMasterKey({ vault: aesVault(source), clock: systemClock, ...dying(step) }, 'tester').catch(
        (error: unknown) => expect(String(error)).toContain('killed'),
      );
      expect(await secretsOpen()).toBe(rows);
      const masterKeys = postgresMasterKeys(pool);
      const vault = aesVault(source);
      await openMasterKeys({ vault, masterKeys, log: { info: () => {}, warn: () => {} }, source: 'test' });
      const ended = await rotateMasterKey({ vault, clock: systemClock, masterKeys, masterKeySource: source }, 'tester');
      expect(ended.master_key).not.toBe(before);
      expect(await masterKeys.list()).toMatchObject([{ id: ended.master_key, secrets: rows + 1 }]);
      expect(source.read()).toHaveLength(1);
      expect(await secretsOpen()).toBe(rows);
    },
  );

  test('does not overwrite what is written meanwhile, and a retired key seals nothing more', async () => {
    const masterKeys = postgresMasterKeys(pool);
    const vault = aesVault(source);
    const old = vault.seal('late', 'provider_key:late');
    const { rows: found } = await pool.query<{ id: string }>('select id from faregate.provider_key limit 1');
    const id = found[0]?.id ?? '';
    const subject = `provider_key:${id}`;
    const racing: MasterKeys = {
      ...masterKeys,
      async replace(secret, after) {
        if (secret.subject === subject) {
          await pool.query('update faregate.provider_key set sealed = $2 where id = $1', [
            id,
            vault.seal('replaced meanwhile', subject),
          ]);
        }
        return masterKeys.replace(secret, after);
      },
    };
    await rotateMasterKey({ vault, clock: systemClock, masterKeys: racing, masterKeySource: source }, 'tester');
    const { rows: now } = await pool.query<{ sealed: string }>(
      'select sealed from faregate.provider_key where id = $1',
      [id],
    );
    expect(vault.open(now[0]?.sealed ?? '', subject)).toBe('replaced meanwhile');
    await expect(
      pool.query('update faregate.provider_key set sealed = $2 where id = $1', [id, old]),
    ).rejects.toMatchObject({ code: '23503' });
  });

  test('needs another key where the operator keeps them, and says how', async () => {
    const [key] = source.read();
    const given = { name: 'FAREGATE_MASTER_KEY_FILE', read: () => [key] as const };
    const desk = { vault: aesVault(given), clock: systemClock, masterKeys: postgresMasterKeys(pool) };
    await expect(rotateMasterKey({ ...desk, masterKeySource: given }, 'tester')).rejects.toThrow(
      /FAREGATE_MASTER_KEY_FILE has no other master key/,
    );
    const next = randomBytes(32);
    const both = { name: given.name, read: () => [next, key] as const };
    const vault = aesVault(both);
    const ended = await rotateMasterKey({ ...desk, vault, masterKeySource: both }, 'tester');
    expect(ended).toMatchObject({ made: false, master_key: vault.currentKeyId });
  });
});

describe('a start', () => {
  let dataDirectory: string;
  const file = () => join(dataDirectory, 'master.key');

  beforeAll(async () => {
    dataDirectory = await freshDataDirectory();
    const server = await startServer({ dataDirectory });
    await server.admin('/api/v1/providers/sim/keys', { name: 'main', secret: 'sk-test-0123456789' });
    await server.stop();
  });
  afterAll(() => removeServers());

  test('with another master key is refused, and says which one is missing', async () => {
    await rename(file(), `${file()}.right`);
    await writeFile(file(), `${randomBytes(32).toString('base64')}\n`);
    const { code, stderr } = await startInVain({ dataDirectory });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /A secret in the database is sealed with the master key [0-9a-f]{12}, which is not in .*master\.key/,
    );
  });

  test('without its master key is refused, and none is made up', async () => {
    await rename(file(), `${file()}.wrong`);
    const { code, stderr } = await startInVain({ dataDirectory });
    expect(code).toBe(1);
    expect(stderr).toMatch(/master\.key is missing, and a secret in the database cannot be opened without it/);
    await expect(readFile(file())).rejects.toThrow(/ENOENT/);
  });

  test('with the right one behind a new one goes on', async () => {
    const [right, wrong] = [await readFile(`${file()}.right`, 'utf8'), await readFile(`${file()}.wrong`, 'utf8')];
    await writeFile(file(), `${wrong}${right}`);
    const server = await startServer({ dataDirectory });
    const rotated = await server.admin('/api/v1/master-key/rotate', {});
    expect(rotated).toMatchObject({ made: false, rewrapped: 1 });
    expect(await readFile(file(), 'utf8')).toBe(wrong);
    await server.stop();
  });

  test('without a key that nobody has any more gives up what it sealed, when it is told which one', async () => {
    const id = aesVault(ownMasterKeys(dataDirectory, parseMasterKeys)).currentKeyId;
    await rename(file(), `${file()}.lost`);
    const { stderr } = await startInVain({ dataDirectory });
    expect(stderr).toContain(`FAREGATE_LOST_MASTER_KEY=${id} gives them up`);
    const server = await startServer({ dataDirectory, environment: { FAREGATE_LOST_MASTER_KEY: id } });
    expect(await server.admin('/api/v1/providers/sim/keys')).toMatchObject({ data: [] });
    expect(await server.admin('/api/v1/audit-log?action=master_key.give_up')).toMatchObject({
      data: [{ after: { master_key: id, secrets: 1 } }],
    });
    await server.stop();
  });
});
