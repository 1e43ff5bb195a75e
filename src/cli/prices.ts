// faregate prices: published, never edited.
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { pathOf } from './ask.ts';
import { answer, command, type CommonOptions, given, group, listing, pageQuery, type Said, text } from './command.ts';
import { addFields, bodyOf, type Field, queryOf } from './fields.ts';
import { printRow, printTable } from './print.ts';

type Options = CommonOptions & Said;

const filters: readonly Field[] = [
  { flag: '--book <book>', says: 'list, organization, customer_type, negotiated or promotion' },
  { flag: '--owner <ref>', says: 'organization or customer type' },
];
const nameFilter: Field = { flag: '--name <name>', says: 'model or alias' };
const stateFilter: Field = { flag: '--state <state>', says: 'current, scheduled, ended or replaced' };
const columns = ['subject', 'book', 'owner', 'currency', 'components', 'valid_from', 'valid_to', 'state'];

const head: readonly Field[] = [
  ...filters,
  { flag: '--currency <code>', says: 'usd if missing' },
  { flag: '--pricing-model <model>', says: 'per_token, per_request, per_unit or hybrid' },
  { flag: '--valid-from <instant>', says: 'now if missing' },
  { flag: '--valid-to <instant>', says: 'open if missing' },
  { flag: '--provenance <text>', says: 'where it comes from' },
];

/** A meter that is priced per million tokens is an option of its own. */
const perMillion = { input: 'input', output: 'output', cacheRead: 'cache_read', cacheWrite: 'cache_write' } as const;

export function priceCommands(program: Command): void {
  const prices = group(program, 'prices', 'publish prices, and look at them');
  const lists = [
    { usage: 'list', path: 'prices', says: 'list price versions', fields: [nameFilter, stateFilter, ...filters] },
    {
      usage: 'current',
      path: 'prices/current',
      says: 'list the prices that count now',
      fields: [nameFilter, ...filters],
    },
  ];
  for (const { usage, path, says, fields } of lists) {
    addFields(listing(prices, usage, says), fields).action((options: Options) =>
      answer(options, { path, query: { ...queryOf(options, fields), ...pageQuery(options) } }, (row) =>
        printTable(row, columns),
      ),
    );
  }
  addFields(listing(prices, 'history <name>', 'list all versions of a name’s price'), filters).action(
    (name: string, options: Options) =>
      answer(
        options,
        { path: 'prices/history', query: { name, ...queryOf(options, filters), ...pageQuery(options) } },
        (row) => printTable(row, columns),
      ),
  );
  command(prices, 'show <id>', 'show one version').action((id: string, options: Options) =>
    answer(options, { path: `prices/${pathOf(id)}` }, printRow),
  );
  addFields(command(prices, 'publish <name>', 'publish a new version'), head)
    .option('--alias', 'the name is an alias')
    .option('--input <price>', 'per million input tokens')
    .option('--output <price>', 'per million output tokens')
    .option('--cache-read <price>', 'per million tokens read from the cache')
    .option('--cache-write <price>', 'per million tokens written to the cache')
    .option('--request <price>', 'per request')
    .option('--file <file>', 'JSON with components and modifiers, for everything else')
    .action((name: string, options: Options) => {
      const subject = { kind: options['alias'] === true ? 'alias' : 'model', name };
      const body = { ...contentOf(options), ...bodyOf(options, head), subject };
      return answer(options, { method: 'POST', path: 'prices', body }, printRow);
    });
}

function contentOf(options: Options): object {
  const file = text(options['file']);
  if (file !== undefined) return JSON.parse(readFileSync(file, 'utf8')) as object;
  const tokens = Object.entries(perMillion).map(([option, meter]) => ({
    meter,
    price: text(options[option]),
    per: '1000000',
  }));
  const all = [...tokens, { meter: 'request', price: text(options['request']), per: '1' }];
  const components = all.filter((component) => component.price !== undefined);
  if (components.length > 0) return given({ components });
  throw new Error('A price needs --input, --output, --request or a --file. What is free costs "0".');
}
