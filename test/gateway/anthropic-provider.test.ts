// The official SDK against a provider of its own dialect: bytes pass through, and money is counted beside them.
import Anthropic, { type APIError, InternalServerError, RateLimitError } from '@anthropic-ai/sdk';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PriceVersion } from '#core/pricing/component.ts';
import {
  begun,
  ended,
  event,
  message,
  refuses,
  startAnthropicUpstream,
  streams,
  textBlock,
  toolBlock,
} from './anthropic-upstream.ts';
import { type OwnUpstream, whole } from './own-upstream.ts';
import { routeOf, startTwinGateway, targetOf, type TwinGateway } from './twin-gateway.ts';
import { creditsOf, post } from './wire.ts';

let twin: TwinGateway;
let maker: OwnUpstream;

beforeAll(async () => {
  maker = await startAnthropicUpstream();
  twin = await startTwinGateway({ routes: [routeOf(targetOf('opus-0', maker.provider))], prices: [price] });
});

afterAll(async () => {
  await twin.stop();
  maker.stop();
});

const perMillion = { per: '1000000', currency: 'usd' };
const price: PriceVersion = {
  id: 'a-price',
  subject: { kind: 'model', name: 'maker/opus-0' },
  book: 'list',
  currency: 'usd',
  components: [
    { meter: 'input', price: '1', ...perMillion },
    { meter: 'cache_read', price: '0.1', ...perMillion },
    { meter: 'cache_write_5m', price: '1.25', ...perMillion },
    { meter: 'cache_write_1h', price: '2', ...perMillion },
    { meter: 'output', price: '2', ...perMillion },
  ],
  modifiers: [],
  validFrom: '2020-01-01T00:00:00Z',
  recordedAt: '2020-01-01T00:00:00Z',
};

async function richClient(balance = '5') {
  const { key, caller } = await twin.key(balance);
  return { key, caller, client: new Anthropic({ apiKey: key, authToken: null, baseURL: twin.url, maxRetries: 0 }) };
}

const ask = { model: 'maker/opus-0', max_tokens: 100, messages: [{ role: 'user' as const, content: 'Hi' }] };
const text = [{ type: 'text', text: 'Hello there' }];
const failure = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (error: unknown) => error as APIError,
  );

async function entryOf(walletId: string) {
  await twin.writer.flush();
  const record = [...twin.ledger.tables.usageRecords.values()].find(({ entry }) => entry.call.walletId === walletId);
  if (!record) throw new Error('No call of this wallet is in the ledger.');
  return record.entry;
}

test('the request keeps its bytes but for the model, and its headers; the answer keeps all of its own', async () => {
  const { client, key, caller } = await richClient();
  const said = message(text);
  const unknownToTheSdk = { temperature: 0.5 };
  maker.answers(whole(said));
  const answer = await client.beta.messages.create({
    ...ask,
    betas: ['some-beta-2025-01-01'],
    ...unknownToTheSdk,
  });
  expect(answer).toMatchObject(said);
  expect(maker.path()).toBe('/v1/messages');
  expect(JSON.parse(maker.body())).toEqual({ ...ask, model: 'opus-0', temperature: 0.5 });
  expect(maker.headers()).toMatchObject({
    'x-api-key': 'sk-ant-provider',
    'anthropic-version': expect.stringMatching(/^20\d\d-\d\d-\d\d$/),
    'anthropic-beta': expect.stringContaining('some-beta-2025-01-01'),
  });
  expect(JSON.stringify(maker.headers())).not.toContain(key);
  // 12 × 1 + 100 × 0.1 + 10 × 1.25 + 10 × 2 + 9 × 2 millionths.
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '4.9999275', held: '0' });
  expect((await entryOf(caller.walletId)).usage).toMatchObject({
    prompt_tokens: 132,
    completion_tokens: 9,
    cache_read_input_tokens: 100,
    cache_creation: { '5m': 10, '1h': 10 },
    status: 'reported',
  });
});

test('a stream keeps its events, counts the cache once, and says last what was charged', async () => {
  const { client, key, caller } = await richClient();
  maker.answers(streams(begun() + textBlock(0, ['Hello', ' there']) + ended()));
  const stream = client.messages.stream(ask);
  let last: object = {};
  stream.on('streamEvent', (each) => {
    if (each.type === 'message_delta') last = each;
  });
  const final = await stream.finalMessage();
  expect(final.content).toMatchObject(text);
  expect(final.usage).toMatchObject({ input_tokens: 12, cache_read_input_tokens: 100, output_tokens: 9 });
  expect(last).toMatchObject({ faregate: { charge: '0.0000725', balance: '4.9999275' } });
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '4.9999275', held: '0' });
  const { usage } = await entryOf(caller.walletId);
  expect(usage).toMatchObject({ prompt_tokens: 132, completion_tokens: 9, cache_creation: { '5m': 10, '1h': 10 } });
});

