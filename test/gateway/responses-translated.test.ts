// OpenAI's SDK at /v1/responses, where the provider speaks something else: Anthropic's messages, or chat alone.
import OpenAI, { type APIError, APIUserAbortError, BadRequestError } from 'openai';
import { zodTextFormat } from 'openai/helpers/zod';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
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
import { beginStream, type OwnUpstream, startOwnUpstream, textEvent, usageEvent, whole } from './own-upstream.ts';
import { routeOf, startTwinGateway, targetOf, type TwinGateway } from './twin-gateway.ts';
import { creditsOf, eventually } from './wire.ts';

let twin: TwinGateway;
let maker: OwnUpstream;
let chats: OwnUpstream;

beforeAll(async () => {
  maker = await startAnthropicUpstream();
  chats = await startOwnUpstream('chats');
  twin = await startTwinGateway({
    routes: [routeOf(targetOf('opus-0', maker.provider)), routeOf(targetOf('small', chats.provider))],
  });
});

afterAll(async () => {
  await twin.stop();
  maker.stop();
  chats.stop();
});

async function richClient(balance = '5') {
  const { key, caller } = await twin.key(balance);
  return { key, caller, client: new OpenAI({ apiKey: key, baseURL: `${twin.url}/v1`, maxRetries: 0 }) };
}

const ask = { model: 'maker/opus-0', input: 'Hi' };
const weather = { type: 'function' as const, name: 'weather', strict: false, parameters: { properties: {} } };
const patch = { type: 'custom' as const, name: 'patch' };
const failure = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (error: unknown) => error as APIError,
  );

test('a conversation with pictures, files, tools and their results reaches the provider in its own words', async () => {
  const { client, key } = await richClient();
  const tool = { type: 'tool_use', id: 'toolu_2', name: 'weather', input: { city: 'Bern' } };
  maker.answers(whole(message([{ type: 'text', text: 'I look.' }, tool], 'tool_use')));
  const answer = await client.responses.create({
    model: 'maker/opus-0',
    instructions: 'Be brief.',
    max_output_tokens: 50,
    tools: [weather, patch],
    tool_choice: 'required',
    parallel_tool_calls: false,
    prompt_cache_key: 'a',
    metadata: { of: 'ours' },
    input: [
      { role: 'developer', content: 'In French.' },
      {
        role: 'user',
        content: [
          { type: 'input_text', text: 'What is it?' },
          { type: 'input_image', detail: 'auto', image_url: 'data:image/png;base64,iVBORw0KGgo=' },
          { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERi0=' },
        ],
      },
      { type: 'function_call', call_id: 'a', name: 'weather', arguments: '{"city":"Rom"}' },
      { type: 'custom_tool_call', call_id: 'b', name: 'patch', input: '*** Begin' },
      {
        type: 'function_call_output',
        call_id: 'a',
        output: [{ type: 'input_image', detail: 'auto', image_url: 'https://example.com/a.png' }],
      },
      { type: 'custom_tool_call_output', call_id: 'b', output: 'Done' },
    ],
  });
  expect(JSON.parse(maker.body())).toEqual({
    model: 'opus-0',
    max_tokens: 50,
    system: [
      { type: 'text', text: 'Be brief.' },
      { type: 'text', text: 'In French.' },
    ],
    tools: [
      { name: 'weather', input_schema: { type: 'object', properties: {} }, strict: false },
      {
        name: 'patch',
        input_schema: {
          type: 'object',
          properties: { input: { type: 'string' } },
          required: ['input'],
          additionalProperties: false,
        },
      },
    ],
    tool_choice: { type: 'any', disable_parallel_tool_use: true },
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is it?' },
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' } },
          {
            type: 'document',
            title: 'a.pdf',
            source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0=' },
          },
        ],
      },
      {
        role: 'assistant',
        content: [
          { type: 'tool_use', id: 'a', name: 'weather', input: { city: 'Rom' } },
          { type: 'tool_use', id: 'b', name: 'patch', input: { input: '*** Begin' } },
        ],
      },
      {
        role: 'user',
        content: [
          {
            type: 'tool_result',
            tool_use_id: 'a',
            content: [{ type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } }],
          },
          { type: 'tool_result', tool_use_id: 'b', content: [{ type: 'text', text: 'Done' }] },
        ],
      },
    ],
  });
  expect(answer).toMatchObject({ status: 'completed', model: 'maker/opus-0', metadata: { of: 'ours' }, store: false });
  expect(answer.output).toMatchObject([
    { type: 'message', content: [{ type: 'output_text', text: 'I look.' }] },
    { type: 'function_call', call_id: 'toolu_2', name: 'weather', arguments: '{"city":"Bern"}' },
  ]);
  expect(answer.usage).toMatchObject({
    input_tokens: 132,
    input_tokens_details: { cached_tokens: 100, cache_write_tokens: 20 },
    output_tokens: 9,
    total_tokens: 141,
  });
  expect((await creditsOf(twin.url, key)).held).toBe('0');
});

