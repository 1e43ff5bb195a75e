import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clientOf } from './client.ts';
import { type AdminServer, startAdminServer } from './server.ts';

let server: AdminServer;
let api: ReturnType<typeof clientOf>;

beforeAll(async () => {
  server = await startAdminServer();
  api = clientOf(server);
  await api.make('/api/v1/providers', {
    name: 'acme',
    adapter: 'openai-compatible',
    base_url: 'https://api.acme.example/v1',
  });
});
afterAll(() => server.close());

describe('a provider', () => {
  test('with its key and model becomes a route that the gateway can take', async () => {
    await api.make('/api/v1/providers/acme/keys', { name: 'main', secret: 'sk-acme-0123456789-secret', weight: 3 });
    await api.make('/api/v1/models', {
      provider: 'acme',
      model_id: 'large-2',
      name: 'acme/large',
      max_output_tokens: 1000,
    });
    await api.make('/api/v1/aliases', { name: 'my-chatbot', targets: ['acme/large', 'sim/echo'] });
    const { routes } = await server.directory.catalog();
    const target = routes.find((route) => route.name === 'acme/large')?.targets[0];
    expect(target).toMatchObject({
      model: 'large-2',
      provider: { credentials: [{ secret: 'sk-acme-0123456789-secret', weight: 3 }] },
    });
    expect(routes.find((route) => route.name === 'my-chatbot')?.targets.map((each) => each.name)).toEqual([
      'acme/large',
      'sim/echo',
    ]);
    await api.patch('/api/v1/providers/acme', { status: 'disabled' });
    const after = await server.directory.catalog();
    expect(after.routes.find((route) => route.name === 'acme/large')).toBeUndefined();
    await api.patch('/api/v1/providers/acme', { status: 'active' });
  });

  test.each(['two\nlines', 'a\u0000zero', 'schlüssel', '🔑'])(
    'takes no secret that no header can carry: %j',
    async (secret) => {
      const refused = await api.post('/api/v1/providers/acme/keys', { name: 'odd', secret });
      expect(refused).toMatchObject({ status: 400, body: { error: { code: 'invalid_parameter', param: 'secret' } } });
    },
  );

  test('has one primary key, and a new secret in the place of the old', async () => {
    const keys = '/api/v1/providers/acme/keys';
    const [one, two] = [
      await api.make(keys, { name: 'one', secret: 'first-secret-of-some-length', is_primary: true }),
      await api.make(keys, { name: 'two', secret: 'short', is_primary: true }),
    ];
    expect((await api.get(`${keys}/${one.id}`)).body).toMatchObject({ is_primary: false, prefix: 'fir…gth' });
    expect((await api.get(`${keys}/${two.id}`)).body).toMatchObject({ is_primary: true, prefix: '…' });
    const etag = (await api.get(`${keys}/${one.id}`)).headers.get('etag') ?? '';
    const changed = await api.patch(
      `${keys}/${one.id}`,
      { secret: 'second-secret-of-some-length' },
      { 'if-match': etag },
    );
    expect(changed).toMatchObject({ status: 200, body: { prefix: 'sec…gth' } });
    const { routes } = await server.directory.catalog();
    const secrets = routes
      .find((route) => route.name === 'acme/large')
      ?.targets[0]?.provider.credentials.map((each) => each.secret);
    expect(secrets).toContain('second-secret-of-some-length');
    expect(secrets).not.toContain('first-secret-of-some-length');
    expect((await api.remove(`${keys}/${two.id}`)).status).toBe(200);
    expect((await api.get(`${keys}/${two.id}`)).status).toBe(404);
    expect((await api.get(`/api/v1/providers/sim/keys/${one.id}`)).status).toBe(404);
    expect((await api.get('/api/v1/providers/nobody/keys')).status).toBe(404);
    expect((await api.post('/api/v1/providers/nobody/keys', { name: 'x', secret: 'y' })).status).toBe(404);
  });

  test.each([
    ['providers', { name: 'Ac me', adapter: 'simulator', base_url: 'https://x.example' }, 400, 'name'],
    ['providers', { name: 'acme', adapter: 'simulator', base_url: 'https://x.example' }, 409, 'name'],
    ['providers', { name: 'b', adapter: 'telepathy', base_url: 'https://x.example' }, 400, 'adapter'],
    ['providers', { name: 'b', adapter: 'simulator', base_url: 'ftp://x.example' }, 400, 'base_url'],
    ['providers', { name: 'b', adapter: 'simulator', base_url: 'https://me:secret@x.example' }, 400, 'base_url'],
    ['models', { provider: 'nobody', model_id: 'x', name: 'x' }, 400, 'provider'],
    ['models', { provider: 'sim', model_id: 'x', name: 'sim/echo' }, 409, 'name'],
    ['models', { provider: 'sim', model_id: 'x', name: 'a b' }, 400, 'name'],
    ['models', { provider: 'sim', model_id: 'x', name: 'x', context_window: 0 }, 400, 'context_window'],
    ['aliases', { name: 'x', targets: [] }, 400, 'targets'],
    ['aliases', { name: 'x', targets: ['sim/echo', 'nothing'] }, 400, 'targets[1]'],
    ['aliases', { name: 'sim/echo', targets: ['sim/cent'] }, 409, 'name'],
    ['customer-types', { name: '' }, 400, 'name'],
    ['organizations', { name: '中文' }, 400, 'slug'],
    ['organizations', { name: 'X', customer_type: 'none' }, 400, 'customer_type'],
    ['users', { email: 'nobody' }, 400, 'email'],
    ['users', { email: 'a@example.com', organization: 'none' }, 400, 'organization'],
    ['users', { email: 'a@example.com', limits: { budget: { day: '0.000000001' } } }, 400, 'limits.budget.day'],
  ])('POST %s %j is answered %i naming %s', async (path, body, status, param) => {
    expect(await api.post(`/api/v1/${path}`, body)).toMatchObject({ status, body: { error: { param } } });
  });

  test('an alias can be given other targets, and removed', async () => {
    await api.make('/api/v1/aliases', { name: 'fast', targets: ['sim/echo'] });
    expect((await api.patch('/api/v1/aliases/fast', { targets: ['sim/cent'] })).body).toMatchObject({
      targets: ['sim/cent'],
    });
    expect((await api.patch('/api/v1/aliases/fast', { name: 'slow' })).body).toMatchObject({
      error: { param: 'name' },
    });
    expect((await api.remove('/api/v1/aliases/fast')).body).toMatchObject({ name: 'fast' });
    expect((await api.get('/api/v1/aliases/fast')).status).toBe(404);
  });
});

