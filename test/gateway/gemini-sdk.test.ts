// The official SDK as a client, against the simulator, and against models that speak other dialects: there everything is
// translated on the way.
import { ApiError, FunctionCallingConfigMode, GoogleGenAI, ThinkingLevel, Type } from '@google/genai';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as anthropic from './anthropic-upstream.ts';
import { beginStream, startOwnUpstream, type OwnUpstream, textEvent, usageEvent, whole } from './own-upstream.ts';
import { routeOf, startTwinGateway, targetOf, type TwinGateway } from './twin-gateway.ts';
import { creditsOf, eventually } from './wire.ts';

let twin: TwinGateway;
let own: OwnUpstream;
let anthropicMaker: OwnUpstream;

beforeAll(async () => {
  own = await startOwnUpstream('own');
  anthropicMaker = await anthropic.startAnthropicUpstream();
  twin = await startTwinGateway({
    routes: [
      routeOf(targetOf('model', own.provider)),
      routeOf(targetOf('vectors', own.provider), 'embedding'),
      routeOf(targetOf('opus-0', anthropicMaker.provider)),
    ],
  });
});

afterAll(async () => {
  await twin.stop();
  own.stop();
  anthropicMaker.stop();
});

function clientFor(apiKey: string): GoogleGenAI {
  return new GoogleGenAI({ apiKey, httpOptions: { baseUrl: twin.url } });
}

async function richClient(balance = '5') {
  const { key, caller } = await twin.key(balance);
  return { key, caller, client: clientFor(key) };
}

const weather = {
  name: 'weather',
  description: 'Tells the weather.',
  parameters: { type: Type.OBJECT, properties: { city: { type: Type.STRING } }, required: ['city'] },
};

const failure = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (error: unknown) => error as ApiError,
  );

function errorIn(error: ApiError | undefined) {
  const { error: said } = JSON.parse(error?.message ?? '{}') as {
    readonly error: {
      readonly code: number;
      readonly status: string;
      readonly message: string;
      readonly details: readonly Readonly<Record<string, unknown>>[];
    };
  };
  return said;
}

test('a plain answer, charged exactly, with its fare in the headers', async () => {
  const { client, key } = await richClient();
  const answer = await client.models.generateContent({
    model: 'sim/echo',
    contents: 'Hello #tokens=20',
    config: { systemInstruction: 'Be brief.', maxOutputTokens: 100, safetySettings: [] },
  });
  expect(answer.text?.length).toBeGreaterThan(10);
  expect(answer.candidates?.[0]).toMatchObject({ finishReason: 'STOP', content: { role: 'model' } });
  const { promptTokenCount = 0, candidatesTokenCount = 0 } = answer.usageMetadata ?? {};
  expect(candidatesTokenCount).toBe(20);
  const charge = Number(answer.sdkHttpResponse?.headers?.['x-faregate-charge']);
  expect(charge * 1_000_000).toBeCloseTo(promptTokenCount + 2 * candidatesTokenCount, 6);
  const { balance, held } = await creditsOf(twin.url, key);
  expect(balance).toBe(answer.sdkHttpResponse?.headers?.['x-faregate-balance']);
  expect(held).toBe('0');
});

test('a stream says what a plain answer says, and ends with its usage', async () => {
  const { client, key } = await richClient();
  const request = { model: 'sim/echo', contents: 'Hello #tokens=20', config: { maxOutputTokens: 100 } };
  const plain = await client.models.generateContent(request);
  const chunks = await Array.fromAsync(await client.models.generateContentStream(request));
  expect(chunks.map(({ text }) => text ?? '').join('')).toBe(plain.text);
  expect(chunks.length).toBeGreaterThan(10);
  expect(chunks.at(-1)?.candidates?.[0]?.finishReason).toBe('STOP');
  expect(chunks.at(-1)?.usageMetadata).toEqual(plain.usageMetadata);
  expect((await creditsOf(twin.url, key)).held).toBe('0');
});

