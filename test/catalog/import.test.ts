// The import of catalogue files: once, exactly as they are written, and never over what people made.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Failure } from '#core/failure.ts';
import type { CatalogText } from '#ports/catalog-files.ts';
import type { ImportReport } from '#ports/catalog-import.ts';
import { type CatalogDatabase, catalogDatabase } from './imported.ts';

let database: CatalogDatabase;

beforeEach(async () => {
  database = await catalogDatabase();
});
afterEach(() => database.close());

const providerFile = `providers:
  - {name: acme, display_name: Acme, adapter: openai-compatible, base_url: https://api.acme.example/v1}
`;

function files(models: string, more: Readonly<Record<string, string>> = {}): readonly CatalogText[] {
  const texts = { 'providers.yaml': providerFile, 'models/acme.yaml': models, ...more };
  return Object.entries(texts).map(([path, text]) => ({ path, text }));
}

const largeModel = (input: string, more = ''): string => `provider: acme
prices_from: 2026-01-01T00:00:00Z
models:
  - name: large
    display_name: Acme Large
    aliases: [Large]
    max_output_tokens: 1000
    prices:
      - source: the maker's list
        reason: The only source.
        components:
          - {per: 1000000, input: ${input}, output: 2}
${more}`;

function counted(report: ImportReport, what: 'added' | 'changed' | 'left_alone'): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(report).flatMap(([table, counts]) => (counts[what] ? [[table, counts[what]]] : [])),
  );
}

async function versionsOf(name: string) {
  const { items } = await database.administration.prices.list({ limit: 50 }, { name });
  return items.map(({ state, components, author }) => ({ state, input: components[0]?.price, author }));
}

describe('the catalogue of this repository', () => {
  test('imported twice is imported once', async () => {
    expect(await database.administration.catalogImport.isEmpty()).toBe(true);
    const first = await database.import();
    expect(await database.administration.catalogImport.isEmpty()).toBe(false);
    expect(first.models.added).toBeGreaterThan(100);
    expect(first.prices.added).toBeGreaterThan(150);
    expect(first.assertions.added).toBeGreaterThan(300);
    const second = await database.import();
    expect([counted(second, 'added'), counted(second, 'changed'), counted(second, 'left_alone')]).toEqual([{}, {}, {}]);
    expect(Object.entries(second).map(([table, { unchanged }]) => [table, unchanged])).toEqual(
      Object.entries(first).map(([table, { added }]) => [table, added]),
    );
    const { rows } = await database.pool.query(`select 1 from faregate.audit_log where action = 'catalog.import'`);
    expect(rows).toHaveLength(1);
  });

  test('is imported once by two that start at the same time', async () => {
    const reports = await Promise.all([database.import(), database.import()]);
    expect(reports.filter(({ models }) => models.added > 0)).toHaveLength(1);
    const { rows } = await database.pool.query(
      `select subject_name from faregate.price_version where author = 'catalog' and state = 'approved'
       group by subject_name, valid_from having count(*) > 1`,
    );
    expect(rows).toEqual([]);
  });

  test('prices every name that it has, as the documents spell it', async () => {
    await database.import();
    const { rows } = await database.pool.query<{ name: string }>(
      `select a.name from faregate.alias a
       where not exists (select from faregate.price_version v where v.subject_name = a.name)
         and exists (select from faregate.price_version v where v.subject_name = a.targets ->> 0 and v.state = 'approved')`,
    );
    expect(rows).toEqual([]);
    const { rows: mismatched } = await database.pool.query(
      `select a.name from faregate.alias a
       join faregate.price_version mine on mine.subject_name = a.name
       join faregate.price_version model on model.subject_name = a.targets ->> 0 and model.valid_from = mine.valid_from
         and model.state = mine.state
       where mine.components <> model.components`,
    );
    expect(mismatched).toEqual([]);
  });

  test('keeps rows of a free tier as drafts that price nothing', async () => {
    await database.import();
    const { rows } = await database.pool.query<{ subject_name: string; state: string }>(
      `select subject_name, state from faregate.price_version where pricing_type = 'free_tier' order by subject_name`,
    );
    expect(rows).toHaveLength(6);
    expect(new Set(rows.map(({ state }) => state))).toEqual(new Set(['draft']));
  });
});

