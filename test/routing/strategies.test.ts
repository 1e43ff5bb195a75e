import Anthropic from '@anthropic-ai/sdk';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { defaultRetry, type RoutingConfig } from '#core/routing/config.ts';
import { readConfig, routingIn } from '#core/routing/read-config.ts';
import { estimateEntries } from '#flows/estimate.ts';
import { UnitsForNow } from '#flows/estimate-units.ts';
import { routeOf, startTwinGateway, targetOf, type TwinGateway } from '#test/gateway/twin-gateway.ts';
import { creditsOf, post, said } from '#test/gateway/wire.ts';
import { branch } from './branch.ts';
import { answering, failing, type Member, startMember } from './fleet.ts';

let twin: TwinGateway;
let north: Member;
let south: Member;
let west: Member;

beforeAll(async () => {
  [north, south, west] = await Promise.all([startMember('north'), startMember('south'), startMember('west')]);
  const price = (name: string, input: string, output: string) => ({
    id: `00000000-0000-4000-8000-${name.length.toString().padStart(12, '0')}`,
    subject: { kind: 'model' as const, name },
    book: 'list' as const,
    currency: 'usd',
    components: [
      { meter: 'input' as const, price: input, per: '1000000', currency: 'usd' },
      { meter: 'output' as const, price: output, per: '1000000', currency: 'usd' },
    ],
    modifiers: [],
    validFrom: '2020-01-01T00:00:00Z',
    recordedAt: '2020-01-01T00:00:00Z',
  });
  twin = await startTwinGateway({
    routes: [
      routeOf(targetOf('chat', north.provider)),
      routeOf(targetOf('chat', south.provider)),
      routeOf(targetOf('chat-of-west', west.provider)),
      {
        name: 'both',
        subject: 'alias',
        kind: 'chat',
        targets: [targetOf('chat', north.provider), targetOf('chat', south.provider)],
        createdAt: 0,
      },
    ],
    prices: [price('north/chat', '3', '6'), price('west/chat-of-west', '0.5', '1')],
  });
});
afterAll(async () => {
  await twin.stop();
  for (const member of [north, south, west]) member.stop();
});
beforeEach(() => {
  for (const member of [north, south, west]) member.reset();
});

/** As an operator writes it. */
function routing(config: object): RoutingConfig {
  const reading = readConfig(config);
  if (reading.kind === 'wrong') throw new Error(JSON.stringify(reading.problems));
  const read = routingIn(reading.document);
  if (read.kind === 'wrong' || !read.routing) throw new Error(JSON.stringify(read));
  return read.routing;
}

const hasty = { attempts: 0 };
const keyFor = (config: object, more: object = {}) => twin.key('1', { routing: routing(config), ...more });
const ask = async (key: string, body: object = {}, options: Parameters<typeof post>[3] = {}) => {
  const response = await post(twin.url, key, { model: 'both', messages: said(), max_tokens: 50, ...body }, options);
  const answer = (await response.json()) as {
    readonly choices?: readonly { readonly message: { readonly content: string } }[];
    readonly error?: { readonly code: string; readonly param: string; readonly message: string };
  };
  return {
    status: response.status,
    headers: response.headers,
    said: answer.choices?.[0]?.message.content,
    error: answer.error,
  };
};

async function entryOf(walletId: string) {
  await twin.writer.flush();
  const record = [...twin.ledger.tables.usageRecords.values()].findLast(
    ({ entry }) => entry.call.walletId === walletId,
  );
  if (!record) throw new Error('No call of this wallet is in the ledger.');
  return record.entry;
}

