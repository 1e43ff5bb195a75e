// Providers, models and prices for the tests of the documents' views, put straight into the tables beneath.
import type { Pool } from 'pg';

type Row = Readonly<Record<string, unknown>>;

export interface CurrentPrice {
  readonly id: string;
  readonly row_id: string;
  readonly pricing_model: string;
  readonly components: readonly object[];
  readonly valid_from: Date;
}

export interface Catalogue {
  provider(name: string): Promise<string>;
  model(provider: string, modelId: string, name?: string): Promise<string>;
  alias(name: string, target: string): Promise<void>;
  organization(slug: string): Promise<string>;
  customerType(name: string): Promise<string>;
  /** Dollars per million tokens by meter, in the platform's list. */
  price(name: string, perMillion: Readonly<Record<string, string>>, author?: string): Promise<string>;
  priceOf(name: string, components: readonly object[], author?: string): Promise<string>;
  /** What counts now in the list. @throws Error when there is not exactly one. */
  current(name: string): Promise<CurrentPrice>;
  /** All versions of a name, oldest first. */
  versions(name: string): Promise<readonly Row[]>;
  rows(sql: string, values?: readonly unknown[]): Promise<readonly Row[]>;
}

export function catalogueOn(pool: Pool): Catalogue {
  const rows = async (sql: string, values: readonly unknown[] = []): Promise<readonly Row[]> =>
    (await pool.query<Row>(sql, [...values])).rows;
  const made = async (sql: string, values: readonly unknown[]): Promise<string> => {
    const id = crypto.randomUUID();
    await pool.query(sql, [id, ...values]);
    return id;
  };
  const priceOf = (name: string, components: readonly object[], author = 'tester'): Promise<string> =>
    made(
      `insert into faregate.price_version
         (id, book, subject_kind, subject_name, currency, pricing_model, components, valid_from, author)
       values ($1, 'list', case when exists (select from faregate.alias where name = $2) then 'alias' else 'model' end,
         $2, 'usd', 'per_token', $3, '2026-01-01', $4)`,
      [name, JSON.stringify(components), author],
    );
  return {
    rows,
    provider: (name) =>
      made(
        `insert into faregate.provider (id, name, display_name, adapter, base_url)
           values ($1, $2, $2, 'openai-compatible', 'https://example.com/v1')`,
        [name],
      ),
    model: (provider, modelId, name = modelId) =>
      made(
        `insert into faregate.model (id, provider_id, model_id, name, context_window, max_output_tokens)
           select $1, v.id, $3, $4, 200000, 8192 from faregate.provider v where v.name = $2`,
        [provider, modelId, name],
      ),
    alias: async (name, target) => {
      await made('insert into faregate.alias (id, name, targets) values ($1, $2, $3)', [
        name,
        JSON.stringify([target]),
      ]);
    },
    organization: (slug) => made('insert into faregate.organization (id, slug, name) values ($1, $2, $2)', [slug]),
    customerType: (name) => made('insert into faregate.customer_type (id, name) values ($1, $2)', [name]),
    price: (name, perMillion, author) =>
      priceOf(
        name,
        Object.entries(perMillion).map(([meter, price]) => ({ meter, price, per: '1000000', currency: 'usd' })),
        author,
      ),
    priceOf,
    current: async (name) => {
      const { rows: found } = await pool.query<CurrentPrice>(
        `select * from faregate.current_price where book = 'list' and subject_name = $1 and is_enabled`,
        [name],
      );
      const [only, ...others] = found;
      if (!only || others.length > 0) throw new Error(`${found.length} prices of ${name} count now.`);
      return only;
    },
    versions: (name) =>
      rows('select * from faregate.price_version where subject_name = $1 order by recorded_at, valid_from', [name]),
  };
}