describe('decimals', () => {
  test.each(['0.1', '0.0000001', '0.0375', '0.00000000875', '2.50', '10.000', '123456789012345678.123456789'])(
    '%s comes back text for text',
    async (price) => {
      await database.import(files(largeModel(price)));
      const { rows } = await database.pool.query<{ price: string }>(
        `select components -> 0 ->> 'price' as price from faregate.price_version where subject_name in ('large', 'Large')`,
      );
      expect(rows).toEqual([{ price }, { price }]);
    },
  );

  test.each(['1e-7', '1E3', '-1', '.5', '5.', '0x10', '1_000', 'NaN', 'free', '~3', '$3'])(
    '%s is refused with its place, not read as something else',
    async (price) => {
      await expect(database.import(files(largeModel(price)))).rejects.toThrow(
        /models\/acme\.yaml:12 models\[0\]\.prices\[0\]\.components\[0\]\.input: .* is not a plain decimal/,
      );
    },
  );
});

describe('a changed file', () => {
  test('publishes a new version that begins now, under every name of the model', async () => {
    await database.import(files(largeModel('1')));
    const report = await database.import(files(largeModel('1.5')));
    expect(counted(report, 'changed')).toEqual({ prices: 2 });
    for (const name of ['large', 'Large']) {
      expect(await versionsOf(name)).toEqual([
        { state: 'current', input: '1.5', author: 'catalog' },
        { state: 'ended', input: '1', author: 'catalog' },
      ]);
    }
    const again = await database.import(files(largeModel('1.5')));
    expect([counted(again, 'changed'), counted(again, 'added')]).toEqual([{}, {}]);
    const { rows } = await database.pool.query(
      `select count(distinct row_id)::integer as rows, count(predecessor_id)::integer as successors
       from faregate.price_version where subject_name = 'large'`,
    );
    expect(rows).toEqual([{ rows: 1, successors: 1 }]);
  });

  test('with another reason for the same price publishes nothing', async () => {
    await database.import(files(largeModel('1')));
    const report = await database.import(files(largeModel('1').replace('The only source.', 'Two sources agree.')));
    expect(counted(report, 'changed')).toEqual({});
  });

  test('is only tried in a dry run', async () => {
    const tried = await database.import(files(largeModel('1')), true);
    expect(counted(tried, 'added')).toEqual({ providers: 1, models: 1, aliases: 1, prices: 2 });
    expect(await database.administration.catalogImport.isEmpty()).toBe(true);
  });

  test('changes what it had imported', async () => {
    await database.import(files(largeModel('1')));
    const report = await database.import(files(largeModel('1').replace('tokens: 1000', 'tokens: 2000')));
    expect(counted(report, 'changed')).toEqual({ models: 1 });
    expect(await database.administration.models.get('large')).toMatchObject({ max_output_tokens: 2000 });
  });
});

describe('what people made or changed is left alone:', () => {
  test('a price of their own', async () => {
    await database.import(files(largeModel('1')));
    await publishOwn('7');
    const report = await database.import(files(largeModel('1.5')));
    expect(counted(report, 'left_alone')).toEqual({ prices: 1 });
    expect((await versionsOf('large'))[0]).toEqual({ state: 'current', input: '7', author: 'somebody' });
  });

  test('a model that they changed', async () => {
    await database.import(files(largeModel('1')));
    await database.administration.models.update('somebody', 'large', { max_output_tokens: 500 });
    const report = await database.import(files(largeModel('1').replace('tokens: 1000', 'tokens: 2000')));
    expect(counted(report, 'left_alone')).toEqual({ models: 1 });
    expect(await database.administration.models.get('large')).toMatchObject({ max_output_tokens: 500 });
  });

  test('a provider, a model and a name that were theirs before', async () => {
    const { providers, models, aliases } = database.administration;
    const own = { name: 'acme', adapter: 'openai-compatible', base_url: 'https://proxy.example/v1' };
    await providers.create('somebody', own);
    await models.create('somebody', { provider: 'acme', model_id: 'large', name: 'my-large' });
    await aliases.create('somebody', { name: 'Large', targets: ['my-large'] });
    const report = await database.import(files(largeModel('1')));
    expect(counted(report, 'left_alone')).toEqual({ providers: 1, models: 1, aliases: 1, prices: 2 });
    expect(await providers.get('acme')).toMatchObject({ base_url: own.base_url });
    expect(await models.get('large')).toBeUndefined();
    expect(await aliases.get('Large')).toMatchObject({ targets: ['my-large'] });
    expect(await versionsOf('Large')).toEqual([]);
  });

  test('a plan that was changed by whatever way', async () => {
    const plans = `plans_from: 2026-01-01
plans:
  - {provider: acme, plan_name: PRO, tier_type: paid, unit_price_usd: 7.99, rpm_limit: 10, source: a list}
`;
    await database.import(files(largeModel('1'), { 'plans.yaml': plans }));
    await database.pool.query(`update faregate.plan set rpm_limit = 99 where plan_name = 'PRO'`);
    const report = await database.import(files(largeModel('1'), { 'plans.yaml': plans.replace('7.99', '8') }));
    expect(counted(report, 'left_alone')).toEqual({ plans: 1 });
  });
});

