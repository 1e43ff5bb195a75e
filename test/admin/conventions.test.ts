import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { clientOf } from './client.ts';
import { type AdminServer, startAdminServer } from './server.ts';

let server: AdminServer;
let api: ReturnType<typeof clientOf>;

beforeAll(async () => {
  server = await startAdminServer();
  api = clientOf(server);
});
afterAll(() => server.close());

describe('whoever asks', () => {
  test('has to say who it is, and every answer has a request id of its own', async () => {
    const silent = await fetch(`${server.url}/api/v1/users`);
    expect(silent.status).toBe(401);
    expect(await silent.json()).toEqual({
      error: { type: 'authentication_error', code: 'missing_key', message: expect.any(String), param: null },
    });
    const ids = new Set<string | null>([silent.headers.get('x-request-id')]);
    for (const path of ['/api/v1/users', '/nothing', '/api/v1/users/x', '/api/openapi.json', '/start', '/%ZZ']) {
      ids.add((await api.get(path, { 'x-request-id': 'mine' })).headers.get('x-request-id'));
    }
    expect(ids.size).toBe(7);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('may guess a few tokens and then waits; one wrong token again and again locks nobody out', async () => {
    const other = await startAdminServer();
    const guess = async (token: string): Promise<number> =>
      (await fetch(`${other.url}/api/v1/users`, { headers: { authorization: `Bearer ${token}` } })).status;
    for (let n = 0; n < 30; n += 1) expect(await guess('old')).toBe(401);
    expect(await guess(other.token)).toBe(200);
    const statuses: number[] = [];
    for (let n = 0; n < 12; n += 1) statuses.push(await guess(`guess-${n}`));
    expect(statuses).toEqual([401, 401, 401, 401, 401, 401, 401, 401, 401, 429, 429, 429]);
    const waiting = await fetch(`${other.url}/api/v1/users`, { headers: { authorization: `Bearer ${other.token}` } });
    expect(waiting.status).toBe(429);
    expect(Number(waiting.headers.get('retry-after'))).toBeGreaterThan(60);
    await other.close();
  });
});

describe('a request that cannot be', () => {
  test.each([
    ['an unknown address', () => api.get('/api/v1/nothing'), 404, 'not_found', null],
    [
      'a method that is not there',
      () => api.ask('/api/v1/users', { method: 'PUT', body: {} }),
      405,
      'method_not_allowed',
      null,
    ],
    ['a method of one row', () => api.remove('/api/v1/users/x'), 405, 'method_not_allowed', null],
    ['broken JSON', () => api.ask('/api/v1/users', { method: 'POST', body: '{"a":' }), 400, 'malformed_request', null],
    [
      'another content',
      () => api.ask('/api/v1/users', { method: 'POST', body: 'x', headers: { 'content-type': 'text/plain' } }),
      400,
      'malformed_request',
      null,
    ],
    [
      'a body beyond measure',
      () => api.post('/api/v1/users', { notes: 'x'.repeat(1_100_000) }),
      413,
      'body_too_large',
      null,
    ],
    ['an unknown filter', () => api.get('/api/v1/users?color=red'), 400, 'invalid_parameter', 'color'],
    ['a page of nothing', () => api.get('/api/v1/users?limit=0'), 400, 'invalid_parameter', 'limit'],
    ['a page too large', () => api.get('/api/v1/users?limit=201'), 400, 'invalid_parameter', 'limit'],
    ['a NUL in a text', () => api.post('/api/v1/customer-types', { name: 'a\u0000b' }), 400, 'invalid_parameter', null],
    ['a NUL in a filter', () => api.get('/api/v1/usage?name=a%00b'), 400, 'invalid_parameter', null],
    ['the year 0', () => api.get('/api/v1/usage?from=0000-01-01T00:00:00Z'), 400, 'invalid_parameter', null],
    ['a cursor made up', () => api.get('/api/v1/users?cursor=abc'), 400, 'invalid_parameter', 'cursor'],
    [
      'another list’s cursor',
      () => api.get(`/api/v1/users?cursor=${Buffer.from('["7"]').toString('base64url')}`),
      400,
      'invalid_parameter',
      'cursor',
    ],
  ])('%s is answered in one shape', async (_, ask, status, code, param) => {
    expect(await ask()).toMatchObject({
      status,
      body: { error: { code, param, message: expect.any(String), type: expect.any(String) } },
    });
  });

  test('names the methods that there are', async () => {
    expect((await api.ask('/api/v1/users', { method: 'PUT', body: {} })).headers.get('allow')).toBe('GET, HEAD, POST');
  });

  test('that fails here says nothing of why, and the log does', async () => {
    const failing = vi
      .spyOn(server.desk.administration.users, 'get')
      .mockRejectedValue(new Error('the disk has spoken'));
    const answer = await api.get('/api/v1/users/x');
    failing.mockRestore();
    expect(answer).toMatchObject({ status: 500, body: { error: { code: 'internal' } } });
    expect(JSON.stringify(answer.body)).not.toContain('disk');
    const line = server.logged.find((each) => each.includes('the disk has spoken'));
    expect(line).toContain(answer.headers.get('x-request-id') ?? 'none');
  });
});

describe('a POST with an Idempotency-Key', () => {
  const post = (key: string, body: unknown, path = '/api/v1/virtual-keys') =>
    api.post(path, body, { 'idempotency-key': key });

  test('is done once, and its first answer comes again, secret and all', async () => {
    const first = await post('k1', { name: 'x', balance: '5' });
    const again = await post('k1', { name: 'x', balance: '5' });
    expect(again.body).toEqual(first.body);
    expect(again.status).toBe(201);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again.headers.get('x-request-id')).not.toBe(first.headers.get('x-request-id'));
    const { rows } = await server.pool.query<{ body: string }>('select body::text from faregate.idempotency_key');
    expect(rows.map((row) => row.body).join(' ')).not.toContain('vk_');
  });

  test('is refused for another body or another address', async () => {
    await post('k2', { name: 'x' });
    expect(await post('k2', { name: 'y' })).toMatchObject({
      status: 409,
      body: { error: { param: 'idempotency-key' } },
    });
    expect((await post('k2', { name: 'x' }, '/api/v1/customer-types')).status).toBe(409);
  });

  test('sent ten times at once is done once', async () => {
    const { wallets } = await api.make('/api/v1/users', { email: 'once@example.com' });
    const id = wallets[0]?.id ?? '';
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => post('k3', { amount: '1' }, `/api/v1/wallets/${id}/top-ups`)),
    );
    expect(new Set(answers.map((answer) => JSON.stringify([answer.status, answer.body]))).size).toBe(1);
    expect((await server.store.wallet(id))?.balance).toBe(1_000_000_000_000n);
  });

  test('that was refused may be sent again', async () => {
    const user = { email: 'late@example.com', organization: 'late' };
    expect((await post('k4', user, '/api/v1/users')).status).toBe(400);
    await api.make('/api/v1/organizations', { name: 'Late' });
    expect((await post('k4', user, '/api/v1/users')).status).toBe(201);
  });

  test('whose process died is not done again in ignorance', async () => {
    await post('k5', { name: 'x' });
    await server.pool.query(
      `update faregate.idempotency_key set status = 0, body = 'null', created_at = now() - interval '2 minutes' where key = 'k5'`,
    );
    expect(await post('k5', { name: 'x' })).toMatchObject({
      status: 409,
      body: { error: { message: expect.stringMatching(/cut off/) } },
    });
  });

  test('is a new request after a day', async () => {
    const first = await post('k6', { name: 'x' });
    await server.pool.query(
      `update faregate.idempotency_key set created_at = now() - interval '25 hours' where key = 'k6'`,
    );
    expect((await post('k6', { name: 'x' })).body).not.toEqual(first.body);
  });

  test('needs a key of some length', async () => {
    expect((await post('x'.repeat(256), { name: 'x' })).status).toBe(400);
  });
});