describe('a configuration', () => {
  test('sends the call where it says, with what it sets, charged by the name that was sent', async () => {
    const target = {
      provider: 'south',
      override_params: { model: 'chat', max_tokens: 20, temperature: 0.7, stop: 'END' },
    };
    const { key, caller } = await keyFor({ strategy: { mode: 'single' }, targets: [target] });
    const { status, headers } = await ask(key, { model: 'north/chat', temperature: 1, max_tokens: 5_000 });
    expect(status).toBe(200);
    expect(south.seen[0]?.body).toMatchObject({ model: 'chat', max_tokens: 20, temperature: 0.7, stop: ['END'] });
    expect(north.seen).toEqual([]);
    // 10 × $3 + 5 × $6 a million, as north/chat is listed; the provider's own is 10 × $1 + 5 × $2.
    expect(headers.get('x-faregate-charge')).toBe('0.00006');
    expect(headers.get('x-faregate-cost')).toBe('0.00002');
    expect((await entryOf(caller.walletId)).call).toMatchObject({ name: 'north/chat', model: 'south/chat' });
  });

  test('cannot make a name callable that is not there, and says so when it leads nowhere', async () => {
    const { key } = await keyFor({ targets: [{ model: 'south/chat' }] });
    expect(await ask(key, { model: 'nothing' })).toMatchObject({ status: 404, error: { code: 'unknown_model' } });
    const { key: lost } = await keyFor({ targets: [{ provider: 'nobody', model: 'gone' }] });
    expect((await ask(lost)).error).toMatchObject({
      code: 'unknown_model',
      message: expect.stringContaining('no target') as string,
    });
  });

  test('holds for the dearest of its targets', async () => {
    const { key } = await twin.key('0.01', {
      overspendPolicy: 'strict',
      routing: routing({
        targets: [
          { model: 'south/chat', override_params: { max_tokens: 1 } },
          { model: 'north/chat', override_params: { max_tokens: 9_000 } },
        ],
      }),
    });
    // At $2 a million 9,000 tokens of output may cost 0.018, though the first target would make one.
    expect(await ask(key, { model: 'south/chat' })).toMatchObject({ status: 402 });
    expect(south.seen).toEqual([]);
  });

  test('that sets what the caller’s dialect has no field for is refused by name', async () => {
    const { key } = await keyFor({ targets: [{ model: 'south/chat', override_params: { seed: 7 } }] });
    const client = new Anthropic({ apiKey: key, baseURL: twin.url, maxRetries: 0 });
    const call = client.messages.create({ model: 'both', max_tokens: 10, messages: [{ role: 'user', content: 'x' }] });
    await expect(call).rejects.toMatchObject({ status: 400, message: expect.stringContaining('seed') as string });
    const { key: fits } = await keyFor({
      targets: [{ model: 'south/chat', override_params: { stop: 'END', top_p: 0.5 } }],
    });
    const other = new Anthropic({ apiKey: fits, baseURL: twin.url, maxRetries: 0 });
    await other.messages.create({ model: 'both', max_tokens: 10, messages: [{ role: 'user', content: 'x' }] });
    expect(south.seen[0]?.body).toMatchObject({ stop: ['END'], top_p: 0.5, model: 'chat' });
  });
});

describe('single', () => {
  test('asks one target and no other', async () => {
    const { key } = await keyFor({ strategy: { mode: 'single' }, retry: hasty });
    north.answers(failing(500));
    expect((await ask(key)).status).toBe(502);
    expect(south.seen).toEqual([]);
  });
});

describe('fallback', () => {
  test('after an upstream failure charges once for what answered, and records what each attempt cost', async () => {
    const { key, caller } = await keyFor({
      strategy: { mode: 'fallback' },
      targets: [{ model: 'north/chat' }, { model: 'south/chat' }],
      retry: hasty,
    });
    north.answers(failing(503));
    const { status, said: text } = await ask(key);
    expect([status, text]).toEqual([200, 'south']);
    const entry = await entryOf(caller.walletId);
    expect(entry.attempts.map(({ provider, outcome, cost }) => [provider, outcome, cost?.amount])).toEqual([
      ['north', 'failed', '0'],
      ['south', 'answered', '0.00002'],
    ]);
    expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '0.99998', held: '0' });
    expect(entry.cost).toBe(20_000_000n);
  });

  test('happens after the statuses that are named, and only those', async () => {
    const named = {
      strategy: { mode: 'fallback', on_status_codes: [400] },
      targets: [{ model: 'north/chat' }, { model: 'south/chat' }],
      retry: hasty,
    };
    const { key } = await keyFor(named);
    north.answers(failing(400));
    expect((await ask(key)).said).toBe('south');
    north.answers(failing(503));
    expect((await ask(key)).status).toBe(502);
  });
});

