// Cohere as a provider, for callers of every dialect, and its SDK as a client of the gateway.
import { CohereClientV2, type CohereError } from 'cohere-ai';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PriceComponent, PriceVersion } from '#core/pricing/component.ts';
import { answer, begun, ended, startCohereUpstream, streams, textBlock, toolCalls } from './cohere-upstream.ts';
import { type OwnUpstream, whole } from './own-upstream.ts';
import { routeOf, startTwinGateway, targetOf, type TwinGateway } from './twin-gateway.ts';
import { creditsOf, post, said } from './wire.ts';

let twin: TwinGateway;
let maker: OwnUpstream;
let voyage: OwnUpstream;

const perMillion = { per: '1000000', currency: 'usd' };

function priceOf(name: string, components: readonly PriceComponent[]): PriceVersion {
  return {
    id: name,
    subject: { kind: 'model', name },
    book: 'list',
    currency: 'usd',
    components,
    modifiers: [],
    validFrom: '2020-01-01T00:00:00Z',
    recordedAt: '2020-01-01T00:00:00Z',
  };
}

const input = (price: string): PriceComponent => ({ meter: 'input', price, ...perMillion });
const prices = [
  priceOf('maker/command', [input('1'), { meter: 'output', price: '2', ...perMillion }]),
  priceOf('maker/embed', [input('0.1')]),
  priceOf('maker/rerank', [{ meter: 'search_unit', price: '2', per: '1000', currency: 'usd' }]),
  priceOf('voyage/embed', [input('0.1')]),
  priceOf('voyage/rerank', [input('0.05')]),
  priceOf('jina/rerank', [input('0.05')]),
];

beforeAll(async () => {
  maker = await startCohereUpstream('maker');
  voyage = await startCohereUpstream('voyage', 'voyage');
  const jina = { ...voyage.provider, name: 'jina', adapter: 'openai-compatible' };
  twin = await startTwinGateway({
    routes: [
      routeOf(targetOf('command', maker.provider)),
      routeOf(targetOf('embed', maker.provider), 'embedding'),
      routeOf(targetOf('rerank', maker.provider), 'rerank'),
      routeOf(targetOf('embed', voyage.provider), 'embedding'),
      routeOf(targetOf('rerank', voyage.provider), 'rerank'),
      routeOf(targetOf('rerank', jina), 'rerank'),
    ],
    prices,
  });
});

afterAll(async () => {
  await twin.stop();
  maker.stop();
  voyage.stop();
});

async function clients() {
  const { key } = await twin.key('1');
  return {
    key,
    cohere: new CohereClientV2({ token: key, environment: twin.url, maxRetries: 0 }),
    openAi: new OpenAI({ apiKey: key, baseURL: `${twin.url}/v1`, maxRetries: 0 }),
  };
}

const weather = {
  type: 'function' as const,
  function: { name: 'weather', description: 'Tells it.', parameters: { type: 'object', properties: {} } },
};

// 20 × 1 + 9 × 2 millionths: the billed ones.
const left = '0.999962';

