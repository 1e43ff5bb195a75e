// A database with the catalogue of this repository in it.
import type { Pool } from 'pg';
import { catalogFiles } from '#adapters/catalog-files/catalog-files.ts';
import { postgresAdministration } from '#adapters/postgres/administration/administration.ts';
import { migrate } from '#adapters/postgres/migrate.ts';
import { openPool } from '#adapters/postgres/pool.ts';
import { uuidsByTime } from '#adapters/system/uuid.ts';
import { importCatalog } from '#flows/admin/import-catalog.ts';
import type { Administration } from '#ports/administration.ts';
import type { CatalogText } from '#ports/catalog-files.ts';
import type { ImportReport } from '#ports/catalog-import.ts';
import { freshDatabase } from '#test/postgres/instance.ts';

export interface CatalogDatabase {
  readonly pool: Pool;
  readonly administration: Administration;
  import(files?: readonly CatalogText[], dryRun?: boolean): Promise<ImportReport>;
  close(): Promise<void>;
}

export async function catalogDatabase(): Promise<CatalogDatabase> {
  const connection = await freshDatabase();
  await migrate(connection);
  const pool = openPool(connection, { max: 4, applicationRole: 'faregate_app' });
  const administration = postgresAdministration(pool, uuidsByTime);
  const silent = (): void => {};
  const desk = {
    administration,
    catalogFiles: catalogFiles(),
    refresh: () => Promise.resolve(),
    log: { info: silent, warn: silent, error: silent },
  };
  return {
    pool,
    administration,
    import: (files, dryRun = false) =>
      importCatalog(desk, 'test', { dryRun, ...(files === undefined ? {} : { files }) }),
    close: () => pool.end(),
  };
}
