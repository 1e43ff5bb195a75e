// A running administration over real HTTP: private Postgres, the memory's fast store, the real ledger.
import { createHash, randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import type { Pool } from 'pg';
import { catalogFiles } from '#adapters/catalog-files/catalog-files.ts';
import { memoryFastStore } from '#adapters/memory/fast-store.ts';
import { postgresAdministration } from '#adapters/postgres/administration/administration.ts';
import { postgresMasterKeys } from '#adapters/postgres/administration/master-keys.ts';
import { postgresDirectory } from '#adapters/postgres/directory.ts';
import { postgresLedger } from '#adapters/postgres/ledger.ts';
import { migrate } from '#adapters/postgres/migrate.ts';
import { openPool } from '#adapters/postgres/pool.ts';
import { postgresRerating } from '#adapters/postgres/rerating.ts';
import { readDefaultTerms } from '#adapters/seeds/default-terms.ts';
import { systemClock } from '#adapters/system/system-clock.ts';
import { uuidsByTime } from '#adapters/system/uuid.ts';
import { aesVault } from '#adapters/vault/aes-vault.ts';
import { ProviderHealth } from '#flows/provider-health.ts';
import type { AdminDesk } from '#flows/admin/desk.ts';
import { openMasterKeys } from '#flows/vault/open-master-keys.ts';
import { adminApp } from '#http/admin/app.ts';
import type { Directory } from '#ports/directory.ts';
import type { FastStore } from '#ports/fast-store.ts';
import type { Ledger } from '#ports/ledger.ts';
import type { GuardSettings } from '#adapters/upstream/address-guard.ts';
import { undiciUpstream } from '#adapters/upstream/undici-upstream.ts';
import { anthropicListing } from '#providers/anthropic/listing.ts';
import { googleListing } from '#providers/google/listing.ts';
import { openAiCompatible } from '#providers/openai-compatible/adapter.ts';
import { canonicalProvider } from '#price-lists/provider-names.ts';
import { freshDatabase } from '#test/postgres/instance.ts';

export interface AdminServer {
  readonly url: string;
  readonly token: string;
  readonly linkToken: string;
  readonly pool: Pool;
  readonly store: FastStore;
  readonly ledger: Ledger;
  readonly directory: Directory;
  readonly desk: AdminDesk;
  /** Every line that was logged, as text. */
  readonly logged: readonly string[];
  readonly refreshed: string[];
  close(): Promise<void>;
}

export async function startAdminServer(options: GuardSettings = {}): Promise<AdminServer> {
  const connection = await freshDatabase();
  await migrate(connection);
  const pool = openPool(connection, { max: 8, applicationRole: 'faregate_app' });
  const master = randomBytes(32);
  const masterKeySource = { name: 'a key of the test', read: () => [master] as const };
  const vault = aesVault(masterKeySource);
  const masterKeys = postgresMasterKeys(pool);
  await openMasterKeys({ vault, masterKeys, log: { info: () => {}, warn: () => {} }, source: masterKeySource.name });
  const logged: string[] = [];
  const refreshed: string[] = [];
  const write = (facts: object, message: string): void => {
    logged.push(
      `${message} ${JSON.stringify(facts, (_, value: unknown) => (value instanceof Error ? (value.stack ?? '') : value))}`,
    );
  };
  const store = memoryFastStore({ clock: systemClock, outboxMax: 1_000 });
  const directory = postgresDirectory(pool, { vault, warn: (message) => logged.push(message) });
  const ledger = postgresLedger(pool);
  const upstream = undiciUpstream(options);
  const { probe: openAiProbe } = openAiCompatible();
  const desk: AdminDesk = {
    administration: postgresAdministration(pool, uuidsByTime),
    catalogFiles: catalogFiles(),
    ledger,
    rerating: postgresRerating(pool),
    store,
    vault,
    clock: systemClock,
    identifiers: uuidsByTime,
    log: { info: write, warn: write, error: write },
    randomBytes: (count) => randomBytes(count),
    refresh: async (topic) => {
      refreshed.push(topic);
    },
    adapters: ['simulator', 'openai-compatible', 'google', 'anthropic'],
    listings: new Map([
      ['google', googleListing],
      ['anthropic', anthropicListing],
    ]),
    typicalRequest: { inputTokens: 1_000, outputTokens: 500 },
    defaultTerms: readDefaultTerms(),
    canonicalProvider,
    upstream,
    masterKeys,
    masterKeySource,
    probes: new Map(openAiProbe ? [['openai-compatible', openAiProbe]] : []),
    health: new ProviderHealth(),
  };
  const [token, linkToken] = [randomBytes(32).toString('base64url'), randomBytes(32).toString('base64url')];
  const app = await adminApp({
    desk,
    oneTimeTokenHash: sha256(linkToken),
    acceptedTokenHashes: [sha256(token)],
    url: 'http://127.0.0.1:8787',
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    token,
    linkToken,
    pool,
    store,
    ledger,
    directory,
    desk,
    logged,
    refreshed,
    async close() {
      // Clients that did not read an answer to its end keep their connection.
      app.server.closeAllConnections();
      await app.close();
      await upstream.close();
      await pool.end();
    },
  };
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
