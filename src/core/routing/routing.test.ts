import { describe, expect, test } from 'vitest';
import { branch } from '#test/routing/branch.ts';
import { currencyOf } from '../money/currency.ts';
import { CircuitBreaker } from './breaker.ts';
import { type ConditionFacts, holds, readCondition } from './condition.ts';
import { controlsIn } from './controls.ts';
import { effectiveConfig, tighter } from './effective.ts';
import type { Problem } from './fields.ts';
import { mergeConfigs, type Origin } from './merge.ts';
import { admitted, balanced, shuffled } from './order.ts';
import { readConfig, routingIn } from './read-config.ts';

const usd = currencyOf('usd');
const node = (name: string): Origin => ({ kind: 'config_node', id: name, name });

/** As the documents have it, numbers and all. */
const sample = {
  strategy: { mode: 'single' },
  targets: [{ provider: 'dashscope', override_params: { model: 'qwen-turbo', max_tokens: 2000, temperature: 0.7 } }],
  retry: { attempts: 2, on_status_codes: [429, 502] },
  cache: { mode: 'simple' },
  metadata: {
    _neuropia: {
      sync_controls: {
        budget: { balance: 50.0, currency: 'USD', min_balance: 0.1 },
        rate_limits: { max_concurrent: 3, cost_per_minute: 5.0 },
      },
      async_tracking: { enable_usage_tracking: true },
    },
  },
};

const problemsOf = (config: unknown): readonly string[] => {
  const reading = readConfig(config);
  return reading.kind === 'wrong' ? reading.problems.map(({ path }) => path) : [];
};

describe('a configuration', () => {
  test('of the documents reads, and says what it says', () => {
    expect(readConfig(sample)).toEqual({ kind: 'read', document: sample });
    expect(routingIn(sample)).toEqual({
      kind: 'read',
      routing: {
        strategy: { mode: 'single' },
        targets: [
          {
            provider: 'dashscope',
            model: 'qwen-turbo',
            weight: 1,
            overrides: { model: 'qwen-turbo', outputLimit: 2000, params: { temperature: '0.7' } },
          },
        ],
        retry: {
          retries: 2,
          statusCodes: [429, 502],
          backoffMs: 100,
          backoffMsMax: 2_000,
          jitter: true,
          patienceMs: 2_000,
        },
        cacheTtlMs: 3_600_000,
      },
    });
    expect(controlsIn(sample, usd)).toEqual({
      concurrency: 3,
      moneyPerMinute: 5_000_000_000_000n,
      budgets: { total: 50_000_000_000_000n },
      minBalance: 100_000_000_000n,
    });
  });

  test('may leave out the levels above its controls, and has them at one place', () => {
    const { metadata, ...rest } = sample;
    const { sync_controls, async_tracking } = metadata._neuropia;
    for (const shorter of [
      { ...rest, sync_controls, async_tracking },
      { ...rest, metadata: { sync_controls, async_tracking } },
      { ...rest, async_tracking, metadata: { _neuropia: { sync_controls } } },
    ]) {
      expect(readConfig(shorter)).toEqual({ kind: 'read', document: sample });
    }
    expect(problemsOf({ ...sample, sync_controls })).toEqual(['sync_controls']);
  });

  test.each([
    [{ strategie: {} }, 'strategie'],
    [{ strategy: { mode: 'random' } }, 'strategy.mode'],
    [{ targets: [] }, 'targets'],
    [{ targets: [{ provider: 'a' }, { prvider: 'b' }] }, 'targets[1].prvider'],
    [{ targets: [{ override_params: { messages: [] } }] }, 'targets[0].override_params.messages'],
    [{ targets: [{ override_params: { n: 3 } }] }, 'targets[0].override_params.n'],
    [{ targets: [{ override_params: { max_tokens: 0 } }] }, 'targets[0].override_params.max_tokens'],
    [{ targets: [{ model: 'a', override_params: { model: 'b' } }] }, 'targets[0].model'],
    [{ retry: { attempts: 2.5 } }, 'retry.attempts'],
    [{ retry: { on_status_codes: [200] } }, 'retry.on_status_codes[0]'],
    [{ cache: { mode: 'semantic' } }, 'cache.mode'],
    [{ metadata: { team: 'x' } }, 'metadata.team'],
    [{ sync_controls: { budget: { balance: -1 } } }, 'metadata._neuropia.sync_controls.budget.balance'],
    [{ sync_controls: { budget: { balance: 1e-9 } } }, 'metadata._neuropia.sync_controls.budget.balance'],
    [{ sync_controls: { budget: { currency: 'doge' } } }, 'metadata._neuropia.sync_controls.budget.currency'],
    [{ sync_controls: { rate_limits: { rpm: 0 } } }, 'metadata._neuropia.sync_controls.rate_limits.rpm'],
    [{ async_tracking: { enable_usage_tracking: false } }, 'metadata._neuropia.async_tracking.enable_usage_tracking'],
    [
      { strategy: { conditions: [branch({ 'params.x': { $regex: '.*' } }, 'a')] } },
      'strategy.conditions[0].query.params.x.$regex',
    ],
    [{ strategy: { conditions: [branch({ 'env.x': 1 }, 'a')] } }, 'strategy.conditions[0].query.env.x'],
    ['text', ''],
    [[], ''],
  ])('%j is refused where it is wrong', (config, path) => {
    expect(problemsOf(config)).toEqual([path]);
  });

  test('that is whole must name the targets that its conditions choose', () => {
    const conditions = [branch({ 'params.user': 'a' }, 'fast')];
    const config = { strategy: { mode: 'conditional', conditions }, targets: [{ name: 'slow' }] };
    expect(problemsOf(config)).toEqual([]);
    expect(routingIn(config)).toMatchObject({ kind: 'wrong', problems: [{ path: 'strategy.conditions' }] });
  });
});

