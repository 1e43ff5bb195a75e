// Every table that the requirement documents name is there, column for column.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LedgerDatabase, openLedgerDatabase } from '#test/audit/ledger-database.ts';
import type { TestPostgresVersion } from '#test/postgres/instance.ts';
import { describeOnEachPostgres } from '#test/postgres/versions.ts';
import { costTrackingIndexes, documentTables, namedTables, postgresType } from './tables.ts';

describeOnEachPostgres("the documents' tables", shapesOn);

interface Column {
  readonly column_name: string;
  readonly data_type: string;
  readonly column_default: string | null;
}

function shapesOn(version: TestPostgresVersion): void {
  let database: LedgerDatabase;
  beforeAll(async () => {
    database = await openLedgerDatabase(version);
  });
  afterAll(() => database.close());

  const columnsOf = async (name: string): Promise<readonly Column[]> => {
    const { rows } = await database.owner.query<Column>(
      `select column_name, data_type, column_default from information_schema.columns
       where table_schema || '.' || table_name = $1 order by ordinal_position`,
      [name],
    );
    return rows;
  };
  const written = (column: string) => {
    const [declared = '', standard] = column.split(' = ');
    const [name = '', type = ''] = declared.split(' ');
    return { name, type: postgresType(type), standard };
  };

  test.each(documentTables)(
    '$name has the columns of its document, in its order',
    async ({ name, columns, more = [] }) => {
      const found = await columnsOf(name);
      const asked = columns.map(written);
      expect(found.slice(0, asked.length).map((column) => `${column.column_name} ${column.data_type}`)).toEqual(
        asked.map((column) => `${column.name} ${column.type}`),
      );
      expect(found.slice(asked.length).map((column) => column.column_name)).toEqual(more);
      for (const [index, { name: column, standard }] of asked.entries()) {
        if (standard !== undefined) expect(found[index]?.column_default, column).toBe(standard);
      }
    },
  );

  test.each(namedTables)('$name has the columns that the documents name', async ({ name, columns }) => {
    const found = (await columnsOf(name)).map((column) => `${column.column_name} ${column.data_type}`);
    expect(found).toEqual(
      expect.arrayContaining(columns.map(written).map((column) => `${column.name} ${column.type}`)),
    );
  });

  test('every one of them can be read to its last column, and by an operator who may do nothing else', async () => {
    for (const { name } of [...documentTables, ...namedTables]) await database.owner.query(`select * from ${name}`);
    const client = await database.owner.connect();
    try {
      await client.query('set role faregate_operator');
      for (const { name } of [...documentTables, ...namedTables]) await client.query(`select * from ${name}`);
      await expect(client.query('select * from faregate.wallet')).rejects.toThrow('permission denied');
    } finally {
      await client.query('reset role');
      client.release();
    }
  });

  describe('the indexes of ai_cost_tracking', () => {
    test('are on the table beneath, by the names of the document', async () => {
      const { rows } = await database.owner.query<{ indexname: string; indexdef: string }>(
        `select indexname, indexdef from pg_indexes where indexname like '%ai_cost_tracking%' order by indexname`,
      );
      const found = rows.map(({ indexname, indexdef }) => {
        const columns = indexdef.slice(indexdef.indexOf('btree ') + 'btree '.length);
        return [indexname, indexdef.startsWith('CREATE UNIQUE') ? `UNIQUE ${columns}` : columns];
      });
      expect(Object.fromEntries(found)).toEqual(costTrackingIndexes);
    });

    test('cost four index entries for each call, and its credential one, and no more', async () => {
      const { rows } = await database.owner.query(
        `select indexname from pg_indexes where schemaname = 'faregate' and tablename = 'usage_record'`,
      );
      // The key, by request, by wallet and by time were there before; the credential's is what its totals are made by.
      expect(rows).toHaveLength(4 + 4 + 1);
    });
  });

  test('what is only to be read says so, and says where it is kept', async () => {
    const { owner } = database;
    await owner.query(`insert into faregate.customer_type (id, name) values (gen_random_uuid(), 'business')`);
    for (const statement of [
      `insert into data.customer_type (name) values ('individual')`,
      `update data.customer_type set name = 'other'`,
      'delete from data.customer_type',
    ]) {
      await expect(owner.query(statement)).rejects.toMatchObject({
        message: 'data.customer_type is for reading only.',
        hint: expect.stringContaining('faregate customer-types') as string,
      });
    }
    await expect(owner.query('insert into ai_cost_tracking default values')).rejects.toThrow('for reading only');
  });

  test('a config tree keeps its shape', async () => {
    const { owner } = database;
    await owner.query(`insert into data.config_nodes (name) values ('root')`);
    await owner.query(
      `insert into data.config_nodes (name, parent_id) select 'leaf', id from data.config_nodes where name = 'root'`,
    );
    const { rows } = await owner.query(`select mount_policy, is_active from data.config_nodes where name = 'leaf'`);
    expect(rows).toEqual([{ mount_policy: 'leaf_only', is_active: true }]);
    await expect(owner.query(`update data.config_nodes set mount_policy = 'sometimes'`)).rejects.toThrow(
      'mount_policy',
    );
    await owner.query(`delete from data.config_nodes where name = 'root'`);
    expect((await owner.query('select from data.config_nodes')).rows).toEqual([]);
  });
}