test('a stream arrives as typed events: thoughts, words, and parallel calls of both kinds of tools', async () => {
  const { client } = await richClient();
  const thinking = { type: 'thinking', thinking: '', signature: '' };
  const thought = [
    event('content_block_start', { index: 0, content_block: thinking }),
    event('content_block_delta', { index: 0, delta: { type: 'thinking_delta', thinking: 'Hm.' } }),
    event('content_block_delta', { index: 0, delta: { type: 'signature_delta', signature: 'signed' } }),
    event('content_block_stop', { index: 0 }),
  ].join('');
  const plain = toolBlock(3, 'b', ['{"input":"*** ', 'Begin"}']).replace('"name":"weather"', '"name":"patch"');
  const blocks = textBlock(1, ['Hello', ' there']) + toolBlock(2, 'a', ['{"city":', '"Rom"}']) + plain;
  maker.answers(streams(begun() + thought + blocks + ended('tool_use')));
  const stream = client.responses.stream({ ...ask, tools: [weather, patch] });
  const events = await Array.fromAsync(stream);
  const numbers = events.map(({ sequence_number }) => sequence_number);
  expect(numbers).toEqual(numbers.map((_, index) => index));
  const final = await stream.finalResponse();
  expect(final.output).toMatchObject([
    {
      type: 'reasoning',
      summary: [{ type: 'summary_text', text: 'Hm.' }],
      encrypted_content: 'faregate:messages:signed',
    },
    { type: 'message', status: 'completed', content: [{ text: 'Hello there' }] },
    { type: 'function_call', call_id: 'a', name: 'weather', arguments: '{"city":"Rom"}' },
    { type: 'custom_tool_call', call_id: 'b', name: 'patch', input: '*** Begin' },
  ]);
  expect(final).toMatchObject({
    status: 'completed',
    usage: { input_tokens: 132, output_tokens: 9 },
    faregate: { charge: expect.any(String) },
  });
  expect(events.filter(({ type }) => type.endsWith('.added')).length).toBe(
    events.filter(({ type }) => /(?:item|part)\.done$/.test(type)).length,
  );
});

test('thoughts that come back reach their maker as it sealed them, and no other maker', async () => {
  const { client } = await richClient();
  const thought = { type: 'thinking', thinking: 'Hm.', signature: 'signed' };
  const hidden = { type: 'redacted_thinking', data: 'hidden' };
  const call = { type: 'tool_use', id: 'a', name: 'weather', input: {} };
  maker.answers(whole(message([thought, hidden, call], 'tool_use')));
  const first = await client.responses.create({ ...ask, tools: [weather], reasoning: { effort: 'low' } });
  const result = { type: 'function_call_output', call_id: 'a', output: 'Sunny' };
  const input = [{ role: 'user', content: 'Hi' }, ...first.output, result];
  await client.post('/responses', { body: { ...ask, tools: [weather], reasoning: { effort: 'low' }, input } });
  expect(JSON.parse(maker.body())).toMatchObject({
    thinking: { type: 'adaptive' },
    output_config: { effort: 'low' },
    messages: [{}, { content: [thought, hidden, call] }, {}],
  });
  chats.answers(whole({ id: 'a', choices: [{ message: { content: 'Hi' }, finish_reason: 'stop' }] }));
  await client.post('/responses', { body: { model: 'chats/small', input } });
  expect(chats.body()).not.toContain('signed');
});

