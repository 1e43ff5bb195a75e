// faregate prices sync: what public lists say, beside the book of the running server, or alone where none runs.
import type { Command } from 'commander';
import type { Candidate } from '#core/price-sync/candidate.ts';
import { propose } from '#core/price-sync/propose.ts';
import { proposalId, type SyncReport } from '#flows/admin/price-sync/sync-prices.ts';
import { canonicalProvider } from '#price-lists/provider-names.ts';
import { ask, isRow, type Row } from './ask.ts';
import { answer, command, type CommonOptions, given, type Said } from './command.ts';
import { printRow } from './print.ts';
import { readLists, type ReadLists } from './price-lists.ts';
import { printSync } from './print-sync.ts';
import { findServer } from './server-connection.ts';

interface Options extends CommonOptions, Omit<Said, keyof CommonOptions> {
  readonly from?: readonly string[];
  readonly format?: string;
  readonly new?: boolean;
  readonly apply?: boolean;
  readonly approve?: readonly string[];
  readonly offline?: boolean;
  readonly all?: boolean;
}

export function priceSyncCommands(prices: Command): void {
  const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];
  command(prices, 'sync', 'compare public price lists with the book; proposes, and publishes only when told to')
    .option('--from <source>', 'a file, a folder or an address; may be said again', collect)
    .option('--format <format>', 'litellm, genai-prices, openrouter or portkey; recognized if missing')
    .option('--new', 'propose models that the catalogue does not have, too')
    .option('--apply', 'publish what at least two lists agree on and what changes by half at most')
    .option('--approve <ids...>', 'publish these proposals of the last sync')
    .option('--offline', 'only say what the lists say, without a server')
    .option('--all', 'print every line')
    .action(sync);
  command(prices, 'sync-aliases', 'give aliases the price of the model that they resolve to').action(
    (options: CommonOptions) =>
      answer(options, { method: 'POST', path: 'prices/sync-aliases', body: {} }, printAliases),
  );
}

async function sync(options: Options): Promise<void> {
  const { from = [], approve = [], json = false } = options;
  if (from.length === 0 && approve.length === 0)
    throw new Error('Name a list with --from, or proposals with --approve.');
  const server = options.offline === true ? undefined : await runningServer(options);
  if (server === undefined && (options.apply === true || approve.length > 0)) {
    throw new Error('Nothing can be published without a running server.');
  }
  if (from.length > 0) {
    const lists = await readLists(from, options.format);
    const report = server === undefined ? compareWithNothing(lists.candidates) : await compareOnServer(options, lists);
    if (json) console.log(JSON.stringify({ ...report, ...without(lists) }));
    else printSync(report, lists, { offline: server === undefined, all: options.all === true });
  }
  if (approve.length > 0) {
    await answer(options, { method: 'POST', path: 'prices/sync/approve', body: { ids: approve } }, (row) =>
      printRow({ published: row['published'], unchanged: row['unchanged'] }),
    );
  }
}

function without({ candidates, ...lists }: ReadLists): object {
  return { ...lists, candidates: candidates.length };
}

/** `undefined` where none runs here; one that was named must answer. */
async function runningServer(options: Options): Promise<string | undefined> {
  const named = options.url !== undefined || process.env['FAREGATE_URL'] !== undefined;
  try {
    const { url } = findServer(options, process.env);
    await ask(options, { path: 'models', query: { limit: '1' } });
    return url;
  } catch (error) {
    if (named) throw error;
    console.error(`${error instanceof Error ? error.message : String(error)} Without it, this is what the lists say:`);
    return undefined;
  }
}

function compareWithNothing(candidates: readonly Candidate[]): SyncReport {
  const question = { candidates, book: [], canonicalProvider, withNew: true, nowMs: Date.now() };
  const { proposals, residues, outside } = propose(question);
  return { proposals: proposals.map((each) => ({ id: proposalId(each), ...each })), residues, outside, published: [] };
}

async function compareOnServer(options: Options, { candidates }: ReadLists): Promise<SyncReport> {
  const wanted =
    options.new === true
      ? { sent: candidates, outside: { models: 0, prices: 0 } }
      : await inCatalogue(options, candidates);
  const body = given({ candidates: wanted.sent, with_new: options.new, apply: options.apply });
  const { row } = await ask(options, { method: 'POST', path: 'prices/sync', body });
  const report = row as unknown as SyncReport;
  return {
    ...report,
    outside: {
      models: report.outside.models + wanted.outside.models,
      prices: report.outside.prices + wanted.outside.prices,
    },
  };
}

/** What the server would only count is not sent to it. */
async function inCatalogue(options: Options, candidates: readonly Candidate[]) {
  const known = new Set((await everyModel(options)).flatMap(keysOf));
  const isKnown = (each: Candidate): boolean => known.has(`${canonicalProvider(each.provider)}\n${each.model}`);
  const outside = candidates.filter((each) => !isKnown(each));
  const models = new Set(outside.map(({ provider, model }) => `${provider}\n${model}`));
  return { sent: candidates.filter(isKnown), outside: { models: models.size, prices: outside.length } };
}

function keysOf({ provider, model_id, name }: Row): readonly string[] {
  const of = isRow(provider) ? canonicalProvider(String(provider['name'])) : '';
  return [model_id, name].map((each) => `${of}\n${String(each)}`);
}

const pagesMax = 500;

async function everyModel(options: Options): Promise<readonly Row[]> {
  const rows: Row[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < pagesMax; pages += 1) {
    const { row } = await ask(options, { path: 'models', query: { limit: '200', cursor } });
    rows.push(...(Array.isArray(row['data']) ? row['data'].filter(isRow) : []));
    if (typeof row['next_cursor'] !== 'string') break;
    cursor = row['next_cursor'];
  }
  return rows;
}

function printAliases(row: Row): void {
  const list = (field: string): readonly unknown[] => (Array.isArray(row[field]) ? row[field] : []);
  for (const each of list('published').filter(isRow))
    console.log(`${String(each['alias'])} follows ${String(each['model'])}`);
  for (const each of list('missing').filter(isRow)) {
    console.log(`${String(each['alias'])}: ${String(each['model'])} has no price to follow`);
  }
  console.log(
    `${list('published').length} published, ${list('unchanged').length} unchanged, ` +
      `${list('own_price').length} with a price of their own, ${list('missing').length} without a base price`,
  );
}
