import { afterAll, beforeAll, expect, test } from 'vitest';
import { currencyOf, formatAmount, parseAmount } from '#core/money/currency.ts';
import { amount } from '#core/money/amount.ts';
import { startTwinGateway, type TwinGateway } from './twin-gateway.ts';
import { chunksOf, count, creditsOf, eventually, post, said, statusOf } from './wire.ts';

let twin: TwinGateway;

beforeAll(async () => {
  twin = await startTwinGateway();
});

afterAll(() => twin.stop());

const usd = currencyOf('usd');
const cents = (many: number) => Array.from({ length: many }, (_, index) => index);
const empty = { balance: '0', available: '0', held: '0', overdue: '0' };

test('a whole answer carries its charge, and the wallet has exactly that less', async () => {
  const { key } = await twin.key('5');
  const response = await post(twin.url, key, { model: 'sim/echo', messages: said(), max_tokens: 10 });
  expect(response.status).toBe(200);
  const { usage } = (await response.json()) as { usage: { prompt_tokens: number; completion_tokens: number } };
  const charge = amount(BigInt(usage.prompt_tokens) * 1_000_000n + BigInt(usage.completion_tokens) * 2_000_000n);
  expect(response.headers.get('x-faregate-charge')).toBe(formatAmount(charge, usd));
  const balance = formatAmount(amount(parseAmount('5', usd) - charge), usd);
  expect(response.headers.get('x-faregate-balance')).toBe(balance);
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance, held: '0' });
});

test('2,000 concurrent calls of a cent on a dollar: exactly 100 are answered and the wallet is empty', async () => {
  const { key } = await twin.key('1');
  const body = { model: 'sim/cent', messages: said() };
  const statuses = await Promise.all(cents(2_000).map(() => statusOf(post(twin.url, key, body))));
  expect(count(statuses)).toEqual({ 200: 100, 402: 1_900 });
  expect(await creditsOf(twin.url, key)).toEqual(expect.objectContaining(empty));
});

test('the same with streams', async () => {
  const { key } = await twin.key('1');
  const body = { model: 'sim/cent', messages: said(), stream: true };
  const statuses = await Promise.all(cents(2_000).map(() => statusOf(post(twin.url, key, body))));
  expect(count(statuses)).toEqual({ 200: 100, 402: 1_900 });
  expect(await creditsOf(twin.url, key)).toEqual(expect.objectContaining(empty));
});

test('the same with callers who hang up in mid-stream: each pays its cent', async () => {
  const { key } = await twin.key('1');
  const body = { model: 'sim/cent', messages: said(), stream: true, max_tokens: 400 };
  const headers = { 'x-sim-output-tokens': '400', 'x-sim-pace-ms': '10' };
  const hangUp = async (): Promise<number> => {
    const caller = new AbortController();
    const response = await post(twin.url, key, body, { headers, signal: caller.signal });
    if (response.status === 200) await response.body?.getReader().read();
    caller.abort();
    return response.status;
  };
  const statuses = await Promise.all(cents(2_000).map(hangUp));
  expect(count(statuses)).toEqual({ 200: 100, 402: 1_900 });
  await eventually(async () => (await creditsOf(twin.url, key)).held === '0');
  expect(await creditsOf(twin.url, key)).toEqual(expect.objectContaining(empty));
});

test('the same with a budget on the key instead of the wallet', async () => {
  const { key } = await twin.key('50', { limits: { budgets: { total: parseAmount('1', usd) } } });
  const body = { model: 'sim/cent', messages: said() };
  const refused: unknown[] = [];
  const statuses = await Promise.all(
    cents(2_000).map(async () => {
      const response = await post(twin.url, key, body);
      const answer: unknown = await response.json();
      if (response.status === 402) refused.push(answer);
      return response.status;
    }),
  );
  expect(count(statuses)).toEqual({ 200: 100, 402: 1_900 });
  expect(refused[0]).toMatchObject({
    error: { code: 'budget_exceeded', limit_source: 'virtual_key.budget.total', available: '0', needed: '0.01' },
  });
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '49', held: '0' });
});

