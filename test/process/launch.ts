// Runs the real command in a process of its own, as an operator would.
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Launched {
  readonly pid: number;
  readonly child: ChildProcess;
  /** Whole lines, as they came. */
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
  readonly exited: Promise<Ending>;
}

const application = fileURLToPath(new URL('../..', import.meta.url));

/** Settings of ours must not reach it; `undefined` takes one away. */
export type Environment = Readonly<Record<string, string | undefined>>;

export function launch(commandLine: readonly string[], environment: Environment): Launched {
  const { PATH, HOME, TMPDIR } = process.env;
  const child = spawn(process.execPath, ['src/main.ts', ...commandLine], {
    cwd: application,
    env: { PATH, HOME, TMPDIR, NODE_NO_WARNINGS: '1', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stdout = linesOf(child.stdout);
  const stderr = linesOf(child.stderr);
  // Not 'exit': what it said last may come after that.
  const exited = new Promise<Ending>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  exited.catch(() => {});
  return { pid: child.pid ?? 0, child, stdout, stderr, exited };
}

export interface Ran extends Ending {
  readonly stdout: string;
  readonly stderr: string;
  readonly tookMs: number;
}

/** To its end; killed when that takes too long. */
export async function runCommand(
  commandLine: readonly string[],
  environment: Environment,
  msMax = 30_000,
): Promise<Ran> {
  const since = performance.now();
  const launched = launch(commandLine, environment);
  const tooLong = setTimeout(() => launched.child.kill('SIGKILL'), msMax);
  const ending = await launched.exited;
  clearTimeout(tooLong);
  return {
    ...ending,
    stdout: launched.stdout.join('\n'),
    stderr: launched.stderr.join('\n'),
    tookMs: performance.now() - since,
  };
}

function linesOf(stream: NodeJS.ReadableStream): readonly string[] {
  const lines: string[] = [];
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
  });
  stream.on('end', () => {
    if (rest !== '') lines.push(rest);
  });
  return lines;
}
