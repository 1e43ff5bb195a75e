// Kills the server together with its Postgres, and Postgres alone, while calls are under way.
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { creditsOf, eventually } from '#test/gateway/wire.ts';
import { audit } from '#test/process/audit.ts';
import type { LedgerRead } from '#test/process/books.ts';
import { connectionTo, killPostmaster, postmasterPid } from '#test/process/cluster.ts';
import { launch } from '#test/process/launch.ts';
import { type OutsideProvider, registerOutsideProvider, startOutsideProvider } from '#test/process/outside-provider.ts';
import { environmentOf, removeServers, startServer, type TestServer } from '#test/process/server.ts';
import { expectAllCharged, soundBooks } from './aftermath.ts';
import { type Callers, type Load, makeCallers, startLoad } from './load.ts';

let outside: OutsideProvider;
let running: TestServer;
let callers: Callers;
let read: LedgerRead;

beforeAll(async () => {
  outside = await startOutsideProvider();
  running = await startServer();
  await registerOutsideProvider(running, outside.origin);
  callers = await makeCallers(running, 16);
  read = await booksOf(running);
});

afterAll(async () => {
  await removeServers();
  await outside.stop();
});

describe('a server that is killed with its Postgres, under load,', () => {
  test.each([1, 2, 3])('has charged every call once when both are back (%i)', async (round) => {
    const load = startLoad(running.url, callers, `tree-${round}`);
    await wait(500 + 150 * round);
    expect(await running.kill9Tree()).toMatchObject({ signal: 'SIGKILL' });
    await load.stop();
    running = await startServer({ dataDirectory: running.dataDirectory });
    await expectCharged(load);
    expect(load.called.filter(({ ending }) => ending.kind === 'whole').length).toBeGreaterThan(callers.keys.length);
  });

  test('and killed again and again while it recovers, too', async () => {
    const { dataDirectory } = running;
    const load = startLoad(running.url, callers, 'recovering');
    await wait(500);
    await running.kill9();
    await load.stop();
    for (const afterMs of [250, 450, 650, 850, 1_050]) {
      const starting = launch(['serve'], environmentOf(dataDirectory));
      await wait(afterMs);
      starting.child.kill('SIGKILL');
      await starting.exited;
    }
    running = await startServer({ dataDirectory });
    await expectCharged(load);
  });

  test('shows the same credits as before', async () => {
    const before = await creditsOf(running.url, callers.payer.key);
    await running.kill9Tree();
    running = await startServer({ dataDirectory: running.dataDirectory });
    expect(await creditsOf(running.url, callers.payer.key)).toEqual(before);
    await running.kill9();
    running = await startServer({ dataDirectory: running.dataDirectory });
    expect(await creditsOf(running.url, callers.payer.key)).toEqual(before);
  });
});

describe('a server whose Postgres is killed, under load,', () => {
  test('goes on answering, and has written every charge when Postgres is back', async () => {
    const { dataDirectory } = running;
    const load = startLoad(running.url, callers, 'postmaster');
    for (let kill = 0; kill < 3; kill += 1) {
      await wait(400);
      const killed = await postmasterPid(dataDirectory);
      const before = load.called.length;
      await killPostmaster(dataDirectory);
      await eventually(async () => (await postmasterPid(dataDirectory).catch(() => killed)) !== killed);
      expect(load.called.length, 'calls went on meanwhile').toBeGreaterThan(before);
    }
    await wait(400);
    await load.stop();
    expect(load.called.filter(({ ending }) => ending.kind !== 'whole').map(({ ending }) => ending)).toEqual([]);
    await expectCharged(load);
    expect(await running.stop()).toEqual({ code: 0, signal: null });
    expect(await audit(dataDirectory)).toMatchObject({ code: 0, findings: [], incomplete: [] });
  });
});

async function booksOf(server: TestServer): Promise<LedgerRead> {
  return soundBooks(await connectionTo(server.dataDirectory));
}

async function expectCharged({ called }: Load): Promise<void> {
  const connection = await connectionTo(running.dataDirectory);
  const { url } = running;
  const arrived = outside.arrived();
  read = await expectAllCharged({ url, connection, payer: callers.payer, before: read, called, arrived });
}