test('a stream whose wallet runs out ends with finish reason length after the last affordable token', async () => {
  const { key } = await twin.key('0.0005');
  const body = {
    model: 'sim/slow',
    messages: said(),
    stream: true,
    max_tokens: 5_000,
    stream_options: { include_usage: true },
  };
  const headers = { 'x-sim-output-tokens': '5000', 'x-sim-pace-ms': '1', 'x-sim-tag': 'runs-out' };
  const text = await post(twin.url, key, body, { headers }).then((response) => response.text());
  const endedAt = Date.now();
  expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
  const chunks = chunksOf(text);
  expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe('length');
  const { usage, faregate } = chunks.at(-1) ?? {};
  const tokens = chunks.filter((chunk) => chunk.choices[0]?.delta.content).length;
  expect(usage?.completion_tokens).toBe(tokens);

  const spent = parseAmount(faregate?.charge ?? '', usd);
  expect(spent).toBeLessThanOrEqual(parseAmount('0.0005', usd));
  // One more token would not have been covered: the prompt is held with room for 64 tokens of template.
  const oneMore = BigInt(usage?.prompt_tokens ?? 0) + 64n + 2n * BigInt(tokens + 1);
  expect(oneMore * 1_000_000n).toBeGreaterThan(parseAmount('0.0005', usd));
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: faregate?.balance, held: '0', overdue: '0' });
  const served = () => twin.simulator.counters().calls.find((call) => call.tag === 'runs-out');
  await eventually(() => served()?.outcome === 'aborted');
  expect((served()?.closedAtMs ?? 0) - endedAt).toBeLessThan(200);
});

test('a stream buys more as it goes while the wallet affords it', async () => {
  const { key } = await twin.key('1');
  const body = {
    model: 'sim/echo',
    messages: said(),
    stream: true,
    max_tokens: 9_000,
    stream_options: { include_usage: true },
  };
  const text = await post(twin.url, key, body, { headers: { 'x-sim-output-tokens': '9000' } }).then((response) =>
    response.text(),
  );
  expect(chunksOf(text).at(-1)?.usage?.completion_tokens).toBe(9_000);
  expect(chunksOf(text).findLast((chunk) => chunk.choices[0])?.choices[0]?.finish_reason).toBe('stop');
});

test('a small wallet lowers the limit of a whole answer and says so, or refuses it where the key is strict', async () => {
  const body = { model: 'sim/echo', messages: said(), max_tokens: 5_000 };
  const clamped = await twin.key('0.0005');
  const response = await post(twin.url, clamped.key, body, { headers: { 'x-sim-output-tokens': '5000' } });
  const { usage } = (await response.json()) as { usage: { completion_tokens: number } };
  expect(response.headers.get('x-faregate-output-limit')).toBe(String(usage.completion_tokens));
  expect(usage.completion_tokens).toBeLessThan(250);

  const strict = await twin.key('0.0005', { overspendPolicy: 'strict' });
  const refused = await post(twin.url, strict.key, body);
  expect(refused.status).toBe(402);
  expect(refused.headers.get('x-should-retry')).toBe('false');
  expect(await refused.json()).toMatchObject({
    error: { code: 'insufficient_balance', limit_source: 'wallet', available: '0.0005' },
  });
});

test('a caller who hangs up pays for what was streamed', async () => {
  const { key, caller } = await twin.key('1');
  const hungUp = new AbortController();
  const body = { model: 'sim/slow', messages: said(), stream: true, max_tokens: 5_000 };
  const headers = { 'x-sim-output-tokens': '5000', 'x-sim-pace-ms': '5', 'x-sim-tag': 'hangs-up' };
  const response = await post(twin.url, key, body, { headers, signal: hungUp.signal });
  const reader = response.body?.getReader();
  for (let pieces = 0; pieces < 20; pieces += 1) await reader?.read();
  hungUp.abort();
  await eventually(async () => (await creditsOf(twin.url, key)).held === '0');
  await twin.writer.flush();
  const record = [...twin.ledger.tables.usageRecords.values()].find(
    ({ entry }) => entry.call.walletId === caller.walletId,
  );
  expect(record?.entry).toMatchObject({ outcome: 'abandoned', final: true, usage: { status: 'estimated' } });
  const sent = twin.simulator.counters().calls.find((call) => call.tag === 'hangs-up')?.tokensSent ?? 0;
  const counted = record?.entry.usage.completion_tokens ?? 0;
  expect(counted).toBeGreaterThanOrEqual(19);
  expect(counted).toBeLessThanOrEqual(sent);
});