test('without server-sent events a stream is one JSON list, its fare in the last element', async () => {
  const { key } = await richClient();
  const answer = await fetch(`${twin.url}/v1beta/models/sim/echo:streamGenerateContent?key=${key}`, {
    method: 'POST',
    body: JSON.stringify({ contents: { parts: { text: 'Hello #tokens=8' } } }),
  });
  expect(answer.headers.get('content-type')).toContain('application/json');
  const chunks = (await answer.json()) as readonly Readonly<Record<string, unknown>>[];
  expect(chunks.length).toBeGreaterThan(4);
  expect(chunks.at(-1)).toMatchObject({
    candidates: [{ finishReason: 'STOP' }],
    usageMetadata: { candidatesTokenCount: 8 },
    faregate: { charge: expect.any(String), balance: expect.any(String) },
  });
});

test('parallel calls of functions, streamed and not, and the answer to their results', async () => {
  const { client } = await richClient();
  const config = { tools: [{ functionDeclarations: [weather] }], maxOutputTokens: 100 };
  const request = { model: 'sim/echo', contents: 'What is it like? #tools=2', config };
  const plain = await client.models.generateContent(request);
  expect(plain.functionCalls).toHaveLength(2);
  expect(plain.functionCalls?.[0]).toMatchObject({ name: 'weather', args: { city: expect.any(String) } });

  const streamed = await Array.fromAsync(await client.models.generateContentStream(request));
  expect(streamed.flatMap(({ functionCalls }) => functionCalls ?? [])).toEqual(plain.functionCalls);

  const one = await client.models.generateContent({
    ...request,
    contents: 'What is it like?',
    config: { ...config, toolConfig: { functionCallingConfig: { mode: FunctionCallingConfigMode.ANY } } },
  });
  expect(one.functionCalls).toHaveLength(1);

  const results = plain.functionCalls?.map(({ id, name }) => ({
    functionResponse: { ...(id === undefined ? {} : { id }), name: name ?? '', response: { output: 'Sunny' } },
  }));
  const after = await client.models.generateContent({
    ...request,
    contents: [
      { role: 'user', parts: [{ text: 'What is it like? #tools=2' }] },
      plain.candidates?.[0]?.content ?? {},
      { role: 'user', parts: results ?? [] },
    ],
  });
  expect(after.text).not.toBe('');
  expect(after.functionCalls).toBeUndefined();
});

test('pictures, sounds, documents, thoughts and structure reach a provider in its own words, and come back', async () => {
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
        completion_tokens_details: { reasoning_tokens: 3 },
      },
    }),
  );
  const answer = await client.models.generateContent({
    model: 'own/model',
    contents: [
      {
        role: 'user',
        parts: [
          { inlineData: { mimeType: 'image/png', data: 'iVBORw0KGgo=' } },
          { fileData: { mimeType: 'image/png', fileUri: 'https://example.com/a.png' } },
          { inlineData: { mimeType: 'audio/wav', data: 'UklGRg==' } },
          { inlineData: { mimeType: 'application/pdf', data: 'JVBERi0=', displayName: 'a.pdf' } },
          { text: 'What is it?' },
        ],
      },
      { role: 'model', parts: [{ functionCall: { name: 'weather', args: { city: 'Rom' } } }] },
      { role: 'user', parts: [{ functionResponse: { name: 'weather', response: { error: 'No.' } } }] },
    ],
    config: {
      maxOutputTokens: 4_000,
      stopSequences: ['END'],
      temperature: 0.5,
      seed: 7,
      thinkingConfig: { thinkingBudget: 2_000, includeThoughts: true },
      responseMimeType: 'application/json',
      responseSchema: {
        type: Type.OBJECT,
        properties: {
          a: { type: Type.NUMBER, nullable: true },
          b: { type: Type.ARRAY, items: { type: Type.STRING }, maxItems: '3' },
        },
        propertyOrdering: ['a'],
      },
    },
  });
  expect(answer.candidates?.[0]?.content?.parts).toEqual([{ text: 'Hm.', thought: true }, { text: '{"a":1}' }]);
  expect(answer.text).toBe('{"a":1}');
  expect(answer.usageMetadata).toMatchObject({
    promptTokenCount: 120,
    cachedContentTokenCount: 100,
    thoughtsTokenCount: 3,
    candidatesTokenCount: 4,
    totalTokenCount: 127,
  });
  expect(JSON.parse(own.body())).toEqual({
    model: 'model',
    max_tokens: 4_000,
    stop: ['END'],
    temperature: 0.5,
    seed: 7,
    reasoning_effort: 'low',
    response_format: {
      type: 'json_schema',
      json_schema: {
        name: 'answer',
        schema: {
          type: 'object',
          properties: { a: { type: ['number', 'null'] }, b: { type: 'array', items: { type: 'string' }, maxItems: 3 } },
        },
      },
    },
    messages: [
      {
        role: 'user',
        content: [
          { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } },
          { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
          { type: 'input_audio', input_audio: { data: 'UklGRg==', format: 'wav' } },
          { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERi0=' } },
          { type: 'text', text: 'What is it?' },
        ],
      },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'call_0', type: 'function', function: { name: 'weather', arguments: '{"city":"Rom"}' } }],
      },
      { role: 'tool', tool_call_id: 'call_0', content: 'Error: No.' },
    ],
  });
});

