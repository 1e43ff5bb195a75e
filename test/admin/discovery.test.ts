import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type OwnUpstream, startOwnUpstream, whole } from '#test/gateway/own-upstream.ts';
import { clientOf } from './client.ts';
import { type AdminServer, startAdminServer } from './server.ts';

let server: AdminServer;
let api: ReturnType<typeof clientOf>;
let upstream: OwnUpstream;
let provider = '';
let count = 0;

beforeAll(async () => {
  server = await startAdminServer();
  api = clientOf(server);
});
afterAll(() => server.close());
beforeEach(async () => {
  provider = `asked-${++count}`;
  upstream = await startOwnUpstream(provider);
  await api.make('/api/v1/providers', {
    name: provider,
    adapter: 'openai-compatible',
    base_url: upstream.provider.baseUrl,
  });
});
afterEach(() => upstream.stop());

const discover = (body: object = {}) => api.post(`/api/v1/providers/${provider}/discover`, body);

/** As servers answer that have no list of the fuller kind. */
function offers(...ids: readonly string[]): void {
  upstream.answers((response) => {
    if (response.req.url === '/v1/models') whole({ data: ids.map((id) => ({ id, object: 'model' })) })(response);
    else response.writeHead(404).end('{}');
  });
}

describe('a provider that is asked for its models', () => {
  test('lists them, with and without prices, and is shown the key that it is called with', async () => {
    await api.make(`/api/v1/providers/${provider}/keys`, { name: 'main', secret: 'sk-for-asking-around' });
    await api.make('/api/v1/models', { provider, model_id: 'here', name: `${provider}/here` });
    let shown: string | undefined;
    upstream.answers((response) => {
      shown = response.req.headers.authorization;
      if (response.req.url !== '/v1/models') response.writeHead(404).end();
      else whole({ data: [{ id: 'here' }, { id: 'text-embedding-9' }, { id: 'here' }, { no: 'id' }] })(response);
    });
    expect((await discover()).body).toEqual({
      provider,
      list: '/models',
      models: [
        { model_id: 'here', kind: 'chat', name: `${provider}/here`, priced: false },
        { model_id: 'text-embedding-9', kind: 'embedding', name: null, priced: false },
      ],
    });
    expect(shown).toBe('Bearer sk-for-asking-around');
  });

  test('of a kind of its own is asked in its own way', async () => {
    const shown: unknown[] = [];
    const ask = async (adapter: string, answer: object) => {
      const name = `${provider}-${adapter}`;
      await api.make('/api/v1/providers', { name, adapter, base_url: upstream.provider.baseUrl });
      await api.make(`/api/v1/providers/${name}/keys`, { name: 'main', secret: 'a-key-of-its-own' });
      upstream.answers((response) => {
        const { headers } = response.req;
        shown.push(headers['x-goog-api-key'] ?? headers['x-api-key'], headers.authorization);
        if (response.req.url?.startsWith('/v1/models?') === true) whole(answer)(response);
        else response.writeHead(404).end('{}');
      });
      return (await api.post(`/api/v1/providers/${name}/discover`, {})).body;
    };
    const models = [
      { name: 'models/gemini-0', supportedGenerationMethods: ['countTokens', 'generateContent'] },
      { name: 'models/vectors', supportedGenerationMethods: ['embedContent'] },
      { name: 'models/film', supportedGenerationMethods: ['predictLongRunning'] },
    ];
    expect(await ask('google', { models })).toMatchObject({
      list: '/models',
      models: [
        { model_id: 'gemini-0', kind: 'chat' },
        { model_id: 'vectors', kind: 'embedding' },
        { model_id: 'film', kind: 'video' },
      ],
    });
    expect(await ask('anthropic', { data: [{ type: 'model', id: 'opus-0' }] })).toMatchObject({
      models: [{ model_id: 'opus-0', kind: 'chat' }],
    });
    expect(shown).toEqual(['a-key-of-its-own', undefined, 'a-key-of-its-own', undefined]);
  });

  test('of LiteLLM’s kind says what each of them does', async () => {
    const rows = [
      {
        model_name: 'chatty',
        litellm_params: { model: 'openai/x' },
        model_info: { mode: 'chat', input_cost_per_token: 1e-7 },
      },
      { model_name: 'painter', model_info: { mode: 'image_generation' } },
    ];
    upstream.answers((response) => {
      if (response.req.url === '/v1/model/info') whole({ data: rows })(response);
      else response.writeHead(500).end();
    });
    expect((await discover()).body).toMatchObject({
      list: '/model/info',
      models: [
        { model_id: 'chatty', kind: 'chat' },
        { model_id: 'painter', kind: 'image' },
      ],
    });
  });
});

