// The official SDK against a provider of its own dialect: bytes pass through, and money is counted beside them.
import { type ApiError, GoogleGenAI } from '@google/genai';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PriceVersion } from '#core/pricing/component.ts';
import { chunk, counted, lastChunk, refuses, response, startGeminiUpstream } from './gemini-upstream.ts';
import { beginStream, type OwnUpstream, whole } from './own-upstream.ts';
import { routeOf, startTwinGateway, targetOf, type TwinGateway } from './twin-gateway.ts';
import { creditsOf, eventually, post } from './wire.ts';

let twin: TwinGateway;
let maker: OwnUpstream;

beforeAll(async () => {
  maker = await startGeminiUpstream();
  const thinking = { ...targetOf('gemini-2.5-pro', maker.provider), streamsAllOutput: false };
  twin = await startTwinGateway({
    routes: [
      routeOf(targetOf('gemini-0', maker.provider)),
      routeOf(thinking),
      routeOf(targetOf('vectors', maker.provider), 'embedding'),
    ],
    prices: [price],
  });
});

afterAll(async () => {
  await twin.stop();
  maker.stop();
});

const perMillion = { per: '1000000', currency: 'usd' };
const price: PriceVersion = {
  id: 'a-price',
  subject: { kind: 'model', name: 'maker/gemini-0' },
  book: 'list',
  currency: 'usd',
  components: [
    { meter: 'input', price: '1', ...perMillion },
    { meter: 'input_audio', price: '3', ...perMillion },
    { meter: 'cache_read', price: '0.1', ...perMillion },
    { meter: 'output', price: '2', ...perMillion },
    { meter: 'output_image', price: '30', ...perMillion },
  ],
  modifiers: [],
  validFrom: '2020-01-01T00:00:00Z',
  recordedAt: '2020-01-01T00:00:00Z',
};

async function richClient(balance = '5') {
  const { key, caller } = await twin.key(balance);
  return { key, caller, client: new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl: twin.url } }) };
}

const ask = { model: 'maker/gemini-0', contents: 'Hi' };
const failure = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (error: unknown) => error as ApiError,
  );

function streams(...pieces: readonly (Buffer | string)[]) {
  return (answer: Parameters<Parameters<OwnUpstream['answers']>[0]>[0]): void => {
    beginStream(answer);
    for (const piece of pieces) answer.write(piece);
    answer.end();
  };
}

async function entryOf(walletId: string) {
  await twin.writer.flush();
  const record = [...twin.ledger.tables.usageRecords.values()].find(({ entry }) => entry.call.walletId === walletId);
  if (!record) throw new Error('No call of this wallet is in the ledger.');
  return record.entry;
}

// 20 × 1 + 100 × 0.1 + 9 × 2 millionths: what was thought is output.
const charged = { balance: '4.999952', held: '0' };

test('the request keeps its bytes but for the limit, and the key is the operator’s; the answer keeps all of its own', async () => {
  const { key, caller } = await richClient();
  const said = response([{ text: 'Hello there', thoughtSignature: 'c2lnbmVk' }]);
  maker.answers(whole(said));
  const body =
    '{"contents":[{"parts":[{"text":"Hi"}]}],"model":"models/other","generationConfig":{ "seed": 12345678901234567890, "temperature":1.0 },"safetySettings":[]}';
  const answer = await post(twin.url, key, body, { path: '/v1beta/models/maker%2Fgemini-0:generateContent' });
  expect(await answer.json()).toEqual(said);
  expect(maker.path()).toBe('/v1beta/models/gemini-0:generateContent');
  expect(maker.body()).toContain('"seed": 12345678901234567890');
  expect(maker.body()).toContain('"temperature":1.0');
  expect(JSON.parse(maker.body())).toMatchObject({ safetySettings: [], generationConfig: { maxOutputTokens: 4_096 } });
  expect(maker.body()).not.toContain('models/other');
  expect(maker.headers()).toMatchObject({ 'x-goog-api-key': 'AIza-provider' });
  expect(JSON.stringify(maker.headers())).not.toContain(key);
  expect(await creditsOf(twin.url, key)).toMatchObject(charged);
  expect((await entryOf(caller.walletId)).usage).toMatchObject({
    prompt_tokens: 120,
    completion_tokens: 9,
    cache_read_input_tokens: 100,
    completion_tokens_details: { reasoning_tokens: 5 },
    status: 'reported',
  });
});

