// The matrix as a CSV: what is read is what was written, text for text.
import { priceFields } from '#core/catalog/price-matrix/cell.ts';
import type { MatrixRow } from '#core/catalog/price-matrix/row.ts';
import { Failure } from '#core/failure.ts';
import type { ShownRow } from '#flows/admin/price-matrix/show-matrix.ts';
import { readTable, writeTable } from './table.ts';

const names = ['provider', 'model', 'customer_type'] as const;
const texts = [...priceFields, 'per', 'currency', 'pricing_model', 'valid_from', 'valid_to', 'kind'] as const;
const seen = ['version_id', 'scheduled_version_id'] as const;
// For whoever looks at the table; not read.
const beside = [
  'in_force_since',
  'cost_input_price',
  'cost_output_price',
  'cost_price_per_request',
  'cost_per',
  'cost_currency',
] as const;

const columns = [...names, ...texts, 'remove', ...seen, ...beside];

export interface ReadMatrix {
  readonly rows: readonly MatrixRow[];
  /** Where in the text each row stands. */
  readonly lines: readonly number[];
}

/** @throws Failure `invalid_parameter` with every line that is wrong. */
export function readMatrixTable(csv: string): ReadMatrix {
  const lines = readTable(csv, { required: names, known: columns });
  return { rows: lines.map(({ cells, line }) => rowOf(cells, line)), lines: lines.map(({ line }) => line) };
}

export function writeMatrixTable(rows: readonly ShownRow[]): string {
  return writeTable(columns, rows.map(cellsOf));
}

type Cells = Readonly<Record<string, string>>;

function rowOf(cells: Cells, line: number): MatrixRow {
  const { provider = '', model = '', customer_type = '' } = cells;
  return {
    provider,
    model,
    customer_type,
    ...Object.fromEntries(
      [...texts, ...seen].filter((name) => name in cells).map((name) => [name, cells[name] || null]),
    ),
    ...(removes(cells['remove'], line) ? { remove: true } : {}),
  };
}

function removes(cell = '', line: number): boolean {
  const word = cell.toLowerCase();
  if (['yes', 'true', 'x', '1'].includes(word)) return true;
  if (['', 'no', 'false', '0'].includes(word)) return false;
  throw new Failure('invalid_parameter', `Line ${line}: "remove" is yes or no, not "${cell}".`, { param: 'csv' });
}

function cellsOf(row: ShownRow): Cells {
  const { cost, in_force: inForce } = row;
  return {
    ...Object.fromEntries([...names, ...texts, ...seen].map((name) => [name, row[name] ?? ''])),
    in_force_since: inForce?.valid_from ?? '',
    cost_input_price: cost?.input_price ?? '',
    cost_output_price: cost?.output_price ?? '',
    cost_price_per_request: cost?.price_per_request ?? '',
    cost_per: cost?.per ?? '',
    cost_currency: cost?.currency ?? '',
  };
}
