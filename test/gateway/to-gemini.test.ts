// The SDKs of OpenAI and Anthropic as clients of a provider that speaks Gemini's dialect: everything is translated on the way.
import Anthropic from '@anthropic-ai/sdk';
import OpenAI, { type APIError, BadRequestError } from 'openai';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { chunk, counted, lastChunk, refuses, response, startGeminiUpstream } from './gemini-upstream.ts';
import { beginStream, type OwnUpstream, whole } from './own-upstream.ts';
import { routeOf, startTwinGateway, targetOf, type TwinGateway } from './twin-gateway.ts';
import { creditsOf } from './wire.ts';

let twin: TwinGateway;
let maker: OwnUpstream;

beforeAll(async () => {
  maker = await startGeminiUpstream();
  twin = await startTwinGateway({
    routes: [
      routeOf(targetOf('gemini-2.5-flash', maker.provider)),
      routeOf(targetOf('gemini-3-pro', maker.provider)),
      routeOf(targetOf('vectors', maker.provider), 'embedding'),
    ],
  });
});

afterAll(async () => {
  await twin.stop();
  maker.stop();
});

async function openAi(balance = '5') {
  const { key } = await twin.key(balance);
  return { key, client: new OpenAI({ apiKey: key, baseURL: `${twin.url}/v1`, maxRetries: 0 }) };
}

async function anthropic() {
  const { key } = await twin.key('5');
  return { key, client: new Anthropic({ apiKey: key, authToken: null, baseURL: twin.url, maxRetries: 0 }) };
}

function streams(...pieces: readonly string[]) {
  return (answer: Parameters<Parameters<OwnUpstream['answers']>[0]>[0]): void => {
    beginStream(answer);
    for (const piece of pieces) answer.write(piece);
    answer.end();
  };
}

const ask = { model: 'maker/gemini-2.5-flash', messages: [{ role: 'user' as const, content: 'Hi' }] };
const weather = {
  type: 'function' as const,
  function: { name: 'weather', strict: true, parameters: { properties: { city: { type: 'string' } } } },
};
const failure = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (error: unknown) => error as APIError,
  );
const call = (city: string, more: object = {}) => ({ functionCall: { name: 'weather', args: { city } }, ...more });

test('a conversation with pictures, files, sounds and tools reaches the provider in its own words', async () => {
  const { client, key } = await openAi();
  maker.answers(whole(response([{ text: 'I look.' }, call('Bern'), call('Rom')])));
  const answer = await client.chat.completions.create({
    model: 'maker/gemini-2.5-flash',
    max_completion_tokens: 500,
    stop: 'END',
    temperature: 0.5,
    seed: 7,
    user: 'somebody',
    reasoning_effort: 'low',
    tools: [weather],
    tool_choice: 'required',
    messages: [
      { role: 'system', content: 'Be brief.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is it?' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } },
          { type: 'image_url', image_url: { url: 'https://example.com/a.webp?b=c' } },
          { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERi0=' } },
          { type: 'input_audio', input_audio: { data: 'UklGRg==', format: 'wav' } },
        ],
      },
      {
        role: 'assistant',
        tool_calls: [
          { id: 'a', type: 'function', function: { name: 'weather', arguments: '{"city":"Rom"}' } },
          { id: 'b', type: 'function', function: { name: 'time', arguments: '' } },
        ],
      },
      { role: 'tool', tool_call_id: 'a', content: 'Sunny' },
      { role: 'tool', tool_call_id: 'b', content: 'Noon' },
      { role: 'user', content: 'And now?' },
    ],
  });
  expect(maker.path()).toBe('/v1beta/models/gemini-2.5-flash:generateContent');
  expect(JSON.parse(maker.body())).toEqual({
    systemInstruction: { parts: [{ text: 'Be brief.' }] },
    contents: [
      {
        role: 'user',
        parts: [
          { text: 'What is it?' },
          { inlineData: { mimeType: 'image/png', data: 'iVBORw0KGgo=' } },
          { fileData: { mimeType: 'image/webp', fileUri: 'https://example.com/a.webp?b=c' } },
          { inlineData: { mimeType: 'application/pdf', data: 'JVBERi0=' } },
          { inlineData: { mimeType: 'audio/wav', data: 'UklGRg==' } },
        ],
      },
      {
        role: 'model',
        parts: [
          { functionCall: { id: 'a', name: 'weather', args: { city: 'Rom' } } },
          { functionCall: { id: 'b', name: 'time', args: {} } },
        ],
      },
      {
        role: 'user',
        parts: [{ functionResponse: { id: 'a', name: 'weather', response: { output: 'Sunny' } } }],
      },
      { role: 'user', parts: [{ functionResponse: { id: 'b', name: 'time', response: { output: 'Noon' } } }] },
      { role: 'user', parts: [{ text: 'And now?' }] },
    ],
    tools: [
      {
        functionDeclarations: [
          {
            name: 'weather',
            parametersJsonSchema: { type: 'object', properties: { city: { type: 'string' } } },
          },
        ],
      },
    ],
    toolConfig: { functionCallingConfig: { mode: 'ANY' } },
    generationConfig: {
      maxOutputTokens: 500,
      temperature: 0.5,
      seed: 7,
      stopSequences: ['END'],
      thinkingConfig: { thinkingBudget: 2_048, includeThoughts: true },
    },
  });
  const [choice] = answer.choices;
  expect(choice).toMatchObject({ finish_reason: 'tool_calls', message: { content: 'I look.' } });
  expect(choice?.message.tool_calls).toEqual([
    { id: 'call_r-1_0', type: 'function', function: { name: 'weather', arguments: '{"city":"Bern"}' } },
    { id: 'call_r-1_1', type: 'function', function: { name: 'weather', arguments: '{"city":"Rom"}' } },
  ]);
  expect(answer.usage).toMatchObject({
    prompt_tokens: 120,
    completion_tokens: 9,
    total_tokens: 129,
    prompt_tokens_details: { cached_tokens: 100 },
    completion_tokens_details: { reasoning_tokens: 5 },
  });
  // 20 × 1 + 9 × 2 millionths: what was cached has no price in this list.
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '4.999962', held: '0' });
});

