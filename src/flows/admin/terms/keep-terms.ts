// Reads, adds, changes and removes single rows of an organization's terms.
import { Failure } from '#core/failure.ts';
import { dayOf } from '#core/rows/days.ts';
import type { FieldProblem, Given } from '#core/rows/read-row.ts';
import type { Listed, Page } from '#ports/administration.ts';
import type { KeptRow, RowChange } from '#ports/provider-terms.ts';
import type { AdminDesk } from '../desk.ts';
import { change as done } from '../outcome.ts';
import { requireProviders, type SaidScope, scopeOf, wrongFields } from './scope.ts';
import type { TermsRow, TermsTable } from './table.ts';

export async function listTerms<Row extends TermsRow>(
  desk: AdminDesk,
  table: TermsTable<Row>,
  said: SaidScope,
  page: Page,
): Promise<Listed<KeptRow<Row>>> {
  return table.keeper(desk.administration.providerTerms).list(await scopeOf(desk, said), page);
}

export interface TermRef extends SaidScope {
  /** The row's id, or the model's or the plan's name. */
  readonly ref: string;
}

export async function findTerm<Row extends TermsRow>(
  desk: AdminDesk,
  table: TermsTable<Row>,
  { ref, ...said }: TermRef,
): Promise<KeptRow<Row>> {
  const rows = await table.keeper(desk.administration.providerTerms).all(await scopeOf(desk, said));
  const byId = rows.find(({ row }) => table.idOf(row) === ref.toLowerCase());
  const byName = rows.filter(({ row }) => table.nameOf(row) === ref);
  const found = byId ?? byName.find(({ row }) => countsOn(row, dayOf(desk.clock.now()))) ?? byName.at(-1);
  if (found) return found;
  throw new Failure('not_found', `There is no such ${table.noun}.`);
}

function countsOn({ is_enabled, effective_date, end_date }: TermsRow, day: string): boolean {
  return is_enabled && effective_date <= day && (end_date === null || end_date >= day);
}

export interface Editing extends SaidScope {
  readonly actor: string;
  readonly fields: Given;
}

/** A row that a person adds is custom, whatever is said: a reset leaves it alone. */
export async function createTerm<Row extends TermsRow>(
  desk: AdminDesk,
  table: TermsTable<Row>,
  { actor, fields, ...said }: Editing,
): Promise<KeptRow<Row>> {
  const scope = await scopeOf(desk, said);
  const row = readWhole(desk, table, { ...fields, is_custom: true }, scope.provider);
  await requireProviders(desk, [row.provider]);
  const kept = await table.keeper(desk.administration.providerTerms).all({ owner: scope.owner });
  if (kept.some((each) => table.idOf(each.row) === table.idOf(row))) {
    const message = `Another ${table.noun} has this id already. Leave it out, and one is made.`;
    throw new Failure('conflict', message, { param: table.idField });
  }
  return only(await put(desk, table, actor, { owner: scope.owner, puts: [row], removes: [] }));
}

export interface Changing extends Editing {
  readonly ref: string;
  readonly version: string | undefined;
  /** `replace`: what is not said is empty; `merge`: it stays. */
  readonly how: 'replace' | 'merge';
}

// Others may change the row between its reading and its writing; each of them is done by then.
const triesMax = 50;

export async function changeTerm<Row extends TermsRow>(
  desk: AdminDesk,
  table: TermsTable<Row>,
  changing: Changing,
): Promise<KeptRow<Row>> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await changeOnce(desk, table, changing);
    } catch (error) {
      const overtaken = error instanceof Failure && error.kind === 'stale' && changing.version === undefined;
      if (!overtaken || tries >= triesMax) throw error;
    }
  }
}

async function changeOnce<Row extends TermsRow>(
  desk: AdminDesk,
  table: TermsTable<Row>,
  { actor, fields, ref, version, how, ...said }: Changing,
): Promise<KeptRow<Row>> {
  const { owner } = await scopeOf(desk, said);
  const before = await findTerm(desk, table, { ...said, ref });
  const id = table.idOf(before.row);
  const flat = table.flat(before.row);
  const stays = how === 'merge' ? Object.keys(flat) : [table.idField, 'provider', ...table.kept];
  const given = { ...Object.fromEntries(stays.map((name) => [name, flat[name]])), ...fields };
  const row = readWhole(desk, table, given, before.row.provider, id);
  const expected = { id, version: version ?? before.version };
  return only(await put(desk, table, actor, { owner, puts: [row], removes: [], expected }));
}

export async function removeTerm<Row extends TermsRow>(
  desk: AdminDesk,
  table: TermsTable<Row>,
  { actor, ...ref }: TermRef & { readonly actor: string },
): Promise<KeptRow<Row>> {
  const { owner } = await scopeOf(desk, ref);
  const found = await findTerm(desk, table, ref);
  await put(desk, table, actor, { owner, puts: [], removes: [table.idOf(found.row)] });
  return found;
}

export async function put<Row extends TermsRow>(
  desk: AdminDesk,
  table: TermsTable<Row>,
  actor: string,
  change: RowChange<Row>,
): Promise<readonly KeptRow<Row>[]> {
  const keeper = table.keeper(desk.administration.providerTerms);
  return done(desk, 'catalog', table.noun, keeper.change(actor, change));
}

/** All rows with their decimals as they were written. */
export async function exportTerms<Row extends TermsRow>(
  desk: AdminDesk,
  table: TermsTable<Row>,
  said: SaidScope,
): Promise<readonly Given[]> {
  const rows = await table.keeper(desk.administration.providerTerms).all(await scopeOf(desk, said));
  return rows.map(({ row }) => table.flat(row));
}

function only<Row>(rows: readonly Row[]): Row {
  const [row] = rows;
  if (row === undefined) throw new Error('A row is gone after it was written.');
  return row;
}

function readWhole<Row extends TermsRow>(
  desk: AdminDesk,
  table: TermsTable<Row>,
  fields: Given,
  provider: string | undefined,
  id?: string,
): Row {
  const foreign: FieldProblem[] = [];
  const mustBe = (field: string, value: string | undefined, message: string): void => {
    const said = fields[field] ?? null;
    if (value !== undefined && said !== null && said !== value) foreign.push({ field, message });
  };
  mustBe('provider', provider, `These are rows of ${provider ?? ''}. Add the row there where its provider’s are.`);
  mustBe(table.idField, id, 'The id of a row does not change.');
  const given = provider === undefined ? fields : { ...fields, provider };
  const defaults = { id: id ?? desk.identifiers.next(), today: dayOf(desk.clock.now()) };
  const reading = table.read(given, defaults);
  const problems = [...foreign, ...(reading.kind === 'problems' ? reading.problems : [])];
  if (reading.kind === 'row' && problems.length === 0) return reading.row;
  throw wrongFields(problems);
}
