// Free units, brackets and volume prices under concurrency, at the real door.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '#adapters/system/system-clock.ts';
import type { Route } from '#core/catalog/catalog.ts';
import { unitKey } from '#core/ledger/unit-counter.ts';
import { amount } from '#core/money/amount.ts';
import { currencyOf, formatAmount, parseAmount } from '#core/money/currency.ts';
import type { PriceComponent, PriceVersion } from '#core/pricing/component.ts';
import { counterUses } from '#core/pricing/counted.ts';
import { preparePrice } from '#core/pricing/prepare.ts';
import { rate } from '#core/pricing/rate.ts';
import { lowestFree, union, type UnitRanges } from '#core/usage/unit-range.ts';
import { audit } from '#flows/audit.ts';
import { startTwinGateway, targetOf, type TwinGateway } from './twin-gateway.ts';
import { count, creditsOf, eventually, post, said, statusOf } from './wire.ts';

const usd = currencyOf('usd');
const calls = (many: number) => Array.from({ length: many }, (_, index) => index);

function component(meter: PriceComponent['meter'], price: string, more: Partial<PriceComponent> = {}): PriceComponent {
  return { meter, price, per: meter === 'request' ? '1' : '1000000', currency: 'usd', ...more };
}

function version(name: string, components: readonly PriceComponent[], kind: 'model' | 'alias' = 'alias'): PriceVersion {
  return {
    id: `price-of-${name}`,
    rowId: `row-of-${name}`,
    subject: { kind, name },
    book: 'list',
    currency: 'usd',
    components,
    modifiers: [],
    validFrom: '2020-01-01T00:00:00Z',
    recordedAt: '2020-01-01T00:00:00Z',
  };
}

const tokensFree = { counter: 'tokens', limit: '30000', period: 'day' } as const;
const above = [
  { units: '5000', price: '2' },
  { units: '12000', price: '1' },
];
const prices = [
  version('ten-free', [component('request', '0.01', { allowance: { limit: '10', period: 'day' } })]),
  version('tokens-free', [
    component('input', '3', { allowance: tokensFree }),
    component('output', '15', { allowance: tokensFree }),
  ]),
  version('some-free', [
    component('input', '3', { allowance: { ...tokensFree, counter: 'some', limit: '9001' } }),
    component('output', '15', { allowance: { ...tokensFree, counter: 'some', limit: '9001' } }),
  ]),
  version('volume', [
    component('input', '3', { volume: { period: 'month', above } }),
    component('output', '9', { graduated: { period: 'month', above } }),
  ]),
  version('sim/counted', [component('input', '2', { allowance: { limit: '1000', period: 'never' } })], 'model'),
];

const alias = (name: string, target = targetOf('echo')): Route => ({
  name,
  subject: 'alias',
  kind: 'chat',
  targets: [target],
  createdAt: 0,
});

/** Ends in the midst of what all these calls cost. */
const trialCredit = parseAmount('0.02', usd);

let twin: TwinGateway;
let shiftMs = 0;

beforeAll(async () => {
  twin = await startTwinGateway({
    prices,
    routes: ['ten-free', 'tokens-free', 'some-free', 'volume'].map((name) => alias(name)),
    plans: [
      { planId: 'commitment', provider: 'sim', fromMs: 0, toMs: Number.POSITIVE_INFINITY, discountPercentage: '12.5' },
      { planId: 'trial', provider: 'sim', fromMs: 0, toMs: Number.POSITIVE_INFINITY, trialCredit: trialCredit },
    ],
    clock: { ...systemClock, now: () => systemClock.now() + shiftMs },
  });
});

afterAll(() => twin.stop());

async function settledBooks(walletId: string) {
  await eventually(async () => (await twin.house.store.outboxSize()) === 0);
  const report = await audit({ books: twin.ledger.books, nowMs: Date.now() });
  expect(report.findings).toEqual([]);
  const order = twin.ledger.tables.events.filter((event) => event.walletId === walletId && event.kind === 'charge');
  return order.flatMap(({ eventId }) => twin.ledger.tables.usageRecords.get(eventId)?.entry ?? []);
}

/** The same calls, one after the other, in the order in which they were settled. */
function inOrder(name: string, entries: Awaited<ReturnType<typeof settledBooks>>): bigint {
  const found = prices.find((each) => each.subject.name === name);
  if (!found) throw new Error(`There is no price of ${name}.`);
  const price = preparePrice(found);
  const counters = new Map<string, UnitRanges>();
  return entries.reduce((sum, { usage, call: { facts } }) => {
    const allocations = counterUses({ price, usage, facts }).map(({ counter, period, units }) => {
      const key = unitKey({ scope: counter, period });
      const ranges = lowestFree(counters.get(key) ?? [], units);
      counters.set(key, union(counters.get(key) ?? [], ranges));
      return { counter, period, ranges };
    });
    const { total, adjustment } = rate({ price, usage, facts, allocations });
    return sum + total + (adjustment ?? 0n);
  }, 0n);
}

