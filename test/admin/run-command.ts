// The command line as operators have it: a process of its own.
import { spawn } from 'node:child_process';

export const wholeProgram = new URL('../../src/main.ts', import.meta.url).pathname;
const commandsAlone = new URL('./command-line.ts', import.meta.url).pathname;

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly environment: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly program?: string;
}

export function runCommand(
  args: readonly string[],
  { environment, input = '', program = commandsAlone }: Started,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const env = { PATH: process.env['PATH'], ...environment };
    const child = spawn(process.execPath, [program, ...args], { env });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (piece: Buffer) => (stdout += piece.toString()));
    child.stderr.on('data', (piece: Buffer) => (stderr += piece.toString()));
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, stdout, stderr }));
    child.stdin.end(input);
  });
}
