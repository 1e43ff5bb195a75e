// Whether anything in the catalogue has changed since it was last read: pollers ask often, and mostly nothing has.
import type { PoolClient } from 'pg';

// Every insert and update leaves a row with its own transaction's number, which is higher than the one before it; the
// count tells of rows that went, or that time has taken out of what is read.
const tables: readonly (readonly [table: string, where: string])[] = [
  ['provider', 'true'],
  ['provider_key', 'expires_at is null or expires_at > now()'],
  ['model', 'true'],
  ['alias', 'true'],
  ['price_version', `valid_to is null or valid_to > now() - interval '1 day'`],
  ['fx_rate', 'observed_at <= now()'],
  ['plan', 'organization_id is null'],
];

const parts = tables.map(
  ([table, where]) => `
    (select concat_ws(' ', count(*), sum(xmin::text::bigint), max(xmin::text::bigint))
      from faregate.${table} where ${where})`,
);

export async function readCatalogVersion(client: PoolClient): Promise<string> {
  const { rows } = await client.query<{ version: string }>({
    name: 'directory-catalog-version',
    text: `select concat_ws(', ', ${parts.join(', ')}) as version`,
  });
  const [row] = rows;
  if (!row) throw new Error('Postgres gave no version of the catalogue.');
  return row.version;
}
