// Back to the defaults: rows that came with them are as they were, what somebody added stays.
import { type DatedRow, firstOverlap } from '#core/rows/days.ts';
import type { KeptRow } from '#ports/provider-terms.ts';
import type { AdminDesk } from '../desk.ts';
import { put } from './keep-terms.ts';
import { type SaidScope, scopeOf } from './scope.ts';
import type { TermsRow, TermsTable } from './table.ts';

export interface ResetDone {
  /** Default rows that are there now as they were. */
  readonly restored: number;
  /** Rows that no default stands for. */
  readonly removed: number;
  readonly custom_kept: number;
  /** Defaults whose place a custom row holds. */
  readonly skipped: readonly string[];
}

export async function resetTerms<Row extends TermsRow>(
  desk: AdminDesk,
  table: TermsTable<Row>,
  { actor, ...said }: SaidScope & { readonly actor: string },
): Promise<ResetDone> {
  const scope = await scopeOf(desk, said);
  const rows = (await table.keeper(desk.administration.providerTerms).all(scope)).map(({ row }) => row);
  const custom = rows.filter((row) => row.is_custom);
  const own = Map.groupBy(
    rows.filter((row) => !row.is_custom),
    (row) => nameOf(table, row),
  );
  const wanted = table
    .defaults(desk.defaultTerms)
    .filter(({ provider }) => scope.provider === undefined || provider === scope.provider);
  const [held, free] = parted(wanted, (row) => meets(table, custom, row));
  const puts = free.map((row) =>
    table.withId(row, idIn(table, own.get(nameOf(table, row))) ?? desk.identifiers.next()),
  );
  const standing = new Set([
    ...puts.map((row) => table.idOf(row)),
    ...held.flatMap((row) => (own.get(nameOf(table, row)) ?? []).map((each) => table.idOf(each))),
  ]);
  const removes = rows.filter((row) => !row.is_custom && !standing.has(table.idOf(row))).map((row) => table.idOf(row));
  const { provenance } = desk.defaultTerms;
  const done: readonly KeptRow<Row>[] = await put(desk, table, actor, {
    owner: scope.owner,
    puts,
    removes,
    provenance,
  });
  return {
    restored: done.length,
    removed: removes.length,
    custom_kept: custom.length,
    skipped: held.map((row) => nameOf(table, row)),
  };
}

function nameOf<Row extends TermsRow>(table: TermsTable<Row>, row: Row): string {
  return `${row.provider} ${table.nameOf(row)}`;
}

function idIn<Row extends TermsRow>(table: TermsTable<Row>, rows: readonly Row[] | undefined): string | undefined {
  const [first] = rows ?? [];
  return first && table.idOf(first);
}

function meets<Row extends TermsRow>(table: TermsTable<Row>, custom: readonly Row[], row: Row): boolean {
  const dated = (each: Row): DatedRow => ({
    id: table.idOf(each),
    name: nameOf(table, each),
    effective_date: each.effective_date,
    end_date: each.end_date,
  });
  const standing = custom.filter((each) => each.is_enabled).map(dated);
  return row.is_enabled && firstOverlap(standing, [dated(row)]) !== undefined;
}

function parted<Row>(rows: readonly Row[], is: (row: Row) => boolean): [yes: Row[], no: Row[]] {
  return [rows.filter((row) => is(row)), rows.filter((row) => !is(row))];
}
