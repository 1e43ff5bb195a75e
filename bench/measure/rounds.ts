// Rounds: everything once in each, in another order each time, so that what changes on the machine hits all alike.
import type { Options } from '../options.ts';
import { modes } from '../workload.ts';
import { type Latency, measureLatency } from './latency.ts';
import type { Stage } from './stage.ts';
import { measureThroughput, type Throughput } from './throughput.ts';

export interface Round {
  readonly throughput: readonly Throughput[];
  readonly latency: readonly Latency[];
}

const warmMs = 500;

/** Before the first round, so that what is compiled only once it is hot is hot. */
const firstWarmMs = 8_000;

export async function measureRounds(
  stage: Stage,
  options: Options,
  tell: (done: string) => void,
): Promise<readonly Round[]> {
  // Latency is measured on what plain calls have warmed.
  const only = options.only.map((each) => (each === 'latency' ? 'plain' : each));
  const warmUp = { ...options, only, seconds: firstWarmMs / 1_000 };
  await measureRound(stage, warmUp, 0, (done) => tell(`warming up: ${done}`));
  const rounds: Round[] = [];
  for (let number = 1; number <= options.rounds; number += 1) {
    rounds.push(await measureRound(stage, options, number, (done) => tell(`round ${number}: ${done}`)));
  }
  return rounds;
}

async function measureRound(
  stage: Stage,
  { seconds, connections, rate, only }: Options,
  number: number,
  tell: (done: string) => void,
): Promise<Round> {
  const ms = seconds * 1_000;
  const throughput: Throughput[] = [];
  const latency: Latency[] = [];
  for (const mode of modes.filter((each) => only.includes(each))) {
    for (const target of rotated(stage.targets[mode], number)) {
      const measured = await measureThroughput(stage, target, { mode, connections, warmMs, ms });
      throughput.push(measured);
      tell(`${mode} ${target.name} ${Math.round(measured.callsPerSecond)}/s`);
    }
  }
  if (only.includes('latency')) {
    for (const target of rotated(stage.targets.plain, number)) {
      const pace = { perSecond: rate, connections, warmMs, ms, seed: number };
      const measured = await measureLatency(stage, target, pace);
      latency.push(measured);
      tell(`latency ${target.name} p50 ${measured.p50Ms.toFixed(3)} ms, p99 ${measured.p99Ms.toFixed(3)} ms`);
    }
  }
  return { throughput, latency };
}

function rotated<Item>(items: readonly Item[], by: number): readonly Item[] {
  const first = by % items.length;
  return [...items.slice(first), ...items.slice(0, first)];
}
