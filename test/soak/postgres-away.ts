// Postgres goes away under load for as long as told: calls go on, and when it is back every one of them is charged, once.
import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { type Ground, makeGround } from '#test/fault/ground.ts';
import { type Load, startLoad } from '#test/fault/load.ts';
import { audit } from '#test/process/audit.ts';
import { haltPostgres } from '#test/process/cluster.ts';
import { startOutsidePostgres } from '#test/process/outside-postgres.ts';

export interface Away {
  readonly seconds: number;
  /** Before, during and after. */
  readonly calls: number;
  readonly callsMeanwhile: number;
  readonly refused: number;
  /** The longest time without an answered call while Postgres was away. */
  readonly silenceMs: number;
}

const callers = 12;
const edgeMs = 1_000;

// A call takes well under a second; what is silent for longer waits for Postgres.
const silenceMsMax = 2_000;

/** Its processes are stopped without ending: connections stay open, and nobody answers. Needs Linux. */
export async function postgresHalts(seconds: number): Promise<Away> {
  const ground = await makeGround({ callers });
  return away(ground, seconds, async () => {
    const halted = await haltPostgres(ground.dataDirectory);
    return async () => halted.goOn();
  });
}

/** Somebody else's Postgres is shut down, and started again. */
export async function postgresStops(seconds: number): Promise<Away> {
  const postgres = await startOutsidePostgres();
  const ground = await makeGround({ callers, postgres });
  const report = await away(ground, seconds, async () => {
    await postgres.stop();
    return () => postgres.start();
  });
  await postgres.stop();
  return report;
}

async function away(ground: Ground, seconds: number, leave: () => Promise<() => Promise<void>>): Promise<Away> {
  const load = startLoad(ground.server.url, ground.keys, 'away');
  const since = performance.now();
  await wait(edgeMs);
  const comeBack = await leave();
  const from = performance.now() - since;
  await wait(seconds * 1_000);
  const to = performance.now() - since;
  await comeBack();
  await wait(edgeMs);
  await load.stop();
  const report = reportOf(load, { seconds, from, to });
  assert.ok(report.silenceMs < silenceMsMax, `no call was answered for ${report.silenceMs} ms`);
  assert.equal(report.refused, 0);
  await ground.expectCharged(load.called);
  assert.deepEqual(await ground.server.stop(), { code: 0, signal: null });
  const { findings, incomplete } = await audit(ground.dataDirectory, ground.settings);
  assert.deepEqual({ findings, incomplete }, { findings: [], incomplete: [] });
  await ground.outside.stop();
  return report;
}

interface Absence {
  readonly seconds: number;
  readonly from: number;
  readonly to: number;
}

function reportOf({ called, endedAtMs }: Load, { seconds, from, to }: Absence): Away {
  const meanwhile = endedAtMs.filter((at) => at > from && at < to).toSorted((left, right) => left - right);
  const instants = [from, ...meanwhile, to];
  const silences = instants.slice(1).map((at, index) => at - (instants[index] ?? from));
  return {
    seconds,
    calls: called.length,
    callsMeanwhile: meanwhile.length,
    refused: called.filter(({ ending }) => ending.kind !== 'whole').length,
    silenceMs: Math.round(Math.max(...silences)),
  };
}
