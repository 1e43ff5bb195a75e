import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { clientOf } from './client.ts';
import { type AdminServer, sha256, startAdminServer } from './server.ts';

let server: AdminServer;
let api: ReturnType<typeof clientOf>;

beforeAll(async () => {
  server = await startAdminServer();
  api = clientOf(server);
});
afterAll(() => server.close());

const path = '/api/v1/virtual-keys';
const errorOf = (param: string, words: RegExp) => ({
  status: 400,
  body: { error: { code: 'invalid_parameter', param, message: expect.stringMatching(words) } },
});

describe('a new key', () => {
  test('comes with a user and a wallet of its own, which has the balance at once where calls look', async () => {
    const key = await api.make(path, { name: 'first', balance: '5.00' });
    expect(key.virtual_key).toMatch(/^vk_[A-Za-z0-9_-]{43}$/);
    expect(key.wallet).toEqual({ id: expect.any(String), currency: 'usd', balance: '5' });
    expect((await server.store.wallet(key.wallet.id))?.available).toBe(5_000_000_000_000n);
    const caller = await server.directory.callerByHash(sha256(key.virtual_key));
    expect(caller).toMatchObject({ virtualKeyId: key.id, walletId: key.wallet.id, currency: 'usd' });
  });

  test('takes the organization’s wallet, and makes it in the currency that is asked for', async () => {
    const organization = await api.make('/api/v1/organizations', { name: 'Äpple & Söhne' });
    expect(organization.slug).toBe('apple-sohne');
    const usd = await api.make(path, { name: 'a', organization: organization.slug });
    expect(usd.wallet.id).toBe(organization.wallets[0]?.id);
    const rmb = await api.make(path, { name: 'b', organization: organization.id, currency: 'RMB', balance: '7.5' });
    expect(rmb.wallet).toMatchObject({ currency: 'cny', balance: '7.5' });
    const user = await api.make('/api/v1/users', { email: 'Ada@Example.com', organization: organization.slug });
    const theirs = await api.make(path, { name: 'c', user: 'ada@example.com' });
    expect(theirs).toMatchObject({
      user: { id: user.id },
      organization: { id: organization.id },
      wallet: { id: usd.wallet.id },
    });
  });

  test('adds a balance to a wallet that was there only when that is said', async () => {
    const user = await api.make('/api/v1/users', { email: 'grace@example.com' });
    const refused = await api.post(path, { name: 'x', user: user.id, balance: '1' });
    expect(refused).toMatchObject(errorOf('balance', /top_up/));
    expect((await api.get(`${path}?user=${user.id}`)).body).toMatchObject({ data: [] });
    const key = await api.make(path, { name: 'x', user: user.email, balance: '1', top_up: true });
    expect(key.wallet).toMatchObject({ id: user.wallets[0]?.id, balance: '1' });
    expect(await api.post(path, { name: 'x', wallet: key.wallet.id, balance: '1' })).toMatchObject(
      errorOf('balance', /top_up/),
    );
  });

  test('is shown even when the change cannot be read back at once', async () => {
    const away = vi.spyOn(server.desk, 'refresh').mockRejectedValue(new Error('away'));
    const key = await api.make(path, { name: 'x' });
    away.mockRestore();
    expect(key.virtual_key).toMatch(/^vk_/);
    expect(server.logged.some((line) => line.startsWith('A change is written'))).toBe(true);
  });

  test('keeps its limits in canonical text, and the gateway reads them', async () => {
    const limits = {
      rpm: 3,
      max_concurrent: 2,
      cost_per_minute: '5.0',
      budget: { day: '1.50', total: '50.0' },
      min_balance: '0.10',
    };
    const key = await api.make(path, { name: 'limited', limits });
    const shown = {
      rpm: 3,
      max_concurrent: 2,
      cost_per_minute: '5',
      budget: { day: '1.5', total: '50' },
      min_balance: '0.1',
    };
    expect((await api.get(`${path}/${key.id}`)).body).toMatchObject({ limits: shown });
    const caller = await server.directory.callerByHash(sha256(key.virtual_key));
    expect(caller?.limitOwners[0]?.limits).toMatchObject({ requestsPerMinute: 3, minBalance: 100_000_000_000n });
  });

  const wrong: readonly [unknown, string, RegExp][] = [
    [{}, 'name', /missing/],
    [{ name: '  ' }, 'name', /./],
    [{ name: 'x', nmae: 1 }, 'nmae', /no field/],
    [{ name: 'x', limits: { budget: { daily: '1' } } }, 'limits.budget.daily', /no field/],
    [{ name: 'x', limits: { rpm: 0 } }, 'limits.rpm', /./],
    [{ name: 'x', limits: { rpm: 1.5 } }, 'limits.rpm', /./],
    [{ name: 'x', limits: { budget: { day: '-1' } } }, 'limits.budget.day', /less than zero/],
    [{ name: 'x', limits: { budget: { day: 'much' } } }, 'limits.budget.day', /decimal/],
    [{ name: 'x', limits: { cost_per_minute: '0.0000000000001' } }, 'limits.cost_per_minute', /finer/],
    [{ name: 'x', balance: 5 }, 'balance', /as text/],
    [{ name: 'x', balance: '-5' }, 'balance', /more than zero/],
    [{ name: 'x', balance: '5e3' }, 'balance', /decimal/],
    [{ name: 'x', balance: '99999999999' }, 'balance', /beyond/],
    [{ name: 'x', currency: 'doubloon' }, 'currency', /usd, eur/],
    [{ name: 'x', user: 'nobody@example.com' }, 'user', /POST \/api\/v1\/users/],
    [{ name: 'x', organization: 'nowhere' }, 'organization', /organizations/],
    [{ name: 'x', wallet: '00000000-0000-4000-8000-000000000000' }, 'wallet', /no such wallet/],
    [{ name: 'x', wallet: 'mine' }, 'wallet', /UUID/],
    [{ name: 'x', expires_at: 'tomorrow' }, 'expires_at', /ISO 8601/],
    [{ name: 'x', expires_at: '2020-01-01T00:00:00Z' }, 'expires_at', /passed/],
    [{ name: 'x', allowed_models: ['a', 7] }, 'allowed_models[1]', /./],
    [{ name: 'x', default_output_tokens: 0 }, 'default_output_tokens', /./],
    [{ name: 'x', overspend_policy: 'pray' }, 'overspend_policy', /clamp/],
    [[], 'body', /./],
  ];
  test.each(wrong)('%j is refused naming %s', async (body, param, words) => {
    expect(await api.post(path, body)).toMatchObject(errorOf(param, words));
  });

  test('is not made for a user of another organization, nor on a stranger’s wallet', async () => {
    const [one, two] = [
      await api.make('/api/v1/organizations', { name: 'One' }),
      await api.make('/api/v1/organizations', { name: 'Two' }),
    ];
    const user = await api.make('/api/v1/users', { email: 'x1@example.com', organization: 'one' });
    expect(await api.post(path, { name: 'x', user: user.id, organization: two.id })).toMatchObject(
      errorOf('user', /does not belong/),
    );
    expect(await api.post(path, { name: 'x', organization: one.id, wallet: two.wallets[0]?.id })).toMatchObject(
      errorOf('wallet', /somebody else/),
    );
    const eur = await api.post(path, { name: 'x', wallet: one.wallets[0]?.id, currency: 'eur' });
    expect(eur).toMatchObject(errorOf('currency', /usd.*eur/));
  });
});

