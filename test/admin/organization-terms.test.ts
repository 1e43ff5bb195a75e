import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clientOf } from './client.ts';
import { type AdminServer, startAdminServer } from './server.ts';

let server: AdminServer;
let api: ReturnType<typeof clientOf>;

beforeAll(async () => {
  server = await startAdminServer();
  api = clientOf(server);
  await api.make('/api/v1/organizations/onboard', { slug: 'acme', name: 'Acme' });
});
afterAll(() => server.close());

const base = '/api/v1/integrations/acme';
const pricing = `${base}/openai/pricing`;
const plans = `${base}/openai/subscriptions`;

interface Row extends Readonly<Record<string, unknown>> {
  readonly pricing_id: string;
  readonly subscription_id: string;
}

const rowsAt = async (path: string): Promise<readonly Row[]> =>
  ((await api.get(`${path}?limit=200`)).body as { data: readonly Row[] }).data;

const price = { model_id: 'house-model', input_price_per_1k: '0.002', output_price_per_1k: '0.004' };
const plan = { plan_name: 'HOUSE', unit_price_usd: '10', tier_type: 'paid' };

const day = (offset: number): string => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);

const versionsOf = async (rowId: string) =>
  (
    await server.pool.query<{ state: string; from: Date; to: Date | null; price: string }>(
      `select state, valid_from as from, valid_to as to, components->0->>'price' as price from faregate.price_version
       where row_id = $1 order by recorded_at, id`,
      [rowId],
    )
  ).rows;