test('a customer type moves to an organization and back', async () => {
  await api.make('/api/v1/customer-types', { name: 'business' });
  const { id } = await api.make('/api/v1/organizations', { name: 'Apple', customer_type: 'business' });
  expect((await api.get('/api/v1/organizations/apple')).body).toMatchObject({
    id,
    customer_type: { name: 'business' },
  });
  expect(
    (await api.patch('/api/v1/organizations/apple', { customer_type: null, status: 'disabled' })).body,
  ).toMatchObject({
    customer_type: null,
    status: 'disabled',
  });
  const canceled = await api.make('/api/v1/users', { email: 'gone@example.com', organization: 'apple' });
  expect(
    (await api.patch(`/api/v1/users/${canceled.id}`, { status: 'canceled', organization: null })).body,
  ).toMatchObject({
    canceled_at: expect.any(String),
    organization: null,
  });
});

describe('a price', () => {
  const prices = '/api/v1/prices';
  const perRequest = (price: string) => [{ meter: 'request', price, per: '1' }];
  const publish = (name: string, more: object = {}) =>
    api.post(prices, { subject: { kind: 'model', name }, components: perRequest('0.02'), ...more });
  const model = async (): Promise<string> => {
    const name = `m-${crypto.randomUUID()}`;
    await api.make('/api/v1/models', { provider: 'sim', model_id: name, name });
    return name;
  };
  const history = async (name: string) =>
    (
      (await api.get(`${prices}/history?name=${name}`)).body as {
        data: { state: string; valid_from: string; valid_to: string | null }[];
      }
    ).data;

  test('supersedes the one before at once, without a gap', async () => {
    const name = await model();
    const first = await publish(name, { components: perRequest('0.01') });
    expect(first).toMatchObject({
      status: 201,
      body: {
        state: 'current',
        pricing_model: 'per_request',
        currency: 'usd',
        author: 'admin',
        components: [{ currency: 'usd' }],
      },
    });
    await wait(5);
    const second = (await publish(name)).body as { id: string; valid_from: string; predecessor_id: string };
    expect(second.predecessor_id).toBe((first.body as { id: string }).id);
    expect(await history(name)).toMatchObject([
      { state: 'current', valid_from: second.valid_from, valid_to: null },
      { state: 'ended', valid_to: second.valid_from },
    ]);
    expect((await api.get(`${prices}/current?name=${name}`)).body).toMatchObject({ data: [{ id: second.id }] });
  });

  test('can be scheduled, overtaken before it begins, and replaced', async () => {
    const name = await model();
    await publish(name);
    const later = new Date(Date.now() + 3_600_000).toISOString();
    await publish(name, { valid_from: later });
    const now = (await publish(name)).body as { valid_to: string };
    expect(now.valid_to).toBe(later);
    await publish(name, { valid_from: later, components: perRequest('0.03') });
    const states = (await history(name)).map((version) => version.state);
    expect(states.toSorted()).toEqual(['current', 'ended', 'replaced', 'scheduled']);
    const overlapping = await publish(name, { valid_to: new Date(Date.parse(later) + 1).toISOString() });
    expect(overlapping).toMatchObject({ status: 409, body: { error: { message: expect.stringContaining(later) } } });
  });

  test('of many that are published at once leaves exactly one current, and no overlap', async () => {
    const name = await model();
    const answers = await Promise.all(Array.from({ length: 8 }, () => publish(name)));
    expect(answers.map((answer) => answer.status)).toEqual(answers.map(() => 201));
    expect((await history(name)).filter((version) => version.state === 'current')).toHaveLength(1);
  });

  test('belongs to a customer type, an organization or nobody, as its book says', async () => {
    const name = await model();
    await api.make('/api/v1/customer-types', { name: 'individual' });
    await api.make('/api/v1/organizations', { name: 'Pear' });
    expect((await publish(name, { book: 'customer_type', owner: 'individual' })).body).toMatchObject({
      owner: { name: 'individual' },
    });
    expect((await publish(name, { book: 'negotiated', owner: 'pear' })).body).toMatchObject({
      owner: { name: 'Pear' },
    });
    expect((await publish(name, { book: 'promotion', owner: 'individual' })).status).toBe(201);
    expect((await api.get(`${prices}?owner=individual&book=customer_type`)).body).toMatchObject({
      data: [{ subject: { name } }],
    });
    const { prices: seen } = await server.directory.catalog();
    expect(seen.filter((version) => version.subject.name === name)).toHaveLength(3);
  });

  test.each([
    [{ subject: { kind: 'model', name: 'nothing' } }, 'subject.name'],
    [{ book: 'customer_type' }, 'owner'],
    [{ book: 'customer_type', owner: 'nobody' }, 'owner'],
    [{ owner: 'nobody' }, 'owner'],
    [{ components: [] }, 'components'],
    [{ components: [{ meter: 'request', price: 0.02, per: '1' }] }, 'components[0].price'],
    [{ components: [{ meter: 'request', price: '-1', per: '1' }] }, 'components[0].price'],
    [{ components: [{ meter: 'request', price: '1', per: '0' }] }, 'components[0].per'],
    [{ components: [{ meter: 'smiles', price: '1', per: '1' }] }, 'components[0].meter'],
    [{ components: [{ meter: 'request', price: '1', per: '1', currency: 'eur' }] }, 'components[0].currency'],
    [{ components: [{ meter: 'request', price: '1', per: '1', when: { moon: 'full' } }] }, 'components[0].when.moon'],
    [{ pricing_model: 'per_token' }, 'pricing_model'],
    [{ currency: 'zzz' }, 'currency'],
    [{ valid_from: '2026-02-01T00:00:00Z' }, 'valid_from'],
    [{ valid_from: '2099-02-01T00:00:00Z', valid_to: '2099-01-01T00:00:00Z' }, 'valid_to'],
    [{ modifiers: [{ factor: '0.5', applies_to: 'everything' }] }, 'modifiers[0].applies_to'],
  ])('%j is refused naming %s', async (more, param) => {
    expect(await publish('sim/cent', more)).toMatchObject({ status: 400, body: { error: { param } } });
  });
});
