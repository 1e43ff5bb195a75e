import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { branch } from '#test/routing/branch.ts';
import { clientOf } from './client.ts';
import { type AdminServer, sha256, startAdminServer } from './server.ts';

let server: AdminServer;
let api: ReturnType<typeof clientOf>;

beforeAll(async () => {
  server = await startAdminServer();
  api = clientOf(server);
});
afterAll(() => server.close());

const path = '/api/v1/config-nodes';
const keys = '/api/v1/virtual-keys';
const errorOf = (param: string, words: RegExp, status = 400) => ({
  status,
  body: { error: { param, message: expect.stringMatching(words) as string } },
});
const rpm = (limit: number) => ({ sync_controls: { rate_limits: { rpm: limit } } });
const canonical = (limit: number) => ({ metadata: { _neuropia: rpm(limit) } });

interface Effective {
  readonly config: object;
  readonly origins: readonly { readonly path: string; readonly from: { readonly name: string } }[];
  readonly limits: readonly { readonly config_node: { readonly name: string }; readonly sync_controls: object }[];
  readonly refused: string | null;
}
const effectiveOf = async (key: { readonly id: string }) =>
  (await api.get(`${keys}/${key.id}/effective-config`)).body as Effective;
const callerOf = (key: { readonly virtual_key: string }) => server.directory.callerByHash(sha256(key.virtual_key));

describe('the tree', () => {
  test('of three levels is merged for a key, shows who said what, and changes with its root', async () => {
    await api.make(path, {
      name: 'root',
      config_data: { ...rpm(100), retry: { attempts: 3, on_status_codes: [500] } },
    });
    await api.make(path, {
      name: 'team',
      parent: 'root',
      config_data: { cache: { mode: 'simple', ttl: 60 }, retry: { on_status_codes: [502] } },
    });
    await api.make(path, {
      name: 'shop',
      parent: 'team',
      config_data: { targets: [{ model: 'sim/cent' }], ...rpm(10) },
    });
    const key = await api.make(keys, { name: 'till', config_node: 'shop', config_data: { cache: { ttl: 5 } } });
    expect(key).toMatchObject({ config_node: { name: 'shop' }, config_data: { cache: { ttl: 5 } } });
    const effective = await effectiveOf(key);
    expect(effective.config).toEqual({
      ...canonical(10),
      retry: { attempts: 3, on_status_codes: [502] },
      cache: { mode: 'simple', ttl: 5 },
      targets: [{ model: 'sim/cent' }],
    });
    expect(Object.fromEntries(effective.origins.map(({ path: field, from }) => [field, from.name]))).toEqual({
      'metadata._neuropia.sync_controls.rate_limits.rpm': 'shop',
      'retry.attempts': 'root',
      'retry.on_status_codes': 'team',
      'cache.mode': 'team',
      'cache.ttl': 'till',
      targets: 'shop',
    });
    expect(effective.limits.map(({ config_node: { name }, sync_controls }) => [name, sync_controls])).toEqual([
      ['root', rpm(100).sync_controls],
      ['shop', rpm(10).sync_controls],
    ]);
    const caller = await callerOf(key);
    expect(caller?.routing).toMatchObject({ cacheTtlMs: 5_000, retry: { retries: 3, statusCodes: [502] } });
    expect(caller?.limitOwners.map(({ label, limits }) => [label, limits])).toEqual([
      ['config_node', { requestsPerMinute: 100 }],
      ['config_node', { requestsPerMinute: 10 }],
    ]);

    expect((await api.patch(`${path}/root`, { config_data: { retry: { attempts: 1 } } })).status).toBe(200);
    expect((await callerOf(key))?.routing?.retry.retries).toBe(1);
    expect((await effectiveOf(key)).limits.map(({ config_node: { name } }) => name)).toEqual(['shop']);
    expect((await api.get(`${keys}/${key.id}`)).body).toMatchObject({ computed_config: { retry: { attempts: 1 } } });
    const changed = await server.directory.callersSince(undefined, 100);
    expect(changed.callers.find(({ virtualKeyId }) => virtualKeyId === key.id)?.routing?.retry.retries).toBe(1);
  });

  test('is listed with each node behind its parent', async () => {
    const { body } = await api.get(`${path}/tree`);
    expect(body).toMatchObject({
      data: [
        { name: 'root', depth: 0, keys: 0 },
        { name: 'team', depth: 1 },
        { name: 'shop', depth: 2, keys: 1 },
      ],
    });
    expect((await api.get(`${path}?parent=root`)).body).toMatchObject({ data: [{ name: 'team', children: 1 }] });
    expect((await api.get(`${path}/team/effective`)).body).toMatchObject({
      config: { retry: { attempts: 1, on_status_codes: [502] } },
    });
  });

  test('never runs in a circle', async () => {
    expect(await api.patch(`${path}/root`, { parent: 'team' })).toMatchObject(errorOf('parent', /below itself/));
    expect(await api.patch(`${path}/root`, { parent: 'root' })).toMatchObject(errorOf('parent', /below itself/));
    expect(await api.post(path, { name: 'lost', parent: 'nobody' })).toMatchObject(errorOf('parent', /does not exist/));
  });

  test('refuses unknown and wrong fields by their path, and keeps nothing of them', async () => {
    const wrong = { retry: { atempts: 2 }, targets: [{ model: 'x', override_params: { n: 2 } }] };
    const refused = await api.post(path, { name: 'wrong', config_data: wrong });
    expect(refused).toMatchObject(errorOf('config_data.targets[0].override_params.n', /Unknown field/));
    expect(refused.body).toMatchObject({
      error: {
        problems: [{ param: 'config_data.targets[0].override_params.n' }, { param: 'config_data.retry.atempts' }],
      },
    });
    expect((await api.get(`${path}/wrong`)).status).toBe(404);
    expect(await api.post(keys, { name: 'k', config_data: { cash: {} } })).toMatchObject(
      errorOf('config_data.cash', /Unknown field/),
    );
  });

  test('takes no change that a key below could not act on', async () => {
    await api.make(path, { name: 'choosing', config_data: { targets: [{ name: 'a', model: 'sim/echo' }] } });
    const conditional = { strategy: { mode: 'conditional', conditions: [branch({ 'key.name': 'x' }, 'a')] } };
    const key = await api.make(keys, { name: 'k', config_node: 'choosing', config_data: conditional });
    const refused = await api.patch(`${path}/choosing`, {
      config_data: { targets: [{ name: 'b', model: 'sim/echo' }] },
    });
    expect(refused).toMatchObject(errorOf('config_data.strategy.conditions', /No target has the name "a"/));
    expect((await callerOf(key))?.routing?.targets).toMatchObject([{ name: 'a' }]);
    const budget = {
      targets: [{ name: 'a', model: 'sim/echo' }],
      sync_controls: { budget: { balance: 1, currency: 'EUR' } },
    };
    expect(await api.patch(`${path}/choosing`, { config_data: budget })).toMatchObject(
      errorOf('config_data.metadata._neuropia.sync_controls.budget.currency', /eur/),
    );
  });

  test('is changed by the version that was read', async () => {
    const { headers } = await api.get(`${path}/team`);
    const etag = headers.get('etag') ?? '';
    expect((await api.patch(`${path}/team`, { description: 'one' }, { 'if-match': etag })).status).toBe(200);
    expect((await api.patch(`${path}/team`, { description: 'two' }, { 'if-match': etag })).status).toBe(412);
  });
});