describe('chat', () => {
  test('in its own dialect keeps its bytes, and is billed by its own units', async () => {
    const { cohere, key } = await clients();
    maker.answers(whole(answer));
    const said = await cohere.chat({
      model: 'maker/command',
      messages: [{ role: 'user', content: 'Hi' }],
      maxTokens: 100,
      k: 5,
    });
    expect(said.message.content).toEqual([{ type: 'text', text: 'Hello there' }]);
    expect(maker.path()).toBe('/v2/chat');
    expect(maker.headers().authorization).toBe('Bearer co-provider-secret');
    expect(JSON.parse(maker.body())).toEqual({
      model: 'command',
      messages: [{ role: 'user', content: 'Hi' }],
      max_tokens: 100,
      k: 5,
      stream: false,
    });
    expect(await creditsOf(twin.url, key)).toMatchObject({ balance: left, held: '0' });
  });

  test('in its own dialect streams, tools and all, and says last what it cost', async () => {
    const { cohere, key } = await clients();
    maker.answers(streams(begun + textBlock(['Hello', ' there']) + toolCalls + ended('TOOL_CALL')));
    const stream = await cohere.chatStream({ model: 'maker/command', messages: [{ role: 'user', content: 'Hi' }] });
    const events = [];
    for await (const event of stream) events.push(event);
    expect(events.map(({ type }) => type)).toEqual([
      'message-start',
      'content-start',
      'content-delta',
      'content-delta',
      'content-end',
      'tool-plan-delta',
      'tool-call-start',
      'tool-call-delta',
      'tool-call-delta',
      'tool-call-end',
      'message-end',
    ]);
    expect(events.at(-1)).toMatchObject({
      delta: { finishReason: 'TOOL_CALL', usage: { billedUnits: { inputTokens: 20, outputTokens: 9 } } },
      faregate: { charge: '0.000038', balance: left },
    });
    expect(await creditsOf(twin.url, key)).toMatchObject({ balance: left, held: '0' });
  });

  test('of OpenAI’s callers goes through our words, both ways', async () => {
    const { openAi, key } = await clients();
    maker.answers(whole(answer));
    const completion = await openAi.chat.completions.create({
      model: 'maker/command',
      max_completion_tokens: 100,
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Weather?' },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 't1', ...weather, function: { name: 'weather', arguments: '{}' } }],
        },
        { role: 'tool', tool_call_id: 't1', content: 'Sunny' },
      ],
      tools: [weather],
      stop: 'END',
      response_format: { type: 'json_schema', json_schema: { name: 'a', schema: { type: 'object' } } },
    });
    expect(completion).toMatchObject({
      choices: [{ message: { content: 'Hello there' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 20, completion_tokens: 9 },
    });
    expect(JSON.parse(maker.body())).toEqual({
      model: 'command',
      max_tokens: 100,
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Weather?' },
        {
          role: 'assistant',
          tool_calls: [{ id: 't1', type: 'function', function: { name: 'weather', arguments: '{}' } }],
        },
        { role: 'tool', tool_call_id: 't1', content: 'Sunny' },
      ],
      tools: [weather],
      stop_sequences: ['END'],
      response_format: { type: 'json_object', json_schema: { type: 'object' } },
    });
    expect(await creditsOf(twin.url, key)).toMatchObject({ balance: left, held: '0' });
  });

  test('of OpenAI’s callers streams tools, and the plan before them as thoughts', async () => {
    const { openAi, key } = await clients();
    maker.answers(streams(begun + toolCalls + ended('TOOL_CALL')));
    const stream = openAi.chat.completions.stream({
      model: 'maker/command',
      messages: [{ role: 'user', content: 'Hi' }],
      tools: [weather],
    });
    const final = await stream.finalChatCompletion();
    expect(final.choices[0]).toMatchObject({
      finish_reason: 'tool_calls',
      message: { tool_calls: [{ id: 'weather_1', function: { name: 'weather', arguments: '{"city":"Żary"}' } }] },
    });
    expect(JSON.stringify(final)).toContain('I look it up.');
    expect(await creditsOf(twin.url, key)).toMatchObject({ balance: left, held: '0' });
  });

  test('that fails in mid-stream ends as a failure', async () => {
    const { key } = await clients();
    maker.answers(streams(begun + textBlock(['Hello']) + ended('ERROR', { error: 'The model fell over.' })));
    const text = await post(twin.url, key, { model: 'maker/command', messages: said(), stream: true }).then(
      (response) => response.text(),
    );
    expect(text).toContain('The model fell over.');
    expect(text).not.toContain('[DONE]');
  });

  test.each([
    [{ tool_choice: { type: 'function', function: { name: 'weather' } }, tools: [weather] }, 'tool_choice'],
    [{ user: 'somebody' }, 'user'],
  ])('refuses what has no counterpart by name: %j', async (more, param) => {
    const { key } = await clients();
    const response = await post(twin.url, key, { model: 'maker/command', messages: said(), ...more });
    expect([response.status, await response.json()]).toMatchObject([400, { error: { param } }]);
  });
});

