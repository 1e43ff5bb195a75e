// OpenAI's SDK at /v1/completions and /v1/moderations.
import OpenAI, { type APIError, BadRequestError } from 'openai';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PriceVersion } from '#core/pricing/component.ts';
import { type OwnUpstream, startOwnUpstream, whole } from './own-upstream.ts';
import { startAnthropicUpstream } from './anthropic-upstream.ts';
import { routeOf, startTwinGateway, targetOf, type TwinGateway } from './twin-gateway.ts';
import { creditsOf } from './wire.ts';

let twin: TwinGateway;
let own: OwnUpstream;
let maker: OwnUpstream;

const centPerModeration: PriceVersion = {
  id: 'c0ffee00-0000-4000-8000-000000000001',
  subject: { kind: 'model', name: 'sim/moderation' },
  book: 'list',
  currency: 'usd',
  components: [{ meter: 'request', price: '0.01', per: '1', currency: 'usd' }],
  modifiers: [],
  pricingModel: 'per_request',
  validFrom: '2020-01-01T00:00:00Z',
  recordedAt: '2020-01-01T00:00:00Z',
};

beforeAll(async () => {
  own = await startOwnUpstream('own');
  maker = await startAnthropicUpstream();
  const openAi = { ...own.provider, adapter: 'openai' };
  const judge = { ...routeOf(targetOf('omni', openAi), 'moderation'), name: 'omni-moderation-latest' };
  twin = await startTwinGateway({
    routes: [routeOf(targetOf('davinci', own.provider)), routeOf(targetOf('opus-0', maker.provider)), judge],
    prices: [
      centPerModeration,
      ...['omni-moderation-latest', 'own/omni'].map((name, index) => ({
        ...centPerModeration,
        id: `c0ffee00-0000-4000-8000-00000000001${index}`,
        subject: { kind: 'model' as const, name },
        components: [{ meter: 'request' as const, price: '0', per: '1', currency: 'usd' }],
      })),
    ],
  });
});

afterAll(async () => {
  await twin.stop();
  own.stop();
  maker.stop();
});

async function richClient(balance = '5') {
  const { key } = await twin.key(balance);
  return { key, client: new OpenAI({ apiKey: key, baseURL: `${twin.url}/v1`, maxRetries: 0 }) };
}

const failure = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (error: unknown) => error as APIError,
  );

test('a prompt is completed by sixteen tokens unless more is asked for, and may be echoed', async () => {
  const { client, key } = await richClient();
  const short = await client.completions.create({ model: 'sim/echo', prompt: 'Hello #tokens=40' });
  expect(short.choices[0]).toMatchObject({ finish_reason: 'length', index: 0 });
  expect(short.usage).toEqual({ prompt_tokens: 4, completion_tokens: 16, total_tokens: 20 });
  const echoed = await client.completions.create({ model: 'sim/echo', prompt: 'Hello', max_tokens: 4, echo: true });
  expect(echoed.choices[0]?.text).toMatch(/^Hello/);
  // Six tokens of input at a dollar a million, twenty of output at two.
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '4.999954', held: '0' });
});

