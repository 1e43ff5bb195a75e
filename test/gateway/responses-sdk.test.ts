// OpenAI's SDK at /v1/responses, where the provider speaks it too: bytes pass through, money is counted beside them.
import OpenAI, { type APIError, APIUserAbortError, BadRequestError, NotFoundError } from 'openai';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { zodTextFormat } from 'openai/helpers/zod';
import type { ChargeEntry } from '#core/ledger/entry.ts';
import { beginStream, type OwnUpstream, startOwnUpstream, whole } from './own-upstream.ts';
import { messageItem, responseEvents, responseObject } from './response-events.ts';
import { routeOf, startTwinGateway, targetOf, type TwinGateway } from './twin-gateway.ts';
import { creditsOf, eventually } from './wire.ts';

let twin: TwinGateway;
let maker: OwnUpstream;

beforeAll(async () => {
  maker = await startOwnUpstream('maker');
  const provider = { ...maker.provider, adapter: 'openai' };
  twin = await startTwinGateway({ routes: [routeOf(targetOf('gpt', provider))] });
});

afterAll(async () => {
  await twin.stop();
  maker.stop();
});

async function richClient(balance = '5') {
  const { key, caller } = await twin.key(balance);
  return { key, caller, client: new OpenAI({ apiKey: key, baseURL: `${twin.url}/v1`, maxRetries: 0 }) };
}

const failure = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (error: unknown) => error as APIError,
  );

const weather = {
  type: 'function' as const,
  name: 'weather',
  strict: false,
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};

async function entryOf(walletId: string) {
  let entry: ChargeEntry | undefined;
  await eventually(async () => {
    await twin.writer.flush();
    const records = [...twin.ledger.tables.usageRecords.values()];
    entry = records.find((record) => record.entry.call.walletId === walletId)?.entry;
    return entry !== undefined;
  });
  if (!entry) throw new Error('Nothing was booked.');
  return entry;
}

test('a plain response costs what its usage says', async () => {
  const { client, key } = await richClient();
  const { data: answer, response } = await client.responses
    .create({ model: 'sim/echo', instructions: 'Be brief.', input: 'Hello #tokens=20' })
    .withResponse();
  expect(answer.output_text).toHaveLength(80);
  expect(answer).toMatchObject({
    status: 'completed',
    usage: { input_tokens: 7, output_tokens: 20, total_tokens: 27 },
  });
  // A dollar a million for input, two for output.
  expect(response.headers.get('x-faregate-charge')).toBe('0.000047');
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '4.999953', held: '0' });
});

test('a stream is told event by event, and its last one says what it cost', async () => {
  const { client } = await richClient();
  const stream = client.responses.stream({ model: 'sim/shapes', input: 'Hello #tokens=20' });
  const events = await Array.fromAsync(stream);
  const numbers = events.map(({ sequence_number }) => sequence_number);
  expect(numbers).toEqual(numbers.toSorted((left, right) => left - right));
  const final = await stream.finalResponse();
  expect(final.output_text).toHaveLength(80);
  expect(final.output.map(({ type }) => type)).toEqual(['reasoning', 'message']);
  expect(final.usage).toMatchObject({ output_tokens: 30, output_tokens_details: { reasoning_tokens: 10 } });
  expect(final).toMatchObject({ faregate: { charge: expect.stringMatching(/^0\.0000/), balance: expect.any(String) } });
});

test('parallel tool calls, streamed and not, and what follows on their results', async () => {
  const { client } = await richClient();
  const ask = { model: 'sim/echo', input: 'What is it like? #tools=2', tools: [weather] };
  const plain = await client.responses.create(ask);
  const calls = plain.output.filter((item) => item.type === 'function_call');
  expect(calls.map(({ name, arguments: text }) => [name, text])).toEqual([
    ['weather', '{"city":"sim"}'],
    ['weather', '{"city":"sim"}'],
  ]);
  const streamed = await client.responses.stream(ask).finalResponse();
  expect(streamed.output).toMatchObject(plain.output);
  const results = calls.map(({ call_id }) => ({ type: 'function_call_output' as const, call_id, output: 'Sunny' }));
  const user = { role: 'user' as const, content: ask.input };
  const after = await client.responses.create({ ...ask, input: [user, ...calls, ...results] });
  expect(after.output_text).toBeTruthy();
});

