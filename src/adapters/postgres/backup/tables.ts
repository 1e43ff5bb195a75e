// The tables that a backup holds, each after those that its rows refer to.
import type { ClientBase } from 'pg';

export interface BackupTable {
  readonly name: string;
  readonly columns: readonly string[];
}

/** Its rows are the program's own, and say which version it is. */
const notKept: ReadonlySet<string> = new Set(['migration']);

interface Row {
  readonly name: string;
  readonly columns: readonly string[];
  readonly refers_to: readonly string[];
}

/** Every table of the schema; a partitioned one as a whole. */
export async function backupTables(client: ClientBase): Promise<readonly BackupTable[]> {
  const { rows } = await client.query<Row>(`
    select c.relname as name,
      (select json_agg(a.attname order by a.attnum) from pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') as columns,
      (select coalesce(json_agg(distinct r.relname), '[]') from pg_constraint f
        join pg_class r on r.oid = f.confrelid
        where f.conrelid = c.oid and f.contype = 'f' and f.confrelid <> f.conrelid) as refers_to
    from pg_class c
    where c.relnamespace = 'faregate'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
    order by c.relname`);
  return inOrder(rows.filter(({ name }) => !notKept.has(name)));
}

/** @throws Error for tables that refer to each other in a circle. */
function inOrder(rows: readonly Row[]): readonly BackupTable[] {
  const known = new Set(rows.map(({ name }) => name));
  const ordered: BackupTable[] = [];
  const done = new Set<string>();
  while (ordered.length < rows.length) {
    const ready = rows.filter(
      ({ name, refers_to }) => !done.has(name) && refers_to.every((other) => done.has(other) || !known.has(other)),
    );
    if (ready.length === 0)
      throw new Error('Tables refer to each other in a circle, so that none can be filled first.');
    for (const { name, columns } of ready) {
      ordered.push({ name, columns });
      done.add(name);
    }
  }
  return ordered;
}

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function columnList({ columns }: BackupTable): string {
  return columns.map(quoted).join(', ');
}
