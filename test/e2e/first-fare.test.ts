// What the README promises, done as it says, on a real process with the Postgres it brings.
import OpenAI, { toFile } from 'openai';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { currencyOf, formatAmount, parseAmount } from '#core/money/currency.ts';
import { amount } from '#core/money/amount.ts';
import { chunksOf, count, creditsOf, post, said, statusOf } from '#test/gateway/wire.ts';
import { audit } from '#test/process/audit.ts';
import { runCommand } from '#test/process/launch.ts';
import { environmentOf, removeServers, startServer, type TestServer } from '#test/process/server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(() => removeServers());

const usd = currencyOf('usd');
const less = (from: string, taken: string) =>
  formatAmount(amount(parseAmount(from, usd) - parseAmount(taken, usd)), usd);

async function faregate(...words: readonly string[]) {
  return runCommand(words, environmentOf(server.dataDirectory, {}));
}

interface Receipt {
  readonly data: {
    readonly charge: string;
    readonly receipt: { readonly total: string; readonly lines: readonly { readonly amount: string }[] };
  };
}

async function receiptOf(key: string, requestId: string): Promise<Receipt['data']> {
  const response = await fetch(`${server.url}/v1/generation?id=${requestId}`, {
    headers: { authorization: `Bearer ${key}` },
  });
  return ((await response.json()) as Receipt).data;
}

test('a key made on the command line calls the simulator, and credits are 5.00 less exactly the receipt, also after a kill', async () => {
  const made = await faregate('keys', 'create', '--balance', '5.00', '--json');
  expect(made.stderr).toBe('');
  const { virtual_key: key } = JSON.parse(made.stdout) as { virtual_key: string };
  expect(key).toMatch(/^vk_/);

  const response = await post(server.url, key, { model: 'sim/echo', messages: said() });
  expect(response.status).toBe(200);
  for (const name of ['x-request-id', 'x-faregate-charge', 'x-faregate-cost', 'x-faregate-balance']) {
    expect(response.headers.get(name), name).toBeTruthy();
  }
  const requestId = response.headers.get('x-request-id') ?? '';
  const receipt = await receiptOf(key, requestId);
  const lines = receipt.receipt.lines.reduce((sum, line) => sum + parseAmount(line.amount, usd), 0n);
  expect(formatAmount(amount(lines), usd)).toBe(receipt.charge);
  expect(response.headers.get('x-faregate-charge')).toBe(receipt.charge);
  expect((await creditsOf(server.url, key)).balance).toBe(less('5', receipt.charge));

  const streamed = await post(server.url, key, {
    model: 'sim/echo',
    messages: said(),
    stream: true,
    stream_options: { include_usage: true },
  });
  const fare = chunksOf(await streamed.text()).at(-1)?.faregate;
  const balance = less(less('5', receipt.charge), fare?.charge ?? '');
  expect(fare?.balance).toBe(balance);

  await server.kill9Tree();
  server = await startServer({ dataDirectory: server.dataDirectory });
  expect(await creditsOf(server.url, key)).toMatchObject({ balance, held: '0' });
  expect(await receiptOf(key, requestId)).toEqual(receipt);
});

test('texts are judged, and documents ranked, without an account', async () => {
  const { key } = await server.key('1.00');
  const client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: key, maxRetries: 0 });
  const { results } = await client.moderations.create({ model: 'sim/moderation', input: ['Hello', 'violence'] });
  expect(results.map(({ flagged }) => flagged)).toEqual([false, true]);
  const asked = { model: 'sim/rerank', query: 'a ferry', documents: ['a gate', 'a ferry'], return_documents: true };
  const ranked = await post(server.url, key, asked, { path: '/v1/rerank' });
  expect(await ranked.json()).toMatchObject({ results: [{ index: 1, document: { text: 'a ferry' } }, { index: 0 }] });
  // A tenth of a cent, and a unit of search.
  expect(await creditsOf(server.url, key)).toMatchObject({ balance: '0.997', held: '0' });

  const shown = await faregate('usage', 'show', ranked.headers.get('x-request-id') ?? '');
  expect(shown.stdout).toMatch(/^charge: +0\.002 usd$/m);
  expect(shown.stdout).toMatch(/^search_unit +1 +2 +1000 +0\.002 +usd$/m);
  expect(shown.stdout).toMatch(/^sim +sim\/rerank +answered +200 +\d+ +0\.002 usd$/m);
  expect((await faregate('routing', 'health')).stdout).toMatch(/^sim\/rerank +sim +closed +– +\d+ +1 +0$/m);
});