describe('an import', () => {
  test('takes the missing into the catalogue with a price that no sync overwrites, once', async () => {
    const [a, b, taken] = [`a-${count}`, `b-${count}`, 'sim/echo'];
    await api.make('/api/v1/models', { provider, model_id: b, name: b });
    offers(a, b, taken, 'not a name');
    const order = { import: { price_per_request: '0.005' } };
    expect((await discover(order)).body).toMatchObject({
      imported: [a, `${provider}/${taken}`],
      priced: [a, `${provider}/${taken}`, b],
      unusable: ['not a name'],
    });
    expect((await api.get(`/api/v1/prices/current?name=${a}`)).body).toMatchObject({
      data: [{ is_custom: true, pricing_model: 'per_request', components: [{ meter: 'request', price: '0.005' }] }],
    });
    expect((await discover(order)).body).toMatchObject({ imported: [], priced: [] });
  });

  test('takes only what is chosen, and refuses what is not offered', async () => {
    offers(`c-${count}`, `d-${count}`);
    const price_per_request = '0.005';
    expect((await discover({ import: { price_per_request, models: [`d-${count}`] } })).body).toMatchObject({
      imported: [`d-${count}`],
    });
    expect(await discover({ import: { price_per_request, models: ['e'] } })).toMatchObject({
      status: 400,
      body: { error: { param: 'models' } },
    });
  });

  test('makes nothing when its price is none', async () => {
    offers(`f-${count}`);
    expect(await discover({ import: { price_per_request: '-1' } })).toMatchObject({ status: 400 });
    expect((await api.get(`/api/v1/models/f-${count}`)).status).toBe(404);
  });
});

describe('says in words why there is no list', () => {
  const refused = async (): Promise<string> => {
    const answer = await discover();
    expect(answer.status).toBe(502);
    return (answer.body as { error: { message: string } }).error.message;
  };

  test('when it cannot be reached', async () => {
    upstream.stop();
    expect(await refused()).toContain('cannot be reached');
  });

  test.each([
    [401, 'does not accept its key'],
    [403, 'does not accept its key'],
    [302, 'points elsewhere'],
    [500, 'answered 500'],
    [404, 'does not list its models'],
  ])('when it answers %i', async (status, words) => {
    upstream.answers((response) => response.writeHead(status, { location: 'http://127.0.0.1:1/' }).end('{}'));
    expect(await refused()).toContain(words);
  });

  test('when it is no JSON', async () => {
    upstream.answers((response) => response.writeHead(200).end('<html>'));
    expect(await refused()).toContain('with JSON');
  });

  test('when it is larger than any list', async () => {
    const megabyte = Buffer.alloc(1_048_576, 0x20);
    upstream.answers((response) => {
      response.writeHead(200);
      for (let pieces = 0; pieces < 9; pieces += 1) response.write(megabyte);
      response.end();
    });
    expect(await refused()).toContain('larger than');
  });
});

test('a provider that is not spoken to over HTTP, or does not exist, is not asked', async () => {
  expect(await api.post('/api/v1/providers/sim/discover')).toMatchObject({ status: 400 });
  expect(await api.post('/api/v1/providers/nobody/discover')).toMatchObject({ status: 404 });
});
