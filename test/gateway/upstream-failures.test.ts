import { afterAll, beforeAll, expect, test } from 'vitest';
import { routeOf, simulatorRow, startTwinGateway, targetOf, type TwinGateway } from './twin-gateway.ts';
import { chunksOf, creditsOf, eventually, post, said } from './wire.ts';

let twin: TwinGateway;

const hasty = { ...simulatorRow, name: 'hasty', headTimeoutMs: 300, idleTimeoutMs: 300 };
const draining = { ...simulatorRow, name: 'draining', onHangUp: 'drain' as const };
const nowhere = { ...simulatorRow, name: 'nowhere', adapter: 'openai-compatible', baseUrl: 'http://127.0.0.1:9/v1' };
const hastyCent = targetOf('cent', hasty);
const simCent = targetOf('cent');

beforeAll(async () => {
  twin = await startTwinGateway({
    routes: [
      routeOf(hastyCent),
      routeOf(targetOf('cent', draining)),
      routeOf(targetOf('cent', nowhere)),
      {
        name: 'careful/cent',
        subject: 'alias',
        kind: 'chat',
        targets: [targetOf('cent', nowhere), hastyCent, simCent],
        createdAt: 0,
      },
    ],
  });
});

afterAll(() => twin.stop());

const ask = (model: string, more: object = {}) => ({ model, messages: said(), ...more });

async function entryOf(walletId: string) {
  await twin.writer.flush();
  const record = [...twin.ledger.tables.usageRecords.values()].find(({ entry }) => entry.call.walletId === walletId);
  if (!record) throw new Error('No call of this wallet is in the ledger.');
  return record.entry;
}

test('a provider that is silent too long is a 504 at no charge', async () => {
  const { key, caller } = await twin.key('1');
  const response = await post(twin.url, key, ask('hasty/cent'), { headers: { 'x-sim-delay-ms': '5000' } });
  expect(response.status).toBe(504);
  expect(response.headers.get('x-should-retry')).toBe('true');
  expect(await response.json()).toMatchObject({ error: { code: 'upstream_timeout' } });
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '1', held: '0' });
  expect(await entryOf(caller.walletId)).toMatchObject({
    outcome: 'failed',
    total: 0n,
    attempts: [{ outcome: 'timed_out' }],
  });
});

test('a provider that cannot be reached is a 502 at no charge', async () => {
  const { key } = await twin.key('1');
  const response = await post(twin.url, key, ask('nowhere/cent'));
  expect(response.status).toBe(502);
  expect(await response.json()).toMatchObject({ error: { code: 'upstream_unreachable' } });
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '1', held: '0' });
});

test('the next target answers when one fails: charged once, for what answered, with every try on record', async () => {
  const { key, caller } = await twin.key('1');
  const response = await post(twin.url, key, ask('careful/cent'), { headers: { 'x-sim-delay-ms': '0' } });
  expect(response.status).toBe(200);
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '0.99', held: '0' });
  const entry = await entryOf(caller.walletId);
  expect(entry.attempts.map(({ provider, outcome }) => `${provider} ${outcome}`)).toEqual([
    'nowhere failed',
    'nowhere failed',
    'hasty answered',
  ]);
  expect(entry.call).toMatchObject({ name: 'careful/cent', provider: 'hasty', model: 'hasty/cent' });
});

test("the provider's own limit is told with its patience, and a request it refuses with its words", async () => {
  const { key } = await twin.key('1');
  const limited = await post(twin.url, key, ask('sim/cent'), {
    headers: { 'x-sim-error-status': '429', 'x-sim-retry-after': '7' },
  });
  expect(limited.status).toBe(429);
  expect(limited.headers.get('retry-after')).toBe('7');
  expect(await limited.json()).toMatchObject({ error: { code: 'upstream_rate_limited' } });

  const refused = await post(twin.url, key, ask('sim/cent'), { headers: { 'x-sim-error-status': '422' } });
  expect(refused.status).toBe(422);
  expect(refused.headers.get('x-should-retry')).toBe('false');
  expect(await refused.json()).toMatchObject({ error: { code: 'upstream_refused', upstream_status: 422 } });
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '1', held: '0' });
});

test("a credential that the provider refuses is the operator's trouble, told without the provider's words", async () => {
  const { key } = await twin.key('1');
  const response = await post(twin.url, key, ask('sim/cent'), { headers: { 'x-sim-error-status': '401' } });
  expect(response.status).toBe(502);
  expect(response.headers.get('x-should-retry')).toBe('false');
  expect(await response.json()).toMatchObject({ error: { message: expect.stringContaining('operator') } });
});

test('a stream that falls silent ends with an error event, and what came is charged', async () => {
  const { key } = await twin.key('1');
  const headers = { 'x-sim-output-tokens': '50', 'x-sim-hang-after': '5' };
  const response = await post(twin.url, key, ask('hasty/cent', { stream: true, max_tokens: 50 }), { headers });
  const chunks = chunksOf(await response.text());
  expect(chunks.at(-1)?.error).toMatchObject({ code: 'upstream_timeout' });
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '0.99', held: '0' });
});

test('where the provider bills a whole stream anyway, it is drained after a hang-up and the usage is its own word', async () => {
  const { key, caller } = await twin.key('1');
  const hungUp = new AbortController();
  const headers = { 'x-sim-output-tokens': '100', 'x-sim-pace-ms': '20' };
  const response = await post(twin.url, key, ask('draining/cent', { stream: true, max_tokens: 100 }), {
    headers,
    signal: hungUp.signal,
  });
  await response.body?.getReader().read();
  hungUp.abort();
  await eventually(async () => (await creditsOf(twin.url, key)).held === '0');
  expect(await entryOf(caller.walletId)).toMatchObject({
    outcome: 'abandoned',
    usage: { status: 'reported', completion_tokens: 100, flags: ['drained'] },
  });
});

test('bytes cut anywhere, even within a character, arrive as they were sent', async () => {
  const { key } = await twin.key('1');
  const headers = { 'x-sim-output-tokens': '200', 'x-sim-alphabet': 'utf8', 'x-sim-seed': '7' };
  const text = (response: Response) =>
    response.text().then((body) =>
      chunksOf(body)
        .map((chunk) => chunk.choices[0]?.delta.content ?? '')
        .join(''),
    );
  const body = ask('sim/echo', { stream: true, max_tokens: 200 });
  const whole = await text(await post(twin.url, key, body, { headers }));
  const cut = await text(await post(twin.url, key, body, { headers: { ...headers, 'x-sim-chunk-bytes': '7' } }));
  expect(whole).not.toContain('�');
  expect(Buffer.byteLength(whole)).toBe(800);
  expect(cut).toBe(whole);
});
