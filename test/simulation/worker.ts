// Plays the histories that it is given, and tells what it saw.
import type { FaultName } from './faults.ts';
import { play, seedOf } from './play.ts';
import { Probes } from './probes.ts';

export interface Chunk {
  readonly seed: string;
  readonly fault?: FaultName | undefined;
  readonly from: number;
  readonly count: number;
}

export interface ChunkPlayed {
  readonly from: number;
  /** Less than asked for when one of them broke. */
  readonly count: number;
  readonly probes: Readonly<Record<string, number>>;
  readonly brokenAt?: number;
}

process.on('message', (chunk) => {
  void playAll(chunk as Chunk).then((played) => process.send?.(played));
});

async function playAll({ seed, fault, from, count }: Chunk): Promise<ChunkPlayed> {
  const probes = new Probes();
  for (let index = from; index < from + count; index += 1) {
    const played = await play({ seed: seedOf(seed, index), fault });
    probes.add(played.probes);
    if (played.violation) return { from, count: index - from + 1, probes: probes.toRecord(), brokenAt: index };
  }
  return { from, count, probes: probes.toRecord() };
}