test('a caller’s own limit is kept, under whichever of its names', async () => {
  const { key } = await richClient();
  maker.answers(whole(response([{ text: 'Hello' }])));
  const body = { contents: { parts: { text: 'Hi' } }, generation_config: { max_output_tokens: 77, top_k: 3 } };
  const answer = await post(twin.url, key, body, { path: '/v1/models/maker/gemini-0:generateContent' });
  expect(answer.status).toBe(200);
  await answer.arrayBuffer();
  expect(JSON.parse(maker.body())).toEqual({
    contents: { parts: { text: 'Hi' } },
    generation_config: { maxOutputTokens: 77, top_k: 3 },
  });
});

test('a stream keeps its chunks, counts the last word alone, and says last what was charged', async () => {
  const { client, key, caller } = await richClient();
  const text = chunk([{ text: 'Hel' }]) + chunk([{ text: 'lo ✓' }]) + lastChunk([{ text: ' there' }]);
  // Cut in the middle of a character and of a line's end.
  const bytes = Buffer.from(text);
  const pieces = Array.from({ length: Math.ceil(bytes.length / 7) }, (_, no) => bytes.subarray(no * 7, no * 7 + 7));
  maker.answers(streams(...pieces));
  const chunks = await Array.fromAsync(await client.models.generateContentStream(ask));
  expect(chunks.map((each) => each.text).join('')).toBe('Hello ✓ there');
  expect(chunks.at(-1)?.usageMetadata).toMatchObject(counted);
  expect(maker.path()).toBe('/v1beta/models/gemini-0:streamGenerateContent?alt=sse');
  expect(await creditsOf(twin.url, key)).toMatchObject(charged);
  expect((await entryOf(caller.walletId)).usage).toMatchObject({ prompt_tokens: 120, completion_tokens: 9 });

  const again = await post(twin.url, key, { contents: [{ parts: [{ text: 'Hi' }] }] }, { path: streamPath });
  const list = (await again.json()) as readonly object[];
  expect(list).toHaveLength(3);
  expect(list.at(-1)).toMatchObject({ usageMetadata: counted, faregate: { charge: '0.000048', balance: '4.999904' } });
});

const streamPath = '/v1beta/models/maker/gemini-0:streamGenerateContent';

test('several candidates, and a reason to stop in every chunk: nothing of them is lost', async () => {
  const { client, key } = await richClient();
  const candidate = (index: number, text: string) => ({
    content: { parts: [{ text }], role: 'model' },
    finishReason: 'STOP',
    index,
  });
  const both = (text: string) =>
    `data: ${JSON.stringify({ candidates: [candidate(0, text), candidate(1, text)], usageMetadata: counted })}\n\n`;
  maker.answers(streams(both('a') + both('b') + both('c')));
  const chunks = await Array.fromAsync(
    await client.models.generateContentStream({ ...ask, config: { candidateCount: 2, maxOutputTokens: 100 } }),
  );
  const said = (index: number) => chunks.map((each) => each.candidates?.[index]?.content?.parts?.[0]?.text).join('');
  expect([said(0), said(1)]).toEqual(['abc', 'abc']);
  expect(await creditsOf(twin.url, key)).toMatchObject(charged);
});