describe('loadbalance', () => {
  const of = (by: string, more: readonly object[]) => ({
    strategy: { mode: 'loadbalance', by },
    targets: more,
    retry: hasty,
  });

  test('by weight spreads calls, and the others stand behind the chosen one', async () => {
    const { key } = await keyFor(
      of('weight', [
        { model: 'north/chat', weight: 3 },
        { model: 'south/chat', weight: 1 },
      ]),
    );
    for (let no = 0; no < 40; no += 1) await ask(key);
    expect(north.seen.length).toBeGreaterThan(22);
    expect(south.seen.length).toBeGreaterThan(3);
    expect(north.seen.length + south.seen.length).toBe(40);
    north.answers(failing(500));
    expect((await ask(key)).said).toBe('south');
  });

  test('by cost asks the cheapest first', async () => {
    const { key } = await keyFor(
      of('cost', [{ model: 'north/chat' }, { model: 'south/chat' }, { model: 'west/chat-of-west' }]),
    );
    expect((await ask(key)).said).toBe('west');
    west.answers(failing(500));
    expect((await ask(key)).said).toBe('south');
  });
});

describe('conditional', () => {
  test('chooses by the request, its metadata and the key', async () => {
    const { key } = await keyFor({
      strategy: {
        mode: 'conditional',
        conditions: [
          branch({ 'metadata.tier': { $eq: 'premium' } }, 'best'),
          branch({ $and: [{ 'params.temperature': { $gte: 1 } }, { 'key.name': 'test' }] }, ['middle', 'best']),
        ],
        default: 'cheap',
      },
      targets: [
        { name: 'best', model: 'north/chat' },
        { name: 'middle', model: 'south/chat' },
        { name: 'cheap', model: 'west/chat-of-west' },
      ],
      retry: hasty,
    });
    expect((await ask(key, { metadata: { tier: 'premium' } })).said).toBe('north');
    expect((await ask(key, { temperature: 1.2 })).said).toBe('south');
    expect((await ask(key)).said).toBe('west');
    south.answers(failing(500));
    expect((await ask(key, { temperature: 1.2 })).said).toBe('north');
  });
});

describe('retries', () => {
  test('are as many as it says, after the statuses that it names', async () => {
    const { key, caller } = await keyFor({
      strategy: { mode: 'single' },
      retry: { attempts: 2, on_status_codes: [429, 502], backoff: { initial_ms: 1, max_ms: 2 } },
    });
    let left = 2;
    north.answers((response, seen) => (left-- > 0 ? failing(502) : answering())(response, seen));
    expect((await ask(key)).status).toBe(200);
    expect((await entryOf(caller.walletId)).attempts.map(({ outcome }) => outcome)).toEqual([
      'failed',
      'failed',
      'answered',
    ]);
    north.reset();
    north.answers(failing(500));
    expect((await ask(key)).status).toBe(502);
    expect(north.seen).toHaveLength(1);
  });

  test('wait as long as the provider asks, within the patience that is set', async () => {
    const { key } = await keyFor({ strategy: { mode: 'single' }, retry: { attempts: 1, patience_ms: 500 } });
    let left = 1;
    north.answers((response, seen) =>
      (left-- > 0 ? failing(429, { 'retry-after-ms': '40' }) : answering())(response, seen),
    );
    expect((await ask(key)).status).toBe(200);
    north.reset();
    north.answers(failing(429, { 'retry-after': '1' }));
    const refused = await ask(key);
    expect([refused.status, refused.headers.get('retry-after'), north.seen.length]).toEqual([429, '1', 1]);
  });

  test('are one by itself, as ever', () => {
    expect(defaultRetry.retries).toBe(1);
  });

  test('a provider that is silent beyond the configured time is passed over', async () => {
    const { key } = await keyFor({
      timeouts: { head_ms: 1_000 },
      targets: [{ model: 'north/chat' }, { model: 'south/chat' }],
      retry: hasty,
    });
    north.answers(() => undefined);
    expect((await ask(key)).said).toBe('south');
  });
});