describe('Cohere’s SDK at a model of another maker', () => {
  test('chats, streams and calls tools', async () => {
    const { cohere, key } = await clients();
    const ask = { model: 'sim/echo', messages: [{ role: 'user' as const, content: 'Hello there' }], maxTokens: 50 };
    const said = await cohere.chat(ask);
    expect(said.finishReason).toBe('COMPLETE');
    expect(said.usage?.billedUnits?.inputTokens).toBeGreaterThan(0);
    const text = said.message.content?.map((part) => (part.type === 'text' ? part.text : '')).join('');
    let streamed = '';
    let last: object = {};
    for await (const event of await cohere.chatStream(ask)) {
      if (event.type === 'content-delta') streamed += event.delta?.message?.content?.text ?? '';
      last = event;
    }
    expect(streamed).toBe(text);
    expect(last).toMatchObject({
      type: 'message-end',
      delta: { finishReason: 'COMPLETE' },
      faregate: { charge: expect.any(String) },
    });
    const called = await cohere.chat({
      ...ask,
      tools: [weather],
      messages: [{ role: 'user', content: 'Weather? #tool' }],
    });
    expect(called).toMatchObject({
      finishReason: 'TOOL_CALL',
      message: { toolCalls: [{ function: { name: 'weather' } }] },
    });
    const [call] = called.message.toolCalls ?? [];
    const after = await cohere.chat({
      ...ask,
      tools: [weather],
      messages: [
        { role: 'user', content: 'Weather? #tool' },
        { role: 'assistant', toolCalls: called.message.toolCalls ?? [], toolPlan: called.message.toolPlan ?? 'Look.' },
        { role: 'tool', toolCallId: call?.id ?? '', content: 'Sunny' },
      ],
    });
    expect(after.finishReason).toBe('COMPLETE');
    expect(await creditsOf(twin.url, key)).toMatchObject({ held: '0' });
  });

  test('is told of an empty wallet in its own words', async () => {
    const { key } = await twin.key('0');
    const cohere = new CohereClientV2({ token: key, environment: twin.url, maxRetries: 0 });
    const failed = await cohere.chat({ model: 'sim/echo', messages: [{ role: 'user', content: 'Hi' }] }).then(
      () => undefined,
      (error: unknown) => error as CohereError,
    );
    expect(failed).toMatchObject({
      statusCode: 402,
      body: { code: 'insufficient_balance', message: expect.any(String) },
    });
  });

  test('a stream that the wallet cuts off ends like one that reached its limit', async () => {
    const { key } = await twin.key('0.001');
    const cohere = new CohereClientV2({ token: key, environment: twin.url, maxRetries: 0 });
    const ask = { model: 'sim/echo', messages: [{ role: 'user' as const, content: 'Go on #tokens=5000' }] };
    let last: object = {};
    for await (const event of await cohere.chatStream(ask)) last = event;
    expect(last).toMatchObject({ type: 'message-end', delta: { finishReason: 'MAX_TOKENS' } });
    expect(await creditsOf(twin.url, key)).toMatchObject({ held: '0', overdue: '0' });
  });
});

