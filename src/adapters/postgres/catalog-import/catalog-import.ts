// The catalogue's import kept in Postgres: one transaction for all tables.
import type { Pool, PoolClient } from 'pg';
import type { CatalogContent, CatalogModel } from '#core/catalog/files/catalog-content.ts';
import type { CatalogImport, ImportReport } from '#ports/catalog-import.ts';
import { note, reading, tell } from '../administration/deed.ts';
import { transaction } from '../pool.ts';
import { addAssertions } from './assertions.ts';
import { merge } from './merge.ts';
import { catalogAuthor, publishPrices } from './prices.ts';
import { aliasTable, modelTable, planTable, providerTable, recommendationTable, releaseTable } from './tables.ts';

export function postgresCatalogImport(pool: Pool, nextId: () => string): CatalogImport {
  return {
    isEmpty: () =>
      reading(async () => {
        const { rows } = await pool.query<{ empty: boolean }>(
          `select not exists (select from faregate.provider where name <> 'sim') as empty`,
        );
        return rows[0]?.empty ?? false;
      }),
    import: (actor, content, { dryRun }) =>
      reading(() =>
        transaction(pool, async (client) => {
          const report = await importAll(client, content, nextId);
          if (dryRun) throw new OnlyTried(report);
          if (Object.values(report).some(({ added, changed }) => added + changed > 0)) {
            await note(client, { actor, action: 'catalog.import', subject: `catalog:${catalogAuthor}`, after: report });
            await tell(client, 'catalog');
          }
          return report;
        }).catch((error: unknown) => {
          if (error instanceof OnlyTried) return error.report;
          throw error;
        }),
      ),
  };
}

/** Rolls back what was done to see what it would come to. */
class OnlyTried extends Error {
  readonly report: ImportReport;

  constructor(report: ImportReport) {
    super('Only tried.');
    this.name = 'OnlyTried';
    this.report = report;
  }
}

async function importAll(client: PoolClient, content: CatalogContent, nextId: () => string): Promise<ImportReport> {
  await client.query(`select pg_advisory_xact_lock(hashtextextended('catalog import', 0))`);
  await client.query(`set local faregate.importing = 'yes'`);
  const withIds = <Row extends object>(rows: readonly Row[]) => rows.map((row) => ({ ...row, id: nextId() }));
  const providers = await merge(client, providerTable, withIds(content.providers));
  const models = await merge(client, modelTable, withIds(await withProviderIds(client, content.models)));
  const aliases = await merge(client, aliasTable, withIds(content.aliases));
  return {
    providers,
    models,
    aliases,
    prices: await publishPrices(client, content.prices, nextId),
    assertions: await addAssertions(client, withIds(content.assertions)),
    plans: await merge(client, planTable, withIds(content.plans)),
    releases: await merge(client, releaseTable, withIds(content.releases)),
    recommendations: await merge(client, recommendationTable, withIds(content.recommendations)),
  };
}

async function withProviderIds(client: PoolClient, models: readonly CatalogModel[]): Promise<readonly object[]> {
  const { rows } = await client.query<{ name: string; id: string }>('select name, id from faregate.provider');
  const ids = new Map(rows.map(({ name, id }) => [name, id]));
  return models.map((model) => ({ ...model, provider_id: ids.get(model.provider) }));
}
