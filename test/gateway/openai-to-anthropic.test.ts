// OpenAI's SDK as a client of a provider that speaks Anthropic's dialect: everything is translated on the way.
import OpenAI, { type APIError, BadRequestError } from 'openai';
import { afterAll, beforeAll, expect, test } from 'vitest';
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
import { creditsOf } from './wire.ts';

let twin: TwinGateway;
let maker: OwnUpstream;

beforeAll(async () => {
  maker = await startAnthropicUpstream();
  twin = await startTwinGateway({ routes: [routeOf(targetOf('opus-0', maker.provider))] });
});

afterAll(async () => {
  await twin.stop();
  maker.stop();
});

async function richClient(balance = '5') {
  const { key } = await twin.key(balance);
  return { key, client: new OpenAI({ apiKey: key, baseURL: `${twin.url}/v1`, maxRetries: 0 }) };
}

const ask = { model: 'maker/opus-0', messages: [{ role: 'user' as const, content: 'Hi' }] };
const weather = { type: 'function' as const, function: { name: 'weather', parameters: { properties: {} } } };
const failure = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (error: unknown) => error as APIError,
  );

test('a conversation with pictures and tools reaches the provider in its own words', async () => {
  const { client, key } = await richClient();
  const tool = { type: 'tool_use', id: 'toolu_2', name: 'weather', input: { city: 'Bern' } };
  maker.answers(whole(message([{ type: 'text', text: 'I look.' }, tool], 'tool_use')));
  const answer = await client.chat.completions.create({
    model: 'maker/opus-0',
    max_completion_tokens: 50,
    stop: 'END',
    tools: [weather],
    tool_choice: 'required',
    parallel_tool_calls: false,
    messages: [
      { role: 'system', content: 'Be brief.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is it?' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } },
          { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
        ],
      },
      {
        role: 'assistant',
        tool_calls: [
          { id: 'a', type: 'function', function: { name: 'weather', arguments: '{"city":"Rom"}' } },
          { id: 'b', type: 'function', function: { name: 'weather', arguments: '' } },
        ],
      },
      { role: 'tool', tool_call_id: 'a', content: 'Sunny' },
      { role: 'tool', tool_call_id: 'b', content: 'Rain' },
      { role: 'user', content: 'And now?' },
    ],
  });
  expect(JSON.parse(maker.body())).toEqual({
    model: 'opus-0',
    max_tokens: 50,
    stop_sequences: ['END'],
    system: [{ type: 'text', text: 'Be brief.' }],
    tools: [{ name: 'weather', input_schema: { type: 'object', properties: {} } }],
    tool_choice: { type: 'any', disable_parallel_tool_use: true },
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is it?' },
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' } },
          { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
        ],
      },
      {
        role: 'assistant',
        content: [
          { type: 'tool_use', id: 'a', name: 'weather', input: { city: 'Rom' } },
          { type: 'tool_use', id: 'b', name: 'weather', input: {} },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'a', content: [{ type: 'text', text: 'Sunny' }] },
          { type: 'tool_result', tool_use_id: 'b', content: [{ type: 'text', text: 'Rain' }] },
          { type: 'text', text: 'And now?' },
        ],
      },
    ],
  });
  expect(answer.choices[0]).toMatchObject({
    finish_reason: 'tool_calls',
    message: {
      content: 'I look.',
      tool_calls: [{ id: 'toolu_2', function: { name: 'weather', arguments: '{"city":"Bern"}' } }],
    },
  });
  // What the cache gave and took is a part of the prompt here.
  expect(answer.usage).toMatchObject({
    prompt_tokens: 132,
    completion_tokens: 9,
    prompt_tokens_details: { cached_tokens: 100 },
  });
  expect((await creditsOf(twin.url, key)).held).toBe('0');
});

test('a stream arrives as chunks, with parallel tool calls, its usage and its charge', async () => {
  const { client } = await richClient();
  const blocks = textBlock(0, ['Hello', ' there']) + toolBlock(1, 'a', ['{"city":', '"Rom"}']) + toolBlock(2, 'b', []);
  maker.answers(streams(begun() + blocks + ended('tool_use')));
  const stream = client.chat.completions.stream({
    ...ask,
    tools: [weather],
    stream_options: { include_usage: true },
  });
  const final = await stream.finalChatCompletion();
  expect(final.choices[0]).toMatchObject({
    finish_reason: 'tool_calls',
    message: {
      content: 'Hello there',
      tool_calls: [
        { id: 'a', function: { name: 'weather', arguments: '{"city":"Rom"}' } },
        { id: 'b', function: { name: 'weather', arguments: '{}' } },
      ],
    },
  });
  expect(final.usage).toMatchObject({ prompt_tokens: 132, completion_tokens: 9, total_tokens: 141 });

  const silent = await Array.fromAsync(await client.chat.completions.create({ ...ask, stream: true }));
  expect(silent.at(-1)?.choices[0]?.finish_reason).toBe('tool_calls');
  expect(silent.every(({ usage }) => !usage)).toBe(true);
});

test('thoughts, structured output and refusals are told as the dialect has them', async () => {
  const { client } = await richClient();
  const thought = { type: 'thinking', thinking: 'Hm.', signature: 'signed' };
  maker.answers(whole(message([thought, { type: 'text', text: '{"a":1}' }], 'refusal')));
  const schema = { type: 'object', properties: { a: { type: 'number' } } };
  const answer = await client.chat.completions.create({
    ...ask,
    response_format: { type: 'json_schema', json_schema: { name: 'a', schema } },
  });
  expect(answer.choices[0]).toMatchObject({
    finish_reason: 'content_filter',
    message: { content: '{"a":1}', reasoning_content: 'Hm.' },
  });
  expect(JSON.parse(maker.body())).toMatchObject({ output_config: { format: { type: 'json_schema', schema } } });
});

