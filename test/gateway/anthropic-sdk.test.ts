// The official SDK as a client, against models that speak OpenAI's dialect: everything is translated on the way.
import Anthropic, {
  APIError,
  APIUserAbortError,
  AuthenticationError,
  BadRequestError,
  InternalServerError,
  NotFoundError,
  RateLimitError,
} from '@anthropic-ai/sdk';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startOwnUpstream, type OwnUpstream, whole } from './own-upstream.ts';
import { routeOf, startTwinGateway, targetOf, type TwinGateway } from './twin-gateway.ts';
import { creditsOf, eventually } from './wire.ts';

let twin: TwinGateway;
let own: OwnUpstream;

beforeAll(async () => {
  own = await startOwnUpstream('own');
  twin = await startTwinGateway({ routes: [routeOf(targetOf('model', own.provider))] });
});

afterAll(async () => {
  await twin.stop();
  own.stop();
});

function clientFor(apiKey: string, maxRetries = 0): Anthropic {
  return new Anthropic({ apiKey, authToken: null, baseURL: twin.url, maxRetries });
}

async function richClient(maxRetries = 0) {
  const { key, caller } = await twin.key('5');
  return { key, caller, client: clientFor(key, maxRetries) };
}

const user = (content: string) => [{ role: 'user' as const, content }];
const weather = {
  name: 'weather',
  description: 'Tells the weather.',
  input_schema: { type: 'object' as const, properties: { city: { type: 'string' } }, required: ['city'] },
};
const ask = { model: 'sim/echo', max_tokens: 100 };

test('a plain answer, charged exactly, with its fare in the headers', async () => {
  const { client, key } = await richClient();
  const { data, response } = await client.messages
    .create({ ...ask, system: 'Be brief.', messages: user('Hello #tokens=20') })
    .withResponse();
  expect(data).toMatchObject({ type: 'message', role: 'assistant', model: 'sim/echo', stop_reason: 'end_turn' });
  expect(data.content[0]).toMatchObject({ type: 'text' });
  expect(data.usage.output_tokens).toBe(20);
  const charged = data.usage.input_tokens + 2 * data.usage.output_tokens;
  expect(Number(response.headers.get('x-faregate-charge')) * 1_000_000).toBeCloseTo(charged, 6);
  const { balance, held } = await creditsOf(twin.url, key);
  expect(balance).toBe(response.headers.get('x-faregate-balance'));
  expect(held).toBe('0');
});

test('a stream says what a plain answer says, and ends with usage and charge', async () => {
  const { client } = await richClient();
  const request = { ...ask, messages: user('Hello #tokens=20') };
  const plain = await client.messages.create(request);
  const stream = client.messages.stream(request);
  const events: string[] = [];
  let last: object = {};
  stream.on('streamEvent', (event) => {
    events.push(event.type);
    if (event.type === 'message_delta') last = event;
  });
  const final = await stream.finalMessage();
  expect(final.content).toEqual(plain.content);
  expect(final.stop_reason).toBe('end_turn');
  expect(final.usage).toMatchObject({
    input_tokens: plain.usage.input_tokens,
    output_tokens: 20,
  });
  expect(events[0]).toBe('message_start');
  expect(events.slice(-3)).toEqual(['content_block_stop', 'message_delta', 'message_stop']);
  expect(last).toMatchObject({ faregate: { charge: expect.any(String), balance: expect.any(String) } });
});

test('parallel tool calls, streamed and not, and the answer to their results', async () => {
  const { client } = await richClient();
  const request = { ...ask, messages: user('What is it like? #tools=2'), tools: [weather] };
  const plain = await client.messages.create(request);
  expect(plain.stop_reason).toBe('tool_use');
  const calls = plain.content.filter((block) => block.type === 'tool_use');
  expect(calls).toHaveLength(2);
  expect(calls[0]?.input).toHaveProperty('city');

  const streamed = await client.messages.stream(request).finalMessage();
  expect(streamed.content).toEqual(plain.content);
  expect(streamed.stop_reason).toBe('tool_use');

  const one = await client.messages.create({
    ...request,
    tool_choice: { type: 'tool', name: 'weather', disable_parallel_tool_use: true },
  });
  expect(one.content.filter((block) => block.type === 'tool_use')).toHaveLength(1);

  const results = calls.map(({ id }) => ({ type: 'tool_result' as const, tool_use_id: id, content: 'Sunny' }));
  const after = await client.messages.create({
    ...ask,
    tools: [weather],
    messages: [...request.messages, { role: 'assistant', content: plain.content }, { role: 'user', content: results }],
  });
  expect(after.content[0]?.type).toBe('text');
});

