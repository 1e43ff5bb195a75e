// The catalogue over the API and by commands: read with its sources, and imported.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clientOf } from './client.ts';
import { type Ended, runCommand } from './run-command.ts';
import { type AdminServer, startAdminServer } from './server.ts';

let server: AdminServer;
let api: ReturnType<typeof clientOf>;
let directory: string;

beforeAll(async () => {
  server = await startAdminServer();
  api = clientOf(server);
  directory = await mkdtemp(join(tmpdir(), 'faregate-catalog-'));
});
afterAll(async () => {
  await server.close();
  await rm(directory, { recursive: true });
});

function faregate(...args: readonly string[]): Promise<Ended> {
  return runCommand(args, { environment: { FAREGATE_URL: server.url, FAREGATE_ADMIN_TOKEN: server.token } });
}

test('an import tries first, then does it, and then has nothing left to do', async () => {
  const tried = await api.post('/api/v1/catalog/import', { dry_run: true });
  expect(tried).toMatchObject({ status: 200, body: { dry_run: true, models: { unchanged: 0 } } });
  expect((await api.get('/api/v1/catalog/assertions')).body).toMatchObject({ data: [] });
  const done = await faregate('catalog', 'import', '--json');
  expect(JSON.parse(done.stdout)).toMatchObject({ dry_run: false, models: (tried.body as { models: object }).models });
  expect(server.refreshed).toContain('catalog');
  const again = await faregate('catalog', 'import');
  expect(again.stdout).toMatch(/^models +0 +0 +0 +\d+$/m);
});

describe('a model is found with all that is known of its price', () => {
  test.each(['claude-opus-4-5', 'claude-opus-4.5', 'Claude Opus 4.5', 'claude-opus-4-5-20251101'])(
    'by %s',
    async (ref) => {
      const { body } = await api.get(`/api/v1/catalog/models/${encodeURIComponent(ref)}`);
      expect(body).toMatchObject({
        name: 'claude-opus-4-5',
        callable: false,
        conflicts: 4,
        price: { currency: 'usd' },
      });
    },
  );

  test('and a provider key makes it callable', async () => {
    await api.make('/api/v1/providers/anthropic/keys', { name: 'main', secret: 'sk-ant-0123456789' });
    expect((await api.get('/api/v1/catalog/models/claude-opus-4-5')).body).toMatchObject({ callable: true });
    const { routes } = await server.directory.catalog();
    expect(routes.find(({ name }) => name === 'claude-opus-4.5')?.targets[0]).toMatchObject({
      model: 'claude-opus-4-5',
      provider: { name: 'anthropic', requiresKey: true, credentials: [{ secret: 'sk-ant-0123456789' }] },
    });
  });

  test('and one that is not there is a 404', async () => {
    expect((await api.get('/api/v1/catalog/models/nothing')).status).toBe(404);
  });
});

test.each([
  [
    'catalog/models?type=music',
    {
      data: [
        { name: 'suno', price: null },
        { name: 'udio', price: null },
      ],
    },
  ],
  [
    'catalog/assertions?model=glm-4-long',
    { data: [{ meter: 'input', price: '0.001', confidence: 'refuted' }, { meter: 'output' }] },
  ],
  ['catalog/releases?status=announced&limit=1', { data: [{ status: 'announced' }] }],
  ['catalog/recommendations?area=text&limit=1', { data: [{ use_case: 'Cheap', model: 'glm-4-flash' }] }],
  ['catalog/plans?provider=openai&tier_type=free', { data: [{ plan_name: 'FREE', rpm_limit: '3', rpd_limit: '200' }] }],
])('GET %s', async (path, body) => {
  const answer = await api.get(`/api/v1/${path}`);
  expect(answer.status).toBe(200);
  const { data } = body;
  expect((answer.body as { data: readonly unknown[] }).data.slice(0, data.length)).toMatchObject(data);
});

test('the commands show the same', async () => {
  const listed = await faregate('catalog', 'list', '--provider', 'runway');
  expect(listed.stdout).toMatch(/gen4\.5 +runway +video +available +false +credit 0\.01\/1 usd/);
  const shown = await faregate('catalog', 'show', 'Runway Gen-4.5');
  expect(shown.stdout).toContain('About 22 times too high');
  expect((await faregate('catalog', 'plans', '--provider', 'suno')).stdout).toContain('Premier');
  expect((await faregate('catalog', 'show', 'nothing')).stderr).toContain('There is no such model.');
});

test('a folder that is wrong is refused whole, naming file, line and field', async () => {
  await writeFile(join(directory, 'mine.yaml'), 'models:\n  - {name: mine, provider: nobody}\n');
  const refused = await faregate('catalog', 'import', '--dir', directory);
  expect(refused.status).toBe(1);
  expect(refused.stderr).toContain('mine.yaml:2 models[0].display_name: It is missing.');
  expect(refused.stderr).toContain('mine.yaml:2 models[0].provider: There is no provider "nobody" in these files.');
  const { body } = await api.post('/api/v1/catalog/import', { files: [{ path: 'x.yaml', text: 'models: 3' }] });
  expect(body).toMatchObject({
    error: { param: 'files', message: expect.stringContaining('x.yaml:1 models: A list') },
  });
  expect((await faregate('catalog', 'import', '--dir', join(directory, 'nowhere'))).status).toBe(1);
});
