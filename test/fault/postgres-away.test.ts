// Postgres goes away under load and comes back. The soak has the same for a minute and longer.
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { eventually } from '#test/gateway/wire.ts';
import { audit } from '#test/process/audit.ts';
import { haltPostgres } from '#test/process/cluster.ts';
import { type OutsidePostgres, startOutsidePostgres } from '#test/process/outside-postgres.ts';
import { removeServers, startInVain } from '#test/process/server.ts';
import { postgresHalts, postgresStops } from '#test/soak/postgres-away.ts';
import { call, type Called } from './calls.ts';
import { type Ground, makeGround } from './ground.ts';

const onLinux = process.platform === 'linux';
const seconds = process.env['FAREGATE_SOAK'] === '1' ? 60 : 6;
const testMsMax = (seconds + 60) * 1_000;

afterAll(removeServers);

describe('while Postgres is away, calls of known keys go on and all are charged afterwards,', () => {
  test.skipIf(!onLinux)('when it has only stopped answering', { timeout: testMsMax }, async () => {
    expect((await postgresHalts(seconds)).callsMeanwhile).toBeGreaterThan(seconds * 10);
  });

  test('when it was shut down and started again', { timeout: testMsMax }, async () => {
    expect((await postgresStops(seconds)).callsMeanwhile).toBeGreaterThan(seconds * 10);
  });
});

describe('a server whose database is shut down', () => {
  let postgres: OutsidePostgres;
  let ground: Ground;

  const start = async (environment = {}): Promise<void> => {
    postgres = await startOutsidePostgres();
    ground = await makeGround({ callers: 3, postgres, environment });
  };
  afterEach(async () => {
    await ground.server.kill9();
    await postgres.stop();
    await ground.outside.stop();
  });

  const callAll = (name: string): Promise<readonly Called[]> =>
    Promise.all(
      ground.keys.map(({ key, id: keyId }, index) =>
        call(ground.server.url, { key, keyId, model: 'outside/cent', streamed: index === 1, tag: `${name}-${index}` }),
      ),
    );

  test('and is killed meanwhile has every charge in its journal, and books it when both are back', async () => {
    await start();
    await postgres.stop();
    const called = [...(await callAll('one')), ...(await callAll('two'))];
    expect(called.map(({ ending }) => ending.kind)).toEqual(called.map(() => 'whole'));
    await ground.server.kill9();
    const refused = await startInVain(ground.settings);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('The database cannot be reached') });
    await postgres.start();
    await ground.restart();
    await ground.expectCharged(called);
    expect(await ground.server.stop()).toMatchObject({ code: 0 });
    expect(await audit(ground.dataDirectory, ground.settings)).toMatchObject({ code: 0, findings: [], incomplete: [] });
  });

  test('and is asked to stop meanwhile leaves its charges to the next start', async () => {
    await start();
    await postgres.stop();
    const called = await callAll('one');
    expect(await ground.server.stop()).toEqual({ code: 0, signal: null });
    await postgres.start();
    await ground.restart();
    await ground.expectCharged(called);
  });

  test('says of an unknown key that it cannot be checked, and never that it is wrong', async () => {
    await start();
    await postgres.stop();
    const { ending } = await call(ground.server.url, {
      key: `vk_${'x'.repeat(43)}`,
      keyId: '',
      model: 'outside/cent',
      streamed: false,
    });
    expect(ending).toMatchObject({ refusal: { status: 503, code: 'not_exact', shouldRetry: true, retryAfter: 1 } });
  });

  test('refuses new calls when too many charges wait, says when to come back, and takes them again by itself', async () => {
    await start({ FAREGATE_OUTBOX_MAX: '6' });
    await postgres.stop();
    const called = [...(await callAll('one')), ...(await callAll('two')), ...(await callAll('three'))];
    expect(called.map(({ ending }) => ending.kind)).toEqual([
      ...Array<string>(6).fill('whole'),
      ...Array<string>(3).fill('refused'),
    ]);
    for (const { ending } of called.slice(6)) {
      expect(ending).toMatchObject({
        refusal: { status: 503, code: 'ledger_behind', retryAfter: 1, shouldRetry: true },
      });
    }
    await postgres.start();
    await eventually(async () => {
      const again = await callAll(`again-${called.length}`);
      called.push(...again);
      return again.every(({ ending }) => ending.kind === 'whole');
    }, 200);
    await ground.expectCharged(called);
  });
});

describe('a server whose Postgres has stopped answering', () => {
  test.skipIf(!onLinux)('and that is asked to stop still ends, and leaves its charges to the next start', async () => {
    const ground = await makeGround({ callers: 1 });
    const halted = await haltPostgres(ground.dataDirectory);
    const [payer] = ground.keys;
    const order = { key: payer?.key ?? '', keyId: payer?.id ?? '', model: 'outside/cent', streamed: false, tag: 'one' };
    const called = [await call(ground.server.url, order)];
    expect(await ground.server.stop()).toEqual({ code: 0, signal: null });
    halted.goOn();
    await ground.restart();
    await ground.expectCharged(called);
    await ground.outside.stop();
  });
});