test('structured output is parsed by the SDK, and pictures and thoughts pass', async () => {
  const { client } = await richClient();
  const parsed = await client.responses.parse({
    model: 'sim/echo',
    input: 'Where?',
    text: { format: zodTextFormat(z.object({ city: z.string() }), 'place') },
  });
  expect(parsed.output_parsed).toEqual({ city: 'sim' });
  const image_url = 'data:image/png;base64,iVBORw0KGgo=';
  const content = [
    { type: 'input_text' as const, text: 'What is it?' },
    { type: 'input_image' as const, image_url, detail: 'auto' as const },
  ];
  const thought = await client.responses.create({
    model: 'sim/shapes',
    input: [{ role: 'user', content }],
    reasoning: { effort: 'high' },
    include: ['reasoning.encrypted_content'],
    store: false,
  });
  expect(thought.output[0]).toMatchObject({ type: 'reasoning', encrypted_content: expect.stringMatching(/^sealed-/) });
});

test('what the provider would bill beside the tokens, or keeps to itself, is refused by its name', async () => {
  const { client, key } = await richClient();
  const refusals: readonly (readonly [object, string])[] = [
    [{ tools: [{ type: 'web_search' }] }, 'tools.0'],
    [{ tools: [weather, { type: 'file_search', vector_store_ids: ['a'] }] }, 'tools.1'],
    [{ tools: [{ type: 'code_interpreter', container: { type: 'auto' } }] }, 'tools.0'],
    [{ tools: [{ type: 'computer_use_preview' }] }, 'tools.0'],
    [{ tools: [{ type: 'image_generation' }] }, 'tools.0'],
    [{ tools: [{ type: 'mcp', server_label: 'a', server_url: 'https://a.example' }] }, 'tools.0'],
    [{ tools: [{ type: 'namespace', name: 'a', tools: [{ type: 'web_search' }] }] }, 'tools.0.tools.0'],
    [{ tools: [{ type: 'shell', environment: { type: 'container_auto' } }] }, 'tools.0'],
    [{ background: true }, 'background'],
    [{ prompt: { id: 'pmpt_1' } }, 'prompt'],
    [{ context_management: [{ type: 'compaction' }] }, 'context_management'],
    [{ models: ['a'] }, 'models'],
    [{ Max_Output_Tokens: 9 }, 'Max_Output_Tokens'],
    [{ max_output_tokens: 0 }, 'max_output_tokens'],
    [{ input: 7 }, 'input'],
  ];
  for (const [more, param] of refusals) {
    const body = { model: 'sim/echo', input: 'Hello', ...more };
    const refused = await failure(client.post('/responses', { body }));
    expect(refused, param).toBeInstanceOf(BadRequestError);
    expect(refused?.param, param).toBe(param);
  }
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '5', held: '0' });
});

test('what is not kept here cannot be read again', async () => {
  const { client } = await richClient();
  const missing = await failure(client.responses.retrieve('resp_1'));
  expect(missing).toBeInstanceOf(NotFoundError);
  expect(missing?.message).toContain('none is kept here');
  expect(await failure(client.responses.create({ model: 'nobody', input: 'Hi' }))).toBeInstanceOf(NotFoundError);
});

test('the body passes through but for the model and the limit; a conversation that lies there is held for whole', async () => {
  const { client, key } = await richClient('2.5');
  maker.answers(whole(responseObject({ output: [messageItem('Hi')] })));
  const local = { type: 'local_shell' };
  const body = {
    model: 'maker/gpt',
    input: 'Hello',
    max_output_tokens: 9,
    previous_response_id: 'resp_0',
    seed_of_theirs: 12,
    tools: [local],
  };
  await client.post('/responses', { body });
  expect(maker.path()).toBe('/v1/responses');
  expect(JSON.parse(maker.body())).toEqual({ ...body, model: 'gpt', max_output_tokens: 9 });
  const short = await twin.key('0.5');
  const poor = new OpenAI({ apiKey: short.key, baseURL: `${twin.url}/v1`, maxRetries: 0 });
  // A million tokens of context, at a dollar a million.
  expect((await failure(poor.post('/responses', { body })))?.status).toBe(402);
  expect((await creditsOf(twin.url, key)).held).toBe('0');
});