test('thoughts that another maker has sealed go back to it, and to it alone', async () => {
  const { client } = await richClient();
  const thought = { type: 'thinking', thinking: 'Hm.', signature: 'c2lnbmVk' };
  const tool = { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Bern' } };
  anthropicMaker.answers(whole(anthropic.message([thought, { type: 'text', text: 'I look.' }, tool], 'tool_use')));
  const config = {
    maxOutputTokens: 4_000,
    tools: [{ functionDeclarations: [weather] }],
    thinkingConfig: { thinkingLevel: ThinkingLevel.LOW, includeThoughts: true },
  };
  const first = { role: 'user', parts: [{ text: 'What is it like?' }] };
  const answer = await client.models.generateContent({ model: 'maker/opus-0', contents: [first], config });
  expect(answer.functionCalls).toEqual([{ id: 'toolu_1', name: 'weather', args: { city: 'Bern' } }]);
  const content = answer.candidates?.[0]?.content ?? {};
  const contents = [
    first,
    content,
    { role: 'user', parts: [{ functionResponse: { id: 'toolu_1', name: 'weather', response: { output: 'Rain' } } }] },
  ];
  await client.models.generateContent({ model: 'maker/opus-0', contents, config });
  expect(JSON.parse(anthropicMaker.body())).toMatchObject({
    messages: [
      { role: 'user' },
      { role: 'assistant', content: [thought, { type: 'text', text: 'I look.' }, tool] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1' }] },
    ],
  });
  own.answers(whole({ id: 'a', choices: [{ index: 0, message: { content: 'Rain.' }, finish_reason: 'stop' }] }));
  await client.models.generateContent({ model: 'own/model', contents, config });
  expect(own.body()).not.toContain('c2lnbmVk');
  expect(own.body()).not.toContain('Hm.');
});

test('a stream of another maker arrives as chunks, with its thoughts for who asks for them', async () => {
  const { client } = await richClient();
  const blocks = anthropic.textBlock(0, ['Hello', ' there']) + anthropic.toolBlock(1, 'a', ['{"city":', '"Rom"}']);
  anthropicMaker.answers(anthropic.streams(anthropic.begun() + blocks + anthropic.ended('tool_use')));
  const chunks = await Array.fromAsync(
    await client.models.generateContentStream({
      model: 'maker/opus-0',
      contents: 'Hi',
      config: { tools: [{ functionDeclarations: [weather] }] },
    }),
  );
  expect(
    chunks
      .flatMap((each) => each.candidates?.[0]?.content?.parts ?? [])
      .map(({ text }) => text ?? '')
      .join(''),
  ).toBe('Hello there');
  expect(chunks.flatMap(({ functionCalls }) => functionCalls ?? [])).toEqual([
    { id: 'a', name: 'weather', args: { city: 'Rom' } },
  ]);
  expect(chunks.at(-1)?.usageMetadata).toMatchObject({ promptTokenCount: 132, candidatesTokenCount: 9 });
});

test('a stream of OpenAI’s kind arrives as chunks, its functions whole, and is cut off where the wallet ends', async () => {
  const { client, key } = await richClient();
  const called = (index: number, more: object) => ({
    choices: [{ index: 0, delta: { tool_calls: [{ index, ...more }] } }],
  });
  const event = (chunk: object) => `data: ${JSON.stringify({ id: 'own', ...chunk })}\n\n`;
  own.answers((response) => {
    beginStream(response);
    response.write(
      event({ choices: [{ index: 0, delta: { reasoning_content: 'Hm.' } }] }) + textEvent('Hel') + textEvent('lo'),
    );
    response.write(event(called(0, { id: 'a', function: { name: 'weather', arguments: '{"city":' } })));
    response.write(event(called(1, { id: 'b', function: { name: 'weather', arguments: '' } })));
    response.write(event(called(0, { function: { arguments: '"Rom"}' } })));
    response.write(event({ choices: [{ index: 0, delta: {}, finish_reason: 'tool_calls' }] }));
    response.end(`${usageEvent(10, 5)}data: [DONE]\n\n`);
  });
  const request = { model: 'own/model', contents: 'Hi', config: { tools: [{ functionDeclarations: [weather] }] } };
  const chunks = await Array.fromAsync(await client.models.generateContentStream(request));
  const parts = chunks.flatMap((each) => each.candidates?.[0]?.content?.parts ?? []).filter(({ text }) => text !== '');
  expect(parts).toEqual([
    { text: 'Hel' },
    { text: 'lo' },
    { functionCall: { id: 'a', name: 'weather', args: { city: 'Rom' } } },
    { functionCall: { id: 'b', name: 'weather', args: {} } },
  ]);
  expect(chunks.at(-1)).toMatchObject({
    candidates: [{ finishReason: 'STOP' }],
    usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 5 },
  });
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '4.99998', held: '0' });

  own.answers((response) => {
    beginStream(response);
    for (let no = 0; no < 4_000; no += 1) response.write(textEvent(`word ${no} `));
    response.end('data: [DONE]\n\n');
  });
  const poor = await richClient('0.003');
  const config = { maxOutputTokens: 50_000 };
  const cut = await Array.fromAsync(await poor.client.models.generateContentStream({ ...request, config }));
  expect(cut.flatMap((each) => each.candidates?.[0]?.finishReason ?? [])).toEqual(['MAX_TOKENS']);
  expect(cut.length).toBeGreaterThan(100);
  const { balance, held, overdue } = await creditsOf(twin.url, poor.key);
  expect(Number(balance)).toBeGreaterThanOrEqual(0);
  expect({ held, overdue }).toEqual({ held: '0', overdue: '0' });
});

