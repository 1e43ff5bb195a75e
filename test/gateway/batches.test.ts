// Files and batches through the official SDK: many calls in one file, set aside for and charged together, at the price of batches.
import OpenAI, { NotFoundError, toFile } from 'openai';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PriceComponent, PriceVersion } from '#core/pricing/component.ts';
import { routeOf, simulatorRow, startTwinGateway, targetOf, type TwinGateway } from './twin-gateway.ts';
import { creditsOf, eventually } from './wire.ts';

const perMillion = (meter: 'input' | 'output', price: string): PriceComponent => ({
  meter,
  price,
  per: '1000000',
  currency: 'usd',
});

const half = { factor: '0.5', applies_to: 'tokens', when: { batch: true } } as const;

function priceOf(name: string, more: Partial<PriceVersion> = {}): PriceVersion {
  return {
    id: `batch-${name}`,
    subject: { kind: 'model', name },
    book: 'list',
    currency: 'usd',
    components: [perMillion('input', '1'), perMillion('output', '2')],
    modifiers: [half],
    validFrom: '2020-01-01T00:00:00Z',
    recordedAt: '2020-01-01T00:00:00Z',
    ...more,
  };
}

const other = {
  ...simulatorRow,
  providerId: 'other',
  name: 'other',
  adapter: 'openai-compatible',
  baseUrl: 'http://127.0.0.1:9/v1',
};

let twin: TwinGateway;

beforeAll(async () => {
  twin = await startTwinGateway({
    routes: [routeOf(targetOf('echo', other)), routeOf({ ...targetOf('echo'), name: 'sim/long' })],
    prices: [
      priceOf('sim/echo'),
      priceOf('sim/long', {
        components: [
          perMillion('input', '1'),
          { ...perMillion('input', '2'), when: { prompt_tokens: { gt: 200 } } },
          perMillion('output', '2'),
        ],
      }),
    ],
  });
});

afterAll(() => twin.stop());

function clientFor(apiKey: string): OpenAI {
  return new OpenAI({ apiKey, baseURL: `${twin.url}/v1`, maxRetries: 0 });
}

const quick = { headers: { 'x-sim-job-ms': '50' } };
const endless = { headers: { 'x-sim-job-ms': '3600000' } };
const chat = '/v1/chat/completions';

interface Line {
  readonly custom_id: string;
  readonly body: Readonly<Record<string, unknown>>;
}

function line(custom_id: string, content: string, more: object = {}): Line {
  return { custom_id, body: { model: 'sim/echo', messages: [{ role: 'user', content }], max_tokens: 100, ...more } };
}

function written(lines: readonly object[], url: string = chat): string {
  return lines.map((each) => JSON.stringify({ method: 'POST', url, ...each })).join('\n');
}

async function upload(client: OpenAI, text: string): Promise<string> {
  const file = await client.files.create({ purpose: 'batch', file: await toFile(Buffer.from(text), 'calls.jsonl') });
  return file.id;
}

async function begin(
  client: OpenAI,
  lines: readonly object[],
  how: { headers: Record<string, string> } = quick,
  endpoint: '/v1/chat/completions' | '/v1/embeddings' | '/v1/responses' = chat,
): Promise<OpenAI.Batch> {
  const input_file_id = await upload(client, written(lines, endpoint));
  return client.batches.create({ input_file_id, endpoint, completion_window: '24h', metadata: { for: 'test' } }, how);
}

const ended = new Set(['completed', 'failed', 'cancelled', 'expired']);

async function done(client: OpenAI, id: string): Promise<OpenAI.Batch> {
  let batch = await client.batches.retrieve(id);
  await eventually(async () => {
    batch = await client.batches.retrieve(id);
    return ended.has(batch.status);
  }, 50);
  return batch;
}

interface Answered {
  readonly custom_id: string;
  readonly response: {
    readonly status_code: number;
    readonly body: { readonly model: string; readonly usage: OpenAI.CompletionUsage };
  };
}

async function answers(client: OpenAI, id: string): Promise<readonly Answered[]> {
  const text = await (await client.files.content(id)).text();
  return text
    .trim()
    .split('\n')
    .map((each) => JSON.parse(each) as Answered);
}

/** In millionths of a dollar, twice. */
function halves(all: readonly Answered[]): number {
  return all.reduce(
    (sum, { response: { body } }) => sum + body.usage.prompt_tokens + 2 * body.usage.completion_tokens,
    0,
  );
}

function dollars(twiceMillionths: number): string {
  return (10 - twiceMillionths / 2_000_000).toFixed(7).replace(/0+$/, '');
}