describe('a key’s life', () => {
  test('a change is refused when somebody else changed the key since', async () => {
    const { id } = await api.make(path, { name: 'x' });
    const read = await api.get(`${path}/${id}`);
    const etag = read.headers.get('etag') ?? '';
    const first = await api.patch(`${path}/${id}`, { name: 'y', limits: { rpm: 9 } }, { 'if-match': etag });
    expect(first).toMatchObject({ status: 200, body: { name: 'y', limits: { rpm: 9 } } });
    expect(first.headers.get('etag')).not.toBe(etag);
    const second = await api.patch(`${path}/${id}`, { name: 'z' }, { 'if-match': etag });
    expect(second).toMatchObject({ status: 412, body: { error: { param: 'if-match' } } });
    expect((await api.patch(`${path}/${id}`, { limits: null, description: 'd' })).body).toMatchObject({
      name: 'y',
      limits: {},
      description: 'd',
    });
    expect((await api.patch(`${path}/${id}`, { description: null }, { 'if-match': '*' })).body).toMatchObject({
      description: null,
    });
  });

  test('a revoked key is refused everywhere at once, and stays so', async () => {
    const key = await api.make(path, { name: 'x' });
    server.refreshed.splice(0);
    expect((await api.post(`${path}/${key.id}/revoke`)).body).toMatchObject({
      is_active: false,
      revoked_at: expect.any(String),
    });
    expect(server.refreshed).toEqual(['callers']);
    expect((await server.directory.callerByHash(sha256(key.virtual_key)))?.refusedBecause).toMatch(/revoked/);
    expect((await api.post(`${path}/${key.id}/revoke`)).status).toBe(200);
    expect((await api.patch(`${path}/${key.id}`, { is_active: true })).status).toBe(409);
    expect((await api.post(`${path}/${key.id}/rotate`, {})).status).toBe(409);
  });

  test('a rotated key goes on under its id; the old secret works until its grace is over', async () => {
    const key = await api.make(path, { name: 'x' });
    const rotated = (await api.post(`${path}/${key.id}/rotate`, { grace_seconds: 60 })).body as {
      virtual_key: string;
      id: string;
    };
    expect(rotated.id).toBe(key.id);
    const [old, fresh] = await Promise.all(
      [key, rotated].map(({ virtual_key }) => server.directory.callerByHash(sha256(virtual_key))),
    );
    expect(fresh).toMatchObject({ virtualKeyId: key.id });
    expect(fresh?.expiresAt).toBeUndefined();
    expect(old?.virtualKeyId).toBe(key.id);
    expect(old?.expiresAt).toBeGreaterThan(Date.now() + 50_000);
    const again = (await api.post(`${path}/${key.id}/rotate`)).body as { virtual_key: string };
    const ended = await server.directory.callerByHash(sha256(rotated.virtual_key));
    expect(ended?.expiresAt).toBeLessThanOrEqual(Date.now());
    expect(again.virtual_key).not.toBe(rotated.virtual_key);
    expect(await api.post(`${path}/${key.id}/rotate`, { grace_seconds: -1 })).toMatchObject({ status: 400 });
  });

  test('lists go newest first, page by page, and by payer', async () => {
    const user = await api.make('/api/v1/users', { email: 'pages@example.com' });
    const made: string[] = [];
    for (let n = 0; n < 5; n += 1) made.unshift((await api.make(path, { name: `p${n}`, user: user.id })).id);
    const seen: string[] = [];
    let next = '';
    do {
      const { body } = await api.get(`${path}?user=${user.id}&limit=2${next}`);
      const page = body as { data: { id: string }[]; next_cursor: string | null };
      seen.push(...page.data.map((row) => row.id));
      next = page.next_cursor === null ? '' : `&cursor=${page.next_cursor}`;
    } while (next !== '');
    expect(seen).toEqual(made);
    expect((await api.get(`${path}?user=nobody@example.com`)).body).toMatchObject({ data: [] });
    expect((await api.get(`${path}?user=${user.id}&is_active=false`)).body).toMatchObject({ data: [] });
  });

  test('what is not there is not found', async () => {
    for (const id of ['00000000-0000-4000-8000-000000000000', 'x']) {
      expect(await api.get(`${path}/${id}`)).toMatchObject({ status: 404, body: { error: { code: 'not_found' } } });
      expect((await api.patch(`${path}/${id}`, { name: 'x' })).status).toBe(404);
    }
    expect((await api.post(`${path}/00000000-0000-4000-8000-000000000000/revoke`)).status).toBe(404);
  });
});
