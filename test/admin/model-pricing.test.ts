import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clientOf } from './client.ts';
import { type AdminServer, startAdminServer } from './server.ts';

let server: AdminServer;
let api: ReturnType<typeof clientOf>;
const url = '/api/admin/model-pricing';

beforeAll(async () => {
  server = await startAdminServer();
  api = clientOf(server);
  const provider = { name: 'acme', adapter: 'openai-compatible', base_url: 'https://api.acme.example/v1' };
  await api.make('/api/v1/providers', provider);
  await api.make('/api/v1/models', { provider: 'acme', model_id: 'large-2', name: 'acme/large' });
  await api.make('/api/v1/aliases', { name: 'my-chatbot', targets: ['acme/large'] });
});
afterAll(() => server.close());

const componentsOf = async (name: string) => {
  const { prices } = await server.directory.catalog();
  const standing = prices.filter(
    ({ subject, validTo }) => subject.name === name && (validTo === undefined || Date.parse(validTo) > Date.now()),
  );
  expect(standing.length).toBeLessThanOrEqual(1);
  return standing[0]?.components.map(({ meter, price, per }) => `${meter} ${price}/${per}`);
};

describe('the table of model prices', () => {
  test('publishes hybrid prices, the typical request’s where none is said', async () => {
    const body = `{"model_name": "claude-opus-4-5", "provider": "acme", "price_per_1k_input_tokens": 0.015,
      "price_per_1k_output_tokens": 0.075, "is_custom": false, "is_active": true, "notes": "as listed"}`;
    const made = await api.post(url, body);
    expect(made).toMatchObject({
      status: 201,
      body: {
        model_name: 'claude-opus-4-5',
        price_per_request: '0.0525',
        price_per_1k_input_tokens: '0.015',
        price_per_1k_output_tokens: '0.075',
        provider: 'acme',
        is_custom: false,
        is_active: true,
        notes: 'as listed',
        pricing_model: 'hybrid',
        created_at: expect.any(String),
        updated_at: expect.any(String),
      },
    });
    expect(await componentsOf('claude-opus-4-5')).toEqual([
      'request 0.0525/1',
      'input 0.015/1000',
      'output 0.075/1000',
    ]);
    expect((await api.get(`${url}/claude-opus-4-5`)).body).toEqual(made.body);
    expect((await api.post(url, body)).status).toBe(409);

    const { id } = made.body as { id: string };
    const cheaper = await api.patch(`${url}/${id}`, '{"price_per_1k_input_tokens": 1e-7}');
    expect(cheaper.body).toMatchObject({ id, price_per_1k_input_tokens: '0.0000001', price_per_request: '0.0375001' });
    const fixed = await api.patch(url, { model_name: 'claude-opus-4-5', price_per_request: '0.5' });
    expect(fixed.body).toMatchObject({ id, price_per_request: '0.5' });
    expect((await api.patch(url, { id, price_per_1k_input_tokens: '1' })).body).toMatchObject({
      price_per_request: '0.5',
    });
    expect((await api.patch(`${url}/${id}`, { price_per_request: null })).body).toMatchObject({
      pricing_model: 'per_token',
    });
  });

  test('leaves what it does not show as it is', async () => {
    await api.make('/api/v1/prices', {
      subject: { kind: 'model', name: 'acme/large' },
      components: [
        { meter: 'input', price: '0.15', per: '1000000' },
        { meter: 'output', price: '0.6', per: '1000000' },
        { meter: 'cache_read', price: '0.015', per: '1000000' },
        { meter: 'input', price: '0.3', per: '1000000', when: { prompt_tokens: { gt: 200_000 } } },
      ],
    });
    expect((await api.get(`${url}?name=acme/large`)).body).toMatchObject({
      data: [
        { price_per_1k_input_tokens: '0.00015', price_per_1k_output_tokens: '0.0006', price_per_request: '0.00045' },
      ],
    });
    const path = `${url}/${encodeURIComponent('acme/large')}`;
    expect((await api.patch(path, { price_per_1k_output_tokens: '0.001' })).status).toBe(200);
    expect(await componentsOf('acme/large')).toEqual([
      'input 0.15/1000000',
      'output 0.001/1000',
      'cache_read 0.015/1000000',
      'input 0.3/1000000',
    ]);
  });

  test('switches a price off and on again, and ends it', async () => {
    await api.make(url, { model_name: 'my-chatbot', price_per_request: '0.01' });
    expect(await componentsOf('my-chatbot')).toEqual(['request 0.01/1']);
    for (const is_active of [false, true, false, true]) {
      expect((await api.patch(`${url}/my-chatbot`, { is_active })).body).toMatchObject({
        is_active,
        provider: 'custom',
      });
      expect(await componentsOf('my-chatbot')).toEqual(is_active ? ['request 0.01/1'] : undefined);
    }
    expect((await api.remove(`${url}?model_name=my-chatbot`)).status).toBe(200);
    expect((await api.get(`${url}/my-chatbot`)).status).toBe(404);
    const again = await api.make<Record<string, unknown>>(url, { model_name: 'my-chatbot', price_per_request: '0' });
    expect(again['price_per_request']).toBe('0');
  });

  test('replaces a whole row', async () => {
    await api.make(url, { model_name: 'replaced', provider: 'acme', price_per_request: '1', notes: 'first' });
    const replaced = await api.ask(`${url}/replaced`, {
      method: 'PUT',
      body: { model_name: 'replaced', provider: 'acme', price_per_1k_input_tokens: '2' },
    });
    expect(replaced.body).toMatchObject({ price_per_request: '2', price_per_1k_input_tokens: '2', notes: null });
  });

  test('takes no change that was made for another version', async () => {
    const made = await api.post(url, { model_name: 'raced', provider: 'acme', price_per_request: '1' });
    const etag = made.headers.get('etag') ?? '';
    const raise = (price_per_request: string) => api.patch(`${url}/raced`, { price_per_request }, { 'if-match': etag });
    expect((await raise('2')).status).toBe(200);
    expect((await raise('3')).status).toBe(412);
  });

  test.each([
    ['no name', { price_per_request: '1' }, 'model_name'],
    ['no price', { model_name: 'x', provider: 'acme' }, 'price_per_request'],
    ['a negative price', { model_name: 'x', provider: 'acme', price_per_request: '-1' }, 'price_per_request'],
    [
      'a residue of arithmetic',
      { model_name: 'x', provider: 'acme', price_per_1k_input_tokens: 0.1 + 0.2 },
      'price_per_1k_input_tokens',
    ],
    ['a provider that is not there', { model_name: 'x', provider: 'nobody', price_per_request: '1' }, 'provider'],
    ['a new name without provider', { model_name: 'x', price_per_request: '1' }, 'provider'],
    [
      'another provider than the model’s',
      { model_name: 'sim/echo', provider: 'acme', price_per_request: '1' },
      'model_name',
    ],
    [
      'more decimals than can be kept',
      { model_name: 'x', provider: 'acme', price_per_1k_input_tokens: `0.${'1'.repeat(40)}e-20` },
      'price_per_1k_input_tokens',
    ],
    ['an unknown field', { model_name: 'x', provider: 'acme', price: '1' }, 'price'],
  ])('refuses %s', async (_, body, param) => {
    expect(await api.post(url, body)).toMatchObject({ body: { error: { param } } });
    expect((await api.get(`${url}/x`)).status).toBe(404);
    expect((await api.get('/api/v1/models/x')).status).toBe(404);
  });

  test('is for those who administer', async () => {
    expect((await fetch(`${server.url}${url}`)).status).toBe(401);
  });
});