describe('a price row that a person adds', () => {
  test('has the documents’ fields, is custom, and keeps every decimal', async () => {
    const body = `{"model_id": "exact-model", "model_name": "Exact", "is_custom": false, "input_price_per_1k": 0.0000375,
      "output_price_per_1k": 1e-7, "effective_date": "2026-02-01", "discount_percentage": 12.50, "discount_reason": "trial",
      "pricing_type": "negotiated", "x_openai_batch_input_price": "0.00000000875", "volume_threshold_tokens": 1000000}`;
    const made = await api.post(pricing, body);
    expect(made).toMatchObject({
      status: 201,
      body: {
        provider: 'openai',
        model_id: 'exact-model',
        model_name: 'Exact',
        is_custom: true,
        input_price_per_1k: '0.0000375',
        output_price_per_1k: '0.0000001',
        effective_date: '2026-02-01',
        end_date: null,
        is_enabled: true,
        pricing_type: 'negotiated',
        free_tier_input_tokens: null,
        free_tier_output_tokens: null,
        free_tier_reset_frequency: null,
        discount_percentage: '12.5',
        discount_reason: 'trial',
        volume_threshold_tokens: 1_000_000,
        base_input_price_per_1k: null,
        base_output_price_per_1k: null,
        x_gemini_context_window: null,
        x_gemini_region: null,
        x_anthropic_tier: null,
        x_openai_batch_input_price: '0.00000000875',
        x_openai_batch_output_price: null,
      },
    });
    const { pricing_id: id } = made.body as Row;
    expect((await api.get(`${pricing}/${id}`)).body).toEqual(made.body);
    expect((await api.get(`${pricing}/exact-model`)).body).toEqual(made.body);
    const [version] = (await server.directory.catalog()).prices.filter(
      ({ subject }) => subject.name === 'openai/exact-model',
    );
    expect(version?.components).toEqual([
      { meter: 'input', price: '0.0000375', per: '1000', currency: 'usd' },
      { meter: 'output', price: '0.0000001', per: '1000', currency: 'usd' },
      { meter: 'input', price: '0.00000000875', per: '1000', currency: 'usd', when: { batch: true } },
    ]);
  });

  test.each([
    ['a wrong pricing type', { pricing_type: 'cheap' }, 'pricing_type'],
    ['a wrong reset', { free_tier_reset_frequency: 'weekly' }, 'free_tier_reset_frequency'],
    ['a wrong reason', { discount_reason: 'luck' }, 'discount_reason'],
    ['a negative input price', { input_price_per_1k: '-0.1' }, 'input_price_per_1k'],
    ['a negative number', { output_price_per_1k: -1 }, 'output_price_per_1k'],
    ['a negative base price', { base_input_price_per_1k: '-1' }, 'base_input_price_per_1k'],
    ['a negative batch price', { x_openai_batch_output_price: '-1' }, 'x_openai_batch_output_price'],
    ['no price', { input_price_per_1k: null }, 'input_price_per_1k'],
    ['a price in words', { input_price_per_1k: 'free' }, 'input_price_per_1k'],
    ['a price with commas', { input_price_per_1k: '1,5' }, 'input_price_per_1k'],
    ['a residue of arithmetic', { input_price_per_1k: 0.1 + 0.2 }, 'input_price_per_1k'],
    ['an exponent beyond measure', { input_price_per_1k: '1e-300' }, 'input_price_per_1k'],
    ['a truth for a price', { input_price_per_1k: true }, 'input_price_per_1k'],
    ['a discount beyond all', { discount_percentage: '100.01' }, 'discount_percentage'],
    ['a negative discount', { discount_percentage: '-1' }, 'discount_percentage'],
    ['half a token', { free_tier_input_tokens: 1.5 }, 'free_tier_input_tokens'],
    ['negative tokens', { volume_threshold_tokens: -1 }, 'volume_threshold_tokens'],
    ['a day that is none', { effective_date: '2026-02-30' }, 'effective_date'],
    ['a day written otherwise', { effective_date: '31.01.2026' }, 'effective_date'],
    ['an instant for a day', { end_date: '2026-01-31T00:00:00Z' }, 'end_date'],
    ['an end before its beginning', { effective_date: '2026-03-02', end_date: '2026-03-01' }, 'end_date'],
    ['a flag in words', { is_enabled: 'perhaps' }, 'is_enabled'],
    ['a model without a name', { model_id: '' }, 'model_id'],
    ['a number for a model', { model_id: 4 }, 'model_id'],
    ['an id that is none', { pricing_id: '7' }, 'pricing_id'],
    ['another provider', { provider: 'gemini' }, 'provider'],
    ['another provider’s field', { x_gemini_region: 'eu' }, 'x_gemini_region'],
    ['an unknown field', { input_price: '1' }, 'input_price'],
    ['free tokens without a period', { free_tier_input_tokens: 5 }, 'free_tier_reset_frequency'],
    ['no free tokens to activate', { free_tier_active: true }, 'free_tier_active'],
  ])('is refused with %s, and the field is named', async (_, wrong, field) => {
    const answer = await api.post(pricing, { ...price, ...wrong });
    expect(answer).toMatchObject({
      status: 400,
      body: { error: { code: 'invalid_parameter', param: field, problems: [{ param: field }] } },
    });
    expect((await rowsAt(pricing)).some((row) => row['model_id'] === price.model_id)).toBe(false);
  });

  test('is told of everything that is wrong at once', async () => {
    const answer = await api.post(pricing, { input_price_per_1k: '-1', pricing_type: 'x', effective_date: 'now' });
    const { problems } = (answer.body as { error: { problems: readonly { param: string }[] } }).error;
    expect(problems.map(({ param }) => param)).toEqual([
      'model_id',
      'input_price_per_1k',
      'output_price_per_1k',
      'effective_date',
      'pricing_type',
    ]);
  });

  test('may not count on a day on which another one of its model does', async () => {
    const model_id = 'dated-model';
    const add = (effective_date: string, end_date: string | null, more: object = {}) =>
      api.post(pricing, { ...price, model_id, effective_date, end_date, ...more });
    expect((await add('2026-01-01', '2026-06-30')).status).toBe(201);
    expect(await add('2026-06-30', null)).toMatchObject({ status: 400, body: { error: { param: 'effective_date' } } });
    expect(await add('2025-01-01', '2026-01-01')).toMatchObject({ status: 400 });
    expect((await add('2026-06-30', null, { is_enabled: false })).status).toBe(201);
    expect((await add('2026-07-01', null)).status).toBe(201);
    const off = (await rowsAt(pricing)).find((row) => row['model_id'] === model_id && row['is_enabled'] === false);
    const enabled = await api.post(`${pricing}/${off?.pricing_id ?? ''}/enable`);
    expect(enabled).toMatchObject({ status: 400, body: { error: { param: 'effective_date' } } });
    expect((await api.post(`${base}/custom/pricing`, { ...price, model_id })).status).toBe(201);
  });

  test('is an address’s: of an organization and a provider that there are', async () => {
    expect((await api.post('/api/v1/integrations/nobody/openai/pricing', price)).status).toBe(404);
    const unknown = { status: 400, body: { error: { param: 'provider', problems: [{ param: 'provider' }] } } };
    expect(await api.post(`${base}/telepathy/pricing`, price)).toMatchObject(unknown);
    expect(await api.get(`${base}/telepathy/pricing`)).toMatchObject(unknown);
    expect(await api.post(`${base}/all/pricing`, { ...price, provider: 'telepathy' })).toMatchObject(unknown);
    expect((await api.post(`${base}/sim/pricing`, price)).status).toBe(201);
    expect((await api.get(`${pricing}/nothing`)).status).toBe(404);
    expect((await api.remove(`${pricing}/${crypto.randomUUID()}`)).status).toBe(404);
  });
});

