// faregate prices matrix: the table of customers' prices, edited in a spreadsheet and published whole.
import { readFileSync, writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { ask, askText, isRow, Refusal, type Row } from './ask.ts';
import { answer, command, type CommonOptions, given, type Said, text } from './command.ts';
import { addFields, bodyOf, type Field } from './fields.ts';
import { printTable } from './print.ts';

type Options = CommonOptions & Said;

const selection: readonly Field[] = [
  { flag: '--provider <names>', says: 'providers, with commas between them', kind: 'list' },
  { flag: '--model <names>', says: 'models, with commas between them', kind: 'list' },
  { flag: '--customer-type <names>', says: 'customer types, with commas between them; all if missing', kind: 'list' },
];

const placeColumns = ['provider', 'model', 'customer_type'];
const priceColumns = [
  'kind',
  'input_price',
  'output_price',
  'price_per_token',
  'price_per_request',
  'per',
  'currency',
  'cost.input_price',
  'cost.output_price',
  'cost.per',
];

export function matrixCommands(prices: Command): void {
  const matrix = prices.command('matrix').description('every customer type’s price of many models, as one table');
  addFields(command(matrix, 'show', 'show the table, with the cost beside it'), selection).action((options: Options) =>
    answer(options, { path: 'price-matrix', query: queryOf(options) }, (row) =>
      printTable(row, [...placeColumns, ...priceColumns]),
    ),
  );
  addFields(command(matrix, 'export', 'write the table as CSV'), selection)
    .option('--output <file>', 'the file; the output if missing')
    .action(async (options: Options) => {
      const csv = await askText(options, { path: 'price-matrix/csv', query: queryOf(options) });
      const file = text(options['output']);
      if (file === undefined) process.stdout.write(csv);
      else writeFileSync(file, csv);
    });
  tryingCommands(matrix);
  ofFile(matrix, 'publish', 'publish the table as one set of new versions, or nothing')
    .option('--provenance <text>', 'where the prices come from')
    .action((file: string, options: Options) => {
      const body = { ...sheetOf(file, options), ...given({ provenance: options['provenance'] }) };
      return whole(() =>
        answer(options, { method: 'POST', path: 'price-matrix/publish', body }, (row) => {
          printRemarks(row['warnings'], 'Warning');
          console.log(`Published: ${countsIn(row)}.`);
        }),
      );
    });
}

function tryingCommands(matrix: Command): void {
  ofFile(matrix, 'validate', 'check the whole table; nothing is written').action((file: string, options: Options) =>
    whole(async () => {
      const body = sheetOf(file, options);
      const { text: json, row } = await ask(options, { method: 'POST', path: 'price-matrix/validate', body });
      if (row['valid'] !== true) process.exitCode = 1;
      if (options.json === true) {
        console.log(json);
        return;
      }
      printRemarks(row['errors'], 'Error');
      printRemarks(row['warnings'], 'Warning');
      console.log(row['valid'] === true ? `It can be published: ${countsIn(row)}.` : 'It cannot be published.');
    }),
  );
  ofFile(matrix, 'difference', 'show what publishing it would change').action((file: string, options: Options) =>
    whole(() =>
      answer(options, { method: 'POST', path: 'price-matrix/difference', body: sheetOf(file, options) }, (row) => {
        printRemarks(row['warnings'], 'Warning');
        printTable({ data: changesIn(row) }, [...placeColumns, 'change', 'field', 'old', 'new', 'percent']);
        console.log(`${countsIn(row)}.`);
      }),
    ),
  );
  ofFile(matrix, 'what-if', 'rate the calls of the last days again by these prices')
    .option('--days <days>', 'how many; 7 if missing')
    .action((file: string, options: Options) => {
      const days = text(options['days']) ?? '7';
      const body = { ...sheetOf(file, options), days: /^\d{1,4}$/.test(days) ? Number(days) : days };
      const columns = ['currency', 'calls', 'charged', 'would_be', 'difference', 'unaffected', 'refused'];
      return whole(() =>
        answer(options, { method: 'POST', path: 'price-matrix/what-if', body }, (row) => {
          printTable(row, [...placeColumns, ...columns, 'incomplete.charged', 'incomplete.would_be']);
          if (row['cut'] === true) console.error(`Only the newest ${String(row['calls'])} calls were rated.`);
        }),
      );
    });
}

function ofFile(matrix: Command, name: string, says: string): Command {
  return addFields(
    command(matrix, `${name} <file>`, `${says}; a CSV as exported, or JSON with rows ("-": CSV by the input)`),
    selection,
  );
}

function queryOf(options: Options): Readonly<Record<string, readonly string[]>> {
  return bodyOf(options, selection) as Readonly<Record<string, readonly string[]>>;
}

/** With a selection the table has to be whole: every customer type of every chosen model. */
function sheetOf(file: string, options: Options): Row {
  const { provider: providers, model: models, customer_type: types } = queryOf(options);
  const chosen = given({ providers, models, customer_types: types });
  const selected = Object.keys(chosen).length === 0 ? {} : { selection: chosen };
  const content = readFileSync(file === '-' ? 0 : file, 'utf8');
  if (!file.endsWith('.json')) return { csv: content, ...selected };
  const rows: unknown = JSON.parse(content);
  return { rows: isRow(rows) ? (rows['rows'] ?? rows['data']) : rows, ...selected };
}

/** Prints everything that the server found wrong, before its sentence. */
async function whole(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof Refusal) for (const detail of error.details) console.error(remarkText(detail));
    throw error;
  }
}

function printRemarks(remarks: unknown, kind: string): void {
  for (const remark of Array.isArray(remarks) ? remarks.filter(isRow) : []) {
    console.error(`${kind}: ${remarkText(remark)}`);
  }
}

function remarkText(remark: Row): string {
  const { line, row, provider, model, customer_type: type, field, message, in_force: inForce, seen, yours } = remark;
  const at = typeof line === 'number' ? `line ${line}` : typeof row === 'number' ? `row ${row}` : '';
  const place = [provider, model, type].every((name) => typeof name === 'string')
    ? `${String(provider)} ${String(model)} ${String(type)}`
    : '';
  const said =
    typeof message === 'string'
      ? message
      : `you saw ${pricesIn(seen)}; in force is ${pricesIn(inForce)}; you sent ${pricesIn(yours)}`;
  const where = [at, place, typeof field === 'string' ? field : ''].filter((part) => part !== '').join(', ');
  return where === '' ? said : `${where}: ${said}`;
}

function pricesIn(price: unknown): string {
  if (!isRow(price)) return 'nothing';
  const shown = Object.entries(price).filter(
    ([name, value]) => typeof value === 'string' && (name.includes('price') || ['per', 'currency'].includes(name)),
  );
  return shown.map(([name, value]) => `${name} ${String(value)}`).join(' ') || 'nothing';
}

function changesIn({ data }: Row): readonly Row[] {
  return (Array.isArray(data) ? data.filter(isRow) : []).flatMap(({ fields, ...change }) =>
    (Array.isArray(fields) ? fields.filter(isRow) : []).map((field) => ({ ...change, ...field })),
  );
}

function countsIn({ counts }: Row): string {
  const said = isRow(counts) ? Object.entries(counts).filter(([, count]) => count !== 0) : [];
  return said.length === 0 ? 'no rows' : said.map(([kind, count]) => `${String(count)} ${kind}`).join(', ');
}