test('a stream arrives whole, its last words too, with or without its usage', async () => {
  const { client, key } = await openAi();
  const end = lastChunk([{ text: ' there' }, call('Rom'), call('Bern')]);
  maker.answers(streams(chunk([{ text: 'Hm.', thought: true }]), chunk([{ text: 'Hello' }]), end));
  const stream = client.chat.completions.stream({ ...ask, tools: [weather], stream_options: { include_usage: true } });
  const final = await stream.finalChatCompletion();
  expect(final.choices[0]).toMatchObject({
    finish_reason: 'tool_calls',
    message: {
      content: 'Hello there',
      tool_calls: [
        { id: 'call_r-1_0', function: { name: 'weather', arguments: '{"city":"Rom"}' } },
        { id: 'call_r-1_1', function: { name: 'weather', arguments: '{"city":"Bern"}' } },
      ],
    },
  });
  expect(final.usage).toMatchObject({ prompt_tokens: 120, completion_tokens: 9 });
  const silent = await Array.fromAsync(await client.chat.completions.create({ ...ask, stream: true }));
  expect(silent.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toBe('Hello there');
  expect(silent.at(-1)?.choices[0]?.finish_reason).toBe('tool_calls');
  expect(silent.every(({ usage }) => !usage)).toBe(true);
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '4.999924', held: '0' });

  const other = await anthropic();
  const message = await other.client.messages
    .stream({ ...ask, max_tokens: 100, tools: [{ name: 'weather', input_schema: { type: 'object' } }] })
    .finalMessage();
  expect(message.content).toMatchObject([
    { type: 'thinking', thinking: 'Hm.' },
    { type: 'text', text: 'Hello there' },
    { type: 'tool_use', input: { city: 'Rom' } },
    { type: 'tool_use', input: { city: 'Bern' } },
  ]);
  expect(message).toMatchObject({
    stop_reason: 'tool_use',
    usage: { input_tokens: 20, cache_read_input_tokens: 100, output_tokens: 9 },
  });
});

test('seals of thoughts go back to their maker on the call that they led to', async () => {
  const sealed = call('Rom', { thoughtSignature: 'c2VhbGVk' });
  const back = (turn: object) => ({ contents: [{ role: 'user' }, turn, { role: 'user' }] });
  const own = {
    role: 'model',
    parts: [{ text: 'I look.' }, { ...sealed, functionCall: expect.objectContaining({ args: { city: 'Rom' } }) }],
  };
  const said = response([{ text: 'Hm.', thought: true }, { text: 'I look.' }, sealed]);
  const model = 'maker/gemini-3-pro';

  const { client } = await openAi();
  maker.answers(whole(said));
  const answer = await client.chat.completions.create({ ...ask, model, tools: [weather] });
  const [choice] = answer.choices;
  if (!choice) throw new Error('There is no choice.');
  const [made] = choice.message.tool_calls ?? [];
  const result = { role: 'tool' as const, tool_call_id: made?.id ?? '', content: 'Rain' };
  await client.chat.completions.create({
    ...ask,
    model,
    tools: [weather],
    messages: [...ask.messages, choice.message, result],
  });
  expect(JSON.parse(maker.body())).toMatchObject(back(own));

  const other = await anthropic();
  for (const streamed of [false, true]) {
    maker.answers(
      streamed
        ? streams(chunk([{ text: 'Hm.', thought: true }]), chunk([{ text: 'I look.' }]), lastChunk([sealed]))
        : whole(said),
    );
    const request = {
      ...ask,
      model,
      max_tokens: 100,
      tools: [{ name: 'weather', input_schema: { type: 'object' as const } }],
    };
    const message = await (streamed
      ? other.client.messages.stream(request).finalMessage()
      : other.client.messages.create(request));
    const used = message.content.find((block) => block.type === 'tool_use');
    const answered = { type: 'tool_result' as const, tool_use_id: used?.id ?? '', content: 'Rain' };
    const messages = [
      ...ask.messages,
      { role: 'assistant' as const, content: message.content },
      { role: 'user' as const, content: [answered] },
    ];
    maker.answers(whole(response([{ text: 'Rain.' }])));
    await other.client.messages.create({ ...request, messages });
    expect(JSON.parse(maker.body())).toMatchObject(back(own));
  }
});

