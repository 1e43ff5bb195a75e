import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { shiftDecimal } from '#core/money/decimal-text.ts';
import type { IdentifiedProposal, SyncReport } from '#flows/admin/price-sync/sync-prices.ts';
import { type FormatName, readPriceList } from '#price-lists/formats.ts';
import { clientOf } from './client.ts';
import { type AdminServer, startAdminServer } from './server.ts';

let server: AdminServer;
let api: ReturnType<typeof clientOf>;

beforeAll(async () => {
  server = await startAdminServer();
  api = clientOf(server);
  for (const name of ['maker', 'openrouter']) {
    const provider = { name, adapter: 'openai-compatible', base_url: `https://${name}.example/v1` };
    await api.make('/api/v1/providers', provider);
  }
});
afterAll(() => server.close());

let models = 0;

/** A new model in the catalogue, with that price. */
async function model(prices: Readonly<Record<string, string>> = {}, more: object = {}): Promise<string> {
  const name = `model-${++models}`;
  await api.make('/api/v1/models', { provider: 'maker', model_id: name, name });
  const components = Object.entries(prices).map(([meter, price]) => ({ meter, price, per: '1000000' }));
  if (components.length > 0) {
    await api.make('/api/v1/prices', { subject: { kind: 'model', name }, components, ...more });
  }
  return name;
}

function said(source: string, name: string, price: string, more: object = {}): object {
  return {
    source,
    provider: 'maker',
    model: name,
    meter: 'input',
    price,
    per: '1000000',
    currency: 'usd',
    field: 'f',
    ...more,
  };
}

async function sync(candidates: readonly object[], more: object = {}): Promise<SyncReport> {
  const answer = await api.post('/api/v1/prices/sync', { candidates, ...more });
  expect(answer).toMatchObject({ status: 200 });
  return answer.body as SyncReport;
}

const approve = (...ids: readonly string[]) => api.post('/api/v1/prices/sync/approve', { ids });

async function only(candidates: readonly object[]): Promise<IdentifiedProposal> {
  const [proposal] = (await sync(candidates)).proposals;
  if (!proposal) throw new Error('Nothing was proposed.');
  return proposal;
}

/** What Postgres has, as text. */
async function versions(name: string): Promise<readonly { price: string; per: string; provenance: string | null }[]> {
  const { rows } = await server.pool.query<{ price: string; per: string; provenance: string | null }>(
    `select c->>'price' as price, c->>'per' as per, provenance from faregate.price_version, jsonb_array_elements(components) c
     where subject_name = $1 and state = 'approved' order by recorded_at, c->>'meter'`,
    [name],
  );
  return rows;
}

const lists: Readonly<Record<FormatName, (name: string, price: string) => string>> = {
  litellm: (name, price) => `{"${name}": {"litellm_provider": "maker", "input_cost_per_token": ${price}}}`,
  'genai-prices': (name, price) =>
    `[{"id": "maker", "models": [{"id": "${name}", "prices": {"input_mtok": ${price}}}]}]`,
  openrouter: (name, price) => `{"data": [{"id": "${name}", "pricing": {"prompt": "${price}"}}]}`,
  portkey: (name, price) =>
    `{"${name}": {"pricing_config": {"pay_as_you_go": {"request_token": {"price": ${price}}}}}}`,
};
const places = { litellm: 6, 'genai-prices': 0, openrouter: 6, portkey: 4 } as const;

describe('a price goes from file to Postgres without ever being a floating-point number', () => {
  const texts = ['0.1', '1e-7', '0.0375', '0.00000000875'];
  const random = fc.sample(
    fc
      .tuple(fc.bigInt({ min: 1n, max: 999_999_999_999n }), fc.integer({ min: -14, max: -6 }))
      .map(([digits, power]) => `${digits}e${power}`),
    12,
  );

  test.each(Object.keys(lists) as FormatName[])('in the format %s', async (format) => {
    // Chance likes the ends of a range: the same text may come twice.
    for (const text of new Set([...texts, ...random])) {
      const name = `${format}-${text.replaceAll(/[.+]/g, '_')}`;
      const provider = format === 'openrouter' ? 'openrouter' : 'maker';
      await api.make('/api/v1/models', { provider, model_id: name, name });
      const outcome = readPriceList({ name: 'maker.json', text: lists[format](name, text) });
      if (outcome.kind === 'skipped') throw new Error(outcome.why);
      const proposal = await only(outcome.reading.candidates);
      expect(await approve(proposal.id)).toMatchObject({ status: 200, body: { published: [proposal.id] } });
      const [kept] = await versions(name);
      expect(kept?.per).toBe('1000000');
      expect(shiftDecimal(kept?.price ?? '', -places[format])).toBe(shiftDecimal(text));
    }
  });
});

