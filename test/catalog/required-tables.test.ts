// Every row of the required documents' tables is in the imported catalogue, or its correction is, with a reason.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compare, dividedBy, parseDecimal } from '#core/money/rational.ts';
import type { PriceComponent } from '#core/pricing/component.ts';
import type {
  AssertionRow,
  CataloguedModelDetail,
  PlanRow,
  RecommendationRow,
  ReleaseRow,
} from '#ports/catalog-shelf.ts';
import { documentTables, type Figure, type Wanted, wantedOf } from './document-rows.ts';
import { type CatalogDatabase, catalogDatabase } from './imported.ts';

let database: CatalogDatabase;
let said: readonly AssertionRow[];
let plans: readonly PlanRow[];
let releases: readonly ReleaseRow[];
let recommendations: readonly RecommendationRow[];
let providers: ReadonlyMap<string, string>;

/** Rows whose figures are not what is approved. */
const corrected = new Set<string>();
let figuresSeen = 0;

beforeAll(async () => {
  database = await catalogDatabase();
  await database.import();
  const { catalogShelf: shelf } = database.administration;
  said = await all((page) => shelf.assertions(page));
  plans = await all((page) => shelf.plans(page));
  releases = await all((page) => shelf.releases(page));
  recommendations = await all((page) => shelf.recommendations(page));
  const rows = await all((page) => database.administration.providers.list(page));
  providers = new Map(rows.map((row) => [row.name, row.display_name]));
});
afterAll(() => database.close());

test('the tables are all here', () => {
  const rowsOf = (document: string) => {
    const found = documentTables.filter((table) => table.document === document);
    return [found.length, found.reduce((sum, table) => sum + table.rows.length, 0)];
  };
  expect(rowsOf('providers-and-catalogue')).toEqual([54, 184]);
  expect(rowsOf('model-pricing-management')).toEqual([3, 11]);
  expect(rowsOf('llm-subscriptions-and-pricing-seed')).toEqual([6, 33]);
});

describe.each(documentTables)('$document: $heading', (table) => {
  test.each(table.rows.map((row) => [row.join(' | '), row] as const))('%s', async (quoted, row) => {
    const wanted = wantedOf(table, row);
    switch (wanted.kind) {
      case 'model':
        return requireModel(wanted, quoted);
      case 'plan':
        return requirePlan(wanted);
      case 'release':
        return requireRelease(wanted);
      case 'recommendation':
        return requireRecommendation(wanted, quoted);
    }
  });
});

test('nothing else is corrected than what is known to be wrong', () => {
  expect(figuresSeen).toBeGreaterThan(250);
  expect([...corrected].toSorted()).toEqual(knownWrong.toSorted());
});

test('what the documents say outside of their tables is here too', async () => {
  expect(plan('xai', 'SuperGrok')).toMatchObject({ unit_price_usd: '30' });
  expect(plan('amazon', 'Nova Forge')).toMatchObject({ unit_price_usd: '100000', contents: { period: 'year' } });
  expect(componentsOf(await model(['Conversational AI']))).toMatchObject([{ price: '0.10', per: '60' }]);
  for (const name of ['claude-opus-4-5-20251101', 'my-chatbot', 'qwen-turbo', 'qwen-pro', 'qwen-plus']) {
    const found = await database.administration.catalogShelf.models.get(name);
    expect(found === undefined, name).toBe(name === 'my-chatbot');
  }
  expect(said.filter(({ source }) => source === 'virtual-keys-and-billing')).toHaveLength(9);
  expect(said.filter(({ source }) => source === 'ai-cost-tracking-table')).toHaveLength(2);
});

test('a conflict between sources is kept with the reason for what is approved', async () => {
  const opus = await model(['claude-opus-4.5']);
  expect(opus.name).toBe('claude-opus-4-5');
  expect(componentsOf(opus).map(({ meter, price }) => [meter, price])).toEqual([
    ['input', '5.00'],
    ['cache_read', '0.50'],
    ['cache_write_5m', '6.25'],
    ['cache_write_1h', '10.00'],
    ['output', '25.00'],
  ]);
  const inputs = opus.said.filter(({ meter }) => meter === 'input');
  expect(inputs.map(({ price, per, confidence }) => [price, per, confidence])).toEqual(
    expect.arrayContaining([
      ['15.00', '1000000', 'refuted'],
      ['5.00', '1000000', 'unverified'],
      ['0.015', '1000', 'refuted'],
    ]),
  );
  expect(inputs.filter(({ confidence }) => confidence === 'refuted').every(({ reason }) => reason !== null)).toBe(true);
});