test('the hold covers every candidate, what is thought in silence, and sound where there is some', async () => {
  const { key, caller } = await richClient();
  const heldFor = async (model: string, body: object) => {
    let held = '';
    let tell = (): void => undefined;
    const seen = new Promise<void>((resolve) => (tell = resolve));
    maker.answers((answer) => {
      void creditsOf(twin.url, key).then((credits) => {
        held = credits.held;
        tell();
        streams(lastChunk([{ text: 'a' }]))(answer);
      });
    });
    const path = `/v1beta/models/maker/${model}:streamGenerateContent?alt=sse`;
    await (await post(twin.url, key, { contents: [{ parts: [{ text: 'Hi' }] }], ...body }, { path })).arrayBuffer();
    await seen;
    return Number(held) * 1_000_000;
  };
  const limit = { maxOutputTokens: 10_000 };
  // A slice of 1,024 tokens of output first, at the dearest that may come: a picture.
  const slice = await heldFor('gemini-0', { generationConfig: limit });
  expect(slice).toBeGreaterThanOrEqual(1_024 * 30);
  expect(slice).toBeLessThan(1_024 * 30 + 500);
  const text = await heldFor('gemini-0', { generationConfig: { ...limit, responseModalities: ['TEXT'] } });
  expect(text).toBeGreaterThanOrEqual(1_024 * 2);
  expect(text).toBeLessThan(1_024 * 2 + 500);
  const two = await heldFor('gemini-0', {
    generationConfig: { ...limit, responseModalities: ['TEXT'], candidateCount: 2 },
  });
  expect(two).toBeGreaterThanOrEqual(2 * 1_024 * 2);
  const thinkingConfig = { thinkingBudget: 500 };
  const asked = await heldFor('gemini-0', {
    generationConfig: { ...limit, responseModalities: ['TEXT'], thinkingConfig },
  });
  expect(asked).toBeGreaterThanOrEqual(10_000 * 2);
  const unasked = await heldFor('gemini-2.5-pro', { generationConfig: limit });
  expect(unasked).toBeGreaterThanOrEqual(10_000 * 2);
  const sound = { contents: [{ parts: [{ inlineData: { mimeType: 'audio/wav', data: 'UklGRg==' } }] }] };
  const heard = await heldFor('gemini-0', { ...sound, generationConfig: { ...limit, responseModalities: ['TEXT'] } });
  expect(heard).toBeGreaterThanOrEqual(1_000_000 * 3 + 1_024 * 2);
  expect((await creditsOf(twin.url, key)).held).toBe('0');
  expect((await entryOf(caller.walletId)).usage.status).toBe('reported');
});

test('a prompt that is blocked is billed as it is reported', async () => {
  const { client, key } = await richClient();
  const blocked = {
    promptFeedback: { blockReason: 'SAFETY' },
    usageMetadata: { promptTokenCount: 50, totalTokenCount: 50 },
    modelVersion: 'gemini-0',
  };
  maker.answers(whole(blocked));
  const answer = await client.models.generateContent(ask);
  expect(answer.promptFeedback?.blockReason).toBe('SAFETY');
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '4.99995', held: '0' });
  maker.answers(streams(`data: ${JSON.stringify(blocked)}\n\n`));
  const chunks = await Array.fromAsync(await client.models.generateContentStream(ask));
  expect(chunks.at(-1)?.promptFeedback?.blockReason).toBe('SAFETY');
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '4.9999', held: '0' });
});

test('tokens are counted by the provider, with instructions and tools', async () => {
  const { client, key } = await richClient();
  maker.answers(whole({ totalTokens: 31, promptTokensDetails: [] }));
  expect((await client.models.countTokens(ask)).totalTokens).toBe(31);
  expect(maker.path()).toBe('/v1beta/models/gemini-0:countTokens');
  expect(JSON.parse(maker.body())).toEqual({
    generateContentRequest: { model: 'models/gemini-0', contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] },
  });
  const generateContentRequest = {
    model: 'models/maker/gemini-0',
    systemInstruction: { parts: [{ text: 'Be brief.' }] },
    contents: [{ parts: [{ text: 'Hi' }] }],
  };
  const path = '/v1beta/models/maker/gemini-0:countTokens';
  const told = await post(twin.url, key, { generateContentRequest }, { path });
  expect(await told.json()).toEqual({ totalTokens: 31 });
  expect(JSON.parse(maker.body())).toEqual({
    generateContentRequest: { ...generateContentRequest, model: 'models/gemini-0' },
  });
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '5', held: '0' });
});

