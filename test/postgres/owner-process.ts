import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import type { SocketConnection } from '#adapters/postgres/connection.ts';

export type Owner = {
  readonly connection: SocketConnection;
  readonly postmaster: number;
  readonly said: () => string;
  readonly child: ChildProcess;
  readonly stop: () => Promise<void>;
};

type OwnerOptions = {
  readonly account?: { readonly uid: number; readonly gid: number };
  // The folder of the application, where it is not this one.
  readonly application?: string;
};

const startMsMax = 20_000;

export async function startOwner(dataDirectory: string, options: OwnerOptions = {}): Promise<Owner> {
  const child = launchOwner(dataDirectory, options);
  const output: string[] = [];
  const complaints: string[] = [];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => output.push(text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => complaints.push(text));
  const ended = endOf(child);
  const said = (): string => complaints.join('');
  await until(() => output.join('').includes('\n') || child.exitCode !== null || child.signalCode !== null, startMsMax);
  if (!output.join('').includes('\n')) {
    await ended;
    throw new Error(`The owner ended before Postgres was ready: ${said()}`);
  }
  const started = parseStarted(output.join(''));
  const stop = async (): Promise<void> => {
    child.stdin?.end();
    await ended;
  };
  return { ...started, said, child, stop };
}

function parseStarted(line: string): Pick<Owner, 'connection' | 'postmaster'> {
  return JSON.parse(line) as Pick<Owner, 'connection' | 'postmaster'>;
}

export function launchOwner(dataDirectory: string, options: OwnerOptions = {}): ChildProcess {
  const { application } = options;
  const program =
    application === undefined
      ? fileURLToPath(new URL('./owner.ts', import.meta.url))
      : join(application, 'test', 'postgres', 'owner.ts');
  return spawn(process.execPath, [program, dataDirectory], {
    ...options.account,
    cwd: '/',
    stdio: 'pipe',
  });
}

export async function ask<Row>(connection: SocketConnection, sql: string): Promise<Row[]> {
  const client = new Client(connection);
  client.on('error', () => {});
  await client.connect();
  try {
    const { rows } = await client.query<Row & Record<string, unknown>>(sql);
    return rows;
  } finally {
    await client.end();
  }
}

// Waits until the process is gone, as far as its parent can tell.
export async function endOf(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  await new Promise<void>((resolve) => {
    child.once('close', () => resolve());
  });
}

// The process and all that descend from it, at one stroke: none of them gets to do anything about it.
export function killTree(pid: number): void {
  for (const member of stopTree(pid)) killNow(member);
}

export function killNow(pid: number): void {
  send(pid, 'SIGKILL');
}

export function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((entry) => isRunning(entry) && parentOf(entry) === pid);
}

export function parentOf(pid: number): number {
  // The name of the process stands in brackets and may contain anything.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return Number(fields[1]);
}

// A dead process whose parent has not asked for its exit code is as good as gone.
export function isRunning(pid: number): boolean {
  const state = statusOf(pid)?.state;
  return state !== undefined && state !== 'Z' && state !== 'X';
}

export async function until(condition: () => boolean | Promise<boolean>, waitMsMax: number): Promise<void> {
  for (const since = performance.now(); performance.now() - since < waitMsMax; await wait(10)) {
    if (await condition()) return;
  }
  throw new Error(`This did not come true within ${waitMsMax} ms: ${condition.toString()}`);
}

function statusOf(
  pid: number,
): { readonly state: string | undefined; readonly parent: string | undefined } | undefined {
  try {
    // The name of the process stands in brackets and may contain anything.
    const [state, parent] = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return { state, parent };
  } catch {
    return undefined;
  }
}

// A stopped process starts no more children, so none is missed.
function stopTree(pid: number): number[] {
  send(pid, 'SIGSTOP');
  return [pid, ...childrenOf(pid).flatMap(stopTree)];
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // It was quicker.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