test('uploaded, begun, asked about until it is completed, fetched: charged is the sum of its lines at half price', async () => {
  const { key } = await twin.key('10');
  const client = clientFor(key);
  const lines = ['one', 'two words', 'and three more'].map((content, index) => line(`call-${index}`, content));
  const begun = await begin(client, lines);
  expect(begun).toMatchObject({ object: 'batch', endpoint: chat, output_file_id: null, metadata: { for: 'test' } });
  expect(begun.id).toMatch(/^batch_[0-9a-f-]{36}$/);
  const batch = await done(client, begun.id);
  expect(batch).toMatchObject({ status: 'completed', request_counts: { total: 3, completed: 3, failed: 0 } });
  const all = await answers(client, batch.output_file_id ?? '');
  expect(all.map(({ custom_id }) => custom_id)).toEqual(['call-0', 'call-1', 'call-2']);
  expect(halves(all)).toBeGreaterThan(100);
  const balance = dollars(halves(all));
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance, held: '0', available: balance });
  await twin.writer.flush();
  const register = twin.ledger.tables.registers.get(begun.id.slice('batch_'.length));
  expect(register).toMatchObject({ total: BigInt(halves(all)) * 500_000n, final: true });
  const output = await client.files.retrieve(batch.output_file_id ?? '');
  expect(output).toMatchObject({ object: 'file', purpose: 'batch_output' });
  expect(output.bytes).toBe((await (await client.files.content(output.id)).blob()).size);
});

test('its hold is the sum of the worst cases, at half price, and is there until the last word', async () => {
  const { key } = await twin.key('10');
  const client = clientFor(key);
  const lines = [line('a', 'x', { max_tokens: 1_000 }), line('b', 'x', { max_tokens: 500, n: 2 })];
  const begun = await begin(client, lines, endless);
  const { held } = await creditsOf(twin.url, key);
  const prompts = lines.map(({ body }) => Math.ceil(Buffer.byteLength(JSON.stringify(body)) / 4) + 64);
  const most = prompts.reduce((sum, tokens) => sum + tokens, 0) + 2 * 2_000;
  expect(held).toBe(String(most / 2_000_000));
  const cancelled = await client.batches.cancel(begun.id);
  expect(cancelled.status).toBe('cancelling');
  expect(await done(client, begun.id)).toMatchObject({ status: 'cancelled', request_counts: { completed: 0 } });
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '10', held: '0' });
  await expect(client.batches.cancel(begun.id)).rejects.toMatchObject({ status: 409 });
});

test('lines that fail are free, and told in a file of their own', async () => {
  const { key } = await twin.key('10');
  const client = clientFor(key);
  const begun = await begin(client, [line('good', 'x'), line('bad', 'x #error_status=400')]);
  const batch = await done(client, begun.id);
  expect(batch).toMatchObject({ status: 'completed', request_counts: { total: 2, completed: 1, failed: 1 } });
  const all = await answers(client, batch.output_file_id ?? '');
  expect(all.length).toBe(1);
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: dollars(halves(all)), held: '0' });
  const [failed] = await answers(client, batch.error_file_id ?? '');
  expect(failed).toMatchObject({ custom_id: 'bad', response: { status_code: 400 } });
});

test('a batch that fails as a whole costs nothing, and says why', async () => {
  const { key } = await twin.key('10');
  const client = clientFor(key);
  const begun = await begin(client, [line('a', 'x')], { headers: { 'x-sim-job-ms': '50', 'x-sim-job-error': '1' } });
  const batch = await done(client, begun.id);
  expect(batch).toMatchObject({ status: 'failed', output_file_id: null });
  expect(batch.errors?.data?.[0]?.message).toContain('asked to fail');
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '10', held: '0' });
});

test('responses and embeddings go the same way', async () => {
  const { key } = await twin.key('10');
  const client = clientFor(key);
  const response = { custom_id: 'r', body: { model: 'sim/echo', input: 'x', max_output_tokens: 50 } };
  const embedding = { custom_id: 'e', body: { model: 'sim/embed', input: 'some words' } };
  for (const [each, endpoint] of [
    [response, '/v1/responses'],
    [embedding, '/v1/embeddings'],
  ] as const) {
    const begun = await begin(client, [each], quick, endpoint);
    const before = Number((await creditsOf(twin.url, key)).balance);
    const batch = await done(client, begun.id);
    expect(batch).toMatchObject({ status: 'completed', endpoint, request_counts: { completed: 1 } });
    const credits = await creditsOf(twin.url, key);
    expect(Number(credits.balance)).toBeLessThan(before);
    expect(credits.held).toBe('0');
  }
});

test.each([
  ['no JSON', `${written([line('a', 'x')])}\n{"custom_id":`, /Line 2: it is no JSON/],
  ['no id', written([{ body: {} }]), /Line 1: "custom_id"/],
  ['an id twice', written([line('a', 'x'), line('b', 'x'), line('a', 'x')]), /Line 3: .*that of line 1/],
  ['another address', written([line('a', 'x')], '/v1/embeddings'), /Line 1: "url" must be \/v1\/chat\/completions/],
  ['another model', written([line('a', 'x'), line('b', 'x', { model: 'sim/cent' })]), /Line 2: .*one model/],
  ['a bad field', written([line('a', 'x'), line('b', 'x', { max_tokens: -1 })]), /Line 2: .*max_tokens/],
  ['a stream', written([line('a', 'x', { stream: true })]), /Line 1: "stream"/],
  ['a tier', written([line('a', 'x', { service_tier: 'priority' })]), /Line 1: "service_tier"/],
  ['nothing', '\n\n', /no lines/],
])('%s is refused by its line, before anything is set aside or sent', async (_what, text, why) => {
  const { key } = await twin.key('10');
  const client = clientFor(key);
  const input_file_id = await upload(client, text);
  const refused = client.batches.create({ input_file_id, endpoint: chat, completion_window: '24h' });
  await expect(refused).rejects.toMatchObject({ status: 400, param: 'input_file_id' });
  await expect(refused).rejects.toThrow(why);
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '10', held: '0' });
  expect((await client.batches.list()).data).toEqual([]);
});