describe('a key', () => {
  test('mounts only where that is allowed', async () => {
    await api.make(path, { name: 'closed', mount_policy: 'none' });
    await api.make(path, { name: 'open', mount_policy: 'any_node' });
    await api.make(path, { name: 'below', parent: 'open' });
    const mount = (config_node: string) => api.post(keys, { name: 'k', config_node });
    expect(await mount('closed')).toMatchObject(errorOf('config_node', /mount_policy none/));
    expect(await mount('root')).toMatchObject(errorOf('config_node', /leaf_only/));
    expect(await mount('nobody')).toMatchObject(errorOf('config_node', /does not exist/));
    expect((await mount('open')).status).toBe(201);
    expect((await mount('below')).status).toBe(201);
    expect(await api.post(path, { name: 'lower', parent: 'below' })).toMatchObject(errorOf('parent', /leaf_only/));
    expect(await api.patch(`${path}/below`, { mount_policy: 'none' })).toMatchObject(errorOf('mount_policy', /1 keys/));
    expect(await api.remove(`${path}/open`)).toMatchObject({
      status: 409,
      body: { error: { message: expect.stringMatching(/mounted/) as string } },
    });
  });

  test('is taken off again, and its node then goes with all below it', async () => {
    await api.make(path, { name: 'gone', mount_policy: 'any_node' });
    await api.make(path, { name: 'gone too', parent: 'gone', config_data: rpm(5) });
    const key = await api.make(keys, { name: 'k', config_node: 'gone too' });
    expect((await callerOf(key))?.limitOwners).toHaveLength(1);
    await api.patch(`${keys}/${key.id}`, { config_node: null });
    expect(await callerOf(key)).toMatchObject({ limitOwners: [] });
    expect((await api.remove(`${path}/gone`)).status).toBe(200);
    expect((await api.get(`${path}/gone%20too`)).status).toBe(404);
    expect((await api.get('/api/v1/audit-log?action=config_node.delete')).body).toMatchObject({
      data: [{ before: { name: 'gone' } }],
    });
  });

  test('may not call while a node above it is switched off', async () => {
    await api.make(path, { name: 'switch', mount_policy: 'any_node' });
    const key = await api.make(keys, { name: 'k', config_node: 'switch' });
    await api.patch(`${path}/switch`, { is_active: false });
    expect((await callerOf(key))?.refusedBecause).toContain('switched off');
    expect(await effectiveOf(key)).toMatchObject({ refused: expect.stringContaining('switch') as string });
    await api.patch(`${path}/switch`, { is_active: true });
    expect((await callerOf(key))?.refusedBecause).toBeUndefined();
  });

  test('has the tighter of what its own row and its own configuration allow', async () => {
    const key = await api.make(keys, {
      name: 'k',
      limits: { rpm: 5, tpm: 100 },
      config_data: { sync_controls: { rate_limits: { rpm: 9, tpm: 50 }, budget: { balance: '2.5' } } },
    });
    expect((await callerOf(key))?.limitOwners).toEqual([
      {
        scope: `key:${key.id}`,
        label: 'virtual_key',
        limits: { requestsPerMinute: 5, tokensPerMinute: 50, budgets: { total: 2_500_000_000_000n } },
      },
    ]);
  });

  test('below nodes that were written by SQL acts on them, or is refused when they do not read', async () => {
    await api.make(path, { name: 'by hand' });
    const key = await api.make(keys, { name: 'k', config_node: 'by hand' });
    const write = (config: object) =>
      server.pool.query('update faregate.config_node set config_data = $1 where name = $2', [
        JSON.stringify(config),
        'by hand',
      ]);
    const found = async () =>
      (await server.directory.callersSince(undefined, 1_000)).callers.find(
        ({ virtualKeyId }) => virtualKeyId === key.id,
      );
    await write({ retry: { attempts: 7 }, ...rpm(4) });
    expect((await server.pool.query('select from faregate.config_node where is_dirty')).rowCount).toBe(1);
    expect(await found()).toMatchObject({
      routing: { retry: { retries: 7 } },
      limitOwners: [{ limits: { requestsPerMinute: 4 } }],
    });
    expect((await server.pool.query('select from faregate.config_node where is_dirty')).rowCount).toBe(0);
    await write({ nonsense: true });
    expect((await found())?.refusedBecause).toContain('does not read (nonsense)');
  });
});

