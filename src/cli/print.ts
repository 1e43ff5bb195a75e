// Answers as people read them.
import { isRow, type Row } from './ask.ts';

/** The row's fields, one line each. */
export function printRow(row: Row): void {
  const fields = Object.entries(row);
  const width = Math.max(0, ...fields.map(([name]) => name.length)) + 2;
  for (const [name, value] of fields) console.log(`${`${name}:`.padEnd(width)}${shown(value)}`);
}

/** The rows of a list, in columns; what a column shows stands at `wallet.balance`. */
export function printTable(answer: Row, columns: readonly string[]): void {
  const rows = Array.isArray(answer['data']) ? answer['data'].filter(isRow) : [];
  if (rows.length === 0) {
    console.log('Nothing yet.');
    return;
  }
  const lines = [columns.map(titleOf), ...rows.map((row) => columns.map((column) => shown(valueAt(row, column))))];
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => line[index]?.length ?? 0)));
  for (const line of lines) {
    console.log(
      line
        .map((cell, index) => cell.padEnd(widths[index] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  }
  const next = answer['next_cursor'];
  if (typeof next === 'string') console.error(`There is more: --cursor ${next}`);
}

function titleOf(column: string): string {
  return column
    .replaceAll('_', ' ')
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toUpperCase();
}

function valueAt(row: Row, column: string): unknown {
  return column.split('.').reduce<unknown>((value, part) => (isRow(value) ? value[part] : undefined), row);
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.length === 0 ? '–' : value.map(shown).join(', ');
  if (isRow(value)) return shownRow(value);
  return JSON.stringify(value) ?? '–';
}

function shownRow(row: Row): string {
  const { balance, amount, currency, slug, email, name } = row;
  const money = balance ?? amount;
  if (typeof money === 'string' && typeof currency === 'string') {
    return `${money} ${currency}${typeof row['id'] === 'string' ? ` (${row['id']})` : ''}`;
  }
  const called = slug ?? email ?? name;
  return typeof called === 'string' ? called : JSON.stringify(row);
}
