// What the matrix of customers' prices is decided from: each reading of one moment.
import type { Pool, PoolClient } from 'pg';
import type { BookedPrice, MatrixFacts, MatrixModel } from '#core/catalog/price-matrix/facts.ts';
import type { MatrixSelection } from '#core/catalog/price-matrix/row.ts';
import type { PriceMatrix } from '#ports/price-matrix.ts';
import { readExchange } from '../directory/catalog.ts';
import { transaction } from '../pool.ts';
import { reading } from './deed.ts';
import { replayCalls } from './replay-calls.ts';
import { instant, isUuid } from './sql.ts';

export function priceMatrix(pool: Pool): PriceMatrix {
  const read = (models: (client: PoolClient) => Promise<readonly MatrixModel[]>): Promise<MatrixFacts> =>
    reading(() =>
      transaction(pool, async (client) => {
        await client.query('set transaction isolation level repeatable read, read only');
        return readFacts(client, await models(client));
      }),
    );
  return {
    choose: (selection) => read((client) => chosenModels(client, selection)),
    named: (rows) => read((client) => namedModels(client, rows)),
    versions: (ids) => reading(() => readVersions(pool, ids)),
    replay: (order, take) => reading(() => transaction(pool, (client) => replayCalls(client, order, take))),
  };
}

const modelColumns = `select p.name as provider, m.name, m.model_id
  from faregate.model m join faregate.provider p on p.id = m.provider_id`;

/** What cannot be called (any more, or yet) is only there when it is asked for by its name. */
async function chosenModels(client: PoolClient, selection: MatrixSelection): Promise<readonly MatrixModel[]> {
  const { providers = null, models = null } = selection;
  const { rows } = await client.query<MatrixModel>(
    `${modelColumns}
      where ($1::text[] is null or p.name = any($1)) and ($2::text[] is null or m.name = any($2) or m.model_id = any($2))
        and ($2::text[] is not null or m.status in ('available', 'preview'))
      order by p.name, m.name`,
    [providers, models],
  );
  return rows;
}

async function namedModels(
  client: PoolClient,
  named: readonly { readonly provider: string; readonly model: string }[],
): Promise<readonly MatrixModel[]> {
  const texts = [new Set(named.map((each) => each.provider)), new Set(named.map((each) => each.model))];
  const { rows } = await client.query<MatrixModel>(
    `${modelColumns} where p.name = any($1::text[]) and (m.name = any($2::text[]) or m.model_id = any($2::text[]))`,
    texts.map((each) => [...each]),
  );
  return rows;
}

async function readFacts(client: PoolClient, models: readonly MatrixModel[]): Promise<MatrixFacts> {
  const { rows: clock } = await client.query<{ readonly now: Date }>(
    `select date_trunc('milliseconds', clock_timestamp()) as now`,
  );
  const [moment] = clock;
  if (!moment) throw new Error('Postgres gave no time.');
  const { rows: customerTypes } = await client.query<{ readonly id: string; readonly name: string }>(
    'select id, name from faregate.customer_type order by created_at, name',
  );
  const { rows: providers } = await client.query<{ readonly name: string }>(
    'select name from faregate.provider order by name',
  );
  const standing = await readStanding(client, {
    names: models.map(({ name }) => name),
    now: moment.now,
  });
  return {
    now: moment.now.toISOString(),
    providers: providers.map(({ name }) => name),
    customerTypes,
    models,
    prices: standing.filter(({ owner_id: owner }) => owner !== null),
    costs: standing.filter(
      ({ owner_id: owner, valid_from: from }) => owner === null && Date.parse(from) <= moment.now.getTime(),
    ),
    exchange: await readExchange(client),
  };
}

const versionColumns = [
  'v.id, v.row_id, v.owner_id, v.subject_name as name, v.currency, v.pricing_model, v.pricing_type, v.components',
  'v.modifiers, v.attributes, v.is_custom, v.notes, v.author',
  `${instant('v.valid_from')} as valid_from, ${instant('v.valid_to')} as valid_to`,
  `${instant('v.recorded_at')} as recorded_at`,
].join(', ');

async function readStanding(
  client: PoolClient,
  { names, now }: { readonly names: readonly string[]; readonly now: Date },
): Promise<readonly BookedPrice[]> {
  const { rows } = await client.query<BookedPrice>(
    `select ${versionColumns} from faregate.price_version v
      where v.book in ('customer_type', 'list') and v.subject_kind = 'model' and v.subject_name = any($1::text[])
        and v.state = 'approved' and v.is_enabled
        and (v.valid_to is null or (v.valid_to > $2 and v.valid_to > v.valid_from))`,
    [names, now],
  );
  return rows;
}

async function readVersions(pool: Pool, ids: readonly string[]): Promise<readonly BookedPrice[]> {
  const { rows } = await pool.query<BookedPrice>(
    `select ${versionColumns} from faregate.price_version v where v.book = 'customer_type' and v.id = any($1::uuid[])`,
    [ids.filter(isUuid)],
  );
  return rows;
}