describe('a breaker', () => {
  test('passes a target over that goes on failing, while there is another', async () => {
    const { key } = await keyFor({ targets: [{ model: 'west/chat-of-west' }, { model: 'south/chat' }], retry: hasty });
    west.answers(failing(500));
    for (let no = 0; no < 8; no += 1) expect((await ask(key)).said).toBe('south');
    expect(west.seen.length).toBeLessThan(8);
    const { targets } = twin.house.health.view(Date.now());
    expect(targets.find(({ target }) => target === 'west/chat-of-west')).toMatchObject({ state: 'open' });
    // With no other it is asked all the same.
    const { key: only } = await keyFor({ targets: [{ model: 'west/chat-of-west' }], retry: hasty });
    west.answers(answering('again'));
    expect((await ask(only)).said).toBe('again');
    expect(twin.house.health.isSpared({ ...targetOf('chat-of-west', west.provider) }, Date.now())).toBe(false);
  });
});

describe('the cache', () => {
  const cached = { cache: { mode: 'simple', ttl: 60 }, strategy: { mode: 'single' } };

  test('gives the same answer again at no charge, with a receipt that says so', async () => {
    const { key, caller } = await keyFor(cached, { organizationId: 'org-1' });
    const first = await ask(key);
    const [charge, balance] = [first.headers.get('x-faregate-charge'), first.headers.get('x-faregate-balance')];
    expect([first.headers.get('x-faregate-cache'), charge === '0']).toEqual(['miss', false]);
    const again = await ask(key);
    expect(again.said).toBe(first.said);
    expect(north.seen).toHaveLength(1);
    expect(['cache', 'charge', 'cost', 'balance'].map((name) => again.headers.get(`x-faregate-${name}`))).toEqual([
      'hit',
      '0',
      '0',
      balance,
    ]);
    const entry = await entryOf(caller.walletId);
    expect(entry).toMatchObject({ total: 0n, cost: 0n, outcome: 'completed', attempts: [] });
    expect(entry.usage).toMatchObject({ status: 'not_billable', flags: ['cache_hit'] });
    expect(await creditsOf(twin.url, key)).toMatchObject({ held: '0' });
  });

  test('is never shared across organizations, nor by requests that differ', async () => {
    const keys = await Promise.all(['org-2', 'org-3'].map((organizationId) => keyFor(cached, { organizationId })));
    for (const { key } of keys) expect((await ask(key)).headers.get('x-faregate-cache')).toBe('miss');
    const [one] = keys;
    if (!one) throw new Error('No key.');
    expect((await ask(one.key, { max_tokens: 51 })).headers.get('x-faregate-cache')).toBe('miss');
    expect((await ask(one.key, { messages: said('other') })).headers.get('x-faregate-cache')).toBe('miss');
    expect((await ask(one.key)).headers.get('x-faregate-cache')).toBe('hit');
  });

  test('costs nothing either when the process dies between its two records', async () => {
    const { key, caller } = await twin.key('1', { organizationId: 'org-6', routing: routing(cached) });
    await ask(key, { model: 'sim/cent' });
    const died = (await entryOf(caller.walletId)).call;
    const { house } = twin;
    const estimate = async (call: typeof died) => {
      const units = new UnitsForNow(() => Promise.resolve([]));
      const [entry] = await estimateEntries(twin.directory, [{ call }], { nowMs: house.clock.now(), units });
      return entry?.total;
    };
    expect(await estimate(died)).toBe(10_000_000_000n);
    expect(await estimate({ ...died, cached: true })).toBe(0n);
  });

  test('keeps no failures, and leaves streams alone', async () => {
    const { key } = await keyFor(cached, { organizationId: 'org-4' });
    north.answers(failing(400));
    expect((await ask(key)).status).toBe(400);
    north.answers(answering('now'));
    expect((await ask(key)).said).toBe('now');
    const stream = await post(twin.url, key, { model: 'both', messages: said(), max_tokens: 50, stream: true });
    await stream.arrayBuffer();
    expect(stream.headers.get('x-faregate-cache')).toBeNull();
  });

  test('still counts a hit as a request of its caller', async () => {
    const { key } = await keyFor(cached, {
      organizationId: 'org-5',
      limits: undefined,
      limitOwners: [{ scope: 'key:hits', label: 'virtual_key', limits: { requestsPerMinute: 2 } }],
    });
    expect([(await ask(key)).status, (await ask(key)).status, (await ask(key)).status]).toEqual([200, 200, 429]);
  });
});