describe('a provider key', () => {
  test('has the limits of its own row, else of its plan', async () => {
    await api.make('/api/v1/providers', {
      name: 'makers',
      adapter: 'openai-compatible',
      base_url: 'https://makers.example/v1',
    });
    const plan = await api.make<{ readonly subscription_id: string }>('/api/v1/plans', {
      provider: 'makers',
      plan_name: 'FREE',
      tier_type: 'free',
      unit_price_usd: '0',
      quantity: 1,
      rpm_limit: 3,
      tpm_limit: 40_000,
      rpd_limit: 200,
      effective_date: '2025-01-01',
      is_enabled: true,
      is_custom: true,
    });
    const made = await api.make<{ readonly id: string; readonly plan: object }>('/api/v1/providers/makers/keys', {
      name: 'main',
      secret: 'sk-1',
      plan: 'FREE',
      limits: { tpm: 10, max_concurrent: 2 },
    });
    expect(made.plan).toEqual({ id: plan.subscription_id, plan_name: 'FREE' });
    await api.make('/api/v1/models', { provider: 'makers', model_id: 'm', name: 'makers/m' });
    const credential = async () => {
      const { routes } = await server.directory.catalog();
      return routes.find(({ name }) => name === 'makers/m')?.targets[0]?.provider.credentials[0];
    };
    const limits = async () => (await credential())?.scopes?.rates.map(({ source, limit }) => [source, limit]);
    expect(await limits()).toEqual([
      ['provider_key.rpm', 3n],
      ['provider_key.rpd', 200n],
      ['provider_key.tpm', 10n],
    ]);
    expect((await credential())?.scopes?.slots).toMatchObject([{ limit: 2 }]);
    await api.patch(`/api/v1/providers/makers/keys/${made.id}`, { plan: null, limits: null });
    expect((await credential())?.scopes).toBeUndefined();
    expect(await api.patch(`/api/v1/providers/makers/keys/${made.id}`, { plan: 'GOLD' })).toMatchObject(
      errorOf('plan', /does not exist/),
    );
  });

  test('and every target show how they do', async () => {
    expect((await api.get('/api/v1/routing/health')).body).toEqual({ targets: [], resting_keys: [] });
  });
});