test('a wallet that does not cover all of its lines is refused (402)', async () => {
  const { key } = await twin.key('0.001');
  const client = clientFor(key);
  const refused = begin(client, [line('a', 'x', { max_tokens: 1_000 })]);
  await expect(refused).rejects.toMatchObject({ status: 402, code: 'insufficient_balance' });
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '0.001', held: '0' });
});

test('a provider without batches is refused by name', async () => {
  const { key } = await twin.key('10');
  const refused = begin(clientFor(key), [line('a', 'x', { model: 'other/echo' })]);
  await expect(refused).rejects.toMatchObject({ status: 400, param: 'model' });
  await expect(refused).rejects.toThrow(/"other\/echo" cannot be called in a batch: its provider \(other\)/);
});

test('where the price depends on the length of each prompt only so much is taken together as cannot matter', async () => {
  const { key } = await twin.key('10');
  const client = clientFor(key);
  const lines = Array.from({ length: 3 }, (_, index) => line(String(index), 'x', { model: 'sim/long' }));
  await expect(begin(client, lines)).rejects.toThrow(/depends on the length of each prompt \(from 201 tokens on\)/);
  const begun = await begin(client, lines.slice(0, 1));
  expect(await done(client, begun.id)).toMatchObject({ status: 'completed' });
});

test('another key sees neither file nor batch nor answers, whatever its organization', async () => {
  const organizationId = '0192aaaa-0000-7000-8000-000000000002';
  const { key } = await twin.key('10', { organizationId });
  const { key: colleague } = await twin.key('10', { organizationId });
  const mine = clientFor(key);
  const theirs = clientFor(colleague);
  const begun = await begin(mine, [line('a', 'x')]);
  const batch = await done(mine, begun.id);
  await expect(theirs.batches.retrieve(batch.id)).rejects.toBeInstanceOf(NotFoundError);
  await expect(theirs.batches.cancel(batch.id)).rejects.toBeInstanceOf(NotFoundError);
  for (const id of [batch.input_file_id, batch.output_file_id ?? '']) {
    await expect(theirs.files.retrieve(id)).rejects.toBeInstanceOf(NotFoundError);
    await expect(theirs.files.content(id)).rejects.toBeInstanceOf(NotFoundError);
    await expect(theirs.files.delete(id)).rejects.toBeInstanceOf(NotFoundError);
  }
  const stolen = { input_file_id: batch.input_file_id, endpoint: chat, completion_window: '24h' } as const;
  await expect(theirs.batches.create(stolen)).rejects.toBeInstanceOf(NotFoundError);
  expect((await theirs.batches.list()).data).toEqual([]);
  expect((await theirs.files.list()).data).toEqual([]);
  expect((await mine.batches.list()).data.map(({ id }) => id)).toEqual([batch.id]);
});

test('files are listed page by page, read again, and deleted', async () => {
  const { key } = await twin.key('10');
  const client = clientFor(key);
  const text = written([line('a', 'x')]);
  const ids = [await upload(client, text), await upload(client, text), await upload(client, text)];
  const listed: string[] = [];
  for await (const file of client.files.list({ limit: 2 })) listed.push(file.id);
  expect(listed).toEqual(ids.toReversed());
  const [first = ''] = ids;
  expect(await client.files.retrieve(first)).toMatchObject({
    filename: 'calls.jsonl',
    bytes: text.length,
    purpose: 'batch',
  });
  expect(await (await client.files.content(first)).text()).toBe(text);
  expect(await client.files.delete(first)).toMatchObject({ id: first, deleted: true });
  await expect(client.files.retrieve(first)).rejects.toBeInstanceOf(NotFoundError);
  const other = client.files.create({ purpose: 'vision', file: await toFile(Buffer.from('x'), 'x.png') });
  await expect(other).rejects.toMatchObject({ status: 400, param: 'purpose' });
});

test('one whose submission was taken and its answer lost is charged as the most that it can be', async () => {
  const { key, caller } = await twin.key('10');
  const lost = begin(clientFor(key), [line('a', 'x')], { headers: { 'x-sim-disconnect-after': '0' } });
  await expect(lost).rejects.toMatchObject({ status: 502 });
  await twin.writer.flush();
  const [register] = [...twin.ledger.tables.registers.values()].filter(({ walletId }) => walletId === caller.walletId);
  expect(register?.final).toBe(false);
  const prompt = Math.ceil(Buffer.byteLength(JSON.stringify(line('a', 'x').body)) / 4) + 64;
  expect(register?.total).toBe(BigInt(prompt + 200) * 500_000n);
  expect(await creditsOf(twin.url, key)).toMatchObject({ held: '0' });
});