test('what has no counterpart is refused by its name, and nothing is sent or set aside', async () => {
  const { client, key } = await richClient();
  for (const more of [{ n: 2 }, { logprobs: true }, { seed: 7 }, { service_tier: 'priority' as const }]) {
    const refused = await failure(client.chat.completions.create({ ...ask, ...more }));
    expect(refused).toBeInstanceOf(BadRequestError);
    expect(refused?.message).toContain(Object.keys(more)[0]);
  }
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '5', held: '0' });
});

test('failures before and in the stream have the shape that the caller knows', async () => {
  const { client, key } = await richClient();
  maker.answers(refuses(529, 'overloaded_error'));
  const overloaded = await failure(client.chat.completions.create(ask));
  expect(overloaded?.status).toBe(502);
  expect(overloaded?.code).toBe('upstream_failed');
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '5', held: '0' });

  const overload = { error: { type: 'overloaded_error', message: 'Overloaded' } };
  maker.answers(streams(begun() + textBlock(0, ['Hello']) + event('error', overload)));
  const broken = async () => {
    for await (const _chunk of await client.chat.completions.create({ ...ask, stream: true }));
  };
  await expect(broken()).rejects.toThrow('Overloaded');
});

test('a wallet that runs out cuts the stream off, and is never overspent', async () => {
  const { client, key } = await richClient('0.003');
  const words = Array.from({ length: 4_000 }, (_, no) => `word ${no} `);
  maker.answers(streams(begun() + textBlock(0, words) + ended('end_turn', 4_000)));
  const stream = client.chat.completions.stream({ ...ask, max_tokens: 50_000 });
  const chunks = await Array.fromAsync(stream);
  expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe('length');
  const { balance, held, overdue } = await creditsOf(twin.url, key);
  expect(Number(balance)).toBeGreaterThanOrEqual(0);
  expect({ held, overdue }).toEqual({ held: '0', overdue: '0' });
});

test('documents, marks for the cache and the effort reach the provider in its own words', async () => {
  const { client } = await richClient();
  maker.answers(whole(message([{ type: 'text', text: 'Read.' }])));
  const file_data = 'data:application/pdf;base64,JVBERi0=';
  const content = [
    { type: 'text' as const, text: 'Long.', cache_control: { type: 'ephemeral', ttl: '1h' } },
    { type: 'file' as const, file: { filename: 'a.pdf', file_data } },
  ];
  await client.chat.completions.create({
    ...ask,
    max_tokens: 8_000,
    reasoning_effort: 'high',
    prompt_cache_key: 'a',
    messages: [{ role: 'user', content }],
  });
  expect(JSON.parse(maker.body())).toEqual({
    model: 'opus-0',
    max_tokens: 8_000,
    thinking: { type: 'adaptive' },
    output_config: { effort: 'high' },
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Long.', cache_control: { type: 'ephemeral', ttl: '1h' } },
          {
            type: 'document',
            title: 'a.pdf',
            source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0=' },
          },
        ],
      },
    ],
  });
});

test('sealed thoughts go out and come back as their maker gave them, streamed or not', async () => {
  const { client } = await richClient();
  const thought = { type: 'thinking', thinking: 'Hm.', signature: 'signed' };
  const hidden = { type: 'redacted_thinking', data: 'hidden' };
  const call = { type: 'tool_use', id: 'a', name: 'weather', input: {} };
  maker.answers(whole(message([thought, hidden, call], 'tool_use')));
  const answer = await client.chat.completions.create({ ...ask, tools: [weather], reasoning_effort: 'low' });
  const said = answer.choices[0]?.message;
  expect(said).toMatchObject({ reasoning_content: 'Hm.', reasoning_details: [{ text: 'Hm.' }, { index: 1 }] });
  if (!said) throw new Error('Nothing was said.');
  const back = { role: 'tool' as const, tool_call_id: 'a', content: 'Sunny' };
  await client.chat.completions.create({ ...ask, messages: [...ask.messages, said, back] });
  expect(JSON.parse(maker.body())).toMatchObject({ messages: [{}, { content: [thought, hidden, call] }, {}] });

  const blocks = [
    event('content_block_start', { index: 0, content_block: { type: 'thinking', thinking: '', signature: '' } }),
    event('content_block_delta', { index: 0, delta: { type: 'thinking_delta', thinking: 'Hm.' } }),
    event('content_block_delta', { index: 0, delta: { type: 'signature_delta', signature: 'signed' } }),
    event('content_block_stop', { index: 0 }),
    event('content_block_start', { index: 1, content_block: hidden }),
    event('content_block_stop', { index: 1 }),
  ];
  maker.answers(streams(begun() + blocks.join('') + textBlock(2, ['Hi']) + ended()));
  const chunks = await Array.fromAsync(await client.chat.completions.create({ ...ask, stream: true }));
  const details = chunks.flatMap(({ choices }) => {
    const delta: object = choices[0]?.delta ?? {};
    return 'reasoning_details' in delta ? [delta.reasoning_details] : [];
  });
  expect(details).toEqual([
    [{ type: 'reasoning.text', index: 0, text: 'Hm.', signature: 'faregate:messages:signed' }],
    [{ type: 'reasoning.encrypted', index: 1, data: 'faregate:messages:redacted:hidden' }],
  ]);
});
