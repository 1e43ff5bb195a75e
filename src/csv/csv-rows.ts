// Rows of a table as CSV: a column for each field, nothing where there is no value.
import { type FieldProblem, type Given, rowName } from '#core/rows/read-row.ts';
import { printCsv, readCsv } from './csv.ts';

export const rowsMax = 5_000;

export type CsvRows =
  | { readonly kind: 'rows'; readonly columns: readonly string[]; readonly rows: readonly Given[] }
  | { readonly kind: 'problems'; readonly problems: readonly FieldProblem[] };

export function readCsvRows(text: string): CsvRows {
  const read = readCsv(text);
  if (read.kind === 'problem') return wrong(`line ${read.line}`, read.message);
  const [head, ...rows] = read.lines.map(({ cells }) => cells);
  if (!head) return wrong('line 1', 'There is nothing in it: the first line names the columns.');
  const columns = head.map((column) => column.trim());
  const twice = columns.find((column, index) => columns.indexOf(column) !== index);
  if (twice !== undefined) return wrong(twice, 'There are two columns of this name.');
  if (rows.length > rowsMax) return wrong('body', `There are more than ${rowsMax} rows. Send them in parts.`);
  const short = rows.findIndex((cells) => cells.length !== columns.length);
  if (short >= 0) {
    return wrong(rowName(short), `It has ${rows[short]?.length ?? 0} fields, and there are ${columns.length} columns.`);
  }
  return {
    kind: 'rows',
    columns,
    rows: rows.map((cells) =>
      Object.fromEntries(columns.map((column, index) => [column, cells[index] === '' ? null : cells[index]])),
    ),
  };
}

export function printCsvRows(columns: readonly string[], rows: readonly Given[]): string {
  const cells = rows.map((row) => columns.map((column) => cellOf(row[column])));
  // As the seeds end their lines: what is exported can be compared with them.
  return printCsv([columns, ...cells], { lineEnd: '\n' });
}

function cellOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

function wrong(field: string, message: string): CsvRows {
  return { kind: 'problems', problems: [{ field, message }] };
}