test('calls that another model has made are told as such to the models that ask for seals', async () => {
  const { client } = await openAi();
  maker.answers(whole(response([{ text: 'Rain.' }])));
  const foreign = {
    role: 'assistant' as const,
    tool_calls: [{ id: 'a', type: 'function' as const, function: { name: 'weather', arguments: '{}' } }],
  };
  const messages = [...ask.messages, foreign, { role: 'tool' as const, tool_call_id: 'a', content: 'Rain' }];
  await client.chat.completions.create({ ...ask, messages, model: 'maker/gemini-3-pro' });
  expect(maker.body()).toContain('skip_thought_signature_validator');
  await client.chat.completions.create({ ...ask, messages });
  expect(maker.body()).not.toContain('thoughtSignature');
});

test('thoughts, structure, limits and refusals are told as each dialect has them', async () => {
  const { client } = await openAi();
  maker.answers(whole(response([{ text: 'Hm.', thought: true }, { text: '{"a":1}' }], 'MAX_TOKENS')));
  const schema = { type: 'object', properties: { a: { type: 'number' } } };
  const answer = await client.chat.completions.create({
    ...ask,
    response_format: { type: 'json_schema', json_schema: { name: 'a', schema } },
  });
  expect(answer.choices[0]).toMatchObject({
    finish_reason: 'length',
    message: { content: '{"a":1}', reasoning_content: 'Hm.' },
  });
  expect(JSON.parse(maker.body())).toMatchObject({
    generationConfig: { responseMimeType: 'application/json', responseJsonSchema: schema },
  });
  const blocked = {
    promptFeedback: { blockReason: 'PROHIBITED_CONTENT' },
    usageMetadata: { promptTokenCount: 50, totalTokenCount: 50 },
  };
  maker.answers(whole(blocked));
  const other = await anthropic();
  const message = await other.client.messages.create({ ...ask, max_tokens: 100 });
  expect(message).toMatchObject({ content: [], stop_reason: 'refusal', usage: { input_tokens: 50, output_tokens: 0 } });
  expect(await creditsOf(twin.url, other.key)).toMatchObject({ balance: '4.99995', held: '0' });
  maker.answers(streams(`data: ${JSON.stringify(blocked)}\n\n`));
  const streamed = await other.client.messages.stream({ ...ask, max_tokens: 100 }).finalMessage();
  expect(streamed.stop_reason).toBe('refusal');
});

test('a document and a failed tool of an Anthropic caller reach the provider', async () => {
  const { client } = await anthropic();
  maker.answers(whole(response([{ text: 'Fine.' }])));
  const shown = {
    type: 'image' as const,
    source: { type: 'base64' as const, media_type: 'image/png' as const, data: 'iVBORw0KGgo=' },
  };
  const unknownToTheSdk = { top_k: 3 };
  await client.messages.create({
    ...ask,
    max_tokens: 100,
    system: 'Be brief.',
    thinking: { type: 'enabled', budget_tokens: 1_500 },
    ...unknownToTheSdk,
    metadata: { user_id: 'somebody' },
    messages: [
      {
        role: 'user',
        content: [
          { type: 'document', source: { type: 'url', url: 'https://example.com/a.pdf' } },
          { type: 'text', text: 'Hi', cache_control: { type: 'ephemeral' } },
        ],
      },
      { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'weather', input: {} }] },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'a', is_error: true, content: [{ type: 'text', text: 'No.' }, shown] },
        ],
      },
    ],
  });
  expect(JSON.parse(maker.body())).toMatchObject({
    contents: [
      { parts: [{ fileData: { mimeType: 'application/pdf', fileUri: 'https://example.com/a.pdf' } }, { text: 'Hi' }] },
      { role: 'model' },
      { parts: [{ functionResponse: { id: 'a', name: 'weather', response: { error: 'No.\n[The image follows.]' } } }] },
      { parts: [{ inlineData: { mimeType: 'image/png', data: 'iVBORw0KGgo=' } }] },
    ],
    generationConfig: { topK: 3, maxOutputTokens: 100, thinkingConfig: { thinkingBudget: 1_500 } },
  });
});

