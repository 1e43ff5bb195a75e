// The official SDK as a client: what passes here passes for everybody who uses it.
import OpenAI, {
  APIConnectionError,
  APIError,
  APIUserAbortError,
  AuthenticationError,
  InternalServerError,
  NotFoundError,
  RateLimitError,
} from 'openai';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTwinGateway, type TwinGateway } from './twin-gateway.ts';
import { creditsOf, eventually } from './wire.ts';

let twin: TwinGateway;

beforeAll(async () => {
  twin = await startTwinGateway();
});

afterAll(() => twin.stop());

interface Seen {
  readonly client: OpenAI;
  /** How often the SDK has sent. */
  readonly sent: () => number;
}

function clientFor(apiKey: string, options: { readonly maxRetries?: number } = {}): Seen {
  let sent = 0;
  const counting: typeof fetch = (input, init) => {
    sent += 1;
    return fetch(input, init);
  };
  return { client: new OpenAI({ apiKey, baseURL: `${twin.url}/v1`, fetch: counting, ...options }), sent: () => sent };
}

async function richClient(options: { readonly maxRetries?: number } = {}) {
  const { key } = await twin.key('5');
  return { key, ...clientFor(key, options) };
}

const user = (content: string) => [{ role: 'user' as const, content }];
const weather = {
  type: 'function' as const,
  function: {
    name: 'weather',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
};

test('a plain answer, with several choices', async () => {
  const { client } = await richClient();
  const one = await client.chat.completions.create({ model: 'sim/echo', messages: user('Hello') });
  expect(one.choices[0]?.message.content).toBeTruthy();
  const three = await client.chat.completions.create({
    model: 'sim/echo',
    messages: user('Hello'),
    n: 3,
    max_tokens: 5,
  });
  expect(three.choices).toHaveLength(3);
  expect(three.usage?.completion_tokens).toBe(15);
});

test('a stream, with usage when asked for and without when not', async () => {
  const { client } = await richClient();
  const request = { model: 'sim/echo', messages: user('Hello #tokens=20'), stream: true } as const;
  const silent = await Array.fromAsync(await client.chat.completions.create(request));
  expect(silent.every((chunk) => !chunk.usage)).toBe(true);
  expect(silent.every((chunk) => chunk.choices.length > 0)).toBe(true);
  const told = await Array.fromAsync(
    await client.chat.completions.create({ ...request, stream_options: { include_usage: true } }),
  );
  expect(told.at(-1)?.usage?.completion_tokens).toBe(20);
  const text = (chunks: typeof told) => chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('');
  expect(text(told)).toBe(text(silent));
});

test('tool calls, streamed and not, and the answer to their result', async () => {
  const { client } = await richClient();
  const request = { model: 'sim/echo', messages: user('What is it like? #tools=2'), tools: [weather] };
  const plain = await client.chat.completions.create(request);
  const calls = plain.choices[0]?.message.tool_calls ?? [];
  expect(calls).toHaveLength(2);
  expect(plain.choices[0]?.finish_reason).toBe('tool_calls');

  const runner = client.chat.completions.stream({ ...request, stream: true });
  const final = await runner.finalChatCompletion();
  expect(final.choices[0]?.message.tool_calls).toHaveLength(2);

  const results = calls.map((call) => ({ role: 'tool' as const, tool_call_id: call.id, content: 'Sunny' }));
  const message = plain.choices[0]?.message;
  const after = await client.chat.completions.create({
    model: 'sim/echo',
    messages: [...request.messages, ...(message ? [message] : []), ...results],
  });
  expect(after.choices[0]?.message.content).toBeTruthy();
});

test('structured output is parsed by the SDK', async () => {
  const { client } = await richClient();
  const schema = {
    type: 'object',
    properties: { city: { type: 'string' } },
    required: ['city'],
    additionalProperties: false,
  };
  const answer = await client.chat.completions.parse({
    model: 'sim/echo',
    messages: user('Where?'),
    response_format: { type: 'json_schema', json_schema: { name: 'place', strict: true, schema } },
  });
  expect(answer.choices[0]?.message.parsed).toHaveProperty('city');
});

test('embeddings, decoded from what the SDK asks for by default', async () => {
  const { client } = await richClient();
  const { data, usage } = await client.embeddings.create({ model: 'sim/embed', input: ['one', 'two'] });
  expect(data).toHaveLength(2);
  expect(data[0]?.embedding.every((value) => Number.isFinite(value))).toBe(true);
  expect(usage.total_tokens).toBe(usage.prompt_tokens);
});

test('the models of this key, with their prices as text', async () => {
  const { client } = await richClient();
  const models = await Array.fromAsync(client.models.list());
  const cent = models.find((model) => model.id === 'sim/cent');
  expect(cent).toMatchObject({
    pricing: { currency: 'usd', components: [{ meter: 'request', price: '0.01', per: '1' }] },
  });
  expect(await client.models.retrieve('sim/echo')).toMatchObject({ id: 'sim/echo', object: 'model' });
});

test('hanging up in mid-stream ends the call, and only what was streamed is charged', async () => {
  const { client, key } = await richClient();
  const stream = await client.chat.completions.create(
    { model: 'sim/slow', messages: user('Hello #tokens=4000'), stream: true },
    { headers: { 'x-sim-pace-ms': '5' } },
  );
  let chunks = 0;
  for await (const _chunk of stream) {
    chunks += 1;
    if (chunks === 10) stream.controller.abort();
  }
  await eventually(async () => (await creditsOf(twin.url, key)).held === '0');
  const { balance } = await creditsOf(twin.url, key);
  expect(Number(balance)).toBeLessThan(5);
  expect(Number(balance)).toBeGreaterThan(4.999);
});

test("giving up on a whole answer is the caller's choice; the provider bills it, and so it is charged", async () => {
  const { client, key } = await richClient();
  const given = new AbortController();
  const call = client.chat.completions.create(
    { model: 'sim/cent', messages: user('Hello') },
    { signal: given.signal, headers: { 'x-sim-delay-ms': '150' } },
  );
  setTimeout(() => given.abort(), 50);
  await expect(call).rejects.toBeInstanceOf(APIUserAbortError);
  await eventually(async () => (await creditsOf(twin.url, key)).balance === '4.99');
});

test('401 for a key that is not known, 404 for a model that is not there', async () => {
  const stranger = clientFor(`vk_${'A'.repeat(43)}`);
  await expect(
    stranger.client.chat.completions.create({ model: 'sim/echo', messages: user('Hi') }),
  ).rejects.toBeInstanceOf(AuthenticationError);
  const { client } = await richClient();
  const missing = client.chat.completions.create({ model: 'no/such', messages: user('Hi') });
  await expect(missing).rejects.toBeInstanceOf(NotFoundError);
  await expect(missing).rejects.toMatchObject({ code: 'unknown_model', param: 'model' });
});

test('402 says what is missing, and the SDK does not send again', async () => {
  const { key } = await twin.key('0.001');
  const { client, sent } = clientFor(key);
  const call = client.chat.completions.create({ model: 'sim/cent', messages: user('Hi') });
  await expect(call).rejects.toBeInstanceOf(APIError);
  await expect(call).rejects.toMatchObject({
    status: 402,
    code: 'insufficient_balance',
    error: { limit_source: 'wallet', available: '0.001', needed: '0.01', currency: 'usd' },
  });
  expect(sent()).toBe(1);
});

test('429 of a limit of our own says when to come back, and the SDK obeys', async () => {
  const { key } = await twin.key('5', { limits: { requestsPerMinute: 1 } });
  const { client, sent } = clientFor(key, { maxRetries: 0 });
  await client.chat.completions.create({ model: 'sim/cent', messages: user('Hi') });
  const call = client.chat.completions.create({ model: 'sim/cent', messages: user('Hi') });
  await expect(call).rejects.toBeInstanceOf(RateLimitError);
  const error = await call.catch((caught: unknown) => caught);
  if (!(error instanceof RateLimitError)) throw error;
  expect(Number(error.headers?.get('retry-after'))).toBeGreaterThan(0);
  expect(Number(error.headers?.get('retry-after'))).toBeLessThanOrEqual(61);
  expect(error.headers?.get('x-should-retry')).toBe('true');
  expect(sent()).toBe(2);
});

test('an upstream that keeps failing is a 502 at no charge; one that recovers is answered', async () => {
  const { client, key } = await richClient({ maxRetries: 0 });
  const failing = client.chat.completions.create(
    { model: 'sim/cent', messages: user('Hi') },
    { headers: { 'x-sim-error-status': '500' } },
  );
  await expect(failing).rejects.toBeInstanceOf(InternalServerError);
  await expect(failing).rejects.toMatchObject({ status: 502, code: 'upstream_failed' });
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '5', held: '0' });

  const headers = { 'x-sim-error-times': '1', 'x-sim-fault-key': key.slice(3, 20) };
  const answer = await client.chat.completions.create({ model: 'sim/cent', messages: user('Hi') }, { headers });
  expect(answer.choices).toHaveLength(1);
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '4.99' });
});

test('a stream that breaks in the middle raises in the SDK, and what came is charged', async () => {
  const { client, key } = await richClient({ maxRetries: 0 });
  for (const knob of ['x-sim-error-after', 'x-sim-disconnect-after']) {
    const broken = async (): Promise<void> => {
      const stream = await client.chat.completions.create(
        { model: 'sim/cent', messages: user('Hi'), stream: true, max_tokens: 50 },
        { headers: { [knob]: '5', 'x-sim-output-tokens': '50', 'x-sim-pace-ms': '2' } },
      );
      for await (const _chunk of stream);
    };
    await expect(broken()).rejects.toBeInstanceOf(APIError);
  }
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '4.98', held: '0' });
});

test("a caller's own timeout is his alone", async () => {
  const { client } = await richClient({ maxRetries: 0 });
  const slow = client.chat.completions.create(
    { model: 'sim/cent', messages: user('Hi') },
    { timeout: 50, headers: { 'x-sim-delay-ms': '300' } },
  );
  await expect(slow).rejects.toBeInstanceOf(APIConnectionError);
});
