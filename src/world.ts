// Builds every adapter once and ties it to the flows; the only file that knows them all.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Pool } from 'pg';
import { catalogFiles } from '#adapters/catalog-files/catalog-files.ts';
import { DataDirectoryInUse, lockDataDirectory } from '#adapters/data-dir/lock.ts';
import { readOrMakeMasterKey } from '#adapters/data-dir/master-key.ts';
import { openJournal } from '#adapters/journal/journal.ts';
import { memoryFastStore } from '#adapters/memory/fast-store.ts';
import { postgresBooks } from '#adapters/postgres/books.ts';
import { postgresAdministration } from '#adapters/postgres/administration/administration.ts';
import type { PostgresConnection } from '#adapters/postgres/connection.ts';
import { postgresDirectory } from '#adapters/postgres/directory.ts';
import { attachToEmbeddedPostgres } from '#adapters/postgres/embedded/attach.ts';
import { type BackedUp, backUp } from '#adapters/postgres/backup/backup.ts';
import { restore, type Restored } from '#adapters/postgres/backup/restore.ts';
import { startEmbeddedPostgres } from '#adapters/postgres/embedded.ts';
import { postgresGenerations } from '#adapters/postgres/generations.ts';
import { postgresLedger } from '#adapters/postgres/ledger.ts';
import { migrate } from '#adapters/postgres/migrate.ts';
import { openPool } from '#adapters/postgres/pool.ts';
import { postgresRerating } from '#adapters/postgres/rerating.ts';
import { readDefaultTerms } from '#adapters/seeds/default-terms.ts';
import { startSimulator } from '#adapters/simulator/server.ts';
import { killAt, noFailpoints } from '#adapters/system/failpoints.ts';
import { systemClock } from '#adapters/system/system-clock.ts';
import { uuidsByTime } from '#adapters/system/uuid.ts';
import { undiciUpstream } from '#adapters/upstream/undici-upstream.ts';
import { aesVault } from '#adapters/vault/aes-vault.ts';
import type { AdminDesk } from '#flows/admin/desk.ts';
import { importCatalogOnce } from '#flows/admin/import-catalog.ts';
import { DispatchNumbers } from '#flows/dispatch-numbers.ts';
import type { House } from '#flows/house.ts';
import { reapHolds } from '#flows/jobs/reap-holds.ts';
import { LedgerWriter } from '#flows/jobs/write-ledger.ts';
import { LiveCalls, touchLiveCalls } from '#flows/live-calls.ts';
import { recover } from '#flows/recover.ts';
import { Snapshot } from '#flows/snapshot.ts';
import { canonicalProvider } from '#price-lists/provider-names.ts';
import { anthropicProvider } from '#providers/anthropic/adapter.ts';
import { bflProvider } from '#providers/bfl/adapter.ts';
import { deepgramProvider } from '#providers/deepgram/adapter.ts';
import { elevenLabsProvider } from '#providers/elevenlabs/adapter.ts';
import { googleMediaProvider } from '#providers/google/media-adapter.ts';
import { openAiCompatible } from '#providers/openai-compatible/adapter.ts';
import { openRouterProvider } from '#providers/openrouter/images.ts';
import { simulatorProvider } from '#providers/simulator/adapter.ts';
import { stabilityProvider } from '#providers/stability/adapter.ts';
import type { Books } from '#ports/books.ts';
import type { Directory } from '#ports/directory.ts';
import type { Generations } from '#ports/generations.ts';
import type { Log } from '#ports/log.ts';
import type { Config } from './config.ts';

export interface World {
  readonly house: House;
  readonly writer: LedgerWriter;
  readonly directory: Directory;
  readonly generations: Generations;
  readonly desk: AdminDesk;
  readonly pool: Pool;
  /** The work beside the calls, until `stop`. */
  run(): void;
  /** New calls must have ended; what the ledger has not got yet stays in the journal for the next start. */
  stop(): Promise<void>;
}

const poolMax = 16;
const journalSegmentBytesMax = 64 * 1_048_576;

/** How long a stop waits for the database before it leaves the rest to the next start. */
const farewellMs = 10_000;

