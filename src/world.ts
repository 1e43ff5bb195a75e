// Builds every adapter once and ties it to the flows; the only file that knows them all.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Pool } from 'pg';
import { catalogFiles } from '#adapters/catalog-files/catalog-files.ts';
import { DataDirectoryInUse, lockDataDirectory } from '#adapters/data-dir/lock.ts';
import { masterKeyFile, ownMasterKeys } from '#adapters/data-dir/master-key.ts';
import { openJournal } from '#adapters/journal/journal.ts';
import { memoryAnswerCache } from '#adapters/memory/answer-cache.ts';
import { memoryFastStore } from '#adapters/memory/fast-store.ts';
import { postgresBooks } from '#adapters/postgres/books.ts';
import { postgresAdministration } from '#adapters/postgres/administration/administration.ts';
import { postgresMasterKeys } from '#adapters/postgres/administration/master-keys.ts';
import type { PostgresConnection } from '#adapters/postgres/connection.ts';
import { postgresDirectory } from '#adapters/postgres/directory.ts';
import { attachToEmbeddedPostgres } from '#adapters/postgres/embedded/attach.ts';
import { type BackedUp, backUp } from '#adapters/postgres/backup/backup.ts';
import { restore, type Restored } from '#adapters/postgres/backup/restore.ts';
import { startEmbeddedPostgres } from '#adapters/postgres/embedded.ts';
import { postgresGenerations } from '#adapters/postgres/generations.ts';
import { postgresBatchFiles } from '#adapters/postgres/batch-files.ts';
import { postgresJobBook } from '#adapters/postgres/job-book.ts';
import { postgresLedger } from '#adapters/postgres/ledger.ts';
import { migrate } from '#adapters/postgres/migrate.ts';
import { openPool } from '#adapters/postgres/pool.ts';
import { postgresRerating } from '#adapters/postgres/rerating.ts';
import { readDefaultTerms } from '#adapters/seeds/default-terms.ts';
import { startSimulator } from '#adapters/simulator/server.ts';
import { systemChooser } from '#adapters/system/chance.ts';
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
import { ProviderHealth } from '#flows/provider-health.ts';
import type { MediaDesk } from '#flows/media/desk.ts';
import { JobKeeper } from '#flows/media/keep-jobs.ts';
import { recoverJobs, resumeJobs } from '#flows/media/recover-jobs.ts';
import { recover } from '#flows/recover.ts';
import { Snapshot } from '#flows/snapshot.ts';
import { openMasterKeys } from '#flows/vault/open-master-keys.ts';
import { canonicalProvider } from '#price-lists/provider-names.ts';
import { batchJobs, mediaJobs } from '#providers/provider-jobs.ts';
import { providerAdapters } from '#providers/provider-adapters.ts';
import type { Books } from '#ports/books.ts';
import type { Directory } from '#ports/directory.ts';
import type { Generations } from '#ports/generations.ts';
import type { Log } from '#ports/log.ts';
import type { MasterKeys } from '#ports/master-keys.ts';
import type { MasterKeySource } from '#ports/vault.ts';
import { type Config, parseMasterKeys } from './config.ts';

export interface World {
  readonly house: House;
  readonly writer: LedgerWriter;
  readonly directory: Directory;
  readonly generations: Generations;
  readonly desk: AdminDesk;
  readonly pool: Pool;
  readonly jobs: { readonly desk: MediaDesk; readonly keeper: JobKeeper };
  /** The work beside the calls, until `stop`. */
  run(): void;
  /** New calls must have ended; what the ledger has not got yet stays in the journal for the next start. */
  stop(): Promise<void>;
}

const poolMax = 16;
const journalSegmentBytesMax = 64 * 1_048_576;

/** How long a stop waits for the database before it leaves the rest to the next start. */
const farewellMs = 10_000;