describe('what may be published without a person', () => {
  test('is published when told to, once, and says who said so', async () => {
    const name = await model({ input: '2', output: '10' });
    const candidates = [said('a', name, '2.5'), said('b', name, '2.5')];
    const first = await sync(candidates, { apply: true });
    expect(first.published).toHaveLength(1);
    expect(await versions(name)).toEqual([
      { price: '2', per: '1000000', provenance: null },
      { price: '10', per: '1000000', provenance: null },
      { price: '2.5', per: '1000000', provenance: 'synced from a, b' },
      { price: '10', per: '1000000', provenance: 'synced from a, b' },
    ]);
    const second = await sync(candidates, { apply: true });
    expect(second).toMatchObject({ published: [], proposals: [{ verdict: 'agreed' }] });
    expect(await versions(name)).toHaveLength(4);
  });

  test('is nothing that one list says, or that looks wrong', async () => {
    const name = await model({ input: '2' });
    const report = await sync(
      [said('a', name, '20'), said('b', name, '20'), said('a', name, '1', { meter: 'cache_read' })],
      { apply: true },
    );
    expect(report.published).toEqual([]);
    expect(await versions(name)).toHaveLength(1);
  });

  test('is never what a person has set', async () => {
    const name = await model();
    const { identifiers, administration } = server.desk;
    await administration.prices.publish('someone', {
      id: identifiers.next(),
      book: 'list',
      subject: { kind: 'model', name },
      currency: 'usd',
      pricing_model: 'per_token',
      components: [{ meter: 'input', price: '2', per: '1000000', currency: 'usd' }],
      modifiers: [],
      is_custom: true,
    });
    const report = await sync([said('a', name, '2.5'), said('b', name, '2.5')], { apply: true });
    expect(report).toMatchObject({ published: [], proposals: [{ verdict: 'rejected' }] });
    expect((await approve(report.proposals[0]?.id ?? '')).status).toBe(404);
  });
});

