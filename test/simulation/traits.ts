// What one history is like throughout: drawn once from its seed.
import type { Chance } from './chance.ts';

/** How long whatever lies outside of the process takes, each way. */
export interface Latency {
  readonly likelihood: number;
  readonly shortMs: number;
  readonly longLikelihood: number;
  readonly longMs: number;
}

export interface Traits {
  readonly startMs: number;
  /** The store is another process, as Redis is: it outlives the gateway, can be slow, and can be out of reach. */
  readonly storeApart: boolean;
  /** The loops run by themselves, as in production, instead of step by step. */
  readonly jobsRun: boolean;
  /** Wallets are read when they are first needed. */
  readonly lazy: boolean;
  readonly outboxMax: number;
  readonly latency: Latency;
  readonly steps: number;
}

const latencies = {
  none: { likelihood: 0, shortMs: 1, longLikelihood: 0, longMs: 1 },
  brisk: { likelihood: 0.3, shortMs: 3, longLikelihood: 0, longMs: 1 },
  slow: { likelihood: 0.6, shortMs: 30, longLikelihood: 0.02, longMs: 3_000 },
  wild: { likelihood: 0.5, shortMs: 10, longLikelihood: 0.05, longMs: 45_000 },
} as const satisfies Record<string, Latency>;

export function traitsOf(chance: Chance): Traits {
  // Minutes before a month ends, so that some histories see the day and the month turn.
  const monthEndMs = Date.UTC(2026, chance.below(12) + 1, 1);
  return {
    startMs: monthEndMs - (chance.odds(0.2) ? chance.between(1, 120_000) : chance.between(86_400_000, 20 * 86_400_000)),
    storeApart: chance.odds(0.25),
    jobsRun: chance.odds(0.1),
    lazy: chance.odds(0.5),
    outboxMax: chance.odds(0.15) ? chance.between(1, 6) : 1_000,
    latency: chance.weighted<Latency>([
      [2, latencies.none],
      [4, latencies.brisk],
      [4, latencies.slow],
      [1, latencies.wild],
    ]),
    steps: chance.weighted([
      [3, chance.between(10, 25)],
      [4, chance.between(20, 45)],
      [1, chance.between(45, 60)],
    ]),
  };
}