describe('embeddings', () => {
  const vectors = [
    [0.5, -0.25],
    [0.125, 1],
  ];
  const embedded = {
    id: 'e',
    embeddings: { float: vectors },
    texts: ['a', 'b'],
    meta: { api_version: { version: '2' }, billed_units: { input_tokens: 1_000 } },
  };

  test('of OpenAI’s SDK are made by Cohere', async () => {
    const { openAi, key } = await clients();
    maker.answers(whole(embedded));
    const made = await openAi.embeddings.create({ model: 'maker/embed', input: ['a', 'b'], dimensions: 256 });
    expect(made.data.map(({ embedding }) => embedding)).toEqual(vectors);
    expect(made.usage).toEqual({ prompt_tokens: 1_000, total_tokens: 1_000 });
    expect(maker.path()).toBe('/v2/embed');
    expect(JSON.parse(maker.body())).toEqual({
      model: 'embed',
      texts: ['a', 'b'],
      input_type: 'search_document',
      embedding_types: ['float'],
      output_dimension: 256,
    });
    expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '0.9999', held: '0' });
  });

  test('of Cohere’s SDK pass through, and are made by the others too', async () => {
    const { cohere, key } = await clients();
    maker.answers(whole(embedded));
    const ask = { texts: ['a', 'b'], inputType: 'search_query' as const, embeddingTypes: ['float' as const] };
    const made = await cohere.embed({ model: 'maker/embed', ...ask });
    expect(made.embeddings.float).toEqual(vectors);
    expect(JSON.parse(maker.body())).toMatchObject({ model: 'embed', input_type: 'search_query' });
    expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '0.9999', held: '0' });
    voyage.answers(
      whole({
        object: 'list',
        data: [
          { object: 'embedding', index: 1, embedding: vectors[1] },
          { object: 'embedding', index: 0, embedding: vectors[0] },
        ],
        model: 'embed',
        usage: { total_tokens: 10 },
      }),
    );
    const others = await cohere.embed({ model: 'voyage/embed', ...ask });
    expect(others.embeddings.float).toEqual(vectors);
    expect(others.meta?.billedUnits?.inputTokens).toBe(10);
    expect(JSON.parse(voyage.body())).toEqual({ model: 'embed', input: ['a', 'b'], input_type: 'query' });
    expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '0.999899', held: '0' });
  });

  test('of Cohere’s SDK are made by models that have one vector for every purpose', async () => {
    const { cohere } = await clients();
    const ask = { model: 'sim/embed', texts: ['a', 'b'], embeddingTypes: ['float' as const] };
    const asked = await cohere.embed({ ...ask, inputType: 'search_query' });
    expect(asked.embeddings.float).toHaveLength(2);
    const kept = await cohere.embed({ ...ask, inputType: 'search_document' });
    expect(kept.embeddings.float).toEqual(asked.embeddings.float);
  });

  test('of pictures have no price here', async () => {
    const { key } = await clients();
    const body = { model: 'maker/embed', images: ['data:image/png;base64,aaaa'], input_type: 'image' };
    const response = await post(twin.url, key, body, { path: '/v2/embed' });
    expect([response.status, await response.json()]).toMatchObject([
      400,
      { code: 'invalid_parameter', param: 'images' },
    ]);
  });
});