describe('a price row that is edited', () => {
  test('keeps its id, and the book keeps every version', async () => {
    const made = await api.make<Row>(pricing, { ...price, model_id: 'edited' });
    const id = made.pricing_id;
    const changed = await api.patch(`${pricing}/${id}`, { input_price_per_1k: 0.003 });
    expect(changed).toMatchObject({ status: 200, body: { pricing_id: id, input_price_per_1k: '0.003' } });
    expect(changed.body).toMatchObject({ output_price_per_1k: '0.004', is_custom: true });
    const replaced = await api.ask(`${pricing}/${id}`, {
      method: 'PUT',
      body: { model_id: 'edited', input_price_per_1k: '1', output_price_per_1k: '2', model_name: 'Edited' },
    });
    expect(replaced).toMatchObject({ status: 200, body: { pricing_id: id, model_name: 'Edited', is_custom: true } });
    expect((await versionsOf(id)).map((version) => version.price)).toEqual(['0.002', '0.003', '1']);
    const [first, second, third] = await versionsOf(id);
    expect([first?.to, second?.to]).toEqual([second?.from, third?.from]);
    expect(third?.to).toBeNull();
  });

  test('whose content stays the same is no new version', async () => {
    const { pricing_id: id } = await api.make<Row>(pricing, { ...price, model_id: 'still' });
    await api.patch(`${pricing}/${id}`, { input_price_per_1k: '0.002' });
    expect(await versionsOf(id)).toHaveLength(1);
  });

  test('is refused when somebody was faster', async () => {
    const made = await api.post(pricing, { ...price, model_id: 'raced' });
    const { pricing_id: id } = made.body as Row;
    const etag = made.headers.get('etag') ?? '';
    expect((await api.patch(`${pricing}/${id}`, { input_price_per_1k: '1' }, { 'if-match': etag })).status).toBe(200);
    expect((await api.patch(`${pricing}/${id}`, { input_price_per_1k: '2' }, { 'if-match': etag })).status).toBe(412);
    expect((await api.get(`${pricing}/${id}`)).body).toMatchObject({ input_price_per_1k: '1' });
  });

  test('by many at once loses none of their changes', async () => {
    const { pricing_id: id } = await api.make<Row>(pricing, { ...price, model_id: 'crowded' });
    const changes = [
      { model_name: 'Crowded' },
      { input_price_per_1k: '0.5' },
      { output_price_per_1k: '0.6' },
      { notes: 'many' },
      { discount_reason: 'trial' },
      { volume_threshold_tokens: 7 },
    ];
    const answers = await Promise.all(changes.map((change) => api.patch(`${pricing}/${id}`, change)));
    expect(answers.map(({ status }) => status)).toEqual(changes.map(() => 200));
    expect((await api.get(`${pricing}/${id}`)).body).toMatchObject(Object.assign({}, ...changes) as object);
    expect(await versionsOf(id)).toHaveLength(1 + changes.length);
  });

  test('for a later day counts from then, and one that is put off leaves no gap', async () => {
    const { pricing_id: id } = await api.make<Row>(pricing, { ...price, model_id: 'later' });
    const to = async (input_price_per_1k: string, effective_date: string) =>
      expect((await api.patch(`${pricing}/${id}`, { input_price_per_1k, effective_date })).status).toBe(200);
    await to('0.5', day(10));
    await to('0.6', day(20));
    const standing = (await versionsOf(id)).filter(({ state }) => state === 'approved');
    expect(standing.map((version) => version.price)).toEqual(['0.002', '0.002', '0.6']);
    expect(standing.map(({ to: end }) => end?.toISOString().slice(0, 10))).toEqual([day(10), day(20), undefined]);
    expect(standing[1]?.from).toEqual(standing[0]?.to);
    await to('0.7', day(0));
    expect((await api.get(`${pricing}/${id}`)).body).toMatchObject({ input_price_per_1k: '0.7' });
    const { prices } = await server.directory.catalog();
    const now = prices.filter(
      ({ subject, validFrom, validTo }) =>
        subject.name === 'openai/later' &&
        Date.parse(validFrom) <= Date.now() &&
        (validTo === undefined || Date.parse(validTo) > Date.now()),
    );
    expect(now.map((version) => version.components[0]?.price)).toEqual(['0.7']);
  });

  test('that is over, or switched off, is still there and prices nothing; removed, it is gone', async () => {
    const named = async () =>
      (await server.directory.catalog()).prices.filter(
        ({ subject, validTo }) =>
          subject.name === 'openai/ending' && (validTo === undefined || Date.parse(validTo) > Date.now()),
      ).length;
    const { pricing_id: id } = await api.make<Row>(pricing, {
      ...price,
      model_id: 'ending',
      effective_date: '2026-01-01',
    });
    expect(await named()).toBe(1);
    expect((await api.post(`${pricing}/${id}/disable`)).body).toMatchObject({ is_enabled: false });
    expect(await named()).toBe(0);
    expect((await api.post(`${pricing}/${id}/enable`)).body).toMatchObject({ is_enabled: true });
    expect(await named()).toBe(1);
    expect((await api.patch(`${pricing}/${id}`, { end_date: day(-1) })).body).toMatchObject({ end_date: day(-1) });
    expect(await named()).toBe(0);
    expect((await api.get(`${pricing}/${id}`)).status).toBe(200);
    expect((await api.remove(`${pricing}/${id}`)).status).toBe(200);
    expect((await api.get(`${pricing}/${id}`)).status).toBe(404);
    expect((await rowsAt(pricing)).some((row) => row.pricing_id === id)).toBe(false);
  });

  test('stands under the catalogue’s name of its model, once there is one', async () => {
    await api.make('/api/v1/providers', { name: 'acme-ai', adapter: 'simulator', base_url: 'simulator://acme' });
    await api.make('/api/v1/models', { provider: 'acme-ai', model_id: 'm-1', name: 'acme/m-1' });
    await api.make(`${base}/acme-ai/pricing`, { ...price, model_id: 'm-1' });
    const { prices } = await server.directory.catalog();
    expect(prices.filter(({ book }) => book === 'organization').map(({ subject }) => subject.name)).toContain(
      'acme/m-1',
    );
  });
});