test('structured output, the limit and a refusal are told as the dialect has them', async () => {
  const { client } = await richClient();
  const format = zodTextFormat(z.object({ a: z.number() }), 'a');
  maker.answers(whole(message([{ type: 'text', text: '{"a":1}' }])));
  const parsed = await client.responses.parse({ ...ask, text: { format } });
  expect(parsed.output_parsed).toEqual({ a: 1 });
  expect(JSON.parse(maker.body())).toMatchObject({ output_config: { format: { type: 'json_schema' } } });
  maker.answers(whole(message([{ type: 'text', text: 'Long' }], 'max_tokens')));
  expect(await client.responses.create(ask)).toMatchObject({
    status: 'incomplete',
    incomplete_details: { reason: 'max_output_tokens' },
    output: [{ status: 'incomplete' }],
  });
  maker.answers(whole(message([], 'refusal')));
  expect(await client.responses.create(ask)).toMatchObject({ incomplete_details: { reason: 'content_filter' } });
});

test('what has no counterpart is refused by its name, and nothing is sent or set aside', async () => {
  const { client, key } = await richClient();
  const grammar = { type: 'custom', name: 'a', format: { type: 'grammar', syntax: 'lark', definition: 'a' } };
  const file = { type: 'input_file', file_id: 'file_1' };
  const refusals: readonly (readonly [object, string])[] = [
    [{ previous_response_id: 'resp_1' }, 'previous_response_id'],
    [{ conversation: 'conv_1' }, 'conversation'],
    [{ store: true }, 'store'],
    [{ truncation: 'auto' }, 'truncation'],
    [{ service_tier: 'flex' }, 'service_tier'],
    [{ top_logprobs: 3 }, 'top_logprobs'],
    [{ include: ['message.output_text.logprobs'] }, 'include'],
    [{ tools: [{ type: 'local_shell' }] }, 'tools.0.type'],
    [{ tools: [grammar] }, 'tools.0.format'],
    [{ tool_choice: { type: 'allowed_tools', mode: 'auto', tools: [] } }, 'tool_choice'],
    [{ text: { verbosity: 'low' } }, 'verbosity'],
    [{ text: { format: { type: 'json_object' } } }, 'response_format'],
    [{ input: [{ type: 'item_reference', id: 'a' }] }, 'input.0.type'],
    [{ input: [{ role: 'user', content: [file] }] }, 'input.0.content.0.file_id'],
  ];
  for (const [more, param] of refusals) {
    const refused = await failure(client.post('/responses', { body: { ...ask, ...more } }));
    expect(refused, param).toBeInstanceOf(BadRequestError);
    expect(refused?.param, param).toBe(param);
  }
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '5', held: '0' });
});

test('failures before and in the stream have the shape that the caller knows', async () => {
  const { client, key } = await richClient();
  maker.answers(refuses(529, 'overloaded_error'));
  expect(await failure(client.responses.create(ask))).toMatchObject({ status: 502, code: 'upstream_failed' });
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '5', held: '0' });

  const overload = { error: { type: 'overloaded_error', message: 'Overloaded' } };
  maker.answers(streams(begun() + textBlock(0, ['Hello']) + event('error', overload)));
  const seen: string[] = [];
  const read = async () => {
    for await (const { type } of await client.responses.create({ ...ask, stream: true })) seen.push(type);
  };
  expect((await failure(read()))?.message).toContain('Overloaded');
  expect(seen.at(-1)).toBe('response.failed');
});

