// faregate prices typical, default-request: prices per request.
import type { Command } from 'commander';
import type { Row } from './ask.ts';
import { answer, command, type CommonOptions, type Said } from './command.ts';
import { addFields, bodyOf, type Field } from './fields.ts';
import { printTable } from './print.ts';

type Options = CommonOptions & Said;

const typical: readonly Field[] = [
  { flag: '--input-tokens <tokens>', says: 'of a typical request; the server’s setting if missing', kind: 'whole' },
  { flag: '--output-tokens <tokens>', says: 'of a typical request; the server’s setting if missing', kind: 'whole' },
];

const stopgap: readonly Field[] = [
  { flag: '--price <price>', says: 'per request, such as 0.005' },
  { flag: '--currency <code>', says: 'usd if missing' },
];

export function priceByRequestCommands(prices: Command): void {
  addFields(command(prices, 'typical [name]', 'what a typical request costs, of all names or of one'), typical)
    .option('--apply', 'publish it as the price per request, beside the prices of tokens (hybrid)')
    .action((name: string | undefined, options: Options) => {
      const apply = options['apply'] === true;
      const body = { ...bodyOf(options, typical), ...(name === undefined ? {} : { name }), apply };
      return answer(options, { method: 'POST', path: 'prices/typical-request', body }, (row) => {
        console.log(`${String(row['input_tokens'])} tokens in, ${String(row['output_tokens'])} tokens out`);
        printTable({ data: row['rows'] }, ['name', 'price_per_request', 'currency', 'in_book']);
      });
    });
  addFields(
    command(prices, 'default-request', 'a price per request for all names without any price; off by default'),
    stopgap,
  )
    .option('--apply', 'publish it; otherwise only say for which names')
    .option('--off', 'take it back wherever it applies')
    .action((options: Options) => {
      const switches = { apply: options['apply'] === true, off: options['off'] === true };
      const body = { ...bodyOf(options, stopgap), ...switches };
      return answer(options, { method: 'POST', path: 'prices/default-request', body }, (row) =>
        printNames(row, switches),
      );
    });
}

function printNames(row: Row, { apply, off }: { readonly apply: boolean; readonly off: boolean }): void {
  const names = Array.isArray(row['names']) ? row['names'].map(String) : [];
  for (const name of names) console.log(name);
  const verb = off ? 'are unpriced again' : apply ? 'have it now' : 'have no price; --apply gives them this one';
  console.log(`${names.length} names ${verb}.`);
}
