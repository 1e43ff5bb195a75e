import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { keyScopes } from '#core/catalog/key-limits.ts';
import type { Credential } from '#core/catalog/catalog.ts';
import { routeOf, startTwinGateway, targetOf, type TwinGateway } from '#test/gateway/twin-gateway.ts';
import { count, creditsOf, eventually, post, said } from '#test/gateway/wire.ts';
import { answering, failing, keyNamed, keysUsed, type Member, startMember } from './fleet.ts';

let twin: TwinGateway;
const members: Member[] = [];

const limited = (id: string, limits: Parameters<typeof keyScopes>[1], more: Partial<Credential> = {}): Credential => {
  const scopes = keyScopes(id, limits);
  return keyNamed(id, { ...more, ...(scopes === undefined ? {} : { scopes }) });
};

const pools: Readonly<Record<string, readonly Credential[]>> = {
  three: [limited('three-a', { requestsPerMinute: 3 })],
  overflow: [
    limited('over-a', { requestsPerMinute: 3 }, { isPrimary: true }),
    limited('over-b', { requestsPerMinute: 2 }),
  ],
  endless: [limited('end-a', { requestsPerMinute: 1 }, { isPrimary: true }), keyNamed('end-b')],
  slots: [limited('slot-a', { concurrency: 2 })],
  words: [limited('words-a', { tokensPerMinute: 400 })],
  weighed: [keyNamed('w-a', { isPrimary: true }), keyNamed('w-b', { weight: 3 }), keyNamed('w-c')],
  resting: [keyNamed('r-a', { isPrimary: true }), keyNamed('r-b')],
  patient: [keyNamed('p-a', { isPrimary: true }), keyNamed('p-b')],
};

beforeAll(async () => {
  for (const [name, credentials] of Object.entries(pools)) members.push(await startMember(name, { credentials }));
  twin = await startTwinGateway({ routes: members.map(({ provider }) => routeOf(targetOf('chat', provider))) });
});
afterAll(async () => {
  await twin.stop();
  for (const each of members) each.stop();
});
beforeEach(() => {
  for (const each of members) each.reset();
});

function member(name: string): Member {
  const found = members.find(({ provider }) => provider.name === name);
  if (!found) throw new Error(name);
  return found;
}
const ask = async (name: string, key: string, more: object = {}) => {
  const response = await post(twin.url, key, { model: `${name}/chat`, messages: said(), max_tokens: 20, ...more });
  await response.arrayBuffer();
  return response;
};
/** Several callers at once, each with a key of its own. */
const together = async (name: string, calls: number) => {
  const keys = await Promise.all(Array.from({ length: 10 }, () => twin.key('10')));
  const asked = Array.from({ length: calls }, (_, no) => ask(name, keys[no % keys.length]?.key ?? ''));
  return { responses: await Promise.all(asked), keys };
};

