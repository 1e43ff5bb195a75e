// What is the same for rows of prices and of plans: one editor of an owner's rows at a time, and no two rows for one day.
import type { PoolClient } from 'pg';
import { type DatedRow, firstOverlap, saidDays } from '#core/rows/days.ts';
import { type Given, rowName } from '#core/rows/read-row.ts';
import type { KeptRow, RowChange } from '#ports/provider-terms.ts';
import { Refused } from './deed.ts';

export async function lockOwner(client: PoolClient, what: string, owner: string | null): Promise<void> {
  await client.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`${what} ${owner ?? ''}`]);
}

export interface RowSort<Row> {
  idOf(row: Row): string;
  /** Rows of one name may not count on the same day. */
  nameOf(row: Row): string;
  flat(row: Row): Given;
}

interface Counting {
  readonly is_enabled: boolean;
  readonly effective_date: string;
  readonly end_date: string | null;
}

/** The rows that really change; refuses what cannot be. */
export function rowsToPut<Row extends Counting>(
  sort: RowSort<Row>,
  kept: ReadonlyMap<string, KeptRow<Row>>,
  { puts, removes, expected }: RowChange<Row>,
): readonly Row[] {
  for (const id of [...removes, ...(expected ? [expected.id] : [])]) {
    if (!kept.has(id)) throw new Refused({ kind: 'not-found' });
  }
  if (expected && kept.get(expected.id)?.version !== expected.version) throw new Refused({ kind: 'stale' });
  refuseTwice(puts.map((row) => sort.idOf(row)));
  const gone = new Set([...removes, ...puts.map((row) => sort.idOf(row))]);
  const staying = [...kept.values()].map(({ row }) => row).filter((row) => !gone.has(sort.idOf(row)));
  refuseOverlap(sort, staying, puts);
  return puts.filter((row) => {
    const before = kept.get(sort.idOf(row));
    return before === undefined || !sameRow(sort.flat(before.row), sort.flat(row));
  });
}

function refuseTwice(ids: readonly string[]): void {
  const index = ids.findIndex((id, at) => ids.indexOf(id) !== at);
  if (index < 0) return;
  throw new Refused({ kind: 'unfit', field: rowName(index), reason: 'Another row has the same id.' });
}

function refuseOverlap<Row extends Counting>(sort: RowSort<Row>, staying: readonly Row[], puts: readonly Row[]): void {
  const dated = (row: Row): DatedRow => ({
    id: sort.idOf(row),
    name: sort.nameOf(row),
    effective_date: row.effective_date,
    end_date: row.end_date,
  });
  const counting = (rows: readonly Row[]): readonly DatedRow[] => rows.filter((row) => row.is_enabled).map(dated);
  const found = firstOverlap(counting(staying), counting(puts));
  if (!found) return;
  const index = puts.findIndex((row) => sort.idOf(row) === found.row.id);
  const { other } = found;
  throw new Refused({
    kind: 'unfit',
    field: puts.length === 1 ? 'effective_date' : `${rowName(index)}.effective_date`,
    reason: `It overlaps the row ${other.id}, which counts ${saidDays(other)}. Move the dates, or switch one of them off.`,
  });
}

function sameRow(left: Given, right: Given): boolean {
  const sorted = (row: Given): string => JSON.stringify(Object.entries(row).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return sorted(left) === sorted(right);
}
