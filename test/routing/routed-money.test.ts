// What configurations, key pools and the cache could do to a wallet, seen from its owner.
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { readConfig, routingIn } from '#core/routing/read-config.ts';
import type { RoutingConfig } from '#core/routing/config.ts';
import { routeOf, startTwinGateway, targetOf, type TwinGateway } from '#test/gateway/twin-gateway.ts';
import { creditsOf, post, said } from '#test/gateway/wire.ts';
import { beginStream, usageEvent } from '#test/gateway/own-upstream.ts';
import { answering, failing, keyNamed, keysUsed, type Member, startMember } from './fleet.ts';

let twin: TwinGateway;
let north: Member;
let pooled: Member;

beforeAll(async () => {
  north = await startMember('north');
  pooled = await startMember('pooled', {
    credentials: [keyNamed('pool-a', { isPrimary: true }), keyNamed('pool-b')],
  });
  twin = await startTwinGateway({
    routes: [routeOf(targetOf('chat', north.provider)), routeOf(targetOf('chat', pooled.provider))],
  });
});
afterAll(async () => {
  await twin.stop();
  for (const member of [north, pooled]) member.stop();
});
beforeEach(() => {
  for (const member of [north, pooled]) member.reset();
});
afterEach(() => {
  vi.restoreAllMocks();
});

function routing(config: object): RoutingConfig {
  const reading = readConfig(config);
  if (reading.kind === 'wrong') throw new Error(JSON.stringify(reading.problems));
  const read = routingIn(reading.document);
  if (read.kind === 'wrong' || !read.routing) throw new Error(JSON.stringify(read));
  return read.routing;
}

const ask = async (key: string, more: object = {}) => {
  const response = await post(twin.url, key, { model: 'north/chat', messages: said(), max_tokens: 50, ...more });
  await response.arrayBuffer();
  return response;
};
const dollars = async (key: string) => Number((await creditsOf(twin.url, key)).balance);

test('a configuration that makes a model think in silence sets aside all that it may think', async () => {
  const target = { provider: 'north', override_params: { reasoning_effort: 'high' } };
  // For 4,000 tokens of the 8,000 that are asked for.
  const { key } = await twin.key('0.0081', { routing: routing({ strategy: { mode: 'single' }, targets: [target] }) });
  north.answers((response, { body }) => {
    beginStream(response);
    // Thinks as long as it may, and says nothing of it until it is done.
    response.end(usageEvent(10, Number(body['max_tokens'])));
  });
  await ask(key, { stream: true, max_tokens: 8_000 });
  expect(north.seen[0]?.body).toMatchObject({ reasoning_effort: 'high' });
  expect(await dollars(key)).toBeGreaterThanOrEqual(0);
});

test('a stream that is answered whole costs no more than its wallet has, and all of it where the wallet has it', async () => {
  north.answers(answering('whole', { prompt_tokens: 10, completion_tokens: 8_000, total_tokens: 8_010 }));
  const poor = await twin.key('0.0081');
  const { status } = await ask(poor.key, { stream: true, max_tokens: 8_000 });
  expect(status).toBe(200);
  expect(await creditsOf(twin.url, poor.key)).toMatchObject({ overdue: '0', held: '0' });
  const rich = await twin.key('1');
  await ask(rich.key, { stream: true, max_tokens: 8_000 });
  expect(await creditsOf(twin.url, rich.key)).toMatchObject({ balance: '0.98399', held: '0' });
});

test('before a second key of a provider is used, the journal says that it is', async () => {
  const { key } = await twin.key('1');
  const append = vi.spyOn(twin.house.journal, 'append');
  const written: unknown[] = [];
  pooled.answers((response, seen) => {
    const last = append.mock.calls.flatMap(([record]) => (record.kind === 'dispatch' ? record.call.providerKeyId : []));
    written.push(last.at(-1));
    const first = seen.headers.authorization === 'Bearer secret-of-pool-a';
    (first ? failing(401) : answering())(response, seen);
  });
  expect((await ask(key, { model: 'pooled/chat' })).status).toBe(200);
  expect(keysUsed(pooled)).toEqual(['pool-a', 'pool-b']);
  expect(written).toEqual(['pool-a', 'pool-b']);
});

test('a kept answer that cannot be written down leaves nothing set aside, and no call without a charge', async () => {
  const cached = routing({ cache: { mode: 'simple', ttl: 60 }, strategy: { mode: 'single' } });
  const { key, caller } = await twin.key('1', {
    organizationId: 'kept-1',
    routing: cached,
    limits: { concurrency: 1 },
  });
  await ask(key);
  const { house } = twin;
  // Somebody else's call has the next number by then, so this one's cannot be given back.
  vi.spyOn(house.journal, 'append').mockImplementationOnce(() => {
    house.dispatches.next();
    return Promise.reject(new Error('The disk is full.'));
  });
  expect((await ask(key)).status).toBe(500);
  const again = await ask(key);
  expect([again.status, again.headers.get('x-faregate-cache')]).toEqual([200, 'hit']);
  await twin.writer.flush();
  const ended = [...twin.ledger.tables.usageRecords.values()].filter(
    ({ entry }) => entry.call.walletId === caller.walletId,
  );
  expect(ended).toHaveLength(3);
  expect(ended.map(({ entry }) => entry.total > 0n)).toEqual([true, false, false]);
});

test('an answer that a small wallet cut short is not kept for those who could have paid for all of it', async () => {
  const cached = routing({ cache: { mode: 'simple', ttl: 60 }, strategy: { mode: 'single' } });
  // As long as it may be.
  north.answers((response, seen) => {
    const completion_tokens = Number(seen.body['max_tokens']);
    answering('long', { prompt_tokens: 10, completion_tokens, total_tokens: completion_tokens + 10 })(response, seen);
  });
  const poor = await twin.key('0.0005', { organizationId: 'kept-2', routing: cached });
  const first = await ask(poor.key, { max_tokens: 5_000 });
  expect(first.headers.get('x-faregate-output-limit')).not.toBeNull();
  const rich = await twin.key('1', { organizationId: 'kept-2', routing: cached });
  expect((await ask(rich.key, { max_tokens: 5_000 })).headers.get('x-faregate-cache')).toBe('miss');
  expect((await ask(rich.key, { max_tokens: 5_000 })).headers.get('x-faregate-cache')).toBe('hit');
});