/** Rejects with nothing left running, so that a start that failed also ends. */
export async function buildWorld(config: Config, log: Log): Promise<World> {
  const opened = new AsyncDisposableStack();
  try {
    return await openWorld(config, log, opened);
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
}

async function openWorld(config: Config, log: Log, opened: AsyncDisposableStack): Promise<World> {
  opened.adopt(lockDataDirectory(config.dataDirectory), (lock) => lock.release());
  const database = opened.adopt(await startDatabase(config, log), (started) => started.stop());
  const poolOptions = { max: poolMax, applicationRole: 'faregate_app' };
  const pool = opened.adopt(openPool(database.connection, poolOptions), (ours) => ours.end());
  const masterKey = config.masterKey ?? readOrMakeMasterKey(config.dataDirectory, log);
  const vault = aesVault([masterKey]);
  const directory = postgresDirectory(pool, { vault, warn: (message) => log.warn({}, message) });
  const ledger = postgresLedger(pool);
  const store = memoryFastStore({ clock: systemClock, outboxMax: config.outboxMax });
  const journal = await openJournal({
    directory: join(config.dataDirectory, 'journal'),
    sync: config.journalSync,
    segmentBytesMax: journalSegmentBytesMax,
    warn: (message) => log.warn({}, message),
  });
  opened.defer(() => journal.close());
  await recover({ journal, ledger, clock: systemClock, log }, directory);
  const { wallets, counters, units } = await ledger.load();
  await store.load(wallets, counters, units);

  const gatewayId = uuidsByTime.next();
  await ledger.openGateway(gatewayId, systemClock.now());
  const snapshot = new Snapshot({ directory, clock: systemClock, log });
  const refresh: AdminDesk['refresh'] = (topic) => snapshot.refresh(topic);
  const administration = postgresAdministration(pool, uuidsByTime);
  const files = catalogFiles();
  await importCatalogOnce({ administration, catalogFiles: files, refresh, log });
  await snapshot.refresh();
  const simulator = opened.adopt(await startSimulator({ host: '127.0.0.1', port: 0 }), (ours) => ours.stop());
  const adapters = [
    openAiCompatible(),
    anthropicProvider(),
    openRouterProvider(),
    googleMediaProvider(),
    bflProvider(),
    stabilityProvider(),
    elevenLabsProvider(),
    deepgramProvider(),
    simulatorProvider(() => simulator.origin),
  ];
  const house: House = {
    clock: systemClock,
    identifiers: uuidsByTime,
    store,
    journal,
    ledger,
    upstream: opened.adopt(undiciUpstream(), (upstream) => upstream.close()),
    providers: new Map(adapters.map((adapter) => [adapter.name, adapter])),
    snapshot,
    live: new LiveCalls(),
    failpoints: config.failpoint === undefined ? noFailpoints : killAt(config.failpoint),
    log,
    dispatches: new DispatchNumbers(gatewayId),
  };
  const writer = new LedgerWriter(house);
  const desk: AdminDesk = {
    administration,
    catalogFiles: files,
    ledger,
    rerating: postgresRerating(pool),
    store,
    vault,
    clock: systemClock,
    identifiers: uuidsByTime,
    log,
    randomBytes: (count) => randomBytes(count),
    refresh,
    adapters: adapters.map((adapter) => adapter.name),
    typicalRequest: config.typicalRequest,
    defaultTerms: readDefaultTerms(),
    canonicalProvider,
    upstream: house.upstream,
  };

  const stopping = new AbortController();
  const jobs: Promise<void>[] = [];
  return {
    house,
    writer,
    directory,
    generations: postgresGenerations(pool),
    desk,
    pool,
    run() {
      const { signal } = stopping;
      jobs.push(
        writer.run(signal),
        snapshot.run(signal),
        reapHolds(house, directory, signal),
        touchLiveCalls(house, signal),
      );
    },
    async stop() {
      stopping.abort();
      await Promise.allSettled(jobs);
      await farewell(house, writer, log);
      // In reverse: what was opened last is closed first.
      await opened.disposeAsync();
    },
  };
}

export interface OpenDatabase {
  readonly connection: PostgresConnection;
  stop(): Promise<void>;
}

/** Started if it is ours, and brought up to this version. The data directory's lock must be held. */
async function startDatabase(config: Config, log: Log): Promise<OpenDatabase> {
  if (config.databaseUrl !== undefined) {
    const connection: PostgresConnection = { url: config.databaseUrl };
    await migrate(connection, { log: (message) => log.info({}, message) });
    return { connection, stop: () => Promise.resolve() };
  }
  const embedded = await startEmbeddedPostgres({
    dataDirectory: config.dataDirectory,
    log: { info: (message) => log.info({}, message), warn: (message) => log.warn({}, message) },
  });
  try {
    await migrate(embedded.connection, { log: (message) => log.info({}, message) });
  } catch (error) {
    await embedded.stop();
    throw error;
  }
  return { connection: embedded.connection, stop: () => embedded.stop() };
}

export interface OpenBooks {
  readonly books: Books;
  close(): Promise<void>;
}

/** For commands that only read the ledger; also while another process serves from this data directory. */
export async function openBooks(config: Config, log: Log): Promise<OpenBooks> {
  const database = await reachDatabase(config, log);
  const pool = openPool(database.connection, { max: poolMax, applicationRole: 'faregate_app' });
  return {
    books: postgresBooks(pool),
    async close() {
      await pool.end();
      await database.stop();
    },
  };
}

/** Whether or not another process serves from this data directory. */
async function reachDatabase(config: Config, log: Log): Promise<OpenDatabase> {
  return openDatabase(config, log).catch(async (error: unknown) => {
    const connection =
      error instanceof DataDirectoryInUse ? await attachToEmbeddedPostgres(config.dataDirectory) : undefined;
    if (!connection) throw error;
    return { connection, stop: () => Promise.resolve() };
  });
}

/** Into one file, as the database is at one moment. */
export async function writeBackup(config: Config, log: Log, path: string): Promise<BackedUp> {
  const database = await reachDatabase(config, log);
  try {
    return await backUp(database.connection, path, systemClock.now());
  } finally {
    await database.stop();
  }
}

/** Into an empty database, while nothing is served. */
export async function readBackup(config: Config, log: Log, path: string): Promise<Restored> {
  const database = await openDatabase(config, log);
  try {
    return await restore(database.connection, path);
  } finally {
    await database.stop();
  }
}

/** For commands that need the database while nothing is served. */
export async function openDatabase(config: Config, log: Log): Promise<OpenDatabase> {
  const lock = lockDataDirectory(config.dataDirectory);
  const database = await startDatabase(config, log).catch((error: unknown) => {
    lock.release();
    throw error;
  });
  return {
    connection: database.connection,
    async stop() {
      await database.stop();
      lock.release();
    },
  };
}

async function farewell({ ledger, dispatches, clock }: House, writer: LedgerWriter, log: Log): Promise<void> {
  const written = writer
    .flush(Number.POSITIVE_INFINITY)
    .then(() => ledger.closeGateway(dispatches.gatewayId, dispatches.last));
  const tooLong = clock.sleep(farewellMs).then(() => Promise.reject(new Error('the database did not answer in time')));
  await Promise.race([written, tooLong]).catch((error: unknown) => {
    log.warn({ error }, 'not every charge is in the database yet; the journal keeps them for the next start');
  });
}
