// A migrated database for tests of the ledger, with the owner who may do anything and the application that may not.
import type { Pool } from 'pg';
import { postgresBooks } from '#adapters/postgres/books.ts';
import { postgresLedger } from '#adapters/postgres/ledger.ts';
import { migrate } from '#adapters/postgres/migrate.ts';
import { openPool } from '#adapters/postgres/pool.ts';
import type { PriceVersion } from '#core/pricing/component.ts';
import type { LedgerKeeper } from '#ports/ledger.contract.ts';
import { type Payer, sampleCost, samplePrice } from '#ports/ledger-entries.contract.ts';
import { freshDatabase, type TestPostgresVersion } from '#test/postgres/instance.ts';

export interface LedgerDatabase extends LedgerKeeper {
  readonly owner: Pool;
  readonly application: Pool;
  close(): Promise<void>;
}

export async function openLedgerDatabase(version: TestPostgresVersion): Promise<LedgerDatabase> {
  const connection = await freshDatabase(version);
  await migrate(connection);
  const owner = openPool(connection, { max: 2 });
  const [application, second] = [1, 2].map(() => openPool(connection, { max: 4, applicationRole: 'faregate_app' })) as [
    Pool,
    Pool,
  ];
  for (const price of [samplePrice, sampleCost]) await publish(owner, price);
  return {
    owner,
    application,
    ledger: postgresLedger(application),
    other: postgresLedger(second),
    books: postgresBooks(application),
    createPayer: (currency) => createPayer(owner, currency),
    beginRerate: () => beginRerate(owner),
    now: Date.now,
    close: async () => {
      await Promise.all([owner, application, second].map((pool) => pool.end()));
    },
  };
}

async function createPayer(owner: Pool, currency: string): Promise<Payer> {
  const [walletId, virtualKeyId, userId] = [1, 2, 3].map(() => crypto.randomUUID()) as [string, string, string];
  await owner.query('insert into faregate.user_profile (id, email) values ($1, $2)', [userId, `${userId}@example.com`]);
  await owner.query('insert into faregate.wallet (id, user_id, currency) values ($1, $2, $3)', [
    walletId,
    userId,
    currency,
  ]);
  await owner.query(
    `insert into faregate.virtual_key (id, key_hash, key_prefix, name, user_id, wallet_id)
      values ($1, $2, 'vk_', 'test', $3, $4)`,
    [virtualKeyId, `hash of ${virtualKeyId}`, userId, walletId],
  );
  return { walletId, currency, virtualKeyId, userId };
}

async function beginRerate(owner: Pool): Promise<string> {
  const id = crypto.randomUUID();
  await owner.query(
    `insert into faregate.rerate (id, token, valid_from, valid_to, reason, author)
      values ($1::uuid, $2, '2026-01-01', '2026-02-01', 'a wrong price', 'tester')`,
    [id, id],
  );
  return id;
}

// Subjects differ, since two versions of one subject in one book must not overlap.
async function publish(owner: Pool, version: PriceVersion): Promise<void> {
  await owner.query(
    `insert into faregate.price_version (id, book, subject_kind, subject_name, currency, components, valid_from, author)
      values ($1, $2, $3, $4, $5, $6, $7, 'tester')`,
    [
      version.id,
      version.book,
      version.subject.kind,
      version.subject.name,
      version.currency,
      JSON.stringify(version.components),
      version.validFrom,
    ],
  );
}