test('images, speech and transcripts without an account, and an image that is drawn while the process is killed is paid once', async () => {
  const { key } = await server.key('1.00');
  const client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: key, maxRetries: 0 });
  await client.images.generate({ model: 'sim/image', prompt: 'A ferry', n: 2 });
  const spoken = await client.audio.speech.create({ model: 'sim/speech', voice: 'alloy', input: 'Hello there' });
  const file = await toFile(Buffer.from(await spoken.arrayBuffer()), 'said.wav');
  const heard = await client.audio.transcriptions.create({ model: 'sim/transcribe', file });
  expect(heard.text).not.toBe('');
  // Two images, eleven characters, one second.
  const balance = less(less(less('1', '0.02'), '0.00011'), '0.0001');
  expect(await creditsOf(server.url, key)).toMatchObject({ balance, held: '0' });

  await server.stop();
  server = await startServer({ dataDirectory: server.dataDirectory, failpoint: 'after-answer-head' });
  const body = { model: 'sim/image', prompt: 'A ferry', quality: 'hd' };
  await expect(post(server.url, key, body, { path: '/v1/images/generations' })).rejects.toThrow();
  await server.exited;
  server = await startServer({ dataDirectory: server.dataDirectory });
  expect(await creditsOf(server.url, key)).toMatchObject({ balance: less(balance, '0.02'), held: '0' });
});

test('2,000 concurrent calls of a cent on a dollar, whole and streamed: exactly 100 pass, on the real ledger too', async () => {
  for (const stream of [false, true]) {
    const { key, walletId } = await server.key('1.00');
    const statuses = await Promise.all(
      Array.from({ length: 2_000 }, () =>
        statusOf(post(server.url, key, { model: 'sim/cent', messages: said(), stream })),
      ),
    );
    expect(count(statuses)).toEqual({ 200: 100, 402: 1_900 });
    expect(await creditsOf(server.url, key)).toMatchObject({ balance: '0', held: '0', overdue: '0' });
    const wallet = (await server.admin(`/api/v1/wallets/${walletId}`)) as { balance: string };
    expect(wallet.balance).toBe('0');
  }
});

test('the same with a budget on the key, which a restart does not refill', async () => {
  const { key } = await server.key('50', { limits: { budget: { total: '1' } } });
  const call = () => statusOf(post(server.url, key, { model: 'sim/cent', messages: said() }));
  const statuses = await Promise.all(Array.from({ length: 2_000 }, call));
  expect(count(statuses)).toEqual({ 200: 100, 402: 1_900 });
  await server.kill9Tree();
  server = await startServer({ dataDirectory: server.dataDirectory });
  expect(await call()).toBe(402);
  expect(await creditsOf(server.url, key)).toMatchObject({ balance: '49' });
});

test('a top-up counts at once, a voucher once, and a revoked key no more', async () => {
  const { key, id, walletId } = await server.key();
  const call = () => statusOf(post(server.url, key, { model: 'sim/cent', messages: said() }));
  expect(await call()).toBe(402);
  await server.admin(`/api/v1/wallets/${walletId}/top-ups`, { amount: '0.01', reference: 'first' });
  await server.admin(`/api/v1/wallets/${walletId}/top-ups`, { amount: '0.01', reference: 'first' });
  expect(await call()).toBe(200);
  expect(await call()).toBe(402);
  const { data } = (await server.admin('/api/v1/vouchers', { count: 1, amount: '0.01' })) as {
    data: readonly { readonly code: string }[];
  };
  const redeem = () => server.admin('/api/v1/vouchers/redeem', { code: data[0]?.code, wallet_id: walletId });
  await redeem();
  await expect(redeem()).rejects.toThrow(/409/);
  expect(await call()).toBe(200);
  await server.admin(`/api/v1/virtual-keys/${id}/revoke`, {});
  expect(await call()).toBe(403);
});

test("a provider of one's own is rows: any server that speaks OpenAI, priced, keyed, and called by its name", async () => {
  await server.admin('/api/v1/providers', {
    name: 'mirror',
    display_name: 'Mirror',
    adapter: 'openai-compatible',
    base_url: `${server.url}/v1`,
  });
  const inner = await server.key('1');
  await server.admin('/api/v1/providers/mirror/keys', { name: 'main', secret: inner.key, is_primary: true });
  await server.admin('/api/v1/models', { provider: 'mirror', model_id: 'sim/cent', name: 'mirror/cent' });
  await server.admin('/api/v1/prices', {
    book: 'list',
    subject: { kind: 'model', name: 'mirror/cent' },
    currency: 'usd',
    pricing_model: 'per_request',
    components: [{ meter: 'request', price: '0.03', per: '1', currency: 'usd' }],
  });
  const outer = await server.key('1');
  const client = new OpenAI({ apiKey: outer.key, baseURL: `${server.url}/v1` });
  const answer = await client.chat.completions.create({
    model: 'mirror/cent',
    messages: [{ role: 'user', content: 'Hi' }],
  });
  expect(answer.choices).toHaveLength(1);
  expect(await creditsOf(server.url, outer.key)).toMatchObject({ balance: '0.97' });
  expect(await creditsOf(server.url, inner.key)).toMatchObject({ balance: '0.99' });
});

test('afterwards the audit finds nothing, beside the running server and after an orderly stop', async () => {
  const beside = await faregate('audit', '--json');
  expect(JSON.parse(beside.stdout)).toMatchObject({ findings: [], incomplete: [] });
  expect(beside.code).toBe(0);
  expect(await server.stop()).toMatchObject({ code: 0 });
  const after = await audit(server.dataDirectory);
  expect(after).toMatchObject({ code: 0, findings: [], incomplete: [] });
  expect(after.counts['events']).toBeGreaterThan(300);
});