test('the approved prices are those of the reference', async () => {
  const figures = await Promise.all(
    Object.keys(approved).map(async (name) => {
      const components = componentsOf(await model([name]));
      return [name, components.map(({ meter, price, per, currency }) => `${meter} ${price}/${per} ${currency}`)];
    }),
  );
  expect(Object.fromEntries(figures)).toEqual(approved);
});

test('a launch price and the price after its cut are two versions', async () => {
  const { versions } = await model(['o1-mini']);
  expect(versions.map((version) => [version.state, version.valid_from, version.valid_to])).toEqual([
    ['current', '2025-01-31T00:00:00.000Z', null],
    ['ended', '2024-09-12T00:00:00.000Z', '2025-01-31T00:00:00.000Z'],
  ]);
  const { versions: deepseek } = await model(['DeepSeek-V3.2']);
  expect(deepseek.map((version) => version.valid_from)).toContain('2026-08-16T16:00:00.000Z');
});

test('what costs nothing says so, and what has no price is not free', async () => {
  for (const name of ['GLM-4-Flash', 'GLM-4.6V-Flash', 'Trinity Mini (free)', 'FLUX.2 Dev']) {
    expect(
      componentsOf(await model([name])).every(({ price }) => price === '0'),
      name,
    ).toBe(true);
  }
  for (const name of [
    'Midjourney V7',
    'Suno AI',
    'Udio',
    'Pika',
    'Luma Ray3',
    'Nova 2 Pro',
    'Qwen3-235B-A22B',
    'Llama 4 Scout',
  ]) {
    expect((await model([name])).price, name).toBeNull();
  }
});

const approved: Readonly<Record<string, readonly string[]>> = {
  'gpt-4o': [
    'input 0.0025/1000 usd',
    'cache_read 0.00125/1000 usd',
    'output 0.01/1000 usd',
    'input 0.00125/1000 usd',
    'output 0.005/1000 usd',
  ],
  'gemini-2.5-pro': [
    'input 1.25/1000000 usd',
    'cache_read 0.125/1000000 usd',
    'output 10/1000000 usd',
    'input 2.50/1000000 usd',
    'cache_read 0.25/1000000 usd',
    'output 15/1000000 usd',
  ],
  'GLM-4-Long': ['input 0.001/1000 cny', 'output 0.001/1000 cny'],
  'GLM-4.5-Air': ['input 0.20/1000000 usd', 'cache_read 0.03/1000000 usd', 'output 1.10/1000000 usd'],
  'Codestral 2501': ['input 0.30/1000000 usd', 'output 0.90/1000000 usd'],
  'gen4.5': ['credit 0.01/1 usd'],
  'Veo 3.1': ['video_second 0.40/1 usd'],
  'nova-act': ['agent_hour 4.75/1 usd'],
  'tts-1': ['character 15.00/1000000 usd'],
};

