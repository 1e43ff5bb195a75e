// Callers of two dialects at Amazon's models: signed requests, frames for a stream, and the exact charge.
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PriceVersion } from '#core/pricing/component.ts';
import {
  endFrames,
  frame,
  framed,
  keys,
  refuses,
  signatures,
  startBedrockUpstream,
  textFrames,
  toolFrames,
  usage,
} from './bedrock-upstream.ts';
import { type OwnUpstream, whole } from './own-upstream.ts';
import { routeOf, startTwinGateway, targetOf, type TwinGateway } from './twin-gateway.ts';
import { creditsOf, post, said } from './wire.ts';

let twin: TwinGateway;
let amazon: OwnUpstream;

const perMillion = { per: '1000000', currency: 'usd' };
const nova = 'amazon/amazon.nova-lite-v1:0';
const claude = 'amazon/global.anthropic.claude-haiku-4-5-20251001-v1:0';

function priceOf(name: string): PriceVersion {
  return {
    id: name,
    subject: { kind: 'model', name },
    book: 'list',
    currency: 'usd',
    components: [
      { meter: 'input', price: '1', ...perMillion },
      { meter: 'cache_read', price: '0.1', ...perMillion },
      { meter: 'output', price: '2', ...perMillion },
    ],
    modifiers: [],
    validFrom: '2020-01-01T00:00:00Z',
    recordedAt: '2020-01-01T00:00:00Z',
  };
}

beforeAll(async () => {
  amazon = await startBedrockUpstream('amazon');
  const models = [nova, claude].map((name) => name.slice('amazon/'.length));
  const bearer = {
    ...amazon.provider,
    name: 'bearer',
    credentials: [{ providerKeyId: 'key', secret: 'ABSKapi-key', isPrimary: true, weight: 1 }],
  };
  twin = await startTwinGateway({
    routes: [...models.map((model) => routeOf(targetOf(model, amazon.provider))), routeOf(targetOf('m', bearer))],
    prices: [nova, claude].map(priceOf),
  });
});

afterAll(async () => {
  await twin.stop();
  amazon.stop();
});

// 30 × 1 + 100 × 0.1 + 12 × 2 millionths.
const left = '0.999936';

async function openAi() {
  const { key, caller } = await twin.key('1');
  return { key, caller, client: new OpenAI({ apiKey: key, baseURL: `${twin.url}/v1`, maxRetries: 0 }) };
}

const answer = (content: readonly object[], stopReason = 'end_turn') => ({
  output: { message: { role: 'assistant', content } },
  stopReason,
  usage,
  metrics: { latencyMs: 300 },
});

const weather = {
  type: 'function' as const,
  function: { name: 'weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } },
};

test('a call is signed for its region, says everything in Converse’s words, and is charged exactly', async () => {
  const { client, key } = await openAi();
  amazon.answers(whole(answer([{ text: 'Hello' }])));
  const completion = await client.chat.completions.create({
    model: nova,
    max_tokens: 200,
    temperature: 0.5,
    top_p: 0.9,
    stop: ['END'],
    user: 'somebody@example.com',
    messages: [
      { role: 'system', content: 'Be brief.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is this?' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } },
        ],
      },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 't1', type: 'function', function: { name: 'weather', arguments: '{"city":"Bern"}' } }],
      },
      { role: 'tool', tool_call_id: 't1', content: 'Sunny' },
      { role: 'user', content: 'And?' },
    ],
    tools: [weather],
    tool_choice: 'required',
  });
  expect(completion.choices[0]).toMatchObject({ message: { content: 'Hello' }, finish_reason: 'stop' });
  expect(completion.usage).toMatchObject({
    prompt_tokens: 130,
    completion_tokens: 12,
    prompt_tokens_details: { cached_tokens: 100 },
  });
  expect(amazon.path()).toBe('/model/amazon.nova-lite-v1%3A0/converse');
  expect(amazon.headers()).toMatchObject({
    'content-type': 'application/json',
    'x-amz-security-token': keys.sessionToken,
    authorization: expect.stringContaining('/eu-west-1/bedrock/aws4_request'),
  });
  const { theirs, ours } = await signatures(amazon);
  expect(ours).toBe(theirs);
  expect(JSON.stringify([amazon.headers(), amazon.body(), amazon.path()])).not.toContain(keys.secretAccessKey);
  expect(JSON.parse(amazon.body())).toEqual({
    inferenceConfig: { maxTokens: 200, temperature: 0.5, topP: 0.9, stopSequences: ['END'] },
    system: [{ text: 'Be brief.' }],
    messages: [
      {
        role: 'user',
        content: [{ text: 'What is this?' }, { image: { format: 'png', source: { bytes: 'iVBORw0KGgo=' } } }],
      },
      { role: 'assistant', content: [{ toolUse: { toolUseId: 't1', name: 'weather', input: { city: 'Bern' } } }] },
      { role: 'user', content: [{ toolResult: { toolUseId: 't1', content: [{ text: 'Sunny' }] } }, { text: 'And?' }] },
    ],
    toolConfig: {
      tools: [{ toolSpec: { name: 'weather', inputSchema: { json: weather.function.parameters } } }],
      toolChoice: { any: {} },
    },
    requestMetadata: { user: 'somebody@example.com' },
  });
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: left, held: '0' });
});

