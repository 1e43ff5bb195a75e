// The embedded Postgres of a running server, from outside: how to reach it, kill it, and make it hold its breath.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { SocketConnection } from '#adapters/postgres/connection.ts';
import { type Home, recordedHome } from '#adapters/postgres/embedded/home.ts';
import { databaseName, readPassword, superuserName } from '#adapters/postgres/embedded/initialize.ts';
import { readPostmasterFile } from '#adapters/postgres/embedded/left-behind.ts';
import { socketPort } from '#adapters/postgres/embedded/socket.ts';
import { isRunning, killNow } from '#test/postgres/owner-process.ts';

/** As its owner, who may read everything. */
export async function connectionTo(dataDirectory: string): Promise<SocketConnection> {
  const home = await homeOf(dataDirectory);
  const { socketDirectory: host } = await postmasterOf(home);
  if (host === undefined) throw new Error(`The Postgres in ${home.cluster} has no socket.`);
  return { host, port: socketPort, user: superuserName, password: await readPassword(home), database: databaseName };
}

export async function postmasterPid(dataDirectory: string): Promise<number> {
  return (await postmasterOf(await homeOf(dataDirectory))).pid;
}

/** The postmaster alone: its backends notice by themselves. */
export async function killPostmaster(dataDirectory: string): Promise<void> {
  killNow(await postmasterPid(dataDirectory));
}

export interface Halted {
  /** It goes on as if nothing had been. */
  goOn(): void;
}

/** Stops all its processes without ending them: connections stay open, and nobody answers. Needs Linux. */
export async function haltPostgres(dataDirectory: string): Promise<Halted> {
  const { cluster } = await homeOf(dataDirectory);
  const stopped = new Set<number>();
  // The postmaster is the first, so that none is started while the others are stopped; until no new one shows.
  const stopAll = (pids: readonly number[]): void => {
    for (const pid of pids) {
      stopped.add(pid);
      process.kill(pid, 'SIGSTOP');
    }
  };
  stopAll([await postmasterPid(dataDirectory)]);
  for (;;) {
    const others = processesIn(cluster).filter((pid) => !stopped.has(pid));
    if (others.length === 0) break;
    stopAll(others);
  }
  return {
    goOn: () => {
      for (const pid of [...stopped].toReversed()) if (isRunning(pid)) process.kill(pid, 'SIGCONT');
    },
  };
}

async function homeOf(dataDirectory: string): Promise<Home> {
  const home = await recordedHome(dataDirectory);
  if (home === undefined) throw new Error(`${dataDirectory} has no database of its own.`);
  return home;
}

async function postmasterOf({ cluster }: Home) {
  const file = await readPostmasterFile(cluster);
  if (file === undefined) throw new Error(`No Postgres runs in ${cluster}.`);
  return file;
}

function processesIn(cluster: string): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && worksIn(entry, cluster))
    .map(Number);
}

function worksIn(pid: string, cluster: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === cluster && readFileSync(`/proc/${pid}/comm`, 'utf8') === 'postgres\n';
  } catch {
    // It ended meanwhile.
    return false;
  }
}
