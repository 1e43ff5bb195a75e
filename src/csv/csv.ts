// CSV as spreadsheets write and read it: every cell a text, known by its line, and never taken for a formula.
import { CsvError, parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';

export interface CsvLine {
  /** Where it begins, counted from 1, as editors do. */
  readonly line: number;
  readonly cells: readonly string[];
}

export type CsvReading =
  | { readonly kind: 'lines'; readonly lines: readonly CsvLine[] }
  | { readonly kind: 'problem'; readonly line: number; readonly message: string };

/** The first line names the columns; lines without anything on them are left out. */
export function readCsv(text: string): CsvReading {
  // What some spreadsheets call Unicode has one beside every letter.
  if (text.includes('\0')) return { kind: 'problem', line: 1, message: 'It is not UTF-8 text: save it as UTF-8.' };
  try {
    const records: unknown = parse(text, {
      bom: true,
      delimiter: delimiterOf(text),
      raw: true,
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
    });
    return { kind: 'lines', lines: linesOf(records as readonly CsvRecord[]) };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = typeof error['lines'] === 'number' ? error['lines'] : 1;
    return { kind: 'problem', line, message: `It cannot be read as CSV: ${error.message}.` };
  }
}

interface CsvRecord {
  readonly record: readonly string[];
  readonly raw: string;
}

// Counted here: the package counts some of the breaks inside of quotes twice.
function linesOf(records: readonly CsvRecord[]): readonly CsvLine[] {
  const lines: CsvLine[] = [];
  let line = 1;
  for (const { record, raw } of records) {
    if (record.length > 1 || record[0] !== '') lines.push({ line, cells: record.map(unguarded) });
    line += raw.match(/\r\n|\r|\n/g)?.length ?? 0;
  }
  return lines;
}

// Where the comma separates decimals, spreadsheets write another delimiter; names of columns have none of these.
function delimiterOf(text: string): string {
  const head = /^[^\r\n]*/.exec(text)?.[0] ?? '';
  return [',', ';', '\t'].find((delimiter) => head.includes(delimiter)) ?? ',';
}

export function printCsv(
  lines: readonly (readonly string[])[],
  { lineEnd }: { readonly lineEnd: '\n' | '\r\n' },
): string {
  return stringify(
    lines.map((cells) => cells.map(guarded)),
    // Some programs end a line at any break, and drop spaces, outside of quotes.
    { record_delimiter: lineEnd, quoted_match: /[\r\n]|^\s|\s$/ },
  );
}

// A cell that begins like this is a formula to a spreadsheet, and could do anything with whoever opens it. Cells that
// look like one with the guard before it get one more, so that reading gives back what was written.
const formula = /^'*[=+\-@\t\r]/;
const guardedFormula = /^'+[=+\-@\t\r]/;

function guarded(cell: string): string {
  return formula.test(cell) ? `'${cell}` : cell;
}

function unguarded(cell: string): string {
  return guardedFormula.test(cell) ? cell.slice(1) : cell;
}
