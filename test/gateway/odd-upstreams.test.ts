import { createServer, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { beginStream, startOwnUpstream, textEvent, usageEvent, whole, type OwnUpstream } from './own-upstream.ts';
import { routeOf, startTwinGateway, targetOf, type TwinGateway } from './twin-gateway.ts';
import { chunksOf, creditsOf, eventually, post, said } from './wire.ts';

let twin: TwinGateway;
let own: OwnUpstream;

// Takes connections, and never shakes hands.
const mute = createServer(() => undefined);

beforeAll(async () => {
  own = await startOwnUpstream('own');
  await new Promise<void>((resolve) => {
    mute.listen(0, '127.0.0.1', resolve);
  });
  const muteUrl = `https://127.0.0.1:${(mute.address() as AddressInfo).port}/v1`;
  const { maxOutputTokens: _unknown, ...boundless } = targetOf('boundless', own.provider);
  twin = await startTwinGateway({
    routes: [
      routeOf(targetOf('chat', own.provider)),
      routeOf({ ...targetOf('silent', own.provider), streamsAllOutput: false }),
      routeOf(boundless),
      routeOf(targetOf('chat', { ...own.provider, name: 'mute', baseUrl: muteUrl })),
    ],
  });
});

afterAll(async () => {
  own.stop();
  mute.close();
  await twin.stop();
});

const ask = (more: object = {}) => ({ model: 'own/chat', messages: said(), ...more });
const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };

async function entryOf(walletId: string) {
  await twin.writer.flush();
  return [...twin.ledger.tables.usageRecords.values()].find(({ entry }) => entry.call.walletId === walletId)?.entry;
}

test('an event larger than a slice is paid for and passed on, not cut off', async () => {
  const { key } = await twin.key('1');
  own.answers((response) => {
    beginStream(response);
    response.end(textEvent('a'.repeat(20_000)) + usageEvent(10, 5_000));
  });
  const response = await post(twin.url, key, ask({ stream: true, max_tokens: 10_000 }));
  const chunks = chunksOf(await response.text());
  expect(chunks.map((chunk) => chunk.choices[0]?.delta.content?.length)).toEqual([20_000]);
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '0.98999', held: '0' });
});

test('a stream of long words reaches the limit that it was given', async () => {
  const { key } = await twin.key('1');
  own.answers((response) => {
    beginStream(response);
    response.end(textEvent('longish ').repeat(8_000) + usageEvent(10, 8_000));
  });
  const response = await post(twin.url, key, ask({ stream: true, max_tokens: 8_000 }));
  const chunks = chunksOf(await response.text());
  expect(chunks.length).toBe(8_000);
  expect(chunks.some((chunk) => chunk.choices[0]?.finish_reason === 'length')).toBe(false);
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '0.98399', held: '0' });
});

test('a stream that goes far beyond its limit is still cut off', async () => {
  const { key } = await twin.key('1');
  own.answers((response) => {
    beginStream(response);
    response.end(textEvent('word').repeat(5_000) + usageEvent(10, 5_000));
  });
  const response = await post(twin.url, key, ask({ stream: true, max_tokens: 100 }));
  const chunks = chunksOf(await response.text());
  expect(chunks.length).toBeLessThan(2_500);
  expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe('length');
});

test('usage that was said before the text is not the price of the text', async () => {
  const { key, caller } = await twin.key('1');
  own.answers((response) => {
    beginStream(response);
    response.write(usageEvent(10, 0) + textEvent('word').repeat(100));
  });
  const hungUp = new AbortController();
  const response = await post(twin.url, key, ask({ stream: true }), { signal: hungUp.signal });
  await response.body?.getReader().read();
  hungUp.abort();
  await eventually(async () => (await creditsOf(twin.url, key)).held === '0');
  expect(await entryOf(caller.walletId)).toMatchObject({ outcome: 'abandoned', usage: { completion_tokens: 100 } });
});

test('a last event without its blank line still counts', async () => {
  const { key, caller } = await twin.key('1');
  own.answers((response) => {
    beginStream(response);
    response.end(textEvent('word') + usageEvent(10, 77).trimEnd());
  });
  const text = await post(twin.url, key, ask({ stream: true })).then((response) => response.text());
  expect(text).toBe(`${textEvent('word')}data: [DONE]\n\n`);
  expect(await entryOf(caller.walletId)).toMatchObject({
    outcome: 'completed',
    usage: { status: 'reported', completion_tokens: 77 },
  });
});

test('a provider that wants to be left alone for long does not keep the caller and its money waiting', async () => {
  const { key } = await twin.key('1');
  own.answers((response) => response.writeHead(503, { 'retry-after': '3600' }).end());
  const response = await post(twin.url, key, ask(), { signal: AbortSignal.timeout(5_000) });
  expect(response.status).toBe(502);
  expect(response.headers.get('retry-after')).toBe('3600');
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '1', held: '0' });
});

