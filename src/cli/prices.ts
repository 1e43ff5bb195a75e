// faregate prices: published, never edited.
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { PriceComponent } from '#core/pricing/component.ts';
import { typicalPrice } from '#core/pricing/typical-request.ts';
import { ask, pathOf, type Row } from './ask.ts';
import { answer, command, type CommonOptions, given, group, listing, pageQuery, type Said, text } from './command.ts';
import { addFields, bodyOf, type Field, queryOf } from './fields.ts';
import { priceByRequestCommands } from './price-by-request.ts';
import { priceSyncCommands } from './price-sync.ts';
import { matrixCommands } from './price-matrix.ts';
import { printRow, printTable } from './print.ts';

type Options = CommonOptions & Said;

const filters: readonly Field[] = [
  { flag: '--book <book>', says: 'list, organization, customer_type, negotiated or promotion' },
  { flag: '--owner <ref>', says: 'organization or customer type' },
];
const nameFilter: Field = { flag: '--name <name>', says: 'model or alias' };
const stateFilter: Field = { flag: '--state <state>', says: 'current, scheduled, ended, draft, superseded, …' };
const timeFilters: readonly Field[] = [
  { flag: '--as-of <instant>', says: 'what the book believed at that instant' },
  { flag: '--at <instant>', says: 'what counts at that instant, as was known at --as-of, or as is known now' },
];
const columns = ['id', 'subject', 'book', 'owner', 'currency', 'components', 'valid_from', 'valid_to', 'state'];
const historyColumns = [...columns, 'recorded_at', 'predecessor_id', 'author', 'provenance'];

const head: readonly Field[] = [
  ...filters,
  { flag: '--currency <code>', says: 'usd if missing' },
  { flag: '--pricing-model <model>', says: 'per_token, per_request, per_unit or hybrid' },
  { flag: '--valid-from <instant>', says: 'now if missing' },
  { flag: '--valid-to <instant>', says: 'open if missing' },
  { flag: '--provenance <text>', says: 'where it comes from' },
  { flag: '--notes <text>', says: 'for people' },
];

/** A meter that is priced per million tokens is an option of its own. */
const perMillion = { input: 'input', output: 'output', cacheRead: 'cache_read', cacheWrite: 'cache_write' } as const;

export function priceCommands(program: Command): void {
  const prices = group(program, 'prices', 'publish prices, and look at them');
  matrixCommands(prices);
  const lists = [
    { usage: 'list', path: 'prices', says: 'list price versions', fields: [nameFilter, stateFilter, ...filters] },
    {
      usage: 'current',
      path: 'prices/current',
      says: 'list the prices that count now',
      fields: [nameFilter, ...filters],
    },
    {
      usage: 'scheduled',
      path: 'prices',
      says: 'list the prices that have not begun',
      fields: [nameFilter, ...filters],
      query: { state: 'scheduled' },
    },
    {
      usage: 'drafts',
      path: 'prices',
      says: 'list the prices that wait to be approved',
      fields: [nameFilter, ...filters],
      query: { state: 'draft' },
    },
  ];
  for (const { usage, path, says, fields, query = {} } of lists) {
    addFields(listing(prices, usage, says), fields).action((options: Options) =>
      answer(options, { path, query: { ...query, ...queryOf(options, fields), ...pageQuery(options) } }, (row) =>
        printTable(row, columns),
      ),
    );
  }
  const historyFilters = [...filters, ...timeFilters];
  addFields(listing(prices, 'history <name>', 'list all versions of a name’s price'), historyFilters).action(
    (name: string, options: Options) =>
      answer(
        options,
        { path: 'prices/history', query: { name, ...queryOf(options, historyFilters), ...pageQuery(options) } },
        (row) => printTable(row, historyColumns),
      ),
  );
  command(prices, 'show <id>', 'show one version').action((id: string, options: Options) =>
    answer(options, { path: `prices/${pathOf(id)}` }, printRow),
  );
  addFields(command(prices, 'publish <name>', 'publish a new version'), head)
    .option('--alias', 'the name is an alias')
    .option('--draft', 'it prices nothing until it is approved')
    .option('--input <price>', 'per million input tokens')
    .option('--output <price>', 'per million output tokens')
    .option('--cache-read <price>', 'per million tokens read from the cache')
    .option('--cache-write <price>', 'per million tokens written to the cache')
    .option('--request <price>', 'per request')
    .option('--per-request <price>', 'per request whose tokens nobody counted (hybrid); "typical" reckons it')
    .option('--file <file>', 'JSON with components and modifiers, for everything else')
    .action(async (name: string, options: Options) => {
      const subject = { kind: options['alias'] === true ? 'alias' : 'model', name };
      const state = options['draft'] === true ? { state: 'draft' } : {};
      const content = await withFallback(options, contentOf(options));
      const body = { ...content, ...bodyOf(options, head), ...state, subject };
      return answer(options, { method: 'POST', path: 'prices', body }, printRow);
    });
  priceSyncCommands(prices);
  priceByRequestCommands(prices);
  rerateCommand(prices);
  for (const { deed, says } of [
    { deed: 'approve', says: 'approve a draft: from then on it counts' },
    { deed: 'cancel', says: 'cancel a draft, or a version that has not begun' },
  ]) {
    command(prices, `${deed} <id>`, says).action((id: string, options: Options) =>
      answer(options, { method: 'POST', path: `prices/${pathOf(id, deed)}` }, printRow),
    );
  }
  addFields(command(prices, 'correct <id>', 'correct a version for its own time'), correctionHead)
    .requiredOption('--file <file>', 'JSON with the right components and modifiers')
    .action((id: string, options: Options) => {
      const body = { ...contentOf(options), ...bodyOf(options, correctionHead) };
      return answer(options, { method: 'POST', path: `prices/${pathOf(id, 'correct')}`, body }, printCorrected);
    });
}

