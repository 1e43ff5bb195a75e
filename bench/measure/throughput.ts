// How many calls a server answers when it has no rest, and what one of them costs it.
import { setTimeout as sleep } from 'node:timers/promises';
import { loadAnswer } from '../load/protocol.ts';
import { busyMsOf, consumptionOf } from '../parts/cores.ts';
import type { Mode } from '../workload.ts';
import type { Stage } from './stage.ts';
import type { Target } from './target.ts';

export interface Throughput {
  readonly target: Target['name'];
  readonly mode: Mode;
  readonly callsPerSecond: number;
  readonly failed: number;
  /** Processor time of one call, with what is left to do after its answer. `NaN` where the system does not say. */
  readonly cpuMicrosPerCall: number;
  /** Of the server's core, while it was counted. */
  readonly usedByServer: number;
  readonly usedByOthers: number;
  /** Of all calls, those that the ledger did not have yet when the last was answered. */
  readonly behind: number;
  /** From the last answer until the ledger had every charge. */
  readonly settledAfterMs: number;
  /** Calls per second until then: what the server can go on with for ever. */
  readonly sustainedPerSecond: number;
  readonly residentMb: number;
}

export interface Stretch {
  readonly mode: Mode;
  readonly connections: number;
  readonly warmMs: number;
  readonly ms: number;
}

export async function measureThroughput(stage: Stage, target: Target, stretch: Stretch): Promise<Throughput> {
  const { mode, connections, warmMs, ms } = stretch;
  const before = used(target, stage.cores.server);
  const startedAt = performance.now();
  const asked = stage.loaders.map((loader, index) =>
    loader.ask(
      {
        kind: 'closed',
        port: target.port,
        path: target.path,
        keys: target.keys,
        mode,
        connections: share(connections, stage.loaders.length, index),
        warmMs,
        ms,
      },
      loadAnswer,
    ),
  );
  await sleep(warmMs);
  const from = used(target, stage.cores.server);
  await sleep(ms);
  const to = used(target, stage.cores.server);
  const answers = await Promise.all(asked);
  const answeredAt = performance.now();
  const behind = await target.behind();
  await target.settled();
  const settledAt = performance.now();
  const after = used(target, stage.cores.server);
  const calls = sum(answers.map((answer) => answer.calls));
  const stretchMs = to.atMs - from.atMs;
  const usedByServer = (to.cpuMs - from.cpuMs) / stretchMs;
  return {
    target: target.name,
    mode,
    callsPerSecond: sum(answers.map((answer) => answer.counted)) / (ms / 1_000),
    failed: sum(answers.map((answer) => answer.failed)),
    cpuMicrosPerCall: ((after.cpuMs - before.cpuMs) * 1_000) / calls,
    usedByServer,
    usedByOthers: (to.coreMs - from.coreMs) / stretchMs - usedByServer,
    behind: behind / calls,
    settledAfterMs: settledAt - answeredAt,
    sustainedPerSecond: calls / ((settledAt - startedAt) / 1_000),
    residentMb: to.residentMb,
  };
}

interface Used {
  readonly atMs: number;
  readonly cpuMs: number;
  readonly coreMs: number;
  readonly residentMb: number;
}

function used(target: Target, core: number): Used {
  const { cpuMs, residentMb } = consumptionOf(target.pid) ?? { cpuMs: Number.NaN, residentMb: Number.NaN };
  return { atMs: performance.now(), cpuMs, coreMs: busyMsOf(core) ?? Number.NaN, residentMb };
}

function share(whole: number, parts: number, index: number): number {
  return Math.floor(whole / parts) + (index < whole % parts ? 1 : 0);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