test('failures have the shape that the SDK knows, with our word and when to come again', async () => {
  const { client, key } = await richClient();
  const ask = { model: 'sim/echo', contents: 'Hi' };
  const unknownKey = await failure(clientFor('vk_unknown').models.generateContent(ask));
  expect(unknownKey).toBeInstanceOf(ApiError);
  expect(errorIn(unknownKey)).toMatchObject({
    code: 401,
    status: 'UNAUTHENTICATED',
    details: [{ reason: 'INVALID_KEY', domain: 'faregate' }],
  });
  const poor = await richClient('0');
  expect(errorIn(await failure(poor.client.models.generateContent(ask)))).toMatchObject({
    code: 402,
    status: 'FAILED_PRECONDITION',
    details: [
      { reason: 'INSUFFICIENT_BALANCE', metadata: { limit_source: 'wallet', available: '0', currency: 'usd' } },
    ],
  });
  const nowhere = await failure(client.models.generateContent({ ...ask, model: 'no/such' }));
  expect(errorIn(nowhere)).toMatchObject({ code: 404, status: 'NOT_FOUND' });
  const limited = await twin.key('5', { limits: { requestsPerMinute: 1 } });
  await clientFor(limited.key).models.generateContent(ask);
  const tooMany = errorIn(await failure(clientFor(limited.key).models.generateContent(ask)));
  expect(tooMany).toMatchObject({ code: 429, status: 'RESOURCE_EXHAUSTED' });
  expect(tooMany.details.at(-1)).toMatchObject({
    '@type': 'type.googleapis.com/google.rpc.RetryInfo',
    retryDelay: expect.stringMatching(/^\d+(\.\d+)?s$/),
  });
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '5', held: '0' });
});