/** The rows of which at least one figure is not what is approved, or not any more. */
const knownWrong: readonly string[] = [
  '10s | 1080p | ~450 | ~$27',
  '5s | 720p | $0.21-0.35',
  '5s | 720p | ~100 | ~$6',
  'Claude Haiku 4 | $0.80 | $4.00 | 200K | Fast & cheap',
  'Codestral 2501 | $1.00 | $3.00 | 256K | FIM, code correction',
  'DeepSeek-V3.2 (cached) | $0.028 | $0.38 | 164K | SUPER MURAH!',
  'DeepSeek-V3.2 | $0.24 | $0.38 | 164K | Rivals GPT-5!',
  'Devstral 2 (free) | 123B | FREE | FREE | 262K | Limited time',
  'Devstral 2 2512 | 123B | $0.15 | $0.60 | 262K | Best agentic coding!',
  'FLUX.2 Flex | ~$0.06 | $0.06/MP | Text rendering, multi-ref',
  'GLM-4-Long | $0.001 | $0.001 | 1M | Ultra long context',
  'GLM-4.5 Air | $0.40 | $1.75 | 131K | Lighter version',
  'GPT-4o | $0.005 | $0.015 | ~$0.0125',
  'Gemini 2.5 Pro | $1.25 | $5.00 | 1M | Reliable',
  'Mistral | Devstral 2 2512 | Dec 9, 2025 | $0.15 in / $0.60 out',
  'Qwen3-Max | $0.46 | $1.84 | 32K | 50% price cut!',
  'claude-haiku-4 | $0.25 | $1.25 | ~$0.00088',
  'claude-opus-4.5 | $15.00 | $75.00 | ~$0.0525',
  'gemini-1.5-flash | $0.000125 | $0.0005 | ~$0.00038',
  'o1-mini | $0.003 | $0.012 | $0.0015 | $0.006',
  'o3-mini | $0.00115 | $0.0044 | $0.000575 | $0.0022',
  'text-embedding-004 | $0.00001 | $0.00 | 10M tokens/day | daily',
];

async function all<Row>(
  read: (page: { limit: number; cursor?: string }) => Promise<{ items: readonly Row[]; nextCursor?: string }>,
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await read({ limit: 200, ...(cursor === undefined ? {} : { cursor }) });
    rows.push(...page.items);
    if (page.nextCursor === undefined) return rows;
    cursor = page.nextCursor;
  }
}

async function model(spellings: readonly string[]): Promise<CataloguedModelDetail> {
  for (const spelling of spellings) {
    const found = await database.administration.catalogShelf.models.get(spelling);
    if (found) return found;
  }
  throw new Error(`There is no model called ${spellings.join(' or ')}.`);
}

function componentsOf({ price }: CataloguedModelDetail): readonly PriceComponent[] {
  return price?.components ?? [];
}

async function requireModel(wanted: Extract<Wanted, { kind: 'model' }>, quoted: string): Promise<void> {
  const found = await model(wanted.spellings);
  const quotes = said.filter((each) => each.quoted === quoted);
  expect(quotes.length, `nothing is quoted of "${quoted}"`).toBeGreaterThan(0);
  for (const figure of wanted.figures) requireFigure(found, figure, quoted);
  if (wanted.figures.length === 0 && found.price === null) {
    expect(quotes.every(({ price, reason }) => price === null && reason !== null)).toBe(true);
  }
  if (wanted.parameters !== undefined && wanted.parameters !== '') {
    expect(found.capabilities['parameters']).toBe(wanted.parameters);
  }
  if (wanted.released !== undefined) requireReleaseDay(found, wanted.released);
  if (wanted.notes !== undefined) requireNotes(found, wanted.notes);
  if (wanted.context !== undefined) requireContext(found, wanted.context);
  if (wanted.freeTier !== undefined) {
    const drafts = found.versions.filter((version) => version.pricing_type === 'free_tier');
    expect(drafts.map(({ state, attributes }) => [state, attributes['free_tier']])).toEqual([
      ['draft', wanted.freeTier],
    ]);
  }
}

function requireFigure(found: CataloguedModelDetail, figure: Figure, quoted: string): void {
  figuresSeen += 1;
  const quotes = said.filter(
    (each) =>
      each.quoted === quoted && each.model === found.name && each.meter === figure.meter && samePrice(each, figure),
  );
  expect(quotes, `${found.name}: ${figure.meter} ${figure.price} of "${quoted}"`).not.toEqual([]);
  if (componentsOf(found).some((component) => answers(component, figure))) return;
  expect(
    quotes.every(({ reason }) => (reason ?? '').length > 10),
    `"${quoted}" is corrected without a reason`,
  ).toBe(true);
  if (figure.meter !== 'request') corrected.add(quoted);
}

function answers(component: PriceComponent, { when = {}, ...figure }: Figure): boolean {
  if (component.meter !== figure.meter || !samePrice(component, figure)) return false;
  const condition: Readonly<Record<string, unknown>> = { ...component.when };
  if (Object.keys(condition).length !== Object.keys(when).length) return false;
  return Object.entries(when).every(([fact, value]) => {
    const named = condition[fact];
    return Array.isArray(named) ? named.includes(value) : named === value;
  });
}

