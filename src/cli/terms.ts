// faregate organizations, pricing and plans: customers with their own terms, row by row or as CSV.
import { readFileSync, writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { Field as RowField, Fields } from '#core/rows/field.ts';
import { planFields } from '#core/rows/plan-row.ts';
import { pricingFields } from '#core/rows/pricing-row.ts';
import { ask, askText, isRow, pathOf, type Request } from './ask.ts';
import { answer, command, type CommonOptions, group, listing, pageQuery, type Said, text } from './command.ts';
import { addFields, bodyOf, type Field } from './fields.ts';
import { printRow, printTable } from './print.ts';

type Options = CommonOptions & Said & { readonly own?: unknown };

const customer: readonly Field[] = [
  { flag: '--name <name>', says: 'name for people', required: true },
  { flag: '--slug <slug>', says: 'short name; made from the name if missing' },
  { flag: '--customer-type <ref>', says: 'whose prices apply: id or name' },
  { flag: '--contact <text>', says: 'whom to write to' },
  { flag: '--notes <text>', says: 'notes for operators' },
  { flag: '--currency <code>', says: 'of its wallet; usd if missing' },
];

export function organizationCommands(program: Command): void {
  const organizations = group(program, 'organizations', 'begin with organizations');
  addFields(command(organizations, 'onboard', 'create one with the default prices and plans, once'), customer).action(
    (options: Options) => {
      const request: Request = { method: 'POST', path: 'organizations/onboard', body: bodyOf(options, customer) };
      return answer(options, request, printRow);
    },
  );
}

interface TermsCommands {
  readonly name: string;
  readonly noun: string;
  /** The last part of an organization's address. */
  readonly table: string;
  /** Where the platform's own rows are; missing: it has none. */
  readonly platform?: string;
  readonly columns: readonly string[];
  readonly fields: readonly Field[];
}

export function termsCommands(program: Command): void {
  rowCommands(program, {
    name: 'pricing',
    noun: 'price of an organization',
    table: 'pricing',
    columns: [
      'pricing_id',
      'provider',
      'model_id',
      'input_price_per_1k',
      'output_price_per_1k',
      'pricing_type',
      'effective_date',
      'end_date',
      'is_custom',
      'is_enabled',
    ],
    fields: fieldsOf(pricingFields),
  });
  rowCommands(program, {
    name: 'plans',
    noun: 'plan',
    table: 'subscriptions',
    platform: 'plans',
    columns: [
      'subscription_id',
      'provider',
      'plan_name',
      'tier_type',
      'unit_price_usd',
      'rpm_limit',
      'tpm_limit',
      'effective_date',
      'is_custom',
      'is_enabled',
    ],
    fields: fieldsOf(planFields),
  });
}

const said: ReadonlySet<string> = new Set(['pricing_id', 'subscription_id', 'provider']);

function fieldsOf(fields: Fields): readonly Field[] {
  return Object.entries(fields)
    .filter(([name]) => !said.has(name))
    .map(([name, field]) => ({
      flag: `--${name.replaceAll('_', '-')} ${placeOf(field)}`,
      says: field.says,
      kind: kindOf(field),
    }));
}

function placeOf({ kind }: RowField<unknown>): string {
  return `<${kind === 'flag' ? 'yes-no' : kind}>`;
}

function kindOf({ kind }: RowField<unknown>): NonNullable<Field['kind']> {
  if (kind === 'flag') return 'yes-no';
  return kind === 'count' ? 'whole' : 'text';
}

const own: Field = {
  flag: '--own <json>',
  says: 'fields that one provider’s rows have, such as {"x_openai_batch_input_price": "0.00125"}',
  kind: 'json',
};

function rowCommands(program: Command, terms: TermsCommands): void {
  const { name, noun, columns, fields } = terms;
  const commands = group(program, name, `keep each ${noun}`);
  const scoped = (usage: string, says: string, build = command): Command => whose(build(commands, usage, says), terms);
  const at = (options: Options, ...rest: readonly string[]) => addressOf(terms, options, rest);
  const changing = (options: Options): object => ({
    ...bodyOf(options, fields),
    ...(isRow(options.own) ? options.own : {}),
  });

  scoped('list', `list each ${noun}`, listing).action((options: Options) => {
    const { path, query } = at(options);
    return answer(options, { path, query: { ...query, ...pageQuery(options) } }, (row) => printTable(row, columns));
  });
  scoped('show <ref>', `show one ${noun}`).action((ref: string, options: Options) =>
    answer(options, at(options, ref), printRow),
  );
  addFields(scoped('create', `add one ${noun}`), [...fields, own]).action((options: Options) => {
    const provider = text(options['provider']);
    const body = { ...(provider === undefined ? {} : { provider }), ...changing(options) };
    return answer(options, { ...at(options), method: 'POST', body }, printRow);
  });
  addFields(scoped('update <ref>', `change one ${noun}; "null" clears a field`), [...fields, own]).action(
    (ref: string, options: Options) =>
      answer(options, { ...at(options, ref), method: 'PATCH', body: changing(options) }, printRow),
  );
  for (const [word, says] of [
    ['enable', 'switch on'],
    ['disable', 'switch off'],
  ] as const) {
    scoped(`${word} <ref>`, `${says} one ${noun}`).action((ref: string, options: Options) =>
      answer(options, { ...at(options, ref, word), method: 'POST' }, printRow),
    );
  }
  scoped('remove <ref>', `remove one ${noun}`).action((ref: string, options: Options) =>
    answer(options, { ...at(options, ref), method: 'DELETE' }, () => console.log(`Removed ${ref}.`)),
  );
  scoped('reset', 'restore an organization’s defaults; custom rows stay').action((options: Options) =>
    answer(options, { ...at(options, 'reset'), method: 'POST' }, printRow),
  );
  csvCommands(scoped, at);
}

function csvCommands(
  scoped: (usage: string, says: string) => Command,
  at: (options: Options, ...rest: readonly string[]) => Request,
): void {
  scoped('export', 'print the rows as CSV')
    .option('--file <file>', 'write them there instead')
    .action(async (options: Options) => {
      const csv = await askText(options, at(options, 'export.csv'));
      const file = text(options['file']);
      if (file === undefined) process.stdout.write(csv);
      else writeFileSync(file, csv);
    });
  scoped('import <file>', 'add and change rows by a CSV, all or none; - reads the input').action(
    async (file: string, options: Options) => {
      const csv = readFileSync(file === '-' ? process.stdin.fd : file, 'utf8');
      const { text: printed, row } = await ask(options, { ...at(options, 'import'), method: 'POST', csv });
      const count = Array.isArray(row['data']) ? row['data'].length : 0;
      console.log(options.json === true ? printed : `${count} rows are as the file says.`);
    },
  );
}

function whose(parent: Command, { platform }: TermsCommands): Command {
  const organization = ['--organization <ref>', 'whose: id or slug'] as const;
  if (platform === undefined) parent.requiredOption(...organization);
  else parent.option(organization[0], `${organization[1]}; the platform’s own if missing`);
  return parent.option('--provider <name>', 'of which provider; all if missing');
}

function addressOf({ table, platform }: TermsCommands, options: Options, rest: readonly string[]): Request {
  const organization = text(options['organization']);
  const provider = text(options['provider']);
  if (organization === undefined)
    return { path: pathOf(platform ?? table, ...rest), query: rest.length === 0 ? { provider } : {} };
  return { path: pathOf('integrations', organization, provider ?? 'all', table, ...rest), query: {} };
}
