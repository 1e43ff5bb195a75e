// One row, read field by field, so that everything that is wrong with it is said at once.
import type { Fields, RowOf } from './field.ts';

export interface FieldProblem {
  readonly field: string;
  readonly message: string;
}

export type Given = Readonly<Record<string, unknown>>;

export type RowReading<Row> =
  | { readonly kind: 'row'; readonly row: Row }
  | { readonly kind: 'problems'; readonly problems: readonly FieldProblem[] };

/** How a problem names the row that it is in; the first of a table is 0. */
export function rowName(index: number): string {
  return `rows[${index}]`;
}

/** A field that is null, missing or unknown is told apart; the last is a mistake, since nobody would read it. */
export function readRow<Table extends Fields>(table: Table, given: Given): RowReading<RowOf<Table>> {
  const values: Record<string, unknown> = {};
  const problems: FieldProblem[] = Object.keys(given)
    .filter((name) => !Object.hasOwn(table, name))
    .map((field) => ({ field, message: `There is no field "${field}" here. Check its spelling, or leave it out.` }));
  for (const [name, field] of Object.entries(table)) {
    const said = given[name] ?? null;
    const reading = said === null ? missing(field.required) : field.read(said);
    if ('problem' in reading) problems.push({ field: name, message: reading.problem });
    else values[name] = reading.value;
  }
  if (problems.length > 0) return { kind: 'problems', problems };
  // The loop above has read every field by its own reader.
  return { kind: 'row', row: values as RowOf<Table> };
}

function missing(isRequired: boolean): { readonly value: null } | { readonly problem: string } {
  return isRequired ? { problem: 'This field is missing.' } : { value: null };
}

export function isGiven(value: unknown): value is Given {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
