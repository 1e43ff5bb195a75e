import { expect, test } from 'vitest';
import type { Credential, Target } from '#core/catalog/catalog.ts';
import { ProviderHealth, refusedRestMs } from './provider-health.ts';

const target = (name: string): Target => ({
  name,
  model: name,
  tokenizer: 'bytes',
  streamsAllOutput: true,
  provider: {
    providerId: 'p',
    name: 'p',
    adapter: 'a',
    baseUrl: 'http://p.example',
    credentials: [],
    headTimeoutMs: 1,
    idleTimeoutMs: 1,
    onHangUp: 'close',
    outputLimitField: 'max_tokens',
  },
});
const key = (secret: string): Credential => ({ providerKeyId: 'key', secret, isPrimary: true, weight: 1 });

test('the time of an answer counts, the newest most; who was asked and never answered takes for ever', () => {
  const health = new ProviderHealth();
  expect(health.latencyMs(target('a'))).toBeUndefined();
  health.begin(target('a'), 0);
  expect(health.latencyMs(target('a'))).toBe(Infinity);
  health.refusedCall(target('a'));
  expect(health.latencyMs(target('a'))).toBe(Infinity);
  health.answered(target('a'), 100);
  health.answered(target('a'), 200);
  expect(health.latencyMs(target('a'))).toBe(130);
});

test('a refused key rests for all models, a limited one for its model, and never longer than five minutes', () => {
  const health = new ProviderHealth();
  health.limited(key('one'), target('a'), 3_600_000, 0);
  expect(health.restOf(key('one'), target('b'), 1)).toBeUndefined();
  expect(health.restOf(key('one'), target('a'), 1)).toMatchObject({ because: 'rate_limited', until: 300_000 });
  health.refused(key('one'), 0);
  expect(health.restOf(key('one'), target('b'), 1)).toMatchObject({ because: 'refused', until: refusedRestMs });
  expect(health.restOf(key('two'), target('b'), 1)).toBeUndefined();
  expect(health.restOf(key('one'), target('b'), refusedRestMs)).toBeUndefined();
  expect(health.view(1).keys).toHaveLength(2);
});

test('a target is spared after it has failed again and again, and shows so', () => {
  const health = new ProviderHealth();
  for (let no = 0; no < 5; no += 1) {
    expect(health.isSpared(target('a'), no)).toBe(false);
    health.begin(target('a'), no);
    health.failed(target('a'), no);
  }
  expect(health.isSpared(target('a'), 5)).toBe(true);
  expect(health.view(5).targets).toEqual([
    { target: 'a', provider: 'p', state: 'open', halfOpenAt: 15_004, latencyMs: undefined, calls: 5, failures: 5 },
  ]);
});

test('an address of a customer that fails does not make others pass over the provider', () => {
  const health = new ProviderHealth();
  const ours = target('a');
  const theirs = {
    ...ours,
    provider: { ...ours.provider, baseUrl: 'http://own.example', guarded: true, credentials: [key('x')] },
  } as const;
  for (let calls = 0; calls < 5; calls += 1) {
    health.begin(theirs, 0);
    health.failed(theirs, 0);
  }
  expect([health.isSpared(theirs, 1), health.isSpared(ours, 1)]).toEqual([true, false]);
  expect(health.latencyMs(ours)).toBeUndefined();
});
