import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clientOf } from './client.ts';
import { type Ended, runCommand, type Started } from './run-command.ts';
import { type AdminServer, startAdminServer } from './server.ts';

let server: AdminServer;
let api: ReturnType<typeof clientOf>;
let folder = '';
let lists = '';

beforeAll(async () => {
  server = await startAdminServer();
  api = clientOf(server);
  folder = await mkdtemp(join(tmpdir(), 'faregate-lists-'));
  lists = join(folder, 'lists');
  await mkdir(join(lists, 'portkey'), { recursive: true });
  await mkdir(join(folder, 'data'));
  const said = { url: server.url, token: server.token, pid: process.pid };
  await writeFile(join(folder, 'data', 'server.json'), JSON.stringify(said), { mode: 0o600 });
  await writeFile(join(lists, 'README.md'), '# Lists');
  await writeFile(join(lists, 'usages.jsonl'), '{}\n{}\n');
  await writeFile(join(lists, 'other.json'), '{"a": 1}');
  await writeFile(
    join(lists, 'litellm.json'),
    '{"gpt-test": {"litellm_provider": "openai", "mode": "chat", "input_cost_per_token": 2.5e-06, "output_cost_per_token": 1e-05,' +
      ' "input_dbu_cost_per_token": 1}, "unknown": {"litellm_provider": "openai", "input_cost_per_token": 1e-7}}',
  );
  await writeFile(
    join(lists, 'portkey', 'openai.json'),
    '{"gpt-test": {"pricing_config": {"pay_as_you_go": {"request_token": {"price": 0.00025},' +
      ' "response_token": {"price": 0.0009999999999999999}}}}}',
  );
  await api.make('/api/v1/providers', {
    name: 'openai',
    adapter: 'openai-compatible',
    base_url: 'https://o.example/v1',
  });
  await api.make('/api/v1/models', { provider: 'openai', model_id: 'gpt-test', name: 'gpt-test' });
  const components = [
    { meter: 'input', price: '2', per: '1000000' },
    { meter: 'output', price: '8', per: '1000000' },
  ];
  await api.make('/api/v1/prices', { subject: { kind: 'model', name: 'gpt-test' }, components });
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

function run(args: readonly string[], { environment, ...more }: Partial<Started> = {}): Promise<Ended> {
  return runCommand(args, { environment: { FAREGATE_DATA_DIR: join(folder, 'data'), ...environment }, ...more });
}

const faregate = (...args: readonly string[]): Promise<Ended> => run(args);
const nowhere = { FAREGATE_DATA_DIR: '/nonexistent' };

describe('prices sync without a server', () => {
  test('says what the lists of a folder say, and which files are none', async () => {
    const { status, stdout, stderr } = await run(['prices', 'sync', '--from', lists], { environment: nowhere });
    expect(status).toBe(0);
    expect(stderr).toContain('this is what the lists say');
    expect(stdout).toContain('README.md: skipped, not a JSON file');
    expect(stdout).toContain('usages.jsonl: skipped');
    expect(stdout).toContain('other.json: skipped, no known format');
    expect(stdout).toContain('openai gpt-test input: 2.5 per 1000000 usd  [litellm, portkey]');
    expect(stdout).toContain('openai unknown input: 0.1 per 1000000 usd  [litellm]');
    expect(stdout).toContain('1 × litellm input_dbu_cost_per_token');
    expect(stdout).toContain('portkey response_token has 16 digits; another list has it in few');
    expect(stdout).not.toContain('9999999');
  });

  test('publishes nothing, and says so', async () => {
    const { status, stderr } = await run(['prices', 'sync', '--from', lists, '--apply'], { environment: nowhere });
    expect(status).toBe(1);
    expect(stderr).toContain('Nothing can be published without a running server.');
  });
});

describe('prices sync beside a server', () => {
  test('shows what differs from its book; approved by id, it is published', async () => {
    const { stdout } = await faregate('prices', 'sync', '--from', lists);
    expect(stdout).toContain(
      'openai gpt-test input: 2 per 1000000 -> 2.5 per 1000000 usd (× 1.25)  [litellm, portkey]',
    );
    expect(stdout).toContain('1 prices are of 1 models that the catalogue does not have');
    const [, id = ''] = /([0-9a-f]{12}) {2}openai gpt-test output: 8 per/.exec(stdout) ?? [];
    const approved = await faregate('prices', 'sync', '--approve', id);
    expect(approved).toMatchObject({ status: 0, stderr: '', stdout: expect.stringContaining(id) });
    expect((await api.get('/api/v1/prices/current?name=gpt-test')).body).toMatchObject({
      data: [{ components: [{ price: '2' }, { price: '10' }], provenance: 'synced from litellm' }],
    });
    const applied = await faregate('prices', 'sync', '--from', lists, '--apply', '--json');
    const report = JSON.parse(applied.stdout) as { published: readonly string[]; skipped: readonly unknown[] };
    expect(report).toMatchObject({ published: [expect.any(String)], skipped: [{}, {}, {}] });
    expect((await api.get('/api/v1/prices/current?name=gpt-test')).body).toMatchObject({
      data: [{ components: [{ price: '2.5' }, { price: '10' }] }],
    });
  });

  test('reads an address when it is given one, and follows it nowhere', async () => {
    const host = createServer((request, response) => {
      if (request.url === '/moved.json') response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end();
      else response.end('{"gpt-test": {"litellm_provider": "openai", "input_cost_per_token": 3e-06}}');
    });
    await new Promise<void>((resolve) => {
      host.listen(0, '127.0.0.1', resolve);
    });
    const url = `http://127.0.0.1:${(host.address() as AddressInfo).port}`;
    const read = await faregate('prices', 'sync', '--from', `${url}/list.json`);
    expect(read.stdout).toContain('-> 3 per 1000000 usd');
    const moved = await faregate('prices', 'sync', '--from', `${url}/moved.json`);
    expect(moved).toMatchObject({ status: 1, stderr: expect.stringContaining('answered 302. It points to') });
    host.close();
  });

  test.each([
    [['--from', '/nonexistent/list.json'], 'There is no /nonexistent/list.json.'],
    [['--from', import.meta.filename, '--format', 'abacus'], 'no known format'],
    [[], 'Name a list with --from'],
  ])('%j is refused', async (args, words) => {
    const { status, stderr } = await faregate('prices', 'sync', ...args);
    expect(status).toBe(1);
    expect(stderr).toContain(words);
  });
});

test('a price is published with what a typical request costs beside it', async () => {
  await api.make('/api/v1/aliases', { name: 'nick', targets: ['gpt-test'] });
  const args = [
    'prices',
    'publish',
    'nick',
    '--alias',
    '--input',
    '3',
    '--output',
    '15',
    '--per-request',
    'typical',
    '--json',
  ];
  const { stdout } = await faregate(...args);
  expect(JSON.parse(stdout)).toMatchObject({
    pricing_model: 'hybrid',
    components: [{ meter: 'input' }, { meter: 'output' }, { meter: 'request', price: '0.0105', per: '1' }],
  });
});

describe('the scripts of the documents', () => {
  const script = (name: string): string => new URL(`../../scripts/${name}.mjs`, import.meta.url).pathname;

  test('give aliases the price of their model', async () => {
    await api.make('/api/v1/aliases', { name: 'my-chatbot', targets: ['gpt-test'] });
    const { status, stdout } = await run([], { program: script('sync-custom-model-pricing') });
    expect(status).toBe(0);
    expect(stdout).toContain('my-chatbot follows gpt-test');
  });

  test('add what a typical request costs, of the size that the environment names', async () => {
    const size = { TYPICAL_INPUT_TOKENS: '2000', TYPICAL_OUTPUT_TOKENS: '0' };
    const { status, stdout } = await run([], { program: script('sync-model-pricing-production'), environment: size });
    expect(status).toBe(0);
    expect(stdout).toContain('2000 tokens in, 0 tokens out');
    expect((await api.get('/api/v1/prices/current?name=sim%2Fecho')).body).toMatchObject({
      data: [{ pricing_model: 'hybrid', components: [{}, {}, { meter: 'request', price: '0.002' }] }],
    });
  });
});