test('an error in a body of status 200 costs nothing', async () => {
  const { key, caller } = await twin.key('1');
  own.answers(whole({ error: { message: 'The model broke down.'.repeat(50), code: 502 } }));
  const response = await post(twin.url, key, ask());
  expect(response.headers.get('x-faregate-charge')).toBe('0');
  expect(await entryOf(caller.walletId)).toMatchObject({ usage: { status: 'not_billable' } });
});

test('an answer without usage is estimated at no more than the limit that it was given', async () => {
  const { key, caller } = await twin.key('1');
  own.answers(whole({ choices: [{ logprobs: 'x'.repeat(40_000), message: { content: 'Hi' } }] }));
  await post(twin.url, key, ask({ max_tokens: 50 })).then((response) => response.arrayBuffer());
  expect(await entryOf(caller.walletId)).toMatchObject({ usage: { status: 'estimated', completion_tokens: 50 } });
});

test('a caller who hangs up before there is a connection pays nothing', async () => {
  const { key, caller } = await twin.key('1');
  const hungUp = new AbortController();
  const call = post(twin.url, key, { ...ask({ stream: true }), model: 'mute/chat' }, { signal: hungUp.signal });
  await eventually(async () => (await creditsOf(twin.url, key)).held !== '0');
  hungUp.abort();
  await call.catch(() => undefined);
  await eventually(async () => (await creditsOf(twin.url, key)).held === '0');
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '1' });
  expect(await entryOf(caller.walletId)).toMatchObject({ total: 0n, usage: { status: 'not_billable' } });
});

test('more output than can be counted is what the wallet affords, or refused where the key is strict', async () => {
  own.answers(whole({ choices: [], usage }));
  const body = { ...ask({ max_tokens: Number.MAX_SAFE_INTEGER }), model: 'own/boundless' };
  const clamped = await twin.key('1');
  const response = await post(twin.url, clamped.key, body);
  expect(response.status).toBe(200);
  expect(Number(response.headers.get('x-faregate-output-limit'))).toBeLessThan(500_000);
  const strict = await twin.key('1', { overspendPolicy: 'strict' });
  expect((await post(twin.url, strict.key, body)).status).toBe(402);
});

test('what was held for is all that the provider reads, however often a field is there', async () => {
  const { key } = await twin.key('1');
  own.answers(whole({ choices: [], usage }));
  const messages = '"messages":[{"role":"user","content":"Hi"}]';
  await post(twin.url, key, `{"n":128,"max_tokens":9,"model":"own/chat",${messages},"max_tokens":7,"n":1}`);
  expect(own.body()).toBe(`{"n":1,"max_tokens":7,"model":"chat",${messages}}`);
  await post(twin.url, key, `{"max_tokens":90000,"max_completion_tokens":7,"model":"own/chat",${messages}}`);
  expect(own.body()).toBe(`{"max_completion_tokens":7,"model":"chat",${messages}}`);
  const options = '"stream_options":{"include_usage":false,"include_usage":true}';
  await post(twin.url, key, `{"stream":true,${options},"max_tokens":7,"model":"own/chat",${messages}}`);
  expect(own.body()).toContain('"stream_options":{"include_usage":true}');
});

test('streams that think in silence never cost more together than the wallet had', async () => {
  const { key } = await twin.key('0.01');
  own.answers((response) => {
    const { max_tokens } = JSON.parse(own.body()) as { max_tokens: number };
    beginStream(response);
    response.end(textEvent('ok') + usageEvent(20, max_tokens));
  });
  const model = 'own/silent';
  const calls = [1, 2, 3, 4].map(() => post(twin.url, key, { ...ask({ stream: true, max_tokens: 16_000 }), model }));
  const limits = await Promise.all(
    calls.map(async (call) => {
      const response = await call;
      await response.text();
      return response.headers.get('x-faregate-output-limit');
    }),
  );
  expect(limits.filter((limit) => limit !== null).length, 'the wallet lowered what it could not cover').toBeGreaterThan(
    0,
  );
  expect(await creditsOf(twin.url, key)).toMatchObject({ overdue: '0', held: '0' });
});

test('counts beyond any amount are believed by nobody: the answer arrives, and nothing is charged by itself', async () => {
  const { key, caller } = await twin.key('1');
  const usage = { prompt_tokens: 9_007_199_254_740_000, completion_tokens: 1, total_tokens: 9_007_199_254_740_001 };
  own.answers(whole({ choices: [], usage }));
  const response = await post(twin.url, key, ask());
  expect(response.status).toBe(200);
  await response.arrayBuffer();
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '1', held: '0' });
  await twin.writer.flush();
  const record = [...twin.ledger.tables.usageRecords.values()].find(
    ({ entry }) => entry.call.walletId === caller.walletId,
  );
  expect(record?.entry.usage).toMatchObject({
    status: 'invalid',
    flags: expect.arrayContaining(['BEYOND_ANY_AMOUNT']),
  });
});
