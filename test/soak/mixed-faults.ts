// Kills at random, of everything that can be killed, for as long as told; after every kill all must add up.
import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { failpointNames } from '#ports/failpoints.ts';
import { fingerprint, numbersFrom } from '#providers/simulator/chance.ts';
import type { Called } from '#test/fault/calls.ts';
import { type Ground, makeGround } from '#test/fault/ground.ts';
import { startLoad } from '#test/fault/load.ts';
import { until } from '#test/postgres/owner-process.ts';
import { audit } from '#test/process/audit.ts';
import { haltPostgres, killPostmaster, postmasterPid } from '#test/process/cluster.ts';
import { launch } from '#test/process/launch.ts';
import { environmentOf } from '#test/process/server.ts';

export interface MixedFaults {
  readonly seed: string;
  readonly rounds: number;
  readonly calls: number;
  /** The caller's connection broke, before an answer or in it. */
  readonly broken: number;
  readonly byFault: Readonly<Record<string, number>>;
}

interface Play {
  readonly ground: Ground;
  /** A whole number from 0 up to and without `below`. */
  readonly below: (limit: number) => number;
}

const callers = 10;

/** A new data directory now and then: every look reads all of its ledger. */
const roundsPerGround = 20;

/** As often as it says. Each leaves a server that runs and no fault under way, and gives the calls that it made itself. */
const faults: readonly (readonly [name: string, weight: number, commit: (play: Play) => Promise<readonly Called[]>])[] =
  [
    ['kill the server', 3, killServer],
    ['kill server and Postgres', 3, killTree],
    ['kill the server while it recovers', 2, killWhileRecovering],
    ['kill at a named place', 5, killAtFailpoint],
    ['kill Postgres', 2, killPostgres],
    ['Postgres holds its breath', 2, halt],
    ['stop in good order', 1, stop],
  ];

/** @throws AssertionError naming the seed, which repeats the choices, though not the machine's timing. */
export async function mixedFaults(seconds: number, seed: string): Promise<MixedFaults> {
  const next = numbersFrom(fingerprint(seed));
  const below = (limit: number) => next() % limit;
  const total = { rounds: 0, calls: 0, broken: 0, byFault: {} as Record<string, number> };
  const endsAt = performance.now() + seconds * 1_000;
  while (performance.now() < endsAt) {
    const ground = await makeGround({ callers });
    for (let round = 0; round < roundsPerGround && performance.now() < endsAt; round += 1) {
      const [name, , commit] = choose(below);
      const load = startLoad(ground.server.url, ground.keys, `round-${round}`);
      const called: Called[] = [];
      await wait(50 + below(800));
      try {
        const more = await commit({ ground, below });
        await load.stop();
        called.push(...load.called, ...more);
        await ground.expectCharged(called);
      } catch (error) {
        throw new Error(`seed ${seed}, round ${total.rounds + 1}: ${name}`, { cause: error });
      }
      total.rounds += 1;
      total.calls += called.length;
      total.broken += called.filter(({ ending: { kind } }) => kind === 'nothing' || kind === 'part').length;
      total.byFault[name] = (total.byFault[name] ?? 0) + 1;
    }
    assert.deepEqual(await ground.server.stop(), { code: 0, signal: null });
    const { findings, incomplete } = await audit(ground.dataDirectory);
    assert.deepEqual({ findings, incomplete }, { findings: [], incomplete: [] }, `seed ${seed}`);
    await ground.outside.stop();
  }
  return { seed, ...total };
}

function choose(below: Play['below']): (typeof faults)[number] {
  let left = below(faults.reduce((sum, [, weight]) => sum + weight, 0));
  const chosen = faults.find(([, weight]) => (left -= weight) < 0);
  if (!chosen) throw new Error('There is no fault to choose from.');
  return chosen;
}

async function killServer({ ground }: Play): Promise<readonly Called[]> {
  await ground.server.kill9();
  await ground.restart();
  return [];
}

async function killTree({ ground }: Play): Promise<readonly Called[]> {
  await ground.server.kill9Tree();
  await ground.restart();
  return [];
}

async function killWhileRecovering({ ground, below }: Play): Promise<readonly Called[]> {
  await ground.server.kill9();
  for (let kills = 1 + below(3); kills > 0; kills -= 1) {
    const starting = launch(['serve'], environmentOf(ground.dataDirectory));
    await wait(200 + below(1_000));
    starting.child.kill('SIGKILL');
    await starting.exited;
  }
  await ground.restart();
  return [];
}

const untilDeadMsMax = 10_000;

async function killAtFailpoint({ ground, below }: Play): Promise<readonly Called[]> {
  const name = failpointNames[below(failpointNames.length)] ?? 'after-hold';
  await ground.server.kill9();
  await ground.restart(`${name}:${1 + below(40)}`);
  const load = startLoad(ground.server.url, ground.keys, `at-${name}-${below(1_000_000)}`);
  const dead = ground.server.exited.then(() => true);
  if (!(await Promise.race([dead, wait(untilDeadMsMax, false)]))) throw new Error(`${name} was not reached`);
  await load.stop();
  await ground.restart();
  return load.called;
}

async function killPostgres({ ground, below }: Play): Promise<readonly Called[]> {
  const killed = await postmasterPid(ground.dataDirectory);
  await killPostmaster(ground.dataDirectory);
  await until(async () => (await postmasterPid(ground.dataDirectory).catch(() => killed)) !== killed, 20_000);
  await wait(below(500));
  return [];
}

async function halt({ ground, below }: Play): Promise<readonly Called[]> {
  const halted = await haltPostgres(ground.dataDirectory);
  await wait(below(3_000));
  halted.goOn();
  return [];
}

async function stop({ ground }: Play): Promise<readonly Called[]> {
  assert.deepEqual(await ground.server.stop(), { code: 0, signal: null });
  await ground.restart();
  return [];
}
