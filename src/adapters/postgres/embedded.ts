// The Postgres that faregate brings along: started from the binaries of an npm package, reached by a unix socket only,
// started again when it dies, and stopped however we end.
import { realpath } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import type { SocketConnection } from './connection.ts';
import { accountForServer } from './embedded/account.ts';
import { findBinaries } from './embedded/binaries.ts';
import { isPresent } from './embedded/files.ts';
import { decideHome, prepareHome, recordedHome, recordInitialized } from './embedded/home.ts';
import {
  assertSameMajorVersion,
  databaseName,
  initializeCluster,
  readPassword,
  superuserName,
} from './embedded/initialize.ts';
import { stopLeftBehind } from './embedded/left-behind.ts';
import type { EmbeddedLog } from './embedded/log.ts';
import { startPostmaster, type Postmaster } from './embedded/postmaster.ts';
import { serverSettings } from './embedded/settings.ts';
import { makeSocketDirectory, removeSocketDirectory, socketPort } from './embedded/socket.ts';

export type EmbeddedPostgres = {
  readonly connection: SocketConnection;
  // The process id of the postmaster; another one after it died and was started again.
  readonly pid: () => number;
  // Resolves once Postgres has been stopped; a postmaster that dies is started again and does not resolve it.
  readonly exited: Promise<void>;
  readonly stop: () => Promise<void>;
};

export type EmbeddedPostgresOptions = {
  // Whoever starts it holds the lock of this directory: what else runs in it is taken for an orphan and stopped.
  readonly dataDirectory: string;
  readonly log: EmbeddedLog;
  // Without it, a power failure loses the database; for tests.
  readonly fsync?: boolean;
  // A directory with postgres and initdb, instead of those of the npm package.
  readonly binaries?: string;
};

const restartWaitMsMin = 100;
const restartWaitMsMax = 5_000;
// A postmaster that ran this long ended for a new reason, and the next start need not wait.
const steadyMs = 30_000;

export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const prepared = await prepare(options);
  return supervise(prepared, await prepared.start(), options.log);
}

type Prepared = {
  readonly connection: SocketConnection;
  readonly start: () => Promise<Postmaster>;
  readonly cleanUp: () => Promise<void>;
};

async function prepare({
  dataDirectory,
  log,
  fsync = true,
  binaries: given,
}: EmbeddedPostgresOptions): Promise<Prepared> {
  const directory = await realpath(dataDirectory);
  const recorded = await recordedHome(directory);
  const account = await accountForServer(recorded?.cluster);
  const home = recorded ?? (await decideHome(directory, account, log));
  await prepareHome(home, account);
  const binaries = await findBinaries({ given, home: home.directory, account, log });
  if (!(await isPresent(home.cluster))) await initializeCluster({ home, binaries, account, fsync });
  if (!home.initialized) await recordInitialized(directory);
  await assertSameMajorVersion(home, binaries);
  const { cluster } = home;
  const socketDirectory = await makeSocketDirectory(home, account);
  const settings = serverSettings({ socketDirectory, fsync });
  const password = await readPassword(home);
  return {
    connection: { host: socketDirectory, port: socketPort, user: superuserName, password, database: databaseName },
    start: async () => {
      const stale = await stopLeftBehind(cluster, log);
      if (stale?.socketDirectory !== undefined && stale.socketDirectory !== socketDirectory) {
        await removeSocketDirectory(stale.socketDirectory);
      }
      return startPostmaster({ binaries, cluster, account, settings, stalePid: stale?.pid });
    },
    cleanUp: async () => {
      // Something is left only when the shell between us and Postgres was killed.
      await stopLeftBehind(cluster, log);
      await removeSocketDirectory(socketDirectory);
    },
  };
}

function supervise(prepared: Prepared, first: Postmaster, log: EmbeddedLog): EmbeddedPostgres {
  const stopping = new AbortController();
  let current = first;
  let waitMs = 0;

  const startAgain = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await pause(waitMs, stopping.signal);
      waitMs = Math.min(Math.max(waitMs * 2, restartWaitMsMin), restartWaitMsMax);
      try {
        current = await prepared.start();
        log.info(`Postgres runs again (process ${current.pid}).`);
        return;
      } catch (error) {
        log.warn(`${error instanceof Error ? error.message : String(error)} Trying again in ${waitMs} ms.`);
      }
    }
  };

  const watch = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const since = performance.now();
      const how = await current.ended;
      if (stopping.signal.aborted) break;
      log.warn(`Postgres (process ${current.pid}) ended with ${how}; starting it again.`);
      if (performance.now() - since >= steadyMs) waitMs = 0;
      await startAgain();
    }
    await current.stop();
    await prepared.cleanUp();
  };

  const exited = watch();
  return {
    connection: prepared.connection,
    pid: () => current.pid,
    exited,
    stop: async () => {
      stopping.abort();
      void current.stop();
      await exited;
    },
  };
}

async function pause(waitMs: number, signal: AbortSignal): Promise<void> {
  await wait(waitMs, undefined, { signal }).catch(() => {});
}