test('a wallet that runs out cuts the stream off: what is open is closed, and the response is incomplete', async () => {
  const { client, key } = await richClient('0.003');
  const stream = client.responses.stream({
    model: 'sim/echo',
    input: 'Hello',
    max_output_tokens: 50_000,
    sim: { output_tokens: 4_000 },
  });
  const events = await Array.fromAsync(stream);
  expect(events.map(({ type }) => type).slice(-4)).toEqual([
    'response.output_text.done',
    'response.content_part.done',
    'response.output_item.done',
    'response.incomplete',
  ]);
  const numbers = events.map(({ sequence_number }) => sequence_number);
  expect(new Set(numbers).size).toBe(numbers.length);
  const final = await stream.finalResponse();
  expect(final).toMatchObject({
    status: 'incomplete',
    incomplete_details: { reason: 'max_output_tokens' },
    faregate: { balance: expect.any(String) },
  });
  const said = events.flatMap((event) => (event.type === 'response.output_text.delta' ? [event.delta] : [])).join('');
  expect(final.output_text).toBe(said);
  expect(said.length).toBeGreaterThan(1_000);
  const { balance, held, overdue } = await creditsOf(twin.url, key);
  expect(Number(balance)).toBeGreaterThanOrEqual(0);
  expect({ held, overdue }).toEqual({ held: '0', overdue: '0' });
});

test('a caller who hangs up pays for what was streamed', async () => {
  const { client, caller } = await richClient();
  const stream = await client.responses.create({
    model: 'sim/slow',
    input: 'Hello #tokens=400',
    stream: true,
  });
  let deltas = 0;
  for await (const event of stream) {
    if (event.type === 'response.output_text.delta') deltas += 1;
    if (deltas === 5) break;
  }
  const { outcome, usage } = await entryOf(caller.walletId);
  expect(outcome).toBe('abandoned');
  expect(usage.completion_tokens).toBeGreaterThanOrEqual(5);
  expect(usage.completion_tokens).toBeLessThan(400);
});

test('an abort in mid-stream ends as one', async () => {
  const { client } = await richClient();
  const controller = new AbortController();
  const call = client.responses.create(
    { model: 'sim/echo', input: 'Hi #delay_ms=5000' },
    { signal: controller.signal },
  );
  controller.abort();
  expect(await failure(call)).toBeInstanceOf(APIUserAbortError);
});

test('a stream that breaks off ends with the response that failed, and an error', async () => {
  const { client, caller } = await richClient();
  maker.answers((response) => {
    beginStream(response);
    response.write(responseEvents(['Hello', ' there']).slice(0, -1).join(''), () => response.destroy());
  });
  const seen: string[] = [];
  const read = async () => {
    for await (const event of await client.responses.create({ model: 'maker/gpt', input: 'Hi', stream: true })) {
      seen.push(event.type);
    }
  };
  const broken = await failure(read());
  expect(broken?.code).toBe('upstream_failed');
  expect(seen.at(-1)).toBe('response.failed');
  expect(await entryOf(caller.walletId)).toMatchObject({ outcome: 'broken', usage: { completion_tokens: 3 } });
});

test('a failure that the provider tells in mid-stream passes, and what it reported is paid', async () => {
  const { client, caller } = await richClient();
  const failed = responseObject({
    status: 'failed',
    error: { code: 'server_error', message: 'Overloaded' },
    usage: { input_tokens: 3, output_tokens: 2, total_tokens: 5 },
  });
  const last = `event: response.failed\ndata: ${JSON.stringify({ type: 'response.failed', response: failed, sequence_number: 9 })}\n\n`;
  maker.answers((response) => {
    beginStream(response);
    response.end(responseEvents(['Hello']).slice(0, -1).join('') + last);
  });
  const final = await client.responses.stream({ model: 'maker/gpt', input: 'Hi' }).finalResponse();
  expect(final).toMatchObject({ status: 'failed', error: { message: 'Overloaded' } });
  expect(await entryOf(caller.walletId)).toMatchObject({
    outcome: 'broken',
    usage: { prompt_tokens: 3, completion_tokens: 2, status: 'reported' },
  });
});

test('failures before the first byte have the shape of the dialect', async () => {
  const { client, key } = await richClient();
  const status = async (message: string) => failure(client.responses.create({ model: 'sim/echo', input: message }));
  expect((await status('#error_status=429 #retry_after=7'))?.status).toBe(429);
  expect(await status('#error_status=401')).toMatchObject({ status: 502, code: 'upstream_failed' });
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '5', held: '0' });
});

test('tokens of the input are counted for nothing', async () => {
  const { client, key } = await richClient();
  const counted = await client.responses.inputTokens.count({ model: 'sim/echo', input: 'Hello' });
  expect(counted.input_tokens).toBeGreaterThan(2);
  maker.answers(whole({ object: 'response.input_tokens', input_tokens: 7 }));
  expect(await client.responses.inputTokens.count({ model: 'maker/gpt', input: 'Hello' })).toMatchObject({
    input_tokens: 7,
  });
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '5', held: '0' });
});