/** How long a stop waits for providers who are being asked about jobs. */
const jobsMsMax = 2_000;

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
  const masterKeys = postgresMasterKeys(pool);
  const masterKeySource = await masterKeySourceOf(config, masterKeys, log);
  const vault = aesVault(masterKeySource);
  await openMasterKeys({ vault, masterKeys, log, source: masterKeySource.name, lost: config.lostMasterKey });
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
  const book = postgresJobBook(pool);
  await recoverJobs({ journal }, { book });
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
  const adapters = providerAdapters({ now: () => systemClock.now(), simulatorOrigin: () => simulator.origin });
  const house: House = {
    clock: systemClock,
    identifiers: uuidsByTime,
    store,
    journal,
    ledger,
    upstream: opened.adopt(undiciUpstream({ allowed: config.allowedPrivateHosts }), (upstream) => upstream.close()),
    providers: new Map(adapters.map((adapter) => [adapter.name, adapter])),
    snapshot,
    live: new LiveCalls(),
    failpoints: config.failpoint === undefined ? noFailpoints : killAt(config.failpoint),
    log,
    dispatches: new DispatchNumbers(gatewayId),
    chooser: systemChooser,
    health: new ProviderHealth(),
    answers: memoryAnswerCache(systemClock),
  };
  const writer = new LedgerWriter(house);
  const media = mediaJobs(() => simulator.origin);
  const mediaDesk: MediaDesk = {
    house,
    adapters: new Map(media.map((each) => [each.name, each])),
    batches: new Map(batchJobs(() => simulator.origin).map((each) => [each.name, each])),
    files: postgresBatchFiles(pool),
    book,
    directory,
  };
  const keeper = new JobKeeper(mediaDesk);
  await resumeJobs(mediaDesk, keeper);
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
    adapters: [...new Set([...adapters, ...media].map((adapter) => adapter.name))],
    listings: new Map(adapters.flatMap(({ name, listing }) => (listing ? [[name, listing]] : []))),
    masterKeys,
    masterKeySource,
    probes: new Map(adapters.flatMap(({ name, probe }) => (probe ? [[name, probe]] : []))),
    typicalRequest: config.typicalRequest,
    defaultTerms: readDefaultTerms(),
    canonicalProvider,
    upstream: house.upstream,
    health: house.health,
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
    jobs: { desk: mediaDesk, keeper },
    run() {
      const { signal } = stopping;
      jobs.push(
        writer.run(signal),
        snapshot.run(signal),
        reapHolds(house, directory, signal),
        touchLiveCalls(house, signal),
        keeper.run(signal),
      );
    },
    async stop() {
      stopping.abort();
      await Promise.allSettled(jobs);
      // What a job has just heard is settled now, or heard again by the next start.
      await Promise.race([keeper.settled(), systemClock.sleep(jobsMsMax)]);
      await farewell(house, writer, log);
      // In reverse: what was opened last is closed first.
      await opened.disposeAsync();
    },
  };
}

/** @throws Error when there is no key for what is sealed already: then none is made up. */
async function masterKeySourceOf(config: Config, known: MasterKeys, log: Log): Promise<MasterKeySource> {
  const { masterKeys, masterKeyFile: file } = config;
  if (masterKeys && file !== undefined) return masterKeyFile(file, parseMasterKeys);
  if (masterKeys) return { name: 'FAREGATE_MASTER_KEY', read: () => masterKeys };
  const own = ownMasterKeys(config.dataDirectory, parseMasterKeys);
  if (own.exists()) return own;
  const needed = (await known.list()).filter(({ id, secrets }) => secrets > 0 && id !== config.lostMasterKey);
  const secrets = needed.reduce((sum, each) => sum + each.secrets, 0);
  if (secrets > 0) {
    throw new Error(
      `${own.name} is missing, and ${secrets === 1 ? 'a secret' : `${secrets} secrets`} in the database cannot be opened without it. Restore it from your copy. If there is none, FAREGATE_LOST_MASTER_KEY=${needed.map(({ id }) => id).join()} gives them up.`,
    );
  }
  own.add();
  log.info(
    {},
    `Made a master key in ${own.name}. Keep a copy: without it the provider keys in the database cannot be read.`,
  );
  return own;
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