test('images, thoughts and structured output reach a provider in its own words, and come back in ours', async () => {
  const { client } = await richClient();
  own.answers(
    whole({
      id: 'chatcmpl-1',
      choices: [{ index: 0, message: { content: '{"a":1}', reasoning_content: 'Hm.' }, finish_reason: 'stop' }],
      usage: {
        prompt_tokens: 120,
        completion_tokens: 7,
        total_tokens: 127,
        prompt_tokens_details: { cached_tokens: 100 },
      },
    }),
  );
  const schema = { type: 'object', properties: { a: { type: 'number' } } };
  const answer = await client.messages.create({
    model: 'own/model',
    max_tokens: 4_000,
    thinking: { type: 'enabled', budget_tokens: 2_000 },
    stop_sequences: ['END'],
    metadata: { user_id: 'somebody' },
    output_config: { format: { type: 'json_schema', schema } },
    messages: [
      {
        role: 'user',
        content: [
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' } },
          { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
          { type: 'text', text: 'What is it?', cache_control: { type: 'ephemeral' } },
        ],
      },
    ],
  });
  expect(answer.content).toMatchObject([
    { type: 'thinking', thinking: 'Hm.' },
    { type: 'text', text: '{"a":1}' },
  ]);
  // What the cache gave is not part of the input here.
  expect(answer.usage).toMatchObject({ input_tokens: 20, cache_read_input_tokens: 100, output_tokens: 7 });
  expect(JSON.parse(own.body())).toMatchObject({
    model: 'model',
    max_tokens: 4_000,
    reasoning_effort: 'low',
    stop: ['END'],
    user: 'somebody',
    response_format: { type: 'json_schema', json_schema: { schema } },
    messages: [
      {
        role: 'user',
        content: [
          { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } },
          { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
          { type: 'text', text: 'What is it?' },
        ],
      },
    ],
  });
});

test('what has no counterpart is refused by its name, before anything is sent or set aside', async () => {
  const { client, key } = await richClient();
  const unknownToTheSdk = { top_k: 5 };
  const asked = client.messages.create({ ...ask, ...unknownToTheSdk, messages: user('Hi') });
  await expect(asked).rejects.toThrow(/top_k/);
  const searching = client.messages.create({
    ...ask,
    messages: user('Hi'),
    tools: [{ type: 'web_search_20250305', name: 'web_search' }],
  });
  await expect(searching).rejects.toBeInstanceOf(BadRequestError);
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '5', held: '0' });
});

test("failures are the dialect's own", async () => {
  const { client } = await richClient();
  const request = { ...ask, messages: user('Hi') };
  const failure = (call: Promise<unknown>) =>
    call.then(
      () => undefined,
      (error: unknown) => error as APIError,
    );

  const unknownKey = await failure(clientFor(`vk_${'a'.repeat(43)}`).messages.create(request));
  expect(unknownKey).toBeInstanceOf(AuthenticationError);
  expect(unknownKey?.error).toMatchObject({ type: 'error', error: { type: 'authentication_error' } });

  const poor = await failure(clientFor((await twin.key('0')).key).messages.create(request));
  expect(poor?.status).toBe(402);
  expect(poor?.error).toMatchObject({ error: { type: 'billing_error', code: 'insufficient_balance' } });
  expect(poor?.error).toMatchObject({ request_id: poor?.requestID });

  const missing = await failure(client.messages.create({ ...request, model: 'no/such' }));
  expect(missing).toBeInstanceOf(NotFoundError);
  expect(missing?.error).toMatchObject({ error: { type: 'not_found_error' } });

  const { key: limited } = await twin.key('5', { limits: { requestsPerMinute: 1 } });
  await clientFor(limited).messages.create(request);
  const often = await failure(clientFor(limited).messages.create(request));
  expect(often).toBeInstanceOf(RateLimitError);
  expect(often?.error).toMatchObject({ error: { type: 'rate_limit_error' } });
  expect(often?.headers?.get('retry-after')).toBeTruthy();

  const broken = await failure(client.messages.create(request, { headers: { 'x-sim-error-status': '500' } }));
  expect(broken).toBeInstanceOf(InternalServerError);
  expect(broken?.error).toMatchObject({ error: { type: 'api_error' } });
});