test('a wallet that runs out cuts the stream off, and is never overspent', async () => {
  const { client, key } = await richClient('0.003');
  const words = Array.from({ length: 4_000 }, (_, no) => `word ${no} `);
  maker.answers(streams(begun() + textBlock(0, words) + ended('end_turn', 4_000)));
  const stream = client.responses.stream({ ...ask, max_output_tokens: 50_000 });
  const events = await Array.fromAsync(stream);
  const final = await stream.finalResponse();
  expect(final).toMatchObject({ status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } });
  const said = events.flatMap((each) => (each.type === 'response.output_text.delta' ? [each.delta] : [])).join('');
  expect(final.output_text).toBe(said);
  const { balance, held, overdue } = await creditsOf(twin.url, key);
  expect(Number(balance)).toBeGreaterThanOrEqual(0);
  expect({ held, overdue }).toEqual({ held: '0', overdue: '0' });
});

test('a caller who hangs up pays for what was streamed', async () => {
  const { client, key, caller } = await richClient();
  let closed = false;
  maker.answers((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.on('close', () => {
      closed = true;
    });
    const [first = '', ...others] = textBlock(0, ['Hello', ' there']).split('event: content_block_stop');
    expect(others).toHaveLength(1);
    response.write(begun() + first);
  });
  const stream = await client.responses.create({ ...ask, stream: true });
  for await (const event_ of stream) if (event_.type === 'response.output_text.delta') break;
  await eventually(() => closed);
  await eventually(async () => (await creditsOf(twin.url, key)).held === '0');
  await twin.writer.flush();
  const records = [...twin.ledger.tables.usageRecords.values()];
  const entry = records.find((record) => record.entry.call.walletId === caller.walletId)?.entry;
  expect(entry).toMatchObject({ outcome: 'abandoned', usage: { prompt_tokens: 132, completion_tokens: 3 } });
});

test('an abort before the first byte ends as one, and costs no output', async () => {
  const { client, key } = await richClient();
  const controller = new AbortController();
  maker.answers(() => controller.abort());
  const call = client.responses.create({ ...ask, stream: true }, { signal: controller.signal });
  expect(await failure(call)).toBeInstanceOf(APIUserAbortError);
  await eventually(async () => (await creditsOf(twin.url, key)).held === '0');
  expect(Number((await creditsOf(twin.url, key)).balance)).toBeGreaterThan(4.999);
});

test('a provider that has chat alone answers too, streamed and not', async () => {
  const { client } = await richClient();
  const body = { model: 'chats/small', input: 'Hi', instructions: 'Be brief.', text: { verbosity: 'low' as const } };
  const call = { id: 'a', type: 'function', function: { name: 'weather', arguments: '{}' } };
  const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };
  const choice = {
    message: { content: null, tool_calls: [call], reasoning_content: 'Hm.' },
    finish_reason: 'tool_calls',
  };
  chats.answers(whole({ id: 'own', choices: [choice], usage }));
  const answer = await client.responses.create({ ...body, tools: [weather], reasoning: { effort: 'minimal' } });
  expect(answer.output).toMatchObject([{ type: 'reasoning', summary: [{ text: 'Hm.' }] }, { type: 'function_call' }]);
  expect(answer.usage).toMatchObject({ input_tokens: 3, output_tokens: 2 });
  expect(JSON.parse(chats.body())).toMatchObject({
    model: 'small',
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Hi' },
    ],
    reasoning_effort: 'minimal',
    verbosity: 'low',
    tools: [{ type: 'function', function: { name: 'weather' } }],
  });
  chats.answers((response) => {
    beginStream(response);
    response.end(`${textEvent('Hello')}${textEvent(' there')}${usageEvent(3, 2)}data: [DONE]\n\n`);
  });
  const final = await client.responses.stream(body).finalResponse();
  expect(final).toMatchObject({ output_text: 'Hello there', usage: { input_tokens: 3, output_tokens: 2 } });
});
