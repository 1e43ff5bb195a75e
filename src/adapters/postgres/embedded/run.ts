import { spawn } from 'node:child_process';
import type { Account } from './account.ts';
import { errorCode } from './files.ts';

export type RunResult =
  | { readonly ran: true; readonly code: number | null; readonly output: string; readonly complaints: string }
  | { readonly ran: false; readonly errorCode: string };

type RunOptions = {
  readonly account: Account | undefined;
  readonly input?: string;
};

const runMsMax = 120_000;

// Nothing of our own environment is handed on: it holds secrets, and a stray PGDATA or PGOPTIONS would change what runs.
export const serverEnvironment = { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' } as const;

// Runs a program to its end, as the given account or as ourselves, from a directory that everybody can enter.
export async function run(
  program: string,
  programArguments: readonly string[],
  options: RunOptions,
): Promise<RunResult> {
  try {
    return await runToEnd(program, programArguments, options);
  } catch (error) {
    return { ran: false, errorCode: errorCode(error) ?? String(error) };
  }
}

function runToEnd(program: string, programArguments: readonly string[], options: RunOptions): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, programArguments, {
      ...options.account,
      cwd: '/',
      env: serverEnvironment,
      stdio: 'pipe',
      // Not its own timeout, which keeps the process alive when the program could not be started.
      signal: AbortSignal.timeout(runMsMax),
    });
    const output: string[] = [];
    const complaints: string[] = [];
    child.stdout.setEncoding('utf8').on('data', (text: string) => output.push(text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => complaints.push(text));
    child.on('error', reject);
    child.on('close', (code) => {
      resolve({ ran: true, code, output: output.join(''), complaints: complaints.join('') });
    });
    // A program that ends without reading its input breaks the pipe; its exit code tells us more.
    child.stdin.on('error', () => {});
    child.stdin.end(options.input ?? '');
  });
}

export function describeRun(result: RunResult): string {
  if (!result.ran) return result.errorCode;
  return result.complaints.trim() || result.output.trim() || `exit code ${result.code ?? 'none'}`;
}