test('every candidate of every prompt is paid, and held for before', async () => {
  const { client } = await richClient();
  const body = { model: 'sim/echo', prompt: ['Hello', 'World'], n: 2, best_of: 3, max_tokens: 5 };
  const answer = await client.completions.create(body);
  expect(answer.choices.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
  expect(answer.usage?.completion_tokens).toBe(30);

  // Two prompts of three candidates of 1,000 tokens at two dollars a million are 0.012.
  const poor = await twin.key('0.0119', { overspendPolicy: 'strict' });
  const broke = new OpenAI({ apiKey: poor.key, baseURL: `${twin.url}/v1`, maxRetries: 0 });
  expect((await failure(broke.completions.create({ ...body, max_tokens: 1_000 })))?.status).toBe(402);
  const enough = await twin.key('0.0125', { overspendPolicy: 'strict' });
  const able = new OpenAI({ apiKey: enough.key, baseURL: `${twin.url}/v1`, maxRetries: 0 });
  expect((await able.completions.create({ ...body, max_tokens: 1_000 })).choices).toHaveLength(4);
});

test('a stream brings text, its usage when asked, and is cut off where the wallet ends', async () => {
  const { client } = await richClient();
  const ask = { model: 'sim/echo', prompt: 'Hello #tokens=40', max_tokens: 40, stream: true as const };
  const chunks = await Array.fromAsync(
    await client.completions.create({ ...ask, stream_options: { include_usage: true } }),
  );
  expect(chunks.map(({ choices }) => choices[0]?.text ?? '').join('')).toHaveLength(160);
  expect(chunks.at(-1)).toMatchObject({ object: 'text_completion', usage: { completion_tokens: 40 }, faregate: {} });

  const poor = await richClient('0.003');
  const cut = await Array.fromAsync(
    await poor.client.completions.create({ ...ask, prompt: 'Hello #tokens=4000', max_tokens: 4_000 }),
  );
  expect(cut.at(-1)).toMatchObject({ object: 'text_completion', choices: [{ text: '', finish_reason: 'length' }] });
  const { balance, held, overdue } = await creditsOf(twin.url, poor.key);
  expect(Number(balance)).toBeGreaterThanOrEqual(0);
  expect(Number(balance)).toBeLessThan(0.003);
  expect({ held, overdue }).toEqual({ held: '0', overdue: '0' });
});

test('the body passes through to any compatible server: suffix, logprobs and all', async () => {
  const { client } = await richClient();
  const choice = { text: 'b', index: 0, logprobs: null, finish_reason: 'stop' };
  const usage = { prompt_tokens: 2, completion_tokens: 1, total_tokens: 3 };
  own.answers(whole({ id: 'cmpl-1', object: 'text_completion', choices: [choice], usage }));
  const body = { model: 'own/davinci', prompt: [1, 2], suffix: 'c', logprobs: 3, max_tokens: 9 };
  await client.completions.create(body);
  expect(own.path()).toBe('/v1/completions');
  expect(JSON.parse(own.body())).toEqual({ ...body, model: 'davinci' });
});

test('what cannot be priced or translated is refused by its name', async () => {
  const { client, key } = await richClient();
  const ask = { model: 'sim/echo', prompt: 'Hello' };
  const refusals: readonly (readonly [object, string])[] = [
    [{ n: 3, best_of: 2 }, 'best_of'],
    [{ best_of: 2, stream: true }, 'best_of'],
    [{ echo: true, stream: true }, 'echo'],
    [{ max_tokens: -1 }, 'max_tokens'],
    [{ prompt: [] }, 'prompt'],
    [{ prompt: ['a', 7] }, 'prompt'],
    [{ Best_Of: 9 }, 'Best_Of'],
    [{ model: 'maker/opus-0' }, 'model'],
  ];
  for (const [more, param] of refusals) {
    const refused = await failure(client.post('/completions', { body: { ...ask, ...more } }));
    expect(refused, param).toBeInstanceOf(BadRequestError);
    expect(refused?.param, param).toBe(param);
  }
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '5', held: '0' });
});

test('a moderation costs what a request costs, or nothing where that is the price', async () => {
  const { client, key } = await richClient();
  const judged = await client.moderations.create({ model: 'sim/moderation', input: ['Hello', 'violence'] });
  expect(judged.results.map(({ flagged }) => flagged)).toEqual([false, true]);
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '4.99', held: '0' });

  own.answers(whole({ id: 'modr-1', model: 'omni-moderation-latest', results: [{ flagged: false }] }));
  const picture = { type: 'image_url' as const, image_url: { url: 'https://example.com/a.png' } };
  const { response } = await client.moderations
    .create({ input: [{ type: 'text', text: 'a' }, picture] })
    .withResponse();
  expect(own.path()).toBe('/v1/moderations');
  expect(JSON.parse(own.body())).toMatchObject({ model: 'omni', input: [{}, {}] });
  expect(response.headers.get('x-faregate-charge')).toBe('0');
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '4.99', held: '0' });

  const wrong = await failure(client.post('/moderations', { body: { input: 7 } }));
  expect(wrong).toMatchObject({ status: 400, param: 'input' });
  const chat = await failure(client.moderations.create({ model: 'sim/echo', input: 'a' }));
  expect(chat?.message).toContain('/v1/chat/completions');
});
