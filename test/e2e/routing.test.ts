// Configurations, plans and recommended routes on a real process with its whole catalogue and the Postgres it brings.
import { setTimeout as wait } from 'node:timers/promises';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { count, creditsOf, post, said } from '#test/gateway/wire.ts';
import { audit } from '#test/process/audit.ts';
import { connectionTo } from '#test/process/cluster.ts';
import { runCommand } from '#test/process/launch.ts';
import { environmentOf, removeServers, startServer, type TestServer } from '#test/process/server.ts';
import { type Member, startMember } from '#test/routing/fleet.ts';

let server: TestServer;
let qwen: Member;
let free: Member;

beforeAll(async () => {
  [server, qwen, free] = await Promise.all([startServer(), startMember('qwen'), startMember('free')]);
});
afterAll(async () => {
  await removeServers();
  for (const member of [qwen, free]) member.stop();
});

async function change(path: string, body: object): Promise<void> {
  const response = await fetch(`${server.url}/api/v1/${path}`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${server.adminToken}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
}

async function faregate(...words: readonly string[]): Promise<string> {
  const ran = await runCommand(words, environmentOf(server.dataDirectory, {}));
  expect({ words, stderr: ran.stderr }).toEqual({ words, stderr: '' });
  return ran.stdout;
}

const ask = async (key: string, model: string, more: object = {}) => {
  const response = await post(server.url, key, { model, messages: said(), max_tokens: 8, ...more });
  const body = (await response.json()) as {
    readonly error?: { readonly code: string; readonly limit_source?: string };
  };
  return { status: response.status, headers: response.headers, error: body.error };
};
/** What the provider billed tells where the call went: a cent is that of `sim/cent`. */
const costOf = async (key: string) => (await ask(key, 'sim/echo')).headers.get('x-faregate-cost');

test('three levels of nodes are merged on the command line, and changing the root changes the next call', async () => {
  await faregate('config-nodes', 'create', '--name', 'house', '--config-data', '{"targets": [{"model": "sim/cent"}]}');
  await faregate('config-nodes', 'create', '--name', 'floor', '--parent', 'house', '--mount-policy', 'any_node');
  await faregate(
    'config-nodes',
    'create',
    '--name',
    'room',
    '--parent',
    'floor',
    '--config-data',
    '{"retry": {"attempts": 0}}',
  );
  const { key, id } = await server.key('5.00', { may_see_cost: true });
  expect(await costOf(key)).not.toBe('0.01');
  await faregate('keys', 'mount', id, 'room');
  expect(await costOf(key)).toBe('0.01');
  expect((await faregate('config-nodes', 'tree')).trimEnd()).toBe(
    'house  (0 keys, leaf_only)\n  floor  (0 keys, any_node)\n    room  (1 keys, leaf_only)',
  );
  const shown = await faregate('keys', 'config', id);
  expect(shown).toMatch(/^targets +\[\{"model":"sim\/cent"\}\] +config_node house$/m);
  expect(shown).toMatch(/^retry\.attempts +0 +config_node room$/m);
  await change('config-nodes/house', { config_data: { targets: [{ model: 'sim/echo' }] } });
  expect(await costOf(key)).not.toBe('0.01');
});

test('a node that is changed by SQL is acted on as well', async () => {
  const { key } = await server.key('5.00', { may_see_cost: true, config_node: 'room' });
  const database = new Client(await connectionTo(server.dataDirectory));
  await database.connect();
  await database.query(
    `update data.config_nodes set config_data = '{"targets": [{"model": "sim/cent"}]}' where name = 'floor'`,
  );
  for (let waited = 0; (await costOf(key)) !== '0.01'; waited += 50) {
    if (waited > 10_000) throw new Error('Not within ten seconds.');
    await wait(50);
  }
  const { rows } = await database.query<{ computed_config: object }>(
    `select computed_config from data.config_nodes where name = 'room'`,
  );
  expect(rows).toEqual([{ computed_config: { targets: [{ model: 'sim/cent' }], retry: { attempts: 0 } } }]);
  await database.end();
});

test('limits of a node count all keys below it, and its budget is spent by all of them', async () => {
  const limits = { sync_controls: { rate_limits: { rpm: 3 }, budget: { balance: 0.025, currency: 'USD' } } };
  await server.admin('/api/v1/config-nodes', { name: 'shared', config_data: limits });
  const keys = await Promise.all(Array.from({ length: 3 }, () => server.key('5.00', { config_node: 'shared' })));
  const asked = await Promise.all(keys.flatMap(({ key }) => [ask(key, 'sim/cent'), ask(key, 'sim/cent')]));
  expect(asked.filter(({ status }) => status === 200)).toHaveLength(2);
  const sources = new Set(asked.map(({ error }) => error?.limit_source));
  expect(sources).toEqual(new Set([undefined, 'config_node.budget.total']));
  await change('config-nodes/shared', { config_data: { sync_controls: { rate_limits: { rpm: 3 } } } });
  const again = await Promise.all(keys.map(({ key }) => ask(key, 'sim/cent')));
  expect(count(again.map(({ status }) => status))).toEqual({ 200: 1, 429: 2 });
  expect(again.find(({ error }) => error)?.error?.limit_source).toBe('config_node.rpm');
});

test('the sample configuration of the documents, numbers and all, is what a key acts on', async () => {
  await change('providers/dashscope', { base_url: qwen.provider.baseUrl });
  await server.admin('/api/v1/providers/dashscope/keys', { name: 'main', secret: 'secret-of-dashscope' });
  await server.admin('/api/v1/prices', {
    subject: { kind: 'model', name: 'qwen-turbo' },
    components: [
      { meter: 'input', price: '1000', per: '1000000' },
      { meter: 'output', price: '1000', per: '1000000' },
    ],
  });
  const sample = {
    strategy: { mode: 'single' },
    targets: [{ provider: 'dashscope', override_params: { model: 'qwen-turbo', max_tokens: 2000, temperature: 0.7 } }],
    retry: { attempts: 2, on_status_codes: [429, 502] },
    cache: { mode: 'simple' },
    metadata: {
      _neuropia: {
        sync_controls: {
          budget: { balance: 50.0, currency: 'USD', min_balance: 0.1 },
          rate_limits: { max_concurrent: 3, cost_per_minute: 5.0 },
        },
        async_tracking: { enable_usage_tracking: true },
      },
    },
  };
  const { key, id } = await server.key('2.00', { config_data: sample });
  expect(await server.admin(`/api/v1/virtual-keys/${id}`)).toMatchObject({ computed_config: sample });
  const answered = await ask(key, 'qwen-turbo', { temperature: 1, max_tokens: 9_000 });
  expect(answered.status).toBe(200);
  expect(qwen.seen[0]?.body).toMatchObject({ model: 'qwen-turbo', temperature: 0.7 });
  // At $1 a thousand the wallet affords less than 2,000 tokens, since 0.1 has to stay in it.
  expect(Number(qwen.seen[0]?.body['max_tokens'])).toBeLessThan(1_900);
  expect(answered.headers.get('x-faregate-charge')).toBe('0.015');
  const { headers } = await ask(key, 'qwen-turbo', { temperature: 1, max_tokens: 9_000 });
  expect(headers.get('x-faregate-cache')).toBe('hit');
  expect(qwen.seen).toHaveLength(1);
  expect((await creditsOf(server.url, key)).balance).toBe('1.985');
});

test('a provider key of the FREE plan of the documents never sees a fourth call in a minute, from 200 callers', async () => {
  await change('providers/openai', { base_url: free.provider.baseUrl });
  await server.admin('/api/v1/providers/openai/keys', { name: 'main', secret: 'secret-of-openai', plan: 'FREE' });
  const keys = await Promise.all(Array.from({ length: 20 }, () => server.key('5.00')));
  const asked = await Promise.all(
    Array.from({ length: 200 }, (_, no) => ask(keys[no % keys.length]?.key ?? '', 'gpt-4o-mini')),
  );
  expect(count(asked.map(({ status }) => status))).toEqual({ 200: 3, 429: 197 });
  expect(free.seen).toHaveLength(3);
  const waits = asked.filter(({ status }) => status === 429).map(({ headers }) => Number(headers.get('retry-after')));
  expect(Math.min(...waits)).toBeGreaterThan(0);
  const { targets } = (await server.admin('/api/v1/routing/health')) as { readonly targets: readonly object[] };
  expect(targets).toContainEqual(
    expect.objectContaining({ target: 'gpt-4o-mini', state: 'closed', calls: 3, failures: 0 }),
  );
});

test('the recommended routes are there under their names, and those with a price and a key answer', async () => {
  const { data } = (await server.admin('/api/v1/aliases?limit=200')) as {
    readonly data: readonly { readonly name: string; readonly targets: readonly string[] }[];
  };
  const targets = new Map(data.map((alias) => [alias.name, alias.targets.join()]));
  expect(
    ['default', 'cheap', 'fast', 'premium', 'image/default', 'image/quality', 'image/premium'].map((name) =>
      targets.get(name),
    ),
  ).toEqual([
    'deepseek-chat',
    'glm-4-flash',
    'grok-4-1-fast',
    'gpt-5.2',
    'stable-diffusion-xl-1024-v1-0',
    'flux-2-pro',
    'midjourney-v7',
  ]);
  expect(['video/default', 'video/standard', 'video/premium'].map((name) => targets.get(name))).toEqual([
    'MiniMax-Hailuo-02',
    'kling-2.6',
    'gen4.5',
  ]);
  for (const [provider, name, model] of [
    ['deepseek', 'default', 'deepseek-chat'],
    ['zai', 'cheap', 'glm-4-flash'],
    ['xai', 'fast', 'grok-4-1-fast'],
  ] as const) {
    await change(`providers/${provider}`, { base_url: qwen.provider.baseUrl });
    await server.admin(`/api/v1/providers/${provider}/keys`, { name: 'main', secret: `secret-of-${provider}` });
    const { key } = await server.key('5.00');
    const { status, headers } = await ask(key, name);
    expect([name, status]).toEqual([name, 200]);
    expect(headers.get('x-faregate-charge') === '0').toBe(name === 'cheap');
    expect(qwen.seen.at(-1)?.body).toMatchObject({ model });
  }
});

test('and the books are sound', async () => {
  await server.stop();
  expect(await audit(server.dataDirectory)).toMatchObject({ findings: [] });
});
