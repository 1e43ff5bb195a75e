// Spreads histories over the cores, in order, until one breaks or all are played.
import { type ChildProcess, fork } from 'node:child_process';
import type { FaultName } from './faults.ts';
import { Probes } from './probes.ts';
import type { Chunk, ChunkPlayed } from './worker.ts';

export interface Spread {
  readonly seed: string;
  readonly fault: FaultName | undefined;
  readonly histories: number;
  readonly workers: number;
  readonly onProgress: (played: number) => void;
}

export interface SpreadPlayed {
  readonly histories: number;
  readonly probes: Probes;
  /** The first history that broke. */
  readonly brokenAt: number | undefined;
}

const chunkMax = 100;

export async function spread({ seed, fault, histories, workers, onProgress }: Spread): Promise<SpreadPlayed> {
  const probes = new Probes();
  let next = 0;
  let played = 0;
  let brokenAt: number | undefined;
  const take = (): Chunk | undefined => {
    if (brokenAt !== undefined || next >= histories) return undefined;
    const chunk = { seed, fault, from: next, count: Math.min(chunkMax, histories - next) };
    next += chunk.count;
    return chunk;
  };
  const work = async (): Promise<void> => {
    const worker = fork(new URL('./worker.ts', import.meta.url));
    try {
      for (let chunk = take(); chunk; chunk = take()) {
        const done = await playedBy(worker, chunk);
        played += done.count;
        probes.add(done.probes);
        // Chunks that were begun earlier may still break at an earlier history.
        if (done.brokenAt !== undefined) brokenAt = Math.min(brokenAt ?? done.brokenAt, done.brokenAt);
        onProgress(played);
      }
    } finally {
      worker.kill();
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  return { histories: played, probes, brokenAt };
}

function playedBy(worker: ChildProcess, chunk: Chunk): Promise<ChunkPlayed> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null): void => reject(new Error(`A worker ended by itself (${code ?? 'killed'}).`));
    worker.once('exit', onExit);
    worker.once('message', (played) => {
      worker.off('exit', onExit);
      resolve(played as ChunkPlayed);
    });
    worker.send(chunk);
  });
}
