// Lists of any length out of one snapshot, a few rows in memory at a time.
import type { PoolClient, QueryConfig } from 'pg';

const rowsPerFetch = 500;
// The first rows of a sorted list come when all of them are sorted.
const answerMsMax = 3_600_000;

export interface ListQuery<Columns extends object, Row> {
  readonly text: string;
  readonly rowOf: (columns: Columns) => Row;
}

export class Snapshot {
  readonly #client: PoolClient;
  #cursors = 0;

  private constructor(client: PoolClient) {
    this.#client = client;
  }

  static async begin(client: PoolClient): Promise<Snapshot> {
    await client.query('set transaction isolation level repeatable read, read only');
    await client.query('set local statement_timeout = 0');
    await client.query('set local idle_in_transaction_session_timeout = 0');
    await client.query('savepoint begun');
    return new Snapshot(client);
  }

  async *list<Columns extends object, Row>(
    { text, rowOf }: ListQuery<Columns, Row>,
    values: readonly unknown[] = [],
  ): AsyncGenerator<Row> {
    this.#cursors += 1;
    const cursor = `list_${this.#cursors}`;
    await this.all(`declare ${cursor} no scroll cursor for ${text}`, values);
    try {
      for (;;) {
        const rows = await this.all<Columns>(`fetch ${rowsPerFetch} from ${cursor}`);
        for (const columns of rows) yield rowOf(columns);
        if (rows.length < rowsPerFetch) return;
      }
    } finally {
      // Gone already when a statement failed.
      await this.all(`close ${cursor}`).catch(() => {});
    }
  }

  async all<Columns extends object>(text: string, values: readonly unknown[] = []): Promise<readonly Columns[]> {
    const query: QueryConfig & { readonly query_timeout: number } = {
      text,
      values: [...values],
      query_timeout: answerMsMax,
    };
    try {
      const { rows } = await this.#client.query<Columns>(query);
      return rows;
    } catch (error) {
      // A failed statement ends its transaction unless it goes back to here; the snapshot stays, every cursor is gone.
      await this.#client.query('rollback to savepoint begun').catch(() => {});
      throw error;
    }
  }
}
