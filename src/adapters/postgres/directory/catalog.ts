// What can be called, at which prices: one consistent reading.
import type { Pool, PoolClient } from 'pg';
import type { ExchangeRate } from '#core/catalog/catalog.ts';
import { rational } from '#core/money/rational.ts';
import type { PriceVersion } from '#core/pricing/component.ts';
import type { CatalogRows } from '#ports/directory.ts';
import type { Vault } from '#ports/vault.ts';
import { transaction } from '../pool.ts';
import { readCatalogVersion } from './catalog-version.ts';
import { readCostPlans } from './cost-plans.ts';
import { type PriceColumns, priceColumns, priceVersionOf } from './price-versions.ts';
import { readProviders } from './providers.ts';
import { readRoutes } from './routes.ts';

export interface CatalogSettings {
  readonly vault: Pick<Vault, 'open'>;
  /** A credential that does not open is left out, so that one bad key does not stop every call. */
  readonly warn: (message: string) => void;
}

/** Gives the same rows again, and not a copy, while nothing has changed. */
export function catalogReader(pool: Pool, settings: CatalogSettings): () => Promise<CatalogRows> {
  let last: { readonly version: string; readonly rows: CatalogRows } | undefined;
  return async () => {
    const known = last;
    const read = await transaction(pool, async (client) => {
      await client.query('set transaction isolation level repeatable read, read only');
      const version = await readCatalogVersion(client);
      return known?.version === version ? known : { version, rows: await readRows(client, settings) };
    });
    last = read;
    return read.rows;
  };
}

async function readRows(client: PoolClient, settings: CatalogSettings): Promise<CatalogRows> {
  const { providers, ownKeys } = await readProviders(client, settings);
  return {
    routes: await readRoutes(client, providers),
    prices: await readPrices(client),
    exchange: await readExchange(client),
    plans: await readCostPlans(client),
    ownKeys,
  };
}

// A call that began just before a price ended is still charged by it.
async function readPrices(client: PoolClient): Promise<readonly PriceVersion[]> {
  const { rows } = await client.query<PriceColumns>({
    name: 'directory-prices',
    text: `select ${priceColumns} from faregate.price_version
      where state = 'approved' and is_enabled and (valid_to is null or valid_to > now() - interval '1 day')
      order by subject_name, valid_from, id`,
  });
  return rows.map(priceVersionOf);
}

interface RateColumns {
  readonly id: string;
  readonly base: string;
  readonly quote: string;
  readonly numerator: bigint;
  readonly denominator: bigint;
}

export async function readExchange(client: PoolClient): Promise<readonly ExchangeRate[]> {
  const { rows } = await client.query<RateColumns>({
    name: 'directory-exchange',
    text: `select distinct on (base, quote) id, base, quote, numerator, denominator from faregate.fx_rate
      where observed_at <= now()
      order by base, quote, observed_at desc, recorded_at desc, id desc`,
  });
  return rows.map(({ id, base, quote, numerator, denominator }) => ({
    fxRateId: id,
    base,
    quote,
    rate: rational(numerator, denominator),
  }));
}
