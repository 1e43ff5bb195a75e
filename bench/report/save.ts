// Keeps everything that was measured, so that a figure can be questioned later.
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Round } from '../measure/rounds.ts';
import type { Options } from '../options.ts';
import type { Cores } from '../parts/cores.ts';
import type { Summary } from './summary.ts';

export interface Results {
  readonly startedAt: Date;
  readonly options: Options;
  readonly cores: Cores;
  readonly rounds: readonly Round[];
  readonly summary: Summary;
}

/** The path, from the repository's root. */
export function saveResults(results: Results): string {
  const directory = fileURLToPath(new URL('../results/', import.meta.url));
  mkdirSync(directory, { recursive: true });
  const name = `${results.startedAt.toISOString().replaceAll(':', '-')}.json`;
  writeFileSync(`${directory}${name}`, `${JSON.stringify({ node: process.version, ...results }, null, 2)}\n`);
  return `bench/results/${name}`;
}