test('a stream that breaks ends as an error, and what came is charged', async () => {
  for (const knob of ['x-sim-error-after', 'x-sim-disconnect-after']) {
    const { client, key } = await richClient();
    const stream = client.messages.stream(
      { model: 'sim/cent', max_tokens: 50, messages: user('Hello') },
      { headers: { [knob]: '5', 'x-sim-output-tokens': '50', 'x-sim-pace-ms': '2' } },
    );
    await expect(stream.finalMessage()).rejects.toBeInstanceOf(APIError);
    expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '4.99', held: '0' });
  }
});

test('a wallet that runs out cuts the stream off at the last affordable token, as a limit would', async () => {
  const { key } = await twin.key('0.003');
  const stream = clientFor(key).messages.stream({ ...ask, max_tokens: 50_000, messages: user('Hi #tokens=40000') });
  const final = await stream.finalMessage();
  expect(final.stop_reason).toBe('max_tokens');
  expect(final.usage.output_tokens).toBeGreaterThan(100);
  expect(final.usage.output_tokens).toBeLessThanOrEqual(1_500);
  const { balance, held, overdue } = await creditsOf(twin.url, key);
  expect(Number(balance)).toBeGreaterThanOrEqual(0);
  expect({ held, overdue }).toEqual({ held: '0', overdue: '0' });
});

test('a caller who hangs up pays for what was streamed', async () => {
  const { client, key } = await richClient();
  const stream = client.messages.stream({
    ...ask,
    model: 'sim/slow',
    max_tokens: 1_000,
    messages: user('Hello #tokens=500'),
  });
  stream.once('text', () => stream.abort());
  await expect(stream.finalMessage()).rejects.toBeInstanceOf(APIUserAbortError);
  await eventually(async () => (await creditsOf(twin.url, key)).held === '0');
  const { balance } = await creditsOf(twin.url, key);
  expect(Number(balance)).toBeLessThan(5);
  expect(Number(balance)).toBeGreaterThan(4.999);
});

test('models are listed page by page, and tokens counted from above, for nothing', async () => {
  const { client, key } = await richClient();
  const page = await client.models.list({ limit: 2 });
  expect(page.data).toHaveLength(2);
  expect(page.has_more).toBe(true);
  const all = await Array.fromAsync(client.models.list({ limit: 2 }));
  expect(all.map(({ id }) => id)).toContain('sim/echo');
  expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
  expect(await client.models.retrieve('sim/echo')).toMatchObject({ type: 'model', id: 'sim/echo' });

  const { input_tokens: counted } = await client.messages.countTokens({ model: 'sim/echo', messages: user('Hello') });
  const { usage } = await client.messages.create({ ...ask, model: 'sim/cent', messages: user('Hello') });
  expect(counted).toBeGreaterThanOrEqual(usage.input_tokens);
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '4.99' });
  expect((await fetch(`${twin.url}/`, { method: 'HEAD' })).status).toBe(200);
});

test('the beta address answers too', async () => {
  const { client } = await richClient();
  const answer = await client.beta.messages.create({ ...ask, betas: ['some-beta'], messages: user('Hello') });
  expect(answer.content[0]?.type).toBe('text');
});