describe('a person approves', () => {
  test('several prices of a model as one version, and approving again changes nothing', async () => {
    const name = await model();
    const { proposals } = await sync([said('a', name, '1'), said('a', name, '4', { meter: 'output' })]);
    const ids = proposals.map(({ id }) => id);
    expect(await approve(...ids)).toMatchObject({
      status: 200,
      body: { published: ids, versions: [{ subject: { name } }] },
    });
    expect(await approve(...ids)).toMatchObject({ status: 200, body: { published: [], unchanged: ids, versions: [] } });
    expect(await versions(name)).toHaveLength(2);
    const kept = await api.get(`/api/v1/prices/proposals?name=${name}&state=approved`);
    expect(kept.body).toMatchObject({ data: [{ decided_by: 'admin' }, { decided_by: 'admin' }] });
  });

  test('and what the list does not name stays: other meters, minimums, conditions', async () => {
    const name = await model();
    const components = [
      { meter: 'audio_second_in', price: '0.111', per: '3600', quantity: { min: '10' } },
      { meter: 'input', price: '1', per: '1000000', when: { service_tier: ['batch'] } },
      { meter: 'input', price: '2', per: '1000000' },
    ];
    await api.make('/api/v1/prices', { subject: { kind: 'model', name }, components });
    const proposals = [said('a', name, '2.5'), said('a', name, '0.00003', { meter: 'audio_second_in', per: '1' })];
    await approve(...(await sync(proposals)).proposals.map(({ id }) => id));
    const { body } = await api.get(`/api/v1/prices/current?name=${name}`);
    expect(body).toMatchObject({
      data: [
        {
          components: [
            { meter: 'audio_second_in', price: '0.00003', per: '1', quantity: { min: '10' } },
            { meter: 'input', price: '1', when: { service_tier: ['batch'] } },
            { meter: 'input', price: '2.5' },
          ],
        },
      ],
    });
  });

  test('one side of a conflict, not both', async () => {
    const name = await model({ input: '2' });
    const { proposals } = await sync([said('a', name, '2.5'), said('b', name, '2.6')]);
    const [one, other] = proposals.map(({ id }) => id);
    expect(await approve(one ?? '', other ?? '')).toMatchObject({ status: 400, body: { error: { param: 'ids' } } });
    expect((await approve(other ?? '')).status).toBe(200);
    expect(await versions(name)).toMatchObject([{ price: '2' }, { price: '2.6' }]);
  });

  test('but not when the price has been changed since the sync', async () => {
    const name = await model({ input: '2' });
    const { id } = await only([said('a', name, '2.5')]);
    const components = [{ meter: 'input', price: '2.2', per: '1000000' }];
    await api.make('/api/v1/prices', { subject: { kind: 'model', name }, components });
    expect(await approve(id)).toMatchObject({ status: 409 });
    expect(await versions(name)).toHaveLength(2);
  });

  test('all or none', async () => {
    const [fine, moved] = [await model({ input: '2' }), await model({ input: '2' })];
    const { proposals } = await sync([said('a', fine, '2.5'), said('a', moved, '2.5')]);
    const components = [{ meter: 'input', price: '9', per: '1000000' }];
    await api.make('/api/v1/prices', { subject: { kind: 'model', name: moved }, components });
    expect((await approve(...proposals.map(({ id }) => id))).status).toBe(409);
    expect(await versions(fine)).toHaveLength(1);
  });

  test('a price of a day to come, which counts from then on', async () => {
    const name = await model({ input: '2' });
    const { id } = await only([said('a', name, '3', { starts: '2999-01-01' })]);
    await approve(id);
    const { body } = await api.get(`/api/v1/prices?name=${name}&state=scheduled`);
    expect(body).toMatchObject({ data: [{ valid_from: '2999-01-01T00:00:00.000Z', components: [{ price: '3' }] }] });
  });

  test('a price of today and one of a day to come together, and each of them once', async () => {
    const name = await model({ input: '2', output: '8' });
    const candidates = [
      said('a', name, '2.5'),
      said('a', name, '3', { starts: '2999-01-01' }),
      said('b', name, '9', { meter: 'output', starts: '2999-01-01' }),
    ];
    const [now, later, other] = (await sync(candidates)).proposals.map(({ id }) => id);
    const shown = async (state: string): Promise<unknown> =>
      (await api.get(`/api/v1/prices?name=${name}&state=${state}`)).body;
    expect(await approve(now ?? '', later ?? '')).toMatchObject({ status: 200 });
    expect(await shown('current')).toMatchObject({ data: [{ components: [{ price: '2.5' }, { price: '8' }] }] });
    expect(await shown('scheduled')).toMatchObject({ data: [{ components: [{ price: '3' }, { price: '8' }] }] });
    expect(await approve(other ?? '')).toMatchObject({ status: 200 });
    expect(await shown('scheduled')).toMatchObject({ data: [{ components: [{ price: '3' }, { price: '9' }] }] });
    await sync(candidates);
    expect(await approve(later ?? '', other ?? '')).toMatchObject({ body: { published: [], versions: [] } });
  });

  test('a price of tokens for what was charged by request: by one or the other, not both', async () => {
    const name = await model();
    const components = [{ meter: 'request', price: '0.01', per: '1' }];
    await api.make('/api/v1/prices', { subject: { kind: 'model', name }, components });
    const proposal = await only([said('a', name, '1')]);
    expect(proposal.verdict).toBe('flagged');
    await approve(proposal.id);
    expect((await api.get(`/api/v1/prices/current?name=${name}`)).body).toMatchObject({
      data: [{ pricing_model: 'hybrid' }],
    });
  });

  test('nothing that a newer sync has replaced', async () => {
    const name = await model({ input: '2' });
    const { id } = await only([said('a', name, '2.5')]);
    await sync([said('a', name, '2.6')]);
    expect(await approve(id)).toMatchObject({ status: 404 });
  });
});

test('a proposal has the same id the next time', async () => {
  const name = await model({ input: '2' });
  const [first, second] = [await only([said('a', name, '2.5')]), await only([said('a', name, '2.5')])];
  expect(second.id).toBe(first.id);
});

test('providers are known by the names that lists give them', async () => {
  const [provider, name] = ['mistral', 'mistral-tiny-9'];
  await api.make('/api/v1/providers', {
    name: provider,
    adapter: 'openai-compatible',
    base_url: 'https://m.example/v1',
  });
  await api.make('/api/v1/models', { provider, model_id: name, name });
  expect(await sync([said('a', name, '1', { provider: 'mistral-ai' })])).toMatchObject({ proposals: [{ name }] });
});

test.each([
  [{ candidates: [{ source: 'a' }] }, 'candidates[0].provider'],
  [{ candidates: [said('a', 'x', '1', { meter: 'telepathy' })] }, 'candidates[0].meter'],
  [{ candidates: [{ ...said('a', 'x', '1'), price: 1 }] }, 'candidates[0].price'],
])('%j is refused, naming %s', async (body, param) => {
  expect(await api.post('/api/v1/prices/sync', body)).toMatchObject({ status: 400, body: { error: { param } } });
});
