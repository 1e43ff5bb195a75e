// Kills the server together with its Postgres, and Postgres alone, while calls are under way.
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { creditsOf, eventually } from '#test/gateway/wire.ts';
import { audit } from '#test/process/audit.ts';
import { killPostmaster, postmasterPid } from '#test/process/cluster.ts';
import { launch } from '#test/process/launch.ts';
import { environmentOf, removeServers } from '#test/process/server.ts';
import { newIn } from './aftermath.ts';
import { call } from './calls.ts';
import { type Ground, makeGround } from './ground.ts';
import { startLoad } from './load.ts';

let ground: Ground;

beforeAll(async () => {
  ground = await makeGround({ callers: 16 });
});

afterAll(async () => {
  await removeServers();
  await ground.outside.stop();
});

describe.skipIf(process.platform !== 'linux')('a server that is killed with its Postgres, under load,', () => {
  test.each([1, 2, 3])('has charged every call once when both are back (%i)', async (round) => {
    const load = startLoad(ground.server.url, ground.keys, `tree-${round}`);
    await wait(500 + 150 * round);
    expect(await ground.server.kill9Tree()).toMatchObject({ signal: 'SIGKILL' });
    await load.stop();
    await ground.restart();
    await ground.expectCharged(load.called);
    expect(load.called.filter(({ ending }) => ending.kind === 'whole').length).toBeGreaterThan(ground.keys.length);
  });

  test('and killed again and again while it recovers, too', async () => {
    const load = startLoad(ground.server.url, ground.keys, 'recovering');
    await wait(500);
    await ground.server.kill9();
    await load.stop();
    for (const afterMs of [250, 450, 650, 850, 1_050]) {
      const starting = launch(['serve'], environmentOf(ground.dataDirectory));
      await wait(afterMs);
      starting.child.kill('SIGKILL');
      await starting.exited;
    }
    await ground.restart();
    await ground.expectCharged(load.called);
  });

  test('shows the same credits as before', async () => {
    const before = await creditsOf(ground.server.url, ground.payer.key);
    await ground.server.kill9Tree();
    await ground.restart();
    expect(await creditsOf(ground.server.url, ground.payer.key)).toEqual(before);
    await ground.server.kill9();
    await ground.restart();
    expect(await creditsOf(ground.server.url, ground.payer.key)).toEqual(before);
  });
});

describe('a server that is killed', () => {
  test('charges a long stream by its last checkpoint', async () => {
    const [caller] = ground.keys;
    if (!caller) throw new Error('There is no caller.');
    const paceMs = 50;
    const order = { key: caller.key, keyId: caller.id, model: 'outside/echo', streamed: true, tag: 'long' };
    const calling = call(ground.server.url, { ...order, outputTokens: 1_000, paceMs });
    await wait(3_500);
    await ground.server.kill9();
    const called = [await calling];
    await ground.restart();
    const before = ground.read;
    await ground.expectCharged(called);
    const [charge] = newIn(ground.read, before);
    expect(charge).toMatchObject({ final: false, outcome: 'reaped' });
    // Checkpoints come every two seconds.
    expect(charge?.completionTokens).toBeGreaterThan(10);
    expect(charge?.completionTokens).toBeLessThan(3_500 / paceMs);
  });

  test('never lets concurrent calls spend more than the wallet has, before and after together', async () => {
    const small = await ground.server.key('0.50');
    const callCents = (name: string) =>
      Promise.all(
        Array.from({ length: 40 }, (_, index) =>
          call(ground.server.url, {
            key: small.key,
            keyId: small.id,
            model: 'outside/cent',
            streamed: index % 2 === 0,
            tag: `${name}-${index}`,
            outputTokens: 4 + index,
            paceMs: 10,
          }),
        ),
      );
    const first = callCents('cents-before');
    await eventually(() => ground.outside.arrived().filter((tag) => tag.startsWith('cents-before')).length >= 20);
    await ground.server.kill9();
    const called = [...(await first)];
    await ground.restart();
    called.push(...(await callCents('cents-after')));
    await ground.expectCharged(called);
    const charges = ground.read.calls.filter(({ walletId }) => walletId === small.walletId);
    expect(charges).toHaveLength(50);
    expect(await creditsOf(ground.server.url, small.key)).toMatchObject({ balance: '0', held: '0' });
  });
});

describe('a server whose Postgres is killed, under load,', () => {
  test('goes on answering, and has written every charge when Postgres is back', async () => {
    const { dataDirectory } = ground;
    const load = startLoad(ground.server.url, ground.keys, 'postmaster');
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
    await ground.expectCharged(load.called);
    expect(await ground.server.stop()).toEqual({ code: 0, signal: null });
    expect(await audit(dataDirectory)).toMatchObject({ code: 0, findings: [], incomplete: [] });
  });
});