describe('ranking', () => {
  const documents = ['Bern is in Switzerland.', 'Żary is in Poland.', 'Nobody knows.'];
  const ranked = {
    id: 'r',
    results: [
      { index: 1, relevance_score: 0.98 },
      { index: 0, relevance_score: 0.1 },
    ],
    meta: { api_version: { version: '2' }, billed_units: { search_units: 1 } },
  };

  test('at /v1/rerank is answered with the documents, and a unit of search is charged', async () => {
    const { key } = await clients();
    maker.answers(whole(ranked));
    const body = { model: 'maker/rerank', query: 'Where is Żary?', documents, top_n: 2, return_documents: true };
    const response = await post(twin.url, key, body, { path: '/v1/rerank' });
    expect([response.status, await response.json()]).toEqual([
      200,
      {
        id: 'r',
        model: 'maker/rerank',
        results: [
          { index: 1, relevance_score: 0.98, document: { text: documents[1] } },
          { index: 0, relevance_score: 0.1, document: { text: documents[0] } },
        ],
        meta: { billed_units: { search_units: 1 } },
      },
    ]);
    expect(maker.path()).toBe('/v2/rerank');
    expect(JSON.parse(maker.body())).toEqual({ model: 'rerank', query: 'Where is Żary?', documents, top_n: 2 });
    expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '0.998', held: '0' });
  });

  test('with Cohere’s SDK at Cohere, at Voyage, and at a server of the common shape', async () => {
    const { cohere, key } = await clients();
    const ask = { query: 'Where is Żary?', documents, topN: 2 };
    maker.answers(whole(ranked));
    const theirs = await cohere.rerank({ model: 'maker/rerank', ...ask });
    expect(theirs).toMatchObject({
      results: [{ index: 1, relevanceScore: 0.98 }, { index: 0 }],
      meta: { billedUnits: { searchUnits: 1 } },
    });
    voyage.answers(whole({ object: 'list', data: ranked.results, model: 'rerank', usage: { total_tokens: 1_000 } }));
    const others = await cohere.rerank({ model: 'voyage/rerank', ...ask });
    expect(others.results).toEqual(theirs.results);
    expect(voyage.path()).toBe('/v1/rerank');
    expect(JSON.parse(voyage.body())).toEqual({ model: 'rerank', query: 'Where is Żary?', documents, top_k: 2 });
    voyage.answers(
      whole({ model: 'rerank', usage: { total_tokens: 2_000, prompt_tokens: 2_000 }, results: ranked.results }),
    );
    expect((await cohere.rerank({ model: 'jina/rerank', ...ask })).results).toEqual(theirs.results);
    expect(JSON.parse(voyage.body())).toEqual({ model: 'rerank', query: 'Where is Żary?', documents, top_n: 2 });
    // A unit at 2 a thousand, 3,000 tokens at 0.05 a million.
    expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '0.99785', held: '0' });
  });

  test('is tried out with the simulator', async () => {
    const { cohere, key } = await clients();
    const { results } = await cohere.rerank({ model: 'sim/rerank', query: 'Where is Żary?', documents, topN: 1 });
    expect(results).toMatchObject([{ index: 1, relevanceScore: expect.any(Number) }]);
    expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '0.998', held: '0' });
  });

  test('sets aside what the longest documents can come to, and is refused when the wallet does not cover it', async () => {
    const { key } = await twin.key('0.003');
    maker.answers(whole(ranked));
    const long = Array.from({ length: 100 }, () => 'x'.repeat(500));
    const body = { model: 'maker/rerank', query: 'q', documents: long };
    const refused = await post(twin.url, key, body, { path: '/v1/rerank' });
    expect([refused.status, await refused.json()]).toMatchObject([402, { error: { needed: '0.004' } }]);
    const response = await post(twin.url, key, { ...body, documents: long.slice(50) }, { path: '/v1/rerank' });
    expect(response.status).toBe(200);
  });

  test.each([
    ['query', { query: 7 }],
    ['documents', { documents: [] }],
    ['documents', { documents: [{ image: 'x' }] }],
    ['top_n', { top_n: 0 }],
    ['rank_fields', { rank_fields: ['title'] }],
  ])('names a %s that is wrong', async (param, more) => {
    const { key } = await clients();
    const body = { model: 'maker/rerank', query: 'q', documents, ...more };
    const response = await post(twin.url, key, body, { path: '/v1/rerank' });
    expect([response.status, await response.json()]).toMatchObject([400, { error: { param } }]);
    const theirs = await post(twin.url, key, body, { path: '/v2/rerank' });
    expect([theirs.status, await theirs.json()]).toMatchObject([400, { param }]);
  });

  test('of a chat model is refused with the address where that answers', async () => {
    const { key } = await clients();
    const response = await post(twin.url, key, { model: 'sim/echo', query: 'q', documents }, { path: '/v1/rerank' });
    expect(await response.json()).toMatchObject({
      error: { param: 'model', message: expect.stringContaining('/v1/chat/completions') },
    });
  });
});