const rerateHead: readonly Field[] = [
  { flag: '--from <instant>', says: 'calls that began from then on', required: true },
  { flag: '--to <instant>', says: 'and before that', required: true },
  { flag: '--model <name>', says: 'only this name, or this model' },
  { flag: '--organization <ref>', says: 'only this organization: id or slug' },
  { flag: '--reason <text>', says: 'stands on the wallets’ adjustments' },
  { flag: '--confirm <token>', says: 'what the dry run gave: book what it showed', field: 'token' },
];

// Reading and rating a long period takes its time.
const rerateMsMax = 3_600_000;

function rerateCommand(prices: Command): void {
  addFields(command(prices, 'rerate', 'rate a period again by the prices that are known now'), rerateHead)
    .option('--dry-run', 'show the difference for each wallet, and book nothing')
    .action((options: Options) => {
      const body = bodyOf(options, rerateHead);
      if ((options['dryRun'] === true) === 'token' in body) {
        throw new Error('Run it with --dry-run first; then book what it showed with --confirm and the token it gave.');
      }
      const request = { method: 'POST', path: 'prices/rerate', body, answerMsMax: rerateMsMax } as const;
      return answer(options, request, printReratings);
    });
}

function printReratings(row: Row): void {
  const { wallets, models, unratable, token, ...rest } = row;
  printTable({ data: wallets }, [
    'owner',
    'wallet_id',
    'calls',
    'charged',
    'rerated',
    'difference',
    'currency',
    'costs',
  ]);
  printTable({ data: models }, ['name', 'calls', 'charged', 'rerated', 'difference', 'currency', 'costs']);
  if (Array.isArray(unratable) && unratable.length > 0) printTable({ data: unratable }, ['request_id', 'why']);
  printRow(rest);
  if (Number(rest['left_out']) > 0)
    console.log('Calls were left out because they have changed meanwhile: run it dry again.');
  if (rest['dry_run'] === true) console.log(`Nothing has moved. To book this: --confirm ${String(token)}`);
}

const correctionHead: readonly Field[] = [
  { flag: '--valid-from <instant>', says: 'from when it was wrong; its beginning if missing' },
  { flag: '--valid-to <instant>', says: 'until when it was wrong; its end if missing' },
  { flag: '--provenance <text>', says: 'where it comes from' },
  { flag: '--notes <text>', says: 'for people' },
];

function printCorrected(row: Row): void {
  const published: readonly unknown[] = Array.isArray(row['published']) ? row['published'] : [];
  printTable({ data: [row['superseded'], ...published] }, columns);
}

function contentOf(options: Options): Row {
  const file = text(options['file']);
  if (file !== undefined) return JSON.parse(readFileSync(file, 'utf8')) as Row;
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

/** A price per request beside the prices of tokens: the one that was said, or that of a typical request. */
async function withFallback(options: Options, content: Row): Promise<Row> {
  const said = text(options['perRequest']);
  if (said === undefined) return content;
  const listed = Array.isArray(content['components']) ? content['components'] : [];
  const price = said === 'typical' ? await typicalOf(options, listed as readonly PriceComponent[]) : said;
  return {
    ...content,
    components: [...(listed as readonly unknown[]), { meter: 'request', price, per: '1' }],
    pricing_model: 'hybrid',
  };
}

async function typicalOf(options: Options, components: readonly PriceComponent[]): Promise<string> {
  const { row } = await ask(options, { method: 'POST', path: 'prices/typical-request', body: { name: 'none' } });
  const request = { inputTokens: Number(row['input_tokens']), outputTokens: Number(row['output_tokens']) };
  const price = typicalPrice(components, request);
  if (price !== undefined) return price;
  throw new Error('A typical request has a price where plain input and output have one: give --input and --output.');
}