describe('the description', () => {
  interface Operation {
    readonly summary?: string;
    readonly responses: Record<string, unknown>;
  }
  interface Document {
    readonly openapi: string;
    readonly info: { title: string };
    readonly paths: Record<string, Record<string, Operation>>;
    readonly components: { schemas: Record<string, unknown> };
  }
  const read = async (): Promise<Document> =>
    (await (await fetch(`${server.url}/api/openapi.json`)).json()) as Document;

  test('names every route, and every reference in it leads somewhere', async () => {
    const document = await read();
    expect(document.openapi).toMatch(/^3\.1/);
    const paths = Object.keys(document.paths);
    const nouns = [
      'organizations',
      'users',
      'customer-types',
      'virtual-keys',
      'wallets',
      'vouchers',
      'providers',
      'models',
      'aliases',
      'prices',
      'price-matrix',
      'fx-rates',
      'usage',
      'audit-log',
    ];
    for (const noun of nouns) expect(paths).toContain(`/api/v1/${noun}`);
    const operations = Object.values(document.paths).flatMap((path) => Object.values(path));
    expect(operations.length).toBeGreaterThan(45);
    expect(
      operations.every((operation) => operation.summary !== undefined && Object.keys(operation.responses).length > 1),
    ).toBe(true);
    const text = JSON.stringify(document);
    for (const [, name = ''] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      expect(document.components.schemas, name).toHaveProperty([name]);
    }
    expect(text).not.toContain('$defs');
  });

  test('says of every field what it is', async () => {
    const document = await read();
    const silent: string[] = [];
    const visit = (value: unknown, path: string): void => {
      if (typeof value !== 'object' || value === null) return;
      const { properties } = value as { properties?: Record<string, Record<string, unknown>> };
      for (const [name, schema] of Object.entries(properties ?? {})) {
        const { anyOf = [] } = schema as { anyOf?: object[] };
        const said = [schema, ...anyOf].some((each) =>
          ['description', '$ref', 'allOf', 'properties'].some((word) => word in each),
        );
        if (!said) silent.push(`${path}.${name}`);
      }
      for (const [name, child] of Object.entries(value)) visit(child, `${path}/${name}`);
    };
    visit(document.components, '');
    visit(document.paths, '');
    expect(silent).toEqual([]);
  });

  test('is shown on a page that fetches nothing from elsewhere', async () => {
    const page = await fetch(`${server.url}/api/docs/`);
    expect(page.status).toBe(200);
    const html = await page.text();
    expect(html).toContain('swagger-ui');
    expect(html).not.toMatch(/(src|href)="(https?:)?\/\//);
    for (const [, file = ''] of html.matchAll(/(?:src|href)="\.?\/?([^"]+)"/g)) {
      const found = await fetch(new URL(file.startsWith('api/') ? `/${file}` : `/api/docs/${file}`, server.url));
      expect([file, found.status]).toEqual([file, 200]);
      await found.body?.cancel();
    }
  });
});
