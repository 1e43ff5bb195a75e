import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { clientOf } from './client.ts';
import { type AdminServer, startAdminServer } from './server.ts';

const servers: AdminServer[] = [];
let server: AdminServer;
let api: ReturnType<typeof clientOf>;

beforeEach(async () => {
  server = await startAdminServer();
  servers.push(server);
  api = clientOf(server);
});
afterAll(async () => {
  for (const each of servers) await each.close();
});

const perToken = (input: string, output: string): object => ({
  components: [
    { meter: 'input', price: input, per: '1000000' },
    { meter: 'output', price: output, per: '1000000' },
  ],
});

async function current(name: string): Promise<unknown> {
  const { body } = await api.get(`/api/v1/prices/current?name=${encodeURIComponent(name)}`);
  return (body as { data: readonly unknown[] }).data[0];
}

describe('aliases without a price', () => {
  test('get that of the model they resolve to, follow it, and are published once', async () => {
    await api.make('/api/v1/aliases', { name: 'my-chatbot', targets: ['sim/echo', 'sim/cent'] });
    const first = await api.post('/api/v1/prices/sync-aliases');
    expect(first.body).toMatchObject({ published: [{ alias: 'my-chatbot', model: 'sim/echo' }], missing: [] });
    expect(await current('my-chatbot')).toMatchObject({
      subject: { kind: 'alias' },
      is_custom: false,
      provenance: expect.stringContaining('follows sim/echo'),
      components: [
        { meter: 'input', price: '1' },
        { meter: 'output', price: '2' },
      ],
    });
    expect((await api.post('/api/v1/prices/sync-aliases')).body).toMatchObject({
      published: [],
      unchanged: ['my-chatbot'],
    });

    await api.make('/api/v1/prices', { subject: { kind: 'model', name: 'sim/echo' }, ...perToken('3', '15') });
    expect((await api.post('/api/v1/prices/sync-aliases')).body).toMatchObject({
      published: [{ alias: 'my-chatbot' }],
    });
    expect(await current('my-chatbot')).toMatchObject({ components: [{ price: '3' }, { price: '15' }] });

    await api.patch('/api/v1/aliases/my-chatbot', { targets: ['sim/cent'] });
    await api.post('/api/v1/prices/sync-aliases');
    expect(await current('my-chatbot')).toMatchObject({
      pricing_model: 'per_request',
      components: [{ price: '0.01' }],
    });
  });

  test('with a price of their own keep it, and those whose model has none are named', async () => {
    await api.make('/api/v1/models', { provider: 'sim', model_id: 'new', name: 'sim/new' });
    await api.make('/api/v1/aliases', { name: 'own', targets: ['sim/echo'] });
    await api.make('/api/v1/aliases', { name: 'lost', targets: ['sim/new'] });
    await api.make('/api/v1/prices', { subject: { kind: 'alias', name: 'own' }, ...perToken('7', '8') });
    expect((await api.post('/api/v1/prices/sync-aliases')).body).toEqual({
      published: [],
      unchanged: [],
      own_price: ['own'],
      missing: [{ alias: 'lost', model: 'sim/new' }],
    });
    expect(await current('own')).toMatchObject({ components: [{ price: '7' }, { price: '8' }] });
    expect(await current('lost')).toBeUndefined();
  });
});

