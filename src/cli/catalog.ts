// faregate catalog: what is known of models and their prices, and where from.
import type { Command } from 'commander';
import { readCatalogTexts } from '#adapters/catalog-files/read-texts.ts';
import { importedTables } from '#ports/catalog-import.ts';
import { isRow, pathOf, type Row } from './ask.ts';
import { answer, command, type CommonOptions, given, group, listing, pageQuery, type Said, text } from './command.ts';
import { addFields, type Field, queryOf } from './fields.ts';
import { printRow, printTable } from './print.ts';

type Options = CommonOptions & Said;

const provider: Field = { flag: '--provider <name>', says: 'name of the provider' };

const lists: readonly {
  readonly usage: string;
  readonly says: string;
  readonly path: string;
  readonly fields: readonly Field[];
  readonly columns: readonly string[];
}[] = [
  {
    usage: 'list',
    says: 'list models with their prices',
    path: 'catalog/models',
    fields: [
      provider,
      { flag: '--type <type>', says: 'llm, image, video, voice or music' },
      { flag: '--kind <kind>', says: 'chat, embedding, image, video, speech, …' },
      { flag: '--status <status>', says: 'available, preview, announced or retired' },
    ],
    columns: ['name', 'provider', 'type', 'status', 'callable', 'price', 'conflicts'],
  },
  {
    usage: 'assertions',
    says: 'list what sources say of prices',
    path: 'catalog/assertions',
    fields: [
      { flag: '--model <name>', says: 'name of the model' },
      provider,
      { flag: '--source <source>', says: 'which document or list' },
      { flag: '--confidence <word>', says: 'unverified, verified or refuted' },
    ],
    columns: ['model', 'meter', 'price', 'per', 'currency', 'confidence', 'source', 'reason'],
  },
  {
    usage: 'releases',
    says: 'list when which model came, or is announced to come',
    path: 'catalog/releases',
    fields: [{ flag: '--status <status>', says: 'released or announced' }],
    columns: ['dated', 'provider', 'model', 'status', 'notes'],
  },
  {
    usage: 'recommendations',
    says: 'list which model is recommended for what',
    path: 'catalog/recommendations',
    fields: [{ flag: '--area <area>', says: 'text, image or video' }],
    columns: ['area', 'use_case', 'model', 'cost', 'reason'],
  },
  {
    usage: 'plans',
    says: 'list providers’ plans',
    path: 'catalog/plans',
    fields: [provider, { flag: '--tier-type <type>', says: 'free, trial, paid, enterprise or committed_use' }],
    columns: [
      'provider',
      'plan_name',
      'tier_type',
      'unit_price_usd',
      'rpm_limit',
      'tpm_limit',
      'rpd_limit',
      'tpd_limit',
    ],
  },
];

export function catalogCommands(program: Command): void {
  const catalog = group(program, 'catalog', 'look into the catalogue, and import its files');
  for (const { usage, says, path, fields, columns } of lists) {
    addFields(listing(catalog, usage, says), fields).action((options: Options) =>
      answer(options, { path, query: { ...queryOf(options, fields), ...pageQuery(options) } }, (row) =>
        printTable(withPrices(row), columns),
      ),
    );
  }
  command(
    catalog,
    'show <model>',
    'show one model, by any of its names, with all that sources say of its price',
  ).action((model: string, options: Options) =>
    answer(options, { path: `catalog/models/${pathOf(model)}` }, ({ said, versions, ...row }) => {
      printRow(row);
      console.log('\nVersions of its price');
      printTable(withPrices({ data: versions }), ['valid_from', 'valid_to', 'state', 'pricing_type', 'price', 'notes']);
      console.log('\nWhat sources say');
      printTable({ data: said }, ['source', 'quoted', 'meter', 'price', 'per', 'confidence', 'reason']);
    }),
  );
  command(catalog, 'import', 'import the catalogue’s files; again changes nothing')
    .option('--dir <dir>', 'a folder of *.yaml files; those that came with the server if missing')
    .option('--dry-run', 'only say what would be changed')
    .action(async (options: Options) => {
      const directory = text(options['dir']);
      const files = directory === undefined ? undefined : await readCatalogTexts(directory);
      const body = given({ files, dry_run: options['dryRun'] === true ? true : undefined });
      await answer(options, { method: 'POST', path: 'catalog/import', body }, printReport);
    });
}

/** One line of text for a table, where a price has many parts. */
function withPrices(answer: Row): Row {
  const rows = Array.isArray(answer['data']) ? answer['data'].filter(isRow) : [];
  const priceOf = (row: Row): unknown => ('components' in row ? row : row['price']);
  return {
    ...answer,
    data: rows.map((row) => {
      const price = priceOf(row);
      return isRow(price) ? { ...row, price: priceText(price) } : row;
    }),
  };
}

function priceText({ components, currency }: Row): string {
  const parts = Array.isArray(components) ? components.filter(isRow) : [];
  const plain = parts.filter((part) => part['when'] === undefined);
  const shown = (plain.length > 0 ? plain : parts).map(
    (part) => `${String(part['meter'])} ${String(part['price'])}/${String(part['per'])}`,
  );
  const more = plain.length > 0 && plain.length < parts.length ? ' …' : '';
  return `${shown.join(', ')} ${String(currency)}${more}`;
}

function printReport(report: Row): void {
  const data = importedTables.map((table) => ({ table, ...(isRow(report[table]) ? report[table] : {}) }));
  printTable({ data }, ['table', 'added', 'changed', 'left_alone', 'unchanged']);
  if (report['dry_run'] === true) console.log('Nothing was kept: this was a dry run.');
}
