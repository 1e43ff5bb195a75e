// Many rows at once, as a table has them: all of them or none.
import { dayOf } from '#core/rows/days.ts';
import { type FieldProblem, type Given, rowName } from '#core/rows/read-row.ts';
import type { KeptRow } from '#ports/provider-terms.ts';
import type { AdminDesk } from '../desk.ts';
import { put } from './keep-terms.ts';
import { requireProviders, type SaidScope, scopeOf, wrongFields } from './scope.ts';
import type { TermsRow, TermsTable } from './table.ts';

export interface Importing extends SaidScope {
  readonly actor: string;
  /** A field that is null is one that the table leaves as it is. */
  readonly rows: readonly Given[];
}

/** A row with the id of one that is there takes its place; every other is a new one, and custom unless it says not. */
export async function importTerms<Row extends TermsRow>(
  desk: AdminDesk,
  table: TermsTable<Row>,
  { actor, rows, ...said }: Importing,
): Promise<readonly KeptRow<Row>[]> {
  const scope = await scopeOf(desk, said);
  const kept = await table.keeper(desk.administration.providerTerms).all({ owner: scope.owner });
  const byId = new Map(kept.map(({ row }) => [table.idOf(row), row]));
  const problems: FieldProblem[] = [];
  const puts = rows.flatMap((given, index) => {
    const before = byId.get(String(given[table.idField]).toLowerCase());
    const wrongProvider = providerProblem(given, scope.provider ?? before?.provider);
    const whole = {
      is_custom: true,
      ...(scope.provider === undefined ? {} : { provider: scope.provider }),
      ...keptOf(table, before),
      ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null)),
    };
    const defaults = { id: desk.identifiers.next(), today: dayOf(desk.clock.now()) };
    const reading = table.read(whole, defaults);
    const found = [...wrongProvider, ...(reading.kind === 'problems' ? reading.problems : [])];
    problems.push(...found.map(({ field, message }) => ({ field: `${rowName(index)}.${field}`, message })));
    return reading.kind === 'row' ? [reading.row] : [];
  });
  if (problems.length > 0) throw wrongFields(problems);
  await requireProviders(
    desk,
    puts.map((row) => row.provider),
    (index) => `${rowName(index)}.provider`,
  );
  return put(desk, table, actor, { owner: scope.owner, puts, removes: [], provenance: 'CSV import' });
}

function keptOf<Row extends TermsRow>(table: TermsTable<Row>, before: Row | undefined): Given {
  if (before === undefined) return {};
  const flat = table.flat(before);
  return Object.fromEntries(table.kept.map((name) => [name, flat[name]]));
}

function providerProblem({ provider = null }: Given, wanted: string | undefined): readonly FieldProblem[] {
  if (wanted === undefined || provider === null || provider === wanted) return [];
  return [{ field: 'provider', message: `This is a row of ${wanted}, not of another provider.` }];
}