describe('1,000 concurrent calls', () => {
  // Odd sizes, so that the boundary falls into the middle of a call.
  const body = (model: string, index: number, more: object = {}) => ({
    model,
    messages: said(`#output_tokens=${(index % 13) + 1} ${'word '.repeat(index % 17)}`),
    max_tokens: 40,
    ...more,
  });

  test.each(['some-free', 'volume'])(
    'across the limits of %s cost what they cost one after the other',
    async (name) => {
      const { key, caller } = await twin.key('5');
      const streamed = (index: number) => (index % 3 === 0 ? { stream: true } : {});
      const statuses = await Promise.all(
        calls(1_000).map((index) => statusOf(post(twin.url, key, body(name, index, streamed(index))))),
      );
      expect(count(statuses)).toEqual({ 200: 1_000 });
      const entries = await settledBooks(caller.walletId);
      expect(entries).toHaveLength(1_000);
      const charged = inOrder(name, entries);
      expect(entries.reduce((sum, { total }) => sum + total, 0n)).toBe(charged);
      const left = formatAmount(amount(parseAmount('5', usd) - charged), usd);
      expect(await creditsOf(twin.url, key)).toMatchObject({ balance: left, held: '0' });
      // A check must prove that it saw something: both sides of every limit were visited.
      const lines = entries.flatMap(({ chargeReceipt }) => chargeReceipt.lines);
      expect(new Set(lines.map((line) => line.above)).size).toBe(name === 'volume' ? 3 : 2);
      if (name === 'volume') {
        expect(entries.filter(({ chargeReceipt }) => chargeReceipt.adjustment !== undefined).length).toBeGreaterThan(0);
        const input = entries.reduce((sum, { usage }) => sum + BigInt(usage.prompt_tokens), 0n);
        const ofInput = entries
          .flatMap(({ chargeReceipt: { lines: own, adjustments = [] } }) => [...own, ...adjustments])
          .filter(({ meter }) => meter === 'input');
        // All units cost what the last one does.
        expect(ofInput.reduce((sum, line) => sum + line.amount, 0n)).toBe(
          input * (input > 12_000n ? 1_000_000n : 2_000_000n),
        );
      }
    },
  );

  test('on an empty wallet with ten free requests: ten are answered', async () => {
    const { key, caller } = await twin.key('0');
    const statuses = await Promise.all(
      calls(1_000).map(() => statusOf(post(twin.url, key, { model: 'ten-free', messages: said() }))),
    );
    expect(count(statuses)).toEqual({ 200: 10, 402: 990 });
    const entries = await settledBooks(caller.walletId);
    expect(entries.map(({ total }) => total)).toEqual(Array.from({ length: 10 }, () => 0n));
    expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '0', held: '0', available: '0' });
  });

  test('on a wallet of ten cents, with ten free requests: twenty are answered', async () => {
    const { key } = await twin.key('0.1');
    const statuses = await Promise.all(
      calls(1_000).map(() => statusOf(post(twin.url, key, { model: 'ten-free', messages: said(), stream: true }))),
    );
    expect(count(statuses)).toEqual({ 200: 20, 402: 980 });
    expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '0', held: '0' });
  });
});

test('what the provider bills is less its commitment, and the trial’s credit burns first, to its last digit', async () => {
  await eventually(async () => (await twin.house.store.outboxSize()) === 0);
  const entries = [...twin.ledger.tables.usageRecords.values()].map(({ entry }) => entry);
  const listed = entries.reduce((sum, { costReceipt }) => sum + costReceipt.total, 0n);
  const burnt = entries.reduce((sum, { costReceipt }) => sum + (costReceipt.trial_credit?.amount ?? 0n), 0n);
  expect(listed).toBeGreaterThan(trialCredit);
  expect(burnt).toBe(trialCredit);
  expect(entries.reduce((sum, { cost }) => sum + cost, 0n)).toBe(listed - trialCredit);
  expect(entries[0]?.costReceipt).toMatchObject({
    discount: { plan_id: 'commitment', percentage: '12.5', reason: 'committed use' },
  });
});

describe('free tokens', () => {
  test('carry a stream on an empty wallet to the last of them, and it costs nothing', async () => {
    const { key, caller } = await twin.key('0');
    const headers = { 'x-sim-output-tokens': '40000' };
    const body = { model: 'tokens-free', messages: said(), stream: true, max_tokens: 40_000 };
    const response = await post(twin.url, key, body, { headers });
    expect(response.status).toBe(200);
    await response.text();
    const [entry] = await settledBooks(caller.walletId);
    expect(entry?.outcome).toBe('cut_off');
    expect(entry?.total).toBe(0n);
    expect(entry?.usage.total_tokens).toBeGreaterThan(28_000);
    expect(entry?.usage.total_tokens).toBeLessThanOrEqual(30_000);
    expect(await statusOf(post(twin.url, key, { model: 'tokens-free', messages: said(), max_tokens: 1_500 }))).toBe(
      402,
    );
  });

  test('lower the limit of an answer to what is left of them', async () => {
    const { key } = await twin.key('0');
    const whole = { model: 'tokens-free', messages: said(), max_tokens: 50_000 };
    const response = await post(twin.url, key, whole);
    expect(response.status).toBe(200);
    const limit = Number(response.headers.get('x-faregate-output-limit'));
    expect(limit).toBeGreaterThan(29_000);
    expect(limit).toBeLessThan(30_000);
  });

  test('are there again after midnight in UTC', async () => {
    const { key } = await twin.key('0');
    const once = () => statusOf(post(twin.url, key, { model: 'ten-free', messages: said() }));
    for (const _ of calls(10)) expect(await once()).toBe(200);
    expect(await once()).toBe(402);
    try {
      const dayMs = 86_400_000;
      shiftMs = dayMs - (systemClock.now() % dayMs);
      await twin.house.snapshot.refresh();
      expect(await once()).toBe(200);
    } finally {
      shiftMs = 0;
      await twin.house.snapshot.refresh();
    }
  });
});
