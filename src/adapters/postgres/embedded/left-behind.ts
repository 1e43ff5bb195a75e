import { execFile } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { errorCode, readIfPresent } from './files.ts';
import type { EmbeddedLog } from './log.ts';

export type PostmasterFile = {
  readonly pid: number;
  readonly socketDirectory: string | undefined;
  readonly ready: boolean;
};

const pollMs = 20;
const orderlyStopMs = 3_000;
// After SIGQUIT a postmaster gives its children five seconds before it kills them.
const immediateStopMs = 15_000;

export async function readPostmasterFile(cluster: string): Promise<PostmasterFile | undefined> {
  const lines = (await readIfPresent(join(cluster, 'postmaster.pid')))?.split('\n');
  // A server that runs alone writes its process id as a negative number.
  const pid = Math.abs(Number(lines?.[0]));
  if (lines === undefined || !Number.isSafeInteger(pid) || pid === 0) return undefined;
  return { pid, socketDirectory: lines[4] || undefined, ready: lines[7]?.trimEnd() === 'ready' };
}

// Stops what an earlier start left running in this cluster: whoever calls holds the lock of the data directory, so
// nobody else is using it. The file postmaster.pid is never removed here; Postgres does that when it has made sure that
// no process still uses the shared memory which the file names.
export async function stopLeftBehind(cluster: string, log: EmbeddedLog): Promise<PostmasterFile | undefined> {
  const file = await readPostmasterFile(cluster);
  if (file !== undefined && (await runsIn(file.pid, cluster))) {
    log.info(`An earlier start left Postgres running (process ${file.pid}); stopping it.`);
    await stopProcess(file.pid, cluster);
  }
  // The backends of a killed postmaster notice its death only between two steps of a query.
  const backends = await serverProcessesIn(cluster);
  for (const pid of backends) signal(pid, 'SIGQUIT');
  await Promise.all(backends.map((pid) => endOf(pid, cluster, orderlyStopMs)));
  return file;
}

async function stopProcess(pid: number, cluster: string): Promise<void> {
  signal(pid, 'SIGINT');
  if (await endOf(pid, cluster, orderlyStopMs)) return;
  signal(pid, 'SIGQUIT');
  if (await endOf(pid, cluster, immediateStopMs)) return;
  throw new Error(`Postgres (process ${pid}) still runs in ${cluster} and does not stop: stop it, then start again.`);
}

async function endOf(pid: number, cluster: string, waitMsMax: number): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < waitMsMax; waitedMs += pollMs) {
    if (!(await runsIn(pid, cluster))) return true;
    await wait(pollMs);
  }
  return false;
}

// A process id may by now belong to anything, so it must prove to be a Postgres that works in this very directory.
async function runsIn(pid: number, cluster: string): Promise<boolean> {
  if (process.platform === 'linux') return worksIn(String(pid), cluster);
  const listed = await promisify(execFile)('ps', ['-o', 'command=', '-p', String(pid)]).catch(() => ({ stdout: '' }));
  return listed.stdout.includes('postgres') && listed.stdout.includes(cluster);
}

async function serverProcessesIn(cluster: string): Promise<number[]> {
  if (process.platform !== 'linux') return [];
  const found: number[] = [];
  for (const entry of await readdir('/proc')) {
    if (/^\d+$/.test(entry) && (await worksIn(entry, cluster))) found.push(Number(entry));
  }
  return found;
}

// A process that ended meanwhile, or of a user that we may not look at, is none of ours.
async function worksIn(pid: string, cluster: string): Promise<boolean> {
  try {
    return (
      (await readlink(`/proc/${pid}/cwd`)) === cluster && (await readFile(`/proc/${pid}/comm`, 'utf8')) === 'postgres\n'
    );
  } catch {
    return false;
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error;
  }
}