describe('broken files are refused whole, with the place:', () => {
  test.each([
    [
      'an unknown field',
      largeModel('1').replace('aliases:', 'alaises:'),
      'models/acme.yaml:6 models[0].alaises: Nobody reads',
    ],
    ['an unknown meter', largeModel('1').replace('output: 2', 'outptu: 2'), 'models[0].prices[0].components[0].outptu'],
    ['an unknown provider', largeModel('1').replace('provider: acme', 'provider: amce'), 'There is no provider "amce"'],
    [
      'a missing reason',
      largeModel('1').replace('        reason: The only source.\n', ''),
      'prices[0].reason: It is missing',
    ],
    ['text that is no YAML', largeModel('1').replace('aliases: [', 'aliases: ['.repeat(2)), 'models/acme.yaml:'],
    [
      'a number that is none',
      largeModel('1').replace('1000\n', 'many\n'),
      'models/acme.yaml:7 models[0].max_output_tokens',
    ],
    [
      'a name twice',
      largeModel('1').replace('[Large]', '[large]'),
      '"large" is the name of another model or alias already',
    ],
    [
      'two prices of one meter for one call',
      largeModel('1', '          - {per: 1000000, input: 3}\n'),
      'components[2].when: As specific as components[0]',
    ],
    [
      'two prices at one time',
      largeModel('1', '      - {source: a list, reason: Another., components: [{per: 1, request: 1}]}\n'),
      'has not ended when that from',
    ],
    ['a status that is none', `${largeModel('1')}    status: soon\n`, 'status: "soon" is none of available, preview'],
  ])('%s', async (_, models, message) => {
    const refused = await database.import(files(models)).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(Failure);
    expect(String(refused)).toContain('Nothing was imported.');
    expect(String(refused)).toContain(message);
    expect(await database.administration.catalogImport.isEmpty()).toBe(true);
  });

  test('an assertion about a model that is not there', async () => {
    const source = `source: a list
places:
  - place: its table
    says:
      - {model: small, quoted: small costs 1, per: 1000000, input: 1}
`;
    await expect(database.import(files(largeModel('1'), { 'sources/list.yaml': source }))).rejects.toThrow(
      'sources/list.yaml:5 places[0].says[0].model: There is no model "small" in these files.',
    );
  });

  test('anchors that spell out a mountain', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    const bomb = names
      .map(
        (name, index) =>
          `${name}: &${name} [${Array(10)
            .fill(index === 0 ? 'x' : `*${names[index - 1] ?? ''}`)
            .join(', ')}]`,
      )
      .join('\n');
    await expect(database.import(files(largeModel('1'), { 'bomb.yaml': bomb }))).rejects.toThrow('bomb.yaml:1');
  });
});

async function publishOwn(input: string): Promise<void> {
  const outcome = await database.administration.prices.publish('somebody', {
    id: '11111111-1111-4111-8111-111111111111',
    book: 'list',
    subject: { kind: 'model', name: 'large' },
    currency: 'usd',
    pricing_model: 'per_token',
    components: [{ meter: 'input', price: input, per: '1000000', currency: 'usd' }],
    modifiers: [],
  });
  expect(outcome.kind).toBe('done');
}