test('a stream of frames arrives as events, with tools, usage and fare', async () => {
  const { client, key } = await openAi();
  amazon.answers(framed([...textFrames(['Hel', 'lo']), ...toolFrames, ...endFrames('tool_use')]));
  const stream = client.chat.completions.stream({
    model: nova,
    messages: [{ role: 'user', content: 'Hi' }],
    tools: [weather],
    stream_options: { include_usage: true },
  });
  const final = await stream.finalChatCompletion();
  expect(final.choices[0]).toMatchObject({
    finish_reason: 'tool_calls',
    message: {
      content: 'Hello',
      tool_calls: [{ id: 'tooluse_1', function: { name: 'weather', arguments: '{"city":"Żary"}' } }],
    },
  });
  expect(amazon.path()).toBe('/model/amazon.nova-lite-v1%3A0/converse-stream');
  expect(amazon.headers().accept).toBe('application/vnd.amazon.eventstream');
  expect(final.usage).toMatchObject({ prompt_tokens: 130, completion_tokens: 12 });
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: left, held: '0' });
});

test('Anthropic’s SDK gets Claude’s thoughts with their seal, and gives them back', async () => {
  const { key } = await twin.key('1');
  const client = new Anthropic({ apiKey: key, authToken: null, baseURL: twin.url, maxRetries: 0 });
  const thought = { reasoningContent: { reasoningText: { text: 'Hm.', signature: 'c2ln' } } };
  amazon.answers(whole(answer([thought, { text: 'Hello' }])));
  const ask = { model: claude, max_tokens: 4_000, thinking: { type: 'enabled' as const, budget_tokens: 1_500 } };
  const first = await client.messages.create({ ...ask, messages: [{ role: 'user', content: 'Hi' }] });
  expect(first.content).toMatchObject([
    { type: 'thinking', thinking: 'Hm.' },
    { type: 'text', text: 'Hello' },
  ]);
  expect(first.usage).toMatchObject({ input_tokens: 30, cache_read_input_tokens: 100, output_tokens: 12 });
  expect(JSON.parse(amazon.body())).toMatchObject({
    additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 1_500 } },
  });
  await client.messages.create({
    ...ask,
    messages: [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: first.content },
      { role: 'user', content: 'And?' },
    ],
  });
  const { messages } = JSON.parse(amazon.body()) as { readonly messages: readonly { readonly content: unknown }[] };
  expect(messages[1]?.content).toEqual([thought, { text: 'Hello' }]);
});

test('an API key is shown as it is, and nothing is signed', async () => {
  const { key } = await twin.key('1');
  amazon.answers(whole(answer([{ text: 'Hello' }])));
  expect((await post(twin.url, key, { model: 'bearer/m', messages: said() })).status).toBe(200);
  expect(amazon.headers()).toMatchObject({ authorization: 'Bearer ABSKapi-key' });
  expect(amazon.headers()).not.toHaveProperty('x-amz-date');
});

describe('what Amazon does not answer', () => {
  const cases = [
    [429, 'ThrottlingException', 'upstream_rate_limited', 429],
    [400, 'ServiceQuotaExceededException', 'upstream_rate_limited', 429],
    [400, 'ValidationException', 'upstream_refused', 400],
    [404, 'ResourceNotFoundException', 'upstream_refused', 404],
    [403, 'AccessDeniedException', 'upstream_failed', 502],
    [400, 'ExpiredTokenException', 'upstream_failed', 502],
    [424, 'ModelErrorException', 'upstream_failed', 502],
    [408, 'ModelTimeoutException', 'upstream_failed', 502],
    [503, 'ServiceUnavailableException', 'upstream_failed', 502],
  ] as const;

  test.each(cases)('%i %s is %s, and costs nothing', async (status, type, code, told) => {
    const { key } = await twin.key('1');
    amazon.answers(refuses(status, type, `It went wrong with ${keys.secretAccessKey}.`));
    const response = await post(twin.url, key, { model: nova, messages: said() });
    const text = await response.text();
    expect([response.status, text]).toEqual([told, expect.stringContaining(`"code":"${code}"`)]);
    expect(text).not.toContain(keys.secretAccessKey);
    expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '1', held: '0' });
  });

  const ends = [
    ['an exception', frame('throttlingException', { message: 'Too many tokens.' }, 'exception'), 'Too many tokens.'],
    ['bytes of another kind', Buffer.from('<html>Bad gateway, in the middle of it all</html>'), 'cannot be read'],
    [
      'a frame with a wrong checksum',
      Buffer.concat([frame('messageStop', { stopReason: 'end_turn' }).subarray(0, -1), Buffer.from([1])]),
      'cannot be read',
    ],
  ] as const;

  test.each(ends)('%s within a stream ends it as an error; what was streamed is paid', async (_what, end, message) => {
    const { key } = await twin.key('1');
    amazon.answers(framed([...textFrames(['Hello there']), end]));
    const response = await post(twin.url, key, { model: nova, messages: said(), stream: true });
    const text = await response.text();
    expect(text).toContain('Hello there');
    expect(text).toContain(message);
    expect(text).not.toContain('[DONE]');
    const { balance, held } = await creditsOf(twin.url, key);
    expect(Number(balance)).toBeLessThan(1);
    expect(held).toBe('0');
  });
});

test.each([
  ['seed', { seed: 7 }],
  ['parallel_tool_calls', { tools: [weather], parallel_tool_calls: false }],
  ['reasoning_effort', { reasoning_effort: 'high' }],
  ['response_format', { response_format: { type: 'json_object' } }],
])('%s has no counterpart and is refused by name', async (param, more) => {
  const { key } = await twin.key('1');
  const response = await post(twin.url, key, { model: nova, messages: said(), ...more });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ error: { param } });
});