function samePrice(
  left: { readonly price: string | null; readonly per: string | null },
  right: { readonly price: string; readonly per: string },
): boolean {
  if (left.price === null || left.per === null) return false;
  const [a, b] = [
    dividedBy(parseDecimal(left.price), parseDecimal(left.per)),
    dividedBy(parseDecimal(right.price), parseDecimal(right.per)),
  ];
  return compare(a, b) === 0n;
}

/** A month without a day is said by the releases alone. */
function requireReleaseDay(found: CataloguedModelDetail, text: string): void {
  const [, month = '', day = '', year = ''] = /^(\w{3}) (\d+), (\d{4})$/.exec(text) ?? [];
  if (day === '') return;
  const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
  const number = String(months.indexOf(month) + 1).padStart(2, '0');
  expect(found.released_on).toBe(`${year}-${number}-${day.padStart(2, '0')}`);
}

/** Each of the document's words, there or in the reason for the price. */
function requireNotes(found: CataloguedModelDetail, text: string): void {
  const words = text.toLowerCase().match(/[a-z0-9.]{3,}/g) ?? [];
  const ours = `${found.notes ?? ''} ${found.price?.notes ?? ''} ${JSON.stringify(found.capabilities)}`.toLowerCase();
  expect(
    words.filter((word) => !ours.includes(word)),
    `${found.name} does not say: ${text}`,
  ).toEqual([]);
}

/** As the documents round them; another one has to be said in the notes. */
function requireContext(found: CataloguedModelDetail, text: string): void {
  const [, digits = '', unit] = /^(\d+)(K|M)/.exec(text) ?? [];
  const notes = [found.notes, found.price?.notes].join(' ');
  if (unit === undefined) {
    expect(found.context_window).toBeNull();
    return;
  }
  const said = BigInt(digits) * (unit === 'K' ? 1_000n : 1_000_000n);
  const known = BigInt(found.context_window ?? 0);
  const close = known * 100n >= said * 95n && known * 100n <= said * 106n;
  if (!close) expect(notes, `${found.name} has ${known}, not ${text}`).toMatch(/context/i);
}

function plan(provider: string, name: string): PlanRow {
  const found = plans.find(
    (each) => each.provider === provider && each.plan_name === name && each.organization === null,
  );
  if (!found) throw new Error(`There is no plan ${name} of ${provider}.`);
  return found;
}

function requirePlan({ provider, name, fields }: Extract<Wanted, { kind: 'plan' }>): void {
  const row: Readonly<Record<string, unknown>> = { ...plan(provider, name) };
  for (const [field, value] of fields) {
    const [first = '', second] = field.split('.');
    const held = second === undefined ? row[first] : (row[first] as Readonly<Record<string, unknown>>)[second];
    if (field === 'unit_price_usd')
      expect(compare(parseDecimal(String(held)), parseDecimal(value)), `${name} ${field}`).toBe(0n);
    else expect(held, `${name} ${field}`).toBe(value);
  }
}

function requireRelease(wanted: Extract<Wanted, { kind: 'release' }>): void {
  const found = releases.find(({ model: name, dated }) => name === wanted.model && dated === wanted.dated);
  expect(found, wanted.model).toMatchObject({ notes: wanted.notes });
  const called = providers.get(found?.provider ?? '') ?? '';
  const short: Readonly<Record<string, string>> = { BFL: 'Black Forest Labs' };
  expect(called.toLowerCase()).toContain((short[wanted.provider] ?? wanted.provider).toLowerCase());
}

async function requireRecommendation(
  wanted: Extract<Wanted, { kind: 'recommendation' }>,
  quoted: string,
): Promise<void> {
  const found = recommendations.find(({ area, use_case }) => area === wanted.area && use_case === wanted.useCase);
  expect(found).toMatchObject({ cost: wanted.cost });
  expect(found?.model).toBe((await model([wanted.model])).name);
  expect(said.some((each) => each.quoted === quoted && each.model === found?.model)).toBe(true);
}