describe('a provider key', () => {
  test('at 3 requests a minute never sees a fourth, from 200 callers at once: the rest are told when to come back', async () => {
    const { responses, keys } = await together('three', 200);
    expect(count(responses.map(({ status }) => status))).toEqual({ 200: 3, 429: 197 });
    expect(member('three').seen).toHaveLength(3);
    for (const response of responses.filter(({ status }) => status === 429)) {
      expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(response.headers.get('x-should-retry')).toBe('true');
    }
    for (const { key } of keys) expect(await creditsOf(twin.url, key)).toMatchObject({ held: '0' });
  });

  test('that is used up gives way to the next, as far as that one goes', async () => {
    const { responses } = await together('overflow', 40);
    expect(count(responses.map(({ status }) => status))).toEqual({ 200: 5, 429: 35 });
    expect(keysUsed(member('overflow')).toSorted()).toEqual(['over-a', 'over-a', 'over-a', 'over-b', 'over-b']);
  });

  test('that nothing limits takes all that goes beyond the others', async () => {
    const { responses } = await together('endless', 20);
    expect(count(responses.map(({ status }) => status))).toEqual({ 200: 20 });
    expect(keysUsed(member('endless')).filter((each) => each === 'end-a')).toHaveLength(1);
  });

  test('has as many calls at once as it may, and the next when one has ended', async () => {
    const waiting: (() => void)[] = [];
    member('slots').answers((response, seen) => waiting.push(() => answering()(response, seen)));
    const { key } = await twin.key('10');
    const statuses: number[] = [];
    const calls = Array.from({ length: 12 }, () => ask('slots', key).then(({ status }) => statuses.push(status)));
    await eventually(() => statuses.length === 10 && waiting.length === 2);
    expect(count(statuses)).toEqual({ 429: 10 });
    for (const answer of waiting) answer();
    await Promise.all(calls);
    member('slots').reset();
    expect((await ask('slots', key)).status).toBe(200);
  });

  test('counts tokens as held, and as used when the call has ended; a call beyond its limit alone is not told to wait', async () => {
    const { key } = await twin.key('1');
    const first = await ask('words', key, { max_tokens: 200 });
    expect(first.status).toBe(200);
    // 15 of the 400 were used; had the hold stayed counted, there would be no room for another one of this size.
    expect((await ask('words', key, { max_tokens: 200 })).status).toBe(200);
    const large = await ask('words', key, { max_tokens: 1_000 });
    expect([large.status, large.headers.get('retry-after')]).toEqual([429, null]);
    expect(member('words').seen).toHaveLength(2);
  });
});

describe('a pool', () => {
  test('is used primary first, and by weight when that one is refused', async () => {
    const weighed = member('weighed');
    const { key } = await twin.key('1');
    await ask('weighed', key);
    expect(keysUsed(weighed)).toEqual(['w-a']);
    weighed.reset();
    weighed.answers((response, seen) => {
      const refused = String(seen.headers.authorization).endsWith('w-a');
      (refused ? failing(401) : answering())(response, seen);
    });
    for (let no = 0; no < 30; no += 1) expect((await ask('weighed', key)).status).toBe(200);
    const used = count(keysUsed(weighed).map((each) => ['w-a', 'w-b', 'w-c'].indexOf(each)));
    expect(used[0]).toBe(1);
    expect(used[1]).toBeGreaterThan(used[2] ?? 0);
    expect(used[2]).toBeGreaterThan(1);
  });

  test('leaves a refused key alone, asks it again when there is no other, and takes a new secret at once', async () => {
    const resting = member('resting');
    const { key } = await twin.key('1');
    resting.answers(failing(403));
    expect((await ask('resting', key)).status).toBe(502);
    expect(keysUsed(resting)).toEqual(['r-a', 'r-b']);
    expect(
      twin.house.health.view(Date.now()).keys.filter(({ providerKeyId }) => providerKeyId.startsWith('r-')),
    ).toHaveLength(2);
    resting.answers(answering());
    expect((await ask('resting', key)).status).toBe(200);
    const target = targetOf('chat', resting.provider);
    expect(twin.house.health.restOf(keyNamed('r-a'), target, Date.now())).toMatchObject({ because: 'refused' });
    expect(twin.house.health.restOf(keyNamed('r-a', { secret: 'new' }), target, Date.now())).toBeUndefined();
  });

  test('turns to the next key at once when a provider asks for patience with one', async () => {
    const patient = member('patient');
    const { key } = await twin.key('1');
    patient.answers((response, seen) => {
      const busy = String(seen.headers.authorization).endsWith('p-a');
      (busy ? failing(429, { 'retry-after': '60' }) : answering())(response, seen);
    });
    expect((await ask('patient', key)).status).toBe(200);
    expect((await ask('patient', key)).status).toBe(200);
    expect(keysUsed(patient)).toEqual(['p-a', 'p-b', 'p-b']);
  });
});