describe('free tokens that nobody has confirmed', () => {
  test('are shown with a warning, and paid usage is priced from the first token', async () => {
    const { body } = await api.get(`${base}/gemini/pricing/gemini-2.0-flash`);
    expect(body).toMatchObject({
      pricing_type: 'free_tier',
      free_tier_input_tokens: 2_000_000_000,
      free_tier_reset_frequency: 'daily',
      free_tier_active: false,
      warnings: [expect.stringMatching(/^free_tier_unverified/)],
    });
    const { prices } = await server.directory.catalog();
    const version = prices.find(({ subject }) => subject.name.endsWith('gemini-2.0-flash'));
    expect(version?.components).toEqual([
      { meter: 'input', price: '0.0001', per: '1000', currency: 'usd' },
      { meter: 'output', price: '0.0004', per: '1000', currency: 'usd' },
    ]);
  });

  test('are taken off once somebody says that they are granted', async () => {
    const activated = await api.patch(`${base}/gemini/pricing/gemini-1.5-pro`, { free_tier_active: true });
    expect(activated).toMatchObject({ status: 200, body: { free_tier_active: true, warnings: [] } });
    const { prices } = await server.directory.catalog();
    const current = prices.findLast(({ subject }) => subject.name.endsWith('gemini-1.5-pro'));
    expect(current?.components[0]).toMatchObject({ allowance: { limit: '50000000', period: 'day' } });
  });
});