test('what would be billed beside the tokens, or be another call, is refused by its name', async () => {
  const { key } = await richClient();
  const contents = [{ parts: [{ text: 'Hi' }] }];
  const refused: readonly (readonly [string, object])[] = [
    ['tools.googleSearch', { contents, tools: [{ googleSearch: {} }] }],
    ['tools.google_search', { contents, tools: [{ google_search: {} }] }],
    ['tools.codeExecution', { contents, tools: [{ functionDeclarations: [], codeExecution: {} }] }],
    ['tools.urlContext', { contents, tools: { urlContext: {} } }],
    ['tools.googleMaps', { contents, tools: [{ googleMaps: {} }] }],
    ['cachedContent', { contents, cached_content: 'cachedContents/a' }],
    ['continuationToken', { contents, continuationToken: 'a' }],
    ['generationConfig.routingConfig', { contents, generationConfig: { routingConfig: {} } }],
    ['generationConfig.maxOutputTokens', { contents, generationConfig: { maxOutputTokens: 1, max_output_tokens: 9 } }],
    ['generationConfig.MaxOutputTokens', { contents, generationConfig: { MaxOutputTokens: 1 } }],
    ['generationConfig.candidateCount', { contents, generationConfig: { candidateCount: 9 } }],
    ['generationConfig', { contents, generationConfig: {}, generation_config: {} }],
    ['contents', { contents: [] }],
    // And by whom it is translated for, what has no counterpart there.
    ['generationConfig.topK', { contents, generationConfig: { topK: 4 } }],
    ['generationConfig.candidateCount', { contents, generationConfig: { candidateCount: 2 } }],
    ['safetySettings', { contents, safetySettings: [{ threshold: 'BLOCK_LOW_AND_ABOVE' }] }],
    ['contents.0.parts.0.videoMetadata', { contents: [{ parts: [{ text: 'a', videoMetadata: { fps: 1 } }] }] }],
  ];
  for (const [param, body] of refused) {
    const answer = await fetch(`${twin.url}/v1beta/models/own/model:generateContent`, {
      method: 'POST',
      headers: { 'x-goog-api-key': key },
      body: JSON.stringify(body),
    });
    const said = await answer.text();
    expect(answer.status, `${param}: ${said}`).toBe(400);
    expect(JSON.parse(said), param).toMatchObject({
      error: { status: 'INVALID_ARGUMENT', message: expect.any(String) },
    });
    const named = param === 'generationConfig.topK' ? 'top_k' : param;
    expect(said, param).toContain(`"field":"${named}"`);
  }
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '5', held: '0' });
});

