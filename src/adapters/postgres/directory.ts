// What the hot path needs to know, as Postgres has it.
import type { Pool } from 'pg';
import type { PriceVersion } from '#core/pricing/component.ts';
import type { Directory } from '#ports/directory.ts';
import type { Vault } from '#ports/vault.ts';
import { callerByHash, callersSince } from './directory/callers.ts';
import { catalogReader } from './directory/catalog.ts';
import { type PriceColumns, priceColumns, priceVersionOf } from './directory/price-versions.ts';
import { watchChanges } from './directory/watch.ts';

export interface DirectorySettings {
  readonly vault: Pick<Vault, 'open'>;
  readonly warn?: (message: string) => void;
}

export function postgresDirectory(pool: Pool, { vault, warn = () => {} }: DirectorySettings): Directory {
  return {
    catalog: catalogReader(pool, { vault, warn }),
    callerByHash: (keyHash) => callerByHash(pool, keyHash),
    callersSince: (cursor, limit) => callersSince(pool, cursor, limit),
    priceVersions: (ids) => readPriceVersions(pool, ids),
    watch: (onChange) => watchChanges(pool, onChange),
  };
}

async function readPriceVersions(pool: Pool, ids: readonly string[]): Promise<readonly PriceVersion[]> {
  if (ids.length === 0) return [];
  const { rows } = await pool.query<PriceColumns>({
    name: 'directory-price-versions',
    text: `select ${priceColumns} from faregate.price_version where id = any($1::uuid[])`,
    values: [ids],
  });
  return rows.map(priceVersionOf);
}