describe('a plan', () => {
  test('has the documents’ fields, and is changed, switched off and removed', async () => {
    const [tier] = (await rowsAt(plans)).filter((row) => row['plan_name'] === 'TIER1');
    expect(tier).toMatchObject({
      provider: 'openai',
      is_custom: false,
      quantity: 1,
      unit_price_usd: '20',
      tier_type: 'paid',
      rpm_limit: 500,
      tpm_limit: 30_000,
      rpd_limit: 10_000,
      tpd_limit: null,
    });
    const made = await api.post(
      plans,
      `{"plan_name": "HOUSE", "unit_price_usd": 19.990, "tier_type": "committed_use",
      "committed_spend_usd": "1000.50", "commitment_term_months": 24, "discount_percentage": 25, "auth_type": "oauth"}`,
    );
    expect(made).toMatchObject({
      status: 201,
      body: { is_custom: true, unit_price_usd: '19.99', committed_spend_usd: '1000.5', discount_percentage: '25' },
    });
    const { subscription_id: id } = made.body as Row;
    const etag = made.headers.get('etag') ?? '';
    const patched = await api.patch(`${plans}/${id}`, { rpm_limit: 7 }, { 'if-match': etag });
    expect(patched).toMatchObject({ status: 200, body: { rpm_limit: 7, commitment_term_months: 24 } });
    expect((await api.patch(`${plans}/${id}`, { rpm_limit: 8 }, { 'if-match': etag })).status).toBe(412);
    const put = await api.ask(`${plans}/HOUSE`, { method: 'PUT', body: plan });
    expect(put).toMatchObject({ status: 200, body: { subscription_id: id, rpm_limit: null, tier_type: 'paid' } });
    expect((await api.post(`${plans}/${id}/disable`)).body).toMatchObject({ is_enabled: false });
    expect((await api.post(plans, plan)).status).toBe(201);
    expect(await api.post(`${plans}/${id}/enable`)).toMatchObject({
      status: 400,
      body: { error: { param: 'effective_date' } },
    });
    expect((await api.remove(`${plans}/${id}`)).status).toBe(200);
    expect((await api.get(`${plans}/${id}`)).status).toBe(404);
  });

  test.each([
    ['a wrong tier', { tier_type: 'gold' }, 'tier_type'],
    ['no tier', { tier_type: null }, 'tier_type'],
    ['a wrong way in', { auth_type: 'password' }, 'auth_type'],
    ['a negative price', { unit_price_usd: -5 }, 'unit_price_usd'],
    ['a negative credit', { trial_credit_usd: '-5' }, 'trial_credit_usd'],
    ['a negative limit', { rpm_limit: -1 }, 'rpm_limit'],
    ['a broken limit', { tpd_limit: '1.5' }, 'tpd_limit'],
    ['a term of nothing', { commitment_term_months: 0 }, 'commitment_term_months'],
    ['more seats than can be', { quantity: 3_000_000_000 }, 'quantity'],
    ['a discount beyond all', { discount_percentage: 101 }, 'discount_percentage'],
    ['a trial that ends never', { trial_end_date: 'never' }, 'trial_end_date'],
    ['an end before its beginning', { effective_date: '2026-03-02', end_date: '2026-03-01' }, 'end_date'],
    ['a name that overlaps', { plan_name: 'TIER1' }, 'effective_date'],
    ['an unknown field', { price: '5' }, 'price'],
  ])('is refused with %s, and the field is named', async (_, wrong, field) => {
    const answer = await api.post(plans, { ...plan, plan_name: 'WRONG', ...wrong });
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'invalid_parameter', param: field } } });
  });

  test('of the platform stands beside those of organizations', async () => {
    const made = await api.make<Row>('/api/v1/plans', { ...plan, provider: 'openai' });
    expect((await api.get(`/api/v1/plans/${made.subscription_id}`)).body).toMatchObject({ plan_name: 'HOUSE' });
    expect(await rowsAt('/api/v1/plans')).toHaveLength(1);
    expect(((await api.get('/api/v1/plans?provider=gemini')).body as { data: unknown[] }).data).toEqual([]);
    expect(await api.post('/api/v1/plans', plan)).toMatchObject({
      status: 400,
      body: { error: { param: 'provider' } },
    });
    expect((await api.post(`/api/v1/plans/${made.subscription_id}/disable`)).body).toMatchObject({ is_enabled: false });
    expect((await api.remove(`/api/v1/plans/${made.subscription_id}`)).status).toBe(200);
  });
});

test('of two who add a row for the same days at the same time one is refused', async () => {
  const add = (path: string, body: object) => Promise.all(Array.from({ length: 5 }, () => api.post(path, body)));
  for (const answers of [
    await add(pricing, { ...price, model_id: 'contested' }),
    await add(plans, { ...plan, plan_name: 'CONTESTED' }),
  ]) {
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 400)).toHaveLength(4);
  }
});

