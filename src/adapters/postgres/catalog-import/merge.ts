// Brings a table to what the files say, all rows in one statement.
import type { PoolClient } from 'pg';
import type { ImportCounts } from '#ports/catalog-import.ts';

export interface MergedTable {
  readonly table: string;
  /** Column by column, with its type; the key's columns first among them. */
  readonly columns: Readonly<Record<string, string>>;
  readonly key: readonly string[];
  /** SQL about the stored row `t`: it may be changed. */
  readonly ours: string;
  /** SQL about a stored row `t`: it is one of those that the key is unique among. */
  readonly among?: string;
  /** SQL about the row `s` of the files: its place is taken by something else. */
  readonly blocked?: string;
  /** What else an inserted row gets. */
  readonly marks?: Readonly<Record<string, string>>;
}

export async function merge(client: PoolClient, table: MergedTable, rows: readonly object[]): Promise<ImportCounts> {
  const { rows: counted } = await client.query<Omit<ImportCounts, 'unchanged'>>(mergeSql(table), [
    JSON.stringify(rows),
  ]);
  const { added, changed, left_alone } = counted[0] ?? { added: 0, changed: 0, left_alone: 0 };
  return { added, changed, left_alone, unchanged: rows.length - added - changed - left_alone };
}

function mergeSql({ table, columns, key, ours, among = 'true', blocked = 'false', marks = {} }: MergedTable): string {
  const names = Object.keys(columns);
  const typed = Object.entries(columns)
    .map(([name, type]) => `${name} ${type}`)
    .join(', ');
  const values = names.filter((name) => !key.includes(name));
  const same = key.map((name) => `t.${name} = s.${name}`).join(' and ');
  const touched = 'updated_at' in marks ? `, updated_at = ${marks['updated_at']}` : '';
  return `with said as (
      select * from jsonb_to_recordset($1::jsonb) as s(id uuid, ${typed})
    ), changed as (
      update ${table} t set ${values.map((name) => `${name} = s.${name}`).join(', ')}${touched}
      from said s
      where ${same} and ${among} and ${ours}
        and (${values.map((name) => `t.${name}`).join(', ')}) is distinct from (${values.map((name) => `s.${name}`).join(', ')})
      returning 1
    ), added as (
      insert into ${table} (id, ${[...names, ...Object.keys(marks)].join(', ')})
      select s.id, ${[...names.map((name) => `s.${name}`), ...Object.values(marks)].join(', ')} from said s
      where not exists (select from ${table} t where ${same} and ${among}) and not (${blocked})
      on conflict do nothing
      returning 1
    )
    select (select count(*)::integer from added) as added, (select count(*)::integer from changed) as changed,
      (select count(*)::integer from said s
        where ${blocked} or exists (select from ${table} t where ${same} and ${among} and not (${ours}))) as left_alone`;
}