test('what has no counterpart is refused by its name, and nothing is sent or set aside', async () => {
  const { client, key } = await openAi();
  const late = [...ask.messages, { role: 'system' as const, content: 'Be brief.' }, ...ask.messages];
  const lost = [...ask.messages, { role: 'tool' as const, tool_call_id: 'a', content: 'Rain' }];
  const refused: readonly (readonly [string, object])[] = [
    ['n', { n: 2 }],
    ['logprobs', { logprobs: true }],
    ['parallel_tool_calls', { parallel_tool_calls: false, tools: [weather] }],
    ['verbosity', { verbosity: 'low' }],
    ['messages', { messages: late }],
    ['messages', { messages: lost }],
  ];
  for (const [param, more] of refused) {
    const error = await failure(client.chat.completions.create({ ...ask, ...more }));
    expect(error, param).toBeInstanceOf(BadRequestError);
    expect(error?.message).toContain(`"${param}"`);
  }
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '5', held: '0' });
});

test('embeddings of OpenAI’s callers are made there, as numbers or packed', async () => {
  const { client, key } = await openAi();
  const usageMetadata = { promptTokenCount: 4, totalTokenCount: 4 };
  maker.answers(whole({ embeddings: [{ values: [0.5, -0.25] }, { values: [1, 2] }], usageMetadata }));
  // The SDK asks for packed numbers by itself.
  const packed = await client.embeddings.create({ model: 'maker/vectors', input: ['a', 'b'], dimensions: 2 });
  expect(packed.data.map(({ embedding }) => embedding)).toEqual([
    [0.5, -0.25],
    [1, 2],
  ]);
  expect(packed.usage).toEqual({ prompt_tokens: 4, total_tokens: 4 });
  expect(maker.path()).toBe('/v1beta/models/vectors:batchEmbedContents');
  const model = 'models/vectors';
  expect(JSON.parse(maker.body())).toEqual({
    requests: ['a', 'b'].map((text) => ({ model, content: { parts: [{ text }] }, outputDimensionality: 2 })),
  });
  maker.answers(whole({ embeddings: [{ values: [0.5] }], usageMetadata }));
  const plain = await client.embeddings.create({ model: 'maker/vectors', input: 'a', encoding_format: 'float' });
  expect(plain.data[0]?.embedding).toEqual([0.5]);
  const tokens = await failure(client.embeddings.create({ model: 'maker/vectors', input: [1, 2] }));
  expect(tokens?.message).toContain('"input"');
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '4.999992', held: '0' });
});

test('failures before and in the stream have the shape that the caller knows', async () => {
  const { client, key } = await openAi();
  maker.answers(refuses(503, 'UNAVAILABLE'));
  const overloaded = await failure(client.chat.completions.create(ask));
  expect(overloaded).toMatchObject({ status: 502, code: 'upstream_failed' });
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '5', held: '0' });
  const error = { code: 503, message: 'Overloaded', status: 'UNAVAILABLE' };
  maker.answers(streams(chunk([{ text: 'Hello' }]) + `data: ${JSON.stringify({ error })}\n\n`));
  const broken = async () => {
    for await (const _chunk of await client.chat.completions.create({ ...ask, stream: true }));
  };
  await expect(broken()).rejects.toThrow('Overloaded');
  maker.answers(whole({ unheard: 'of', usageMetadata: counted }));
  expect((await failure(client.chat.completions.create(ask)))?.status).toBe(502);
});

test('a wallet that runs out cuts the stream off, and is never overspent', async () => {
  const { client, key } = await openAi('0.003');
  const words = Array.from({ length: 4_000 }, (_, no) => chunk([{ text: `word ${no} ` }]));
  maker.answers(streams(...words, lastChunk([{ text: '.' }])));
  const chunks = await Array.fromAsync(client.chat.completions.stream({ ...ask, max_tokens: 50_000 }));
  expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe('length');
  const { balance, held, overdue } = await creditsOf(twin.url, key);
  expect(Number(balance)).toBeGreaterThanOrEqual(0);
  expect({ held, overdue }).toEqual({ held: '0', overdue: '0' });
});
