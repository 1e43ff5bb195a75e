// Tables whose columns are known, as CSV: every problem is told with its line.
import { Failure } from '#core/failure.ts';
import { printCsv, readCsv } from '#csv/csv.ts';

export interface TableLine {
  readonly line: number;
  readonly cells: Readonly<Record<string, string>>;
}

export interface TableColumns {
  readonly required: readonly string[];
  readonly known: readonly string[];
}

/** @throws Failure `invalid_parameter` with every line that is wrong. */
export function readTable(text: string, { required, known }: TableColumns): readonly TableLine[] {
  const read = readCsv(text);
  if (read.kind === 'problem') throw wrong([read]);
  const [head, ...records] = read.lines;
  if (!head) throw wrong([{ line: 1, message: 'The table is empty: its first line names the columns.' }]);
  const columns = head.cells.map((name) => name.trim().toLowerCase());
  const odd = columns.filter((name, at) => !known.includes(name) || columns.indexOf(name) !== at);
  const missing = required.filter((name) => !columns.includes(name));
  if (odd.length + missing.length > 0) {
    throw wrong([
      ...odd.map((name) => ({ line: head.line, message: oddColumn(name, known) })),
      ...missing.map((name) => ({ line: head.line, message: `The column "${name}" is missing.` })),
    ]);
  }
  // Spreadsheets leave lines of empty cells behind.
  const filled = records.filter(({ cells }) => cells.some((cell) => cell.trim() !== ''));
  const uneven = filled.filter(({ cells }) => cells.length !== columns.length);
  if (uneven.length > 0) {
    throw wrong(
      uneven.map(({ line, cells }) => ({
        line,
        message: `It has ${cells.length} cells, and the first line ${columns.length}.`,
      })),
    );
  }
  return filled.map(({ line, cells }) => ({
    line,
    cells: Object.fromEntries(columns.map((name, at) => [name, (cells[at] ?? '').trim()])),
  }));
}

export function writeTable(columns: readonly string[], rows: readonly Readonly<Record<string, string>>[]): string {
  return printCsv([columns, ...rows.map((row) => columns.map((name) => row[name] ?? ''))], { lineEnd: '\r\n' });
}

function oddColumn(name: string, known: readonly string[]): string {
  return known.includes(name)
    ? `The column "${name}" is there twice.`
    : `There is no column "${name}". Known: ${known.join(', ')}.`;
}

function wrong(wrongs: readonly { readonly line: number; readonly message: string }[]): Failure {
  const [first] = wrongs;
  const more = wrongs.length > 1 ? ` (and ${wrongs.length - 1} more)` : '';
  const message = `Line ${first?.line ?? 1}: ${first?.message ?? ''}${more}`;
  const problems = wrongs.map(({ line, message: each }) => ({ param: 'csv', line, message: each }));
  return new Failure('invalid_parameter', message, { param: 'csv', problems });
}
