// From the written files to the catalogue, whole or not at all: every problem is found in one reading.
import { modelKinds } from '../catalog.ts';
import {
  type CatalogAssertion,
  type CatalogContent,
  type CatalogPlan,
  type CatalogProvider,
  type CatalogRecommendation,
  type CatalogRelease,
  modelTypes,
} from './catalog-content.ts';
import { Fields } from './fields.ts';
import { readPlaceOfSource, type UnplacedAssertion } from './read-assertions.ts';
import { readModel, type ReadModel } from './read-model.ts';
import { readProvider } from './read-provider.ts';
import { readPlan, readRecommendation, readRelease } from './read-tables.ts';
import type { FileProblem, WrittenFile } from './written.ts';

export type ReadCatalog =
  | { readonly kind: 'catalog'; readonly content: CatalogContent }
  | { readonly kind: 'broken'; readonly problems: readonly FileProblem[] };

interface Placed<Row> {
  readonly row: Row;
  readonly file: string;
  readonly line: number;
  readonly field: string;
}

interface Sheets {
  readonly providers: Placed<CatalogProvider>[];
  readonly models: Placed<ReadModel>[];
  readonly assertions: Placed<UnplacedAssertion>[];
  readonly plans: Placed<CatalogPlan>[];
  readonly releases: Placed<CatalogRelease>[];
  readonly recommendations: Placed<CatalogRecommendation>[];
}

export function readCatalog(files: readonly WrittenFile[]): ReadCatalog {
  const problems: FileProblem[] = [];
  const sheets: Sheets = { providers: [], models: [], assertions: [], plans: [], releases: [], recommendations: [] };
  for (const file of files) readFile(file, sheets, problems);
  const assertions = checkNames(sheets, problems);
  if (problems.length > 0) return { kind: 'broken', problems };
  const read = sheets.models.map(({ row }) => row);
  return {
    kind: 'catalog',
    content: {
      providers: rowsOf(sheets.providers),
      models: read.map(({ model }) => model),
      aliases: read.flatMap(({ aliases }) => aliases),
      prices: read.flatMap(({ prices }) => prices),
      assertions,
      plans: rowsOf(sheets.plans),
      releases: rowsOf(sheets.releases),
      recommendations: rowsOf(sheets.recommendations),
    },
  };
}

function readFile({ path, root }: WrittenFile, sheets: Sheets, problems: FileProblem[]): void {
  const fields = new Fields(root, { file: path, field: '', problems });
  const source = fields.text('source');
  fields.text('title');
  const models = {
    provider: fields.text('provider'),
    type: fields.word('type', modelTypes),
    kind: fields.word('kind', modelKinds),
    pricesFrom: fields.instant('prices_from'),
    file: path,
  };
  const tables = { source, plansFrom: fields.date('plans_from') };
  const placed = <Row>(name: string, read: (...entry: Entry) => Row): Placed<Row>[] =>
    fields.list(name).map(({ written, place }) => ({
      row: read(written, place),
      file: path,
      line: written.line,
      field: place.field,
    }));
  sheets.providers.push(...placed('providers', readProvider));
  sheets.models.push(...placed('models', (...entry) => readModel(...entry, models)));
  sheets.plans.push(...placed('plans', (...entry) => readPlan(...entry, tables)));
  sheets.releases.push(...placed('releases', (...entry) => readRelease(...entry, tables)));
  sheets.recommendations.push(...placed('recommendations', (...entry) => readRecommendation(...entry, tables)));
  for (const { row } of placed('places', (...entry) => readPlaceOfSource(...entry, source ?? ''))) {
    sheets.assertions.push(...row.map((each) => ({ row: each, file: path, line: each.line, field: each.field })));
  }
  if (fields.has('places') && source === undefined) fields.problem('source', 'It is missing.');
  fields.nothingElse();
}

type Entry = Parameters<typeof readProvider>;

/** Every name is there once, and every name that is pointed to is there. */
function checkNames(sheets: Sheets, problems: FileProblem[]): readonly CatalogAssertion[] {
  const say = ({ file, line, field }: Omit<Placed<unknown>, 'row'>, name: string, message: string): void => {
    problems.push({ file, line, field: `${field}.${name}`, message });
  };
  const providers = new Set(sheets.providers.map(({ row }) => row.name));
  const models = new Map(sheets.models.map(({ row }) => [row.model.name, row.model]));
  const taken = new Set<string>();
  for (const entry of sheets.models) {
    const { model, aliases } = entry.row;
    if (!providers.has(model.provider))
      say(entry, 'provider', `There is no provider "${model.provider}" in these files.`);
    for (const name of [model.name, ...aliases.map((alias) => alias.name)]) {
      if (taken.has(name)) say(entry, 'name', `"${name}" is the name of another model or alias already.`);
      taken.add(name);
    }
  }
  for (const entry of [...sheets.plans, ...sheets.releases]) {
    if (!providers.has(entry.row.provider)) {
      say(entry, 'provider', `There is no provider "${entry.row.provider}" in these files.`);
    }
  }
  for (const entry of sheets.recommendations) {
    if (!models.has(entry.row.model)) say(entry, 'model', `There is no model "${entry.row.model}" in these files.`);
  }
  sayTwice(sheets.providers, ({ name }) => name, say);
  sayTwice(sheets.plans, (plan) => `${plan.provider} ${plan.plan_name} ${plan.effective_date}`, say);
  sayTwice(sheets.releases, (row) => `${row.source} ${row.provider} ${row.model} ${row.dated}`, say);
  sayTwice(sheets.recommendations, (row) => `${row.source} ${row.area} ${row.use_case}`, say);
  sayTwice(sheets.assertions, (row) => `${row.source} ${row.place} ${row.model} ${row.meter ?? ''} ${row.quoted}`, say);
  return sheets.assertions.flatMap((entry) => {
    const { line: _line, field: _field, ...assertion } = entry.row;
    const model = models.get(assertion.model);
    if (!model) say(entry, 'model', `There is no model "${assertion.model}" in these files.`);
    return model ? [{ ...assertion, provider: model.provider }] : [];
  });
}

function sayTwice<Row>(
  entries: readonly Placed<Row>[],
  keyOf: (row: Row) => string,
  say: (entry: Placed<Row>, name: string, message: string) => void,
): void {
  const known = new Set<string>();
  for (const entry of entries) {
    const key = keyOf(entry.row);
    if (known.has(key)) say(entry, '', `The same stands here twice: ${key}.`);
    known.add(key);
  }
}

function rowsOf<Row>(placed: readonly Placed<Row>[]): readonly Row[] {
  return placed.map(({ row }) => row);
}
