// A database with two providers, in which tests edit prices under the documents' names.
import type { QueryResult } from 'pg';
import { type LedgerDatabase, openLedgerDatabase } from '#test/audit/ledger-database.ts';
import type { TestPostgresVersion } from '#test/postgres/instance.ts';
import { type Catalogue, catalogueOn } from './catalogue.ts';

type Row = Readonly<Record<string, unknown>>;

export interface EditedDatabase {
  readonly database: LedgerDatabase;
  readonly catalogue: Catalogue;
  run(sql: string, values?: readonly unknown[]): Promise<QueryResult>;
  one(sql: string, values?: readonly unknown[]): Promise<Row | undefined>;
  /** The name of a new model of openai, with a list price of its own: 2 in and 8 out unless said. */
  priced(perMillion?: Readonly<Record<string, string>>): Promise<string>;
  /** The slug of a new organization. */
  organization(): Promise<string>;
}

export async function openEditedDatabase(version: TestPostgresVersion): Promise<EditedDatabase> {
  const database = await openLedgerDatabase(version);
  const catalogue = catalogueOn(database.owner);
  await catalogue.provider('openai');
  await catalogue.provider('dashscope');
  let count = 0;
  return {
    database,
    catalogue,
    run: (sql, values = []) => database.owner.query(sql, [...values]),
    one: async (sql, values) => (await catalogue.rows(sql, values))[0],
    async priced(perMillion = { input: '2', output: '8' }) {
      const name = `model-${++count}`;
      await catalogue.model('openai', name);
      await catalogue.price(name, perMillion);
      return name;
    },
    async organization() {
      const slug = `acme-${++count}`;
      await catalogue.organization(slug);
      return slug;
    },
  };
}

/** YYYY-MM-DD in UTC. */
export function day(fromToday: number): string {
  return new Date(Date.now() + fromToday * 86_400_000).toISOString().slice(0, 10);
}
