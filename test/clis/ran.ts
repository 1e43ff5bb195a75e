// A program of somebody else's, to its end, with nothing of our own environment but the way to programs.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

interface Options {
  readonly cwd: string;
  readonly msMax: number;
  readonly environment: Readonly<Record<string, string>>;
}

/** Its standard output. @throws Error with all that it said, unless it ends with 0 in time. */
export async function ran(
  program: string,
  words: readonly string[],
  { cwd, msMax, environment }: Options,
): Promise<string> {
  const { PATH, HOME } = process.env;
  const child = spawn(program, words, {
    cwd,
    env: { PATH, HOME, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: msMax,
    killSignal: 'SIGKILL',
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  await once(child, 'close');
  if (child.exitCode === 0) return stdout;
  throw new Error(`${program} ended with ${child.exitCode ?? child.signalCode ?? 'nothing'}: ${stdout}\n${stderr}`);
}