describe('the price of a typical request', () => {
  const order = (more: object = {}) => api.post('/api/v1/prices/typical-request', { name: 'sim/echo', ...more });

  test('is 1,000 tokens in and 500 out, or as many as are named; and only shown', async () => {
    await api.make('/api/v1/prices', { subject: { kind: 'model', name: 'sim/echo' }, ...perToken('3', '15') });
    expect((await order()).body).toEqual({
      input_tokens: 1_000,
      output_tokens: 500,
      rows: [{ name: 'sim/echo', price_per_request: '0.0105', currency: 'usd', in_book: false }],
      published: [],
    });
    expect((await order({ input_tokens: 1, output_tokens: 0 })).body).toMatchObject({
      rows: [{ price_per_request: '0.000003' }],
    });
    expect(await order({ input_tokens: 0, output_tokens: 0 })).toMatchObject({ status: 400 });
    expect(await current('sim/echo')).toMatchObject({ pricing_model: 'per_token' });
  });

  test('becomes the price per request of a hybrid price, once, and is reckoned anew when the tokens cost something else', async () => {
    expect((await order({ apply: true })).body).toMatchObject({ published: ['sim/echo'] });
    expect(await current('sim/echo')).toMatchObject({
      pricing_model: 'hybrid',
      components: [{ meter: 'input' }, { meter: 'output' }, { meter: 'request', price: '0.002', per: '1' }],
    });
    expect((await order({ apply: true })).body).toMatchObject({ published: [] });
    expect((await order({ apply: true, output_tokens: 1000 })).body).toMatchObject({ published: ['sim/echo'] });
    expect(await current('sim/echo')).toMatchObject({ components: [{}, {}, { price: '0.003' }] });
  });

  test('never takes the place of a price per request that a person has set', async () => {
    const components = [
      ...(perToken('1', '2') as { components: object[] }).components,
      { meter: 'request', price: '0.5', per: '1' },
    ];
    await api.make('/api/v1/prices', {
      subject: { kind: 'model', name: 'sim/echo' },
      components,
      pricing_model: 'hybrid',
    });
    expect((await order({ apply: true })).body).toMatchObject({ published: [] });
  });
});

describe('the default price per request', () => {
  const order = (body: object) => api.post('/api/v1/prices/default-request', body);

  beforeEach(async () => {
    await api.make('/api/v1/models', { provider: 'sim', model_id: 'new', name: 'sim/new' });
    await api.make('/api/v1/models', { provider: 'sim', model_id: 'gone', name: 'sim/gone', status: 'retired' });
    await api.make('/api/v1/aliases', { name: 'nick', targets: ['sim/new'] });
  });

  test('is off until somebody publishes it; then every name without a price has it, and says so', async () => {
    expect((await order({ price: '0.005' })).body).toEqual({ names: ['sim/new', 'nick'], published: [] });
    expect(await current('sim/new')).toBeUndefined();
    expect((await order({ price: '0.005', apply: true })).body).toMatchObject({ published: ['sim/new', 'nick'] });
    expect(await current('sim/new')).toMatchObject({
      pricing_model: 'per_request',
      is_custom: false,
      components: [{ meter: 'request', price: '0.005', per: '1' }],
      provenance: expect.stringContaining('default price per request'),
    });
    expect((await order({ price: '0.005', apply: true })).body).toEqual({ names: [], published: [] });
    expect((await order({ price: '0.006', apply: true })).body).toMatchObject({ published: ['sim/new', 'nick'] });
    expect((await order({ off: true })).body).toMatchObject({ names: expect.arrayContaining(['sim/new', 'nick']) });
    expect(await current('sim/new')).toBeUndefined();
  });

  test('gives way to a price from a list, and to that of the model', async () => {
    await order({ price: '0.005', apply: true });
    const candidate = {
      source: 'a',
      provider: 'sim',
      model: 'new',
      meter: 'input',
      price: '1',
      per: '1000000',
      currency: 'usd',
      field: 'f',
    };
    const { body } = await api.post('/api/v1/prices/sync', { candidates: [candidate] });
    const [proposal] = (body as { proposals: readonly { id: string }[] }).proposals;
    await api.make('/api/v1/prices/sync/approve', { ids: [proposal?.id] });
    expect(await current('sim/new')).toMatchObject({
      pricing_model: 'per_token',
      components: [{ meter: 'input' }],
      attributes: {},
    });
    expect((await api.post('/api/v1/prices/sync-aliases')).body).toMatchObject({ published: [{ alias: 'nick' }] });
    expect(await current('nick')).toMatchObject({ components: [{ meter: 'input', price: '1' }] });
  });

  test.each([[{}], [{ price: '0.005', off: true }], [{ price: '-1', apply: true }], [{ price: 'much' }]])(
    '%j is refused',
    async (body) => {
      expect(await order(body)).toMatchObject({ status: 400 });
    },
  );
});