test('embeddings name the model as the provider does, each of them; tokens are counted where it does not', async () => {
  const { client, key } = await richClient();
  maker.answers(whole({ embeddings: [{ values: [0.1, 0.2] }, { values: [0.3, 0.4] }] }));
  const { embeddings } = await client.models.embedContent({
    model: 'maker/vectors',
    contents: ['Hello', 'there'],
    config: { taskType: 'RETRIEVAL_QUERY', outputDimensionality: 2 },
  });
  expect(embeddings).toEqual([{ values: [0.1, 0.2] }, { values: [0.3, 0.4] }]);
  expect(maker.path()).toBe('/v1beta/models/vectors:batchEmbedContents');
  expect(JSON.parse(maker.body())).toMatchObject({
    requests: [
      { model: 'models/vectors', taskType: 'RETRIEVAL_QUERY', outputDimensionality: 2 },
      { model: 'models/vectors', content: { parts: [{ text: 'there' }] } },
    ],
  });
  const spent = 5 - Number((await creditsOf(twin.url, key)).balance);
  expect(spent).toBeGreaterThan(0);

  maker.answers(whole({ embedding: { values: [0.5] }, usageMetadata: { promptTokenCount: 3, totalTokenCount: 3 } }));
  const path = '/v1beta/models/maker/vectors:embedContent';
  const single = await post(twin.url, key, { content: { parts: [{ text: 'Hi' }] } }, { path });
  expect(await single.json()).toMatchObject({ embedding: { values: [0.5] } });
  expect(JSON.parse(maker.body())).toMatchObject({ model: 'models/vectors' });
  expect(5 - Number((await creditsOf(twin.url, key)).balance)).toBeCloseTo(spent + 0.000003, 9);
});

test('the provider’s limits and refusals arrive in its own words, and its view of our key does not', async () => {
  const { client, key } = await richClient();
  const retry = { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '34.07s' };
  maker.answers(refuses(429, 'RESOURCE_EXHAUSTED', [retry]));
  const limited = await failure(client.models.generateContent(ask));
  expect(limited?.status).toBe(429);
  expect(limited?.message).toContain('As the maker says it.');
  expect(limited?.message).toContain('"retryDelay":"34.07s"');
  maker.answers(refuses(400, 'INVALID_ARGUMENT'));
  expect((await failure(client.models.generateContent(ask)))?.status).toBe(400);
  const reason = { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID' };
  maker.answers(refuses(400, 'INVALID_ARGUMENT', [reason]));
  const refused = await failure(client.models.generateContent(ask));
  expect(refused?.status).toBe(502);
  expect(refused?.message).not.toContain('As the maker says it.');
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '5', held: '0' });

  const error = { code: 503, message: 'Overloaded', status: 'UNAVAILABLE' };
  maker.answers(streams(chunk([{ text: 'Hello' }]) + `data: ${JSON.stringify({ error })}\n\n`));
  const broken = async () => {
    for await (const _chunk of await client.models.generateContentStream(ask));
  };
  await expect(broken()).rejects.toThrow('Overloaded');
  expect((await creditsOf(twin.url, key)).held).toBe('0');
});

test('who gives a stream up pays for what was reported until then', async () => {
  const { client, key, caller } = await richClient();
  maker.answers((answer) => {
    beginStream(answer);
    answer.write(
      chunk([{ text: 'Hello' }], {
        usageMetadata: {
          promptTokenCount: 120,
          candidatesTokenCount: 30,
          thoughtsTokenCount: 70,
          totalTokenCount: 220,
        },
      }),
    );
  });
  const abort = new AbortController();
  const stream = await client.models.generateContentStream({ ...ask, config: { abortSignal: abort.signal } });
  await expect(async () => {
    for await (const _chunk of stream) abort.abort();
  }).rejects.toThrow();
  await eventually(async () => (await creditsOf(twin.url, key)).held === '0');
  // 120 × 1 + 100 × 2 millionths.
  expect((await creditsOf(twin.url, key)).balance).toBe('4.99968');
  expect((await entryOf(caller.walletId)).usage).toMatchObject({ prompt_tokens: 120, completion_tokens: 100 });
});

test('a wallet that runs out cuts the stream off, and is never overspent', async () => {
  const { client, key } = await richClient('0.01');
  const words = Array.from({ length: 4_000 }, (_, no) => chunk([{ text: `word ${no} ` }]));
  maker.answers(streams(...words, lastChunk([{ text: '.' }])));
  const chunks = await Array.fromAsync(
    await client.models.generateContentStream({
      ...ask,
      config: { maxOutputTokens: 50_000, responseModalities: ['TEXT'] },
    }),
  );
  const ends = chunks.flatMap((each) => each.candidates?.[0]?.finishReason ?? []);
  expect(ends).toEqual(['MAX_TOKENS']);
  expect(chunks.at(-1)?.usageMetadata?.candidatesTokenCount).toBeGreaterThan(0);
  const { balance, held, overdue } = await creditsOf(twin.url, key);
  expect(Number(balance)).toBeGreaterThanOrEqual(0);
  expect({ held, overdue }).toEqual({ held: '0', overdue: '0' });
});