test('models are listed page by page, and described by their names', async () => {
  const { client, key } = await richClient();
  const pager = await client.models.list({ config: { pageSize: 3 } });
  const names = (await Array.fromAsync(pager)).map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['models/sim/echo', 'models/sim/embed', 'models/own/model']));
  expect(new Set(names).size).toBe(names.length);
  expect(names.length).toBeGreaterThan(6);
  const one = await client.models.get({ model: 'sim/echo' });
  expect(one).toMatchObject({ name: 'models/sim/echo', inputTokenLimit: 1_000_000, outputTokenLimit: 100_000 });
  expect(errorIn(await failure(client.models.get({ model: 'no/such' })))).toMatchObject({ status: 'NOT_FOUND' });
  const stable = await fetch(`${twin.url}/v1/models`, { headers: { 'x-goog-api-key': key } });
  expect(await stable.json()).toHaveProperty('models');
});

test('tokens are counted for nothing, and embeddings translated', async () => {
  const { client, key } = await richClient();
  const { totalTokens = 0 } = await client.models.countTokens({ model: 'sim/echo', contents: 'Hello there' });
  expect(totalTokens).toBeGreaterThan(3);
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '5', held: '0' });

  const { embeddings } = await client.models.embedContent({ model: 'sim/embed', contents: ['Hello', 'there'] });
  expect(embeddings?.map(({ values }) => values?.length)).toEqual([8, 8]);
  expect((await creditsOf(twin.url, key)).held).toBe('0');

  const vector = (index: number) => ({ object: 'embedding', index, embedding: [index, 0.25] });
  own.answers(whole({ object: 'list', data: [vector(1), vector(0)], usage: { prompt_tokens: 2, total_tokens: 2 } }));
  const single = await fetch(`${twin.url}/v1beta/models/own/vectors:batchEmbedContents`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
    body: JSON.stringify({
      requests: ['a', 'b'].map((text) => ({ content: { parts: [{ text }] }, outputDimensionality: 2 })),
    }),
  });
  expect(await single.json()).toEqual({
    embeddings: [{ values: [0, 0.25] }, { values: [1, 0.25] }],
    usageMetadata: { promptTokenCount: 2, totalTokenCount: 2 },
  });
  expect(JSON.parse(own.body())).toEqual({
    model: 'vectors',
    input: ['a', 'b'],
    encoding_format: 'float',
    dimensions: 2,
  });
  const typed = await failure(
    client.models.embedContent({ model: 'own/vectors', contents: 'a', config: { taskType: 'RETRIEVAL_QUERY' } }),
  );
  expect(errorIn(typed).message).toContain('"taskType"');
});

test('who gives a stream up pays for what was streamed', async () => {
  const { client, key } = await richClient();
  const abort = new AbortController();
  const stream = await client.models.generateContentStream({
    model: 'sim/slow',
    contents: 'Hello #tokens=500',
    config: { abortSignal: abort.signal, maxOutputTokens: 1_000 },
  });
  let seen = 0;
  await expect(async () => {
    for await (const _chunk of stream) {
      seen += 1;
      if (seen === 5) abort.abort();
    }
  }).rejects.toThrow();
  await eventually(async () => (await creditsOf(twin.url, key)).held === '0');
  const spent = 5_000_000 - Number((await creditsOf(twin.url, key)).balance) * 1_000_000;
  expect(spent).toBeGreaterThan(5);
  expect(spent).toBeLessThan(500);
});

test('a wallet that runs out cuts the stream off, and is never overspent', async () => {
  const { client, key } = await richClient('0.003');
  const chunks = await Array.fromAsync(
    await client.models.generateContentStream({
      model: 'sim/echo',
      contents: 'Hello #tokens=4000',
      config: { maxOutputTokens: 50_000 },
    }),
  );
  expect(chunks.at(-1)?.candidates?.[0]?.finishReason).toBe('MAX_TOKENS');
  expect(chunks.length).toBeGreaterThan(100);
  const { balance, held, overdue } = await creditsOf(twin.url, key);
  expect(Number(balance)).toBeGreaterThanOrEqual(0);
  expect({ held, overdue }).toEqual({ held: '0', overdue: '0' });
});