test('parallel tool calls arrive as they were streamed, cut anywhere', async () => {
  const { client } = await richClient();
  const tools = toolBlock(0, 'toolu_1', ['{"city":', '"Żary"}']) + toolBlock(1, 'toolu_2', ['{"city":"Bern"}']);
  const bytes = Buffer.from(begun() + tools + ended('tool_use'));
  maker.answers((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (let start = 0; start < bytes.length; start += 7) response.write(bytes.subarray(start, start + 7));
    response.end();
  });
  const final = await client.messages.stream(ask).finalMessage();
  expect(final.stop_reason).toBe('tool_use');
  expect(final.content).toMatchObject([
    { type: 'tool_use', id: 'toolu_1', input: { city: 'Żary' } },
    { type: 'tool_use', id: 'toolu_2', input: { city: 'Bern' } },
  ]);
});

test('a wallet that runs out cuts the stream off, and is never overspent', async () => {
  const { client, key } = await richClient('0.003');
  const words = Array.from({ length: 4_000 }, (_, no) => `word ${no} `);
  maker.answers(streams(begun() + textBlock(0, words) + ended('end_turn', 4_000)));
  const final = await client.messages.stream({ ...ask, max_tokens: 50_000 }).finalMessage();
  expect(final.stop_reason).toBe('max_tokens');
  expect(final.content[0]).toMatchObject({ type: 'text', text: expect.stringMatching(/^word 0 /) });
  const { balance, held, overdue } = await creditsOf(twin.url, key);
  expect(Number(balance)).toBeGreaterThanOrEqual(0);
  expect({ held, overdue }).toEqual({ held: '0', overdue: '0' });
});

test('what is thought in silence is set aside from the start', async () => {
  const { client } = await richClient('0.003');
  maker.answers(whole(message(text)));
  const thinking = { type: 'enabled' as const, budget_tokens: 1_024 };
  await client.messages
    .stream({ ...ask, max_tokens: 50_000, thinking })
    .finalMessage()
    .catch(() => undefined);
  const { max_tokens } = JSON.parse(maker.body()) as { max_tokens: number };
  expect(max_tokens).toBeLessThan(1_500);
});

test('a stream that breaks off keeps the prompt that was reported, and ends as an error', async () => {
  const { client, caller } = await richClient();
  maker.answers((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(begun() + textBlock(0, ['Hello', ' there']), () => response.destroy());
  });
  const error = await failure(client.messages.stream(ask).finalMessage());
  expect(error?.error).toMatchObject({ type: 'error', error: { type: 'api_error' } });
  const { usage, outcome } = await entryOf(caller.walletId);
  expect(outcome).toBe('broken');
  expect(usage).toMatchObject({ prompt_tokens: 132, completion_tokens: 3, status: 'partial' });
});

test('an overload in mid-stream is told in the words of the provider', async () => {
  const { client } = await richClient();
  const overload = { error: { type: 'overloaded_error', message: 'Overloaded' } };
  maker.answers(streams(begun() + textBlock(0, ['Hello']) + event('error', overload)));
  const error = await failure(client.messages.stream(ask).finalMessage());
  expect(error?.error).toMatchObject({ error: { type: 'overloaded_error' } });
});

test("the provider's failures have the dialect's types, and cost nothing", async () => {
  const { client, key } = await richClient();
  maker.answers(refuses(529, 'overloaded_error'));
  const overloaded = await failure(client.messages.create(ask));
  expect(overloaded).toBeInstanceOf(InternalServerError);
  expect(overloaded?.error).toMatchObject({ error: { type: 'overloaded_error', upstream_status: 529 } });
  expect(overloaded?.headers?.get('x-should-retry')).toBe('true');

  maker.answers(refuses(500, 'api_error'));
  expect((await failure(client.messages.create(ask)))?.error).toMatchObject({ error: { type: 'api_error' } });

  maker.answers(refuses(429, 'rate_limit_error', { 'retry-after': '7' }));
  const limited = await failure(client.messages.create(ask));
  expect(limited).toBeInstanceOf(RateLimitError);
  expect(limited?.headers?.get('retry-after')).toBe('7');

  maker.answers(refuses(400, 'invalid_request_error'));
  const refused = await failure(client.messages.create(ask));
  expect(refused?.status).toBe(400);
  expect(refused?.error).toMatchObject({ error: { message: 'As the maker says it.' } });

  maker.answers(refuses(401, 'authentication_error'));
  expect((await failure(client.messages.create(ask)))?.status).toBe(502);
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '5', held: '0' });
});

test('tokens are counted by the provider itself', async () => {
  const { client, key } = await richClient();
  maker.answers(whole({ input_tokens: 42 }));
  expect(await client.messages.countTokens({ model: ask.model, messages: ask.messages })).toEqual({ input_tokens: 42 });
  expect(maker.path()).toBe('/v1/messages/count_tokens');
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '5', held: '0' });
});

test('a body that would be another call than was priced is refused', async () => {
  const { key } = await richClient();
  const bodies = [
    { ...ask, Max_Tokens: 100_000 },
    { ...ask, fallbacks: ['other'] },
    { ...ask, mcp_servers: [{ type: 'url', url: 'https://example.com' }] },
    { ...ask, context_management: { edits: [{ type: 'compact_20260112' }] } },
    { model: ask.model, messages: ask.messages },
    '{"model":',
  ];
  for (const body of bodies) {
    const response = await post(twin.url, key, body, { path: '/v1/messages' });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ type: 'error', error: { type: 'invalid_request_error' } });
  }
});
