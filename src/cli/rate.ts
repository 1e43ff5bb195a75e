// `faregate rate`: cases of usage, prices and what they cost through the real normalizers and the real engine.
import { readJsonLines } from './json-lines.ts';
import { vectorProblems } from './vectors/check-vector.ts';

export interface RateOptions {
  readonly vectors: string;
}

/** Ends the process with 1 when one of them failed. */
export function rateVectors({ vectors }: RateOptions): void {
  const lines = readJsonLines(vectors);
  const failures = lines.flatMap(({ line, value }) => {
    const { name, problems } = vectorProblems(value);
    return problems.length === 0 ? [] : [`${name ?? `line ${line}`}: ${problems.join('; ')}`];
  });
  for (const failure of failures) process.stdout.write(`${failure}\n`);
  process.stdout.write(`${lines.length - failures.length} passed, ${failures.length} failed\n`);
  if (failures.length > 0) process.exitCode = 1;
}
