// How long a call takes at a rate that leaves every server room.
import { loadAnswer } from '../load/protocol.ts';
import { percentile } from '../parts/statistics.ts';
import type { Stage } from './stage.ts';
import type { Target } from './target.ts';

export interface Latency {
  readonly target: Target['name'];
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p99Ms: number;
  readonly calls: number;
  readonly failed: number;
}

export interface Pace {
  readonly perSecond: number;
  readonly connections: number;
  readonly warmMs: number;
  readonly ms: number;
  readonly seed: number;
}

export async function measureLatency({ loaders }: Stage, target: Target, pace: Pace): Promise<Latency> {
  // One alone: it turns without a pause.
  const [loader] = loaders;
  if (!loader) throw new Error('There is no load generator.');
  const { port, path, keys, name } = target;
  const answer = await loader.ask({ kind: 'open', mode: 'plain', port, path, keys, ...pace }, loadAnswer);
  await target.settled();
  return {
    target: name,
    p50Ms: percentile(answer.latenciesMs, 0.5),
    p90Ms: percentile(answer.latenciesMs, 0.9),
    p99Ms: percentile(answer.latenciesMs, 0.99),
    calls: answer.calls,
    failed: answer.failed,
  };
}
