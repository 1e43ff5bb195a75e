// `faregate normalize`: recorded payloads through the normalizers, without a server.
import { payloadProblem } from './check-payload.ts';
import { readJsonLines } from './json-lines.ts';

export interface NormalizeOptions {
  readonly payloads: string;
}

/** Ends the process with 1 when one of them failed. */
export function normalizePayloads({ payloads }: NormalizeOptions): void {
  const lines = readJsonLines(payloads);
  const failures = lines.flatMap(({ line, value }) => {
    const problem = payloadProblem(value);
    return problem === undefined ? [] : [`line ${line}: ${problem}`];
  });
  for (const failure of failures) process.stdout.write(`${failure}\n`);
  process.stdout.write(`${lines.length - failures.length} passed, ${failures.length} failed\n`);
  if (failures.length > 0) process.exitCode = 1;
}