describe('the merge', () => {
  test('takes the nearer word, replaces lists, merges objects, and knows who said what', () => {
    const merged = mergeConfigs([
      {
        from: node('root'),
        document: { retry: { attempts: 1, on_status_codes: [429] }, cache: { mode: 'simple', ttl: 60 } },
      },
      { from: node('team'), document: { retry: { on_status_codes: [502, 503] }, cache: null } },
      { from: { kind: 'virtual_key', id: 'k', name: 'k' }, document: { retry: { attempts: 4 } } },
    ]);
    expect(merged.document).toEqual({ retry: { attempts: 4, on_status_codes: [502, 503] } });
    expect(merged.origins.map(({ path, from }) => `${path} ${from.name}`)).toEqual([
      'retry.attempts k',
      'retry.on_status_codes team',
    ]);
  });

  test('is not led astray by the names of an object’s own', () => {
    const config = JSON.parse('{"__proto__": {"polluted": true}}') as object;
    expect(readConfig(config).kind).toBe('wrong');
    mergeConfigs([{ from: node('root'), document: config as Record<string, unknown> }]);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  test('keeps the limits of every ancestor, and refuses keys below one that is switched off', () => {
    const limit = (rpm: number) => ({ sync_controls: { rate_limits: { rpm } } });
    const levels = [
      { from: node('root'), config: limit(10), active: true },
      { from: node('team'), config: limit(100), active: true },
    ];
    const { inherited, problems } = effectiveConfig(levels, usd);
    expect(problems).toEqual([]);
    expect(inherited.holders.map(({ name, controls }) => [name, controlsIn(controls, usd)])).toEqual([
      ['root', { requestsPerMinute: 10 }],
      ['team', { requestsPerMinute: 100 }],
    ]);
    const off = effectiveConfig([{ ...levels[0], active: false, from: node('root'), config: {} }], usd);
    expect(off.inherited.refused).toContain('switched off');
  });

  test('refuses a budget in another currency than the wallet’s', () => {
    const config = { sync_controls: { budget: { balance: 5, currency: 'EUR' } } };
    const { problems, inherited } = effectiveConfig([{ from: node('root'), config, active: true }], usd);
    expect(problems).toMatchObject([{ path: 'metadata._neuropia.sync_controls.budget.currency' }]);
    expect(inherited.refused).toContain('does not read');
  });

  test('of limits said at two places leaves the tighter ones', () => {
    expect(tighter({ requestsPerMinute: 5, concurrency: 2 }, { requestsPerMinute: 3, tokensPerDay: 7 })).toEqual({
      requestsPerMinute: 3,
      concurrency: 2,
      tokensPerDay: 7,
    });
  });
});

describe('conditions', () => {
  const facts: ConditionFacts = {
    params: { temperature: 0.5, model: 'm', tools: [] },
    metadata: { plan: 'pro', seats: '12' },
    key: { name: 'shop', user: null },
    call: { stream: false },
  };
  const says = (query: unknown): boolean => {
    const problems: Problem[] = [];
    const condition = readCondition(query, 'query', problems);
    expect(problems).toEqual([]);
    return holds(condition, facts);
  };

  test.each<[boolean, unknown]>([
    [true, { 'metadata.plan': 'pro' }],
    [true, { 'metadata.plan': { $in: ['pro', 'team'] } }],
    [false, { 'metadata.plan': { $nin: ['pro', 'team'] } }],
    [true, { 'params.temperature': { $gt: 0.4, $lte: 0.5 } }],
    [false, { 'params.temperature': { $gt: '0.4' } }],
    [false, { 'metadata.seats': { $gt: 3 } }],
    [true, { 'params.seed': { $exists: false } }],
    [true, { 'key.user': { $eq: null } }],
    [false, { 'params.constructor': { $exists: true } }],
    [true, { $or: [{ 'key.name': 'x' }, { $and: [{ 'call.stream': false }, { 'params.model': { $ne: 'n' } }] }] }],
    [false, { $not: { 'key.name': 'shop' } }],
    [false, { 'key.name': 'shop', 'metadata.plan': 'free' }],
  ])('say %s of %j', (expected, query) => {
    expect(says(query)).toBe(expected);
  });
});

describe('the order', () => {
  const numbers = (values: readonly number[]) => {
    let at = 0;
    return () => values[at++ % values.length] ?? 0;
  };

  test('by weight gives each its share, and those without weight come last', () => {
    const weights: Readonly<Record<string, number>> = { a: 3, b: 1, none: 0 };
    const firsts = Array.from(
      { length: 100 },
      (_, index) => shuffled(['none', 'a', 'b'], (each) => weights[each] ?? 0, numbers([index / 100]))[0],
    );
    expect(firsts.filter((each) => each === 'a')).toHaveLength(75);
    expect(firsts.filter((each) => each === 'b')).toHaveLength(25);
    expect(shuffled(['none', 'a', 'b'], (each) => weights[each] ?? 0, numbers([0.9])).at(-1)).toBe('none');
  });

  test('by latency asks first whom nobody knows, then the fastest, and now and then another', () => {
    const latency: Readonly<Record<string, number | undefined>> = {
      slow: 900,
      fast: 100,
      dead: Infinity,
      deaf: Infinity,
    };
    const weighing = { weight: () => 1, latencyMs: (each: string) => latency[each], compareCost: () => 0 };
    expect(balanced(['slow', 'new', 'fast'], 'latency', weighing, numbers([0.5]))).toEqual(['new', 'fast', 'slow']);
    expect(balanced(['dead', 'slow', 'deaf', 'fast'], 'latency', weighing, numbers([0.5]))).toEqual([
      'fast',
      'slow',
      'dead',
      'deaf',
    ]);
    expect(balanced(['slow', 'fast'], 'latency', weighing, numbers([0.01, 0.2]))).toEqual(['slow', 'fast']);
  });

  test('of conditions is what the first that holds names, else the default, else nothing', () => {
    const targets = ['a', 'b'].map((name) => ({ name, weight: 1, overrides: { params: {} } }));
    const facts = (plan: string) => () => ({ params: {}, metadata: { plan }, key: {}, call: {} });
    const when = readCondition({ 'metadata.plan': 'pro' }, '', []);
    const strategy = { mode: 'conditional', branches: [{ when, targets: ['b', 'a'] }] } as const;
    expect(admitted(strategy, targets, facts('pro')).map(({ name }) => name)).toEqual(['b', 'a']);
    expect(admitted(strategy, targets, facts('free'))).toEqual([]);
    expect(admitted({ ...strategy, otherwise: ['a'] }, targets, facts('free')).map(({ name }) => name)).toEqual(['a']);
  });
});

describe('a breaker', () => {
  const policy = { failuresMax: 3, share: 0.5, shareOf: 10, coolDownMs: 1_000 };

  test('opens after failures in a row, lets one call find out, and closes when that is answered', () => {
    const breaker = new CircuitBreaker(policy);
    for (let no = 0; no < 3; no += 1) {
      expect(breaker.isSpared(no)).toBe(false);
      breaker.begin(no);
      breaker.failed(no);
    }
    expect(breaker.state(500)).toBe('open');
    expect(breaker.isSpared(500)).toBe(true);
    expect(breaker.isSpared(1_002)).toBe(false);
    breaker.begin(1_002);
    expect(breaker.isSpared(1_003)).toBe(true);
    breaker.succeeded();
    expect(breaker.state(1_004)).toBe('closed');
  });

  test('stays open when the one call fails, and asks again when nobody came back from it', () => {
    const breaker = new CircuitBreaker(policy);
    for (let no = 0; no < 3; no += 1) breaker.failed(0);
    breaker.begin(1_000);
    breaker.failed(1_001);
    expect(breaker.isSpared(1_900)).toBe(true);
    breaker.begin(2_001);
    expect(breaker.isSpared(2_500)).toBe(true);
    expect(breaker.isSpared(3_100)).toBe(false);
  });

  test('opens when half of many calls fail, though never many in a row', () => {
    const breaker = new CircuitBreaker(policy);
    for (let no = 0; no < 5; no += 1) {
      breaker.succeeded();
      breaker.failed(no);
    }
    expect(breaker.state(5)).toBe('open');
  });
});