describe('a reset', () => {
  test('restores what was changed or removed, and leaves custom rows alone', async () => {
    await api.make('/api/v1/organizations/onboard', { slug: 'reset', name: 'Reset' });
    const at = '/api/v1/integrations/reset';
    const before = (await api.get(`${at}/all/pricing/export.csv`)).body as string;
    const custom = await api.make<Row>(`${at}/openai/pricing`, price);
    await api.patch(`${at}/openai/pricing/gpt-4o`, { input_price_per_1k: '9' });
    await api.remove(`${at}/anthropic/pricing/claude-3-haiku-20240307`);
    await api.remove(`${at}/openai/pricing/o1`);
    await api.make(`${at}/openai/pricing`, { ...price, model_id: 'o1' });
    expect((await api.post(`${at}/openai/pricing/reset`)).body).toEqual({
      restored: 6,
      removed: 0,
      custom_kept: 2,
      skipped: ['openai o1'],
    });
    expect((await api.get(`${at}/openai/pricing/gpt-4o`)).body).toMatchObject({ input_price_per_1k: '0.0025' });
    expect((await api.get(`${at}/anthropic/pricing/claude-3-haiku-20240307`)).status).toBe(404);
    await api.remove(`${at}/openai/pricing/o1`);
    expect((await api.post(`${at}/all/pricing/reset`)).body).toMatchObject({
      restored: 18,
      custom_kept: 1,
      skipped: [],
    });
    expect((await api.get(`${at}/openai/pricing/${custom.pricing_id}`)).status).toBe(200);
    await api.remove(`${at}/openai/pricing/${custom.pricing_id}`);
    const after = (await api.get(`${at}/all/pricing/export.csv`)).body as string;
    const contents = (csv: string) =>
      csv
        .split('\n')
        .map((line) => line.replace(/^[^,]*,/, ''))
        .toSorted();
    expect(contents(after)).toEqual(contents(before));
  });

  test('of plans does likewise', async () => {
    const at = `${base}/anthropic/subscriptions`;
    await api.make(at, plan);
    await api.patch(`${at}/SCALE`, { rpm_limit: 1 });
    expect((await api.post(`${at}/reset`)).body).toMatchObject({ restored: 6, removed: 0, custom_kept: 1 });
    expect((await api.get(`${at}/SCALE`)).body).toMatchObject({ rpm_limit: 1000 });
    expect((await api.get(`${at}/HOUSE`)).status).toBe(200);
  });
});

describe('CSV', () => {
  const importCsv = (path: string, body: string) =>
    api.ask(`${path}/import`, { method: 'POST', body, headers: { 'content-type': 'text/csv' } });
  const exportCsv = async (path: string): Promise<string> => (await api.get(`${path}/export.csv`)).body as string;

  test('that is exported and imported again changes nothing, and its texts are the same', async () => {
    for (const path of [`${base}/all/pricing`, `${base}/all/subscriptions`]) {
      const before = await exportCsv(path);
      expect((await importCsv(path, before)).status).toBe(200);
      expect(await exportCsv(path)).toBe(before);
    }
  });

  test.each(['garbage', '\uFFFD\uFFFD\u0000bad'])('that is no table of these rows is refused: %j', async (body) => {
    expect(await importCsv(`${base}/all/pricing`, body)).toMatchObject({
      status: 400,
      body: { error: { problems: [{ param: 'line 1' }] } },
    });
  });

  test('changes rows by their ids, adds the others, and runs in no spreadsheet', async () => {
    const path = `${base}/custom/pricing`;
    const imported = await importCsv(
      path,
      'model_id,model_name,input_price_per_1k,output_price_per_1k\r\ncsv-1,"\'=1+1, ""x""",1e-7,0.0375\r\n',
    );
    expect(imported).toMatchObject({
      status: 200,
      body: { data: [{ model_name: '=1+1, "x"', input_price_per_1k: '0.0000001', is_custom: true }] },
    });
    const csv = await exportCsv(path);
    expect(csv).toContain(`"'=1+1, ""x"""`);
    const changed = csv.replaceAll('0.0375', '0.0380');
    expect((await importCsv(path, changed)).status).toBe(200);
    expect(await exportCsv(path)).toBe(changed);
  });

  test('with one wrong row imports none, and says which', async () => {
    const before = await exportCsv(pricing);
    const wrong = await importCsv(
      pricing,
      'model_id,input_price_per_1k,output_price_per_1k,pricing_type\nnew-1,1,1,\nnew-2,-1,1,cheap\n',
    );
    expect(wrong).toMatchObject({
      status: 400,
      body: { error: { problems: [{ param: 'rows[1].input_price_per_1k' }, { param: 'rows[1].pricing_type' }] } },
    });
    expect(await exportCsv(pricing)).toBe(before);
    expect((await importCsv(pricing, 'a,b\n1\n')).status).toBe(400);
    expect((await importCsv(pricing, '')).status).toBe(400);
    expect((await importCsv(pricing, 'a,"b\n')).status).toBe(400);
  });
});
