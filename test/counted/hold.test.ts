// What is set aside covers what is charged, whatever ends first: quote, hold, extend, give, settle, over random prices.
// Prices that begin with free units, with paid ones, and hybrid ones count on the same counters.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { memoryFastStore } from '#adapters/memory/fast-store.ts';
import { amount } from '#core/money/amount.ts';
import type { PriceComponent, PriceVersion } from '#core/pricing/component.ts';
import { type PreparedPrice, preparePrice } from '#core/pricing/prepare.ts';
import { affordableOutput, holdFor, quote } from '#core/pricing/quote.ts';
import { tierProblems } from '#core/pricing/validate-tiers.ts';
import { estimatedUsage, type Usage } from '#core/usage/usage.ts';
import { freeWanted, holdFare, pooledFor } from '#flows/hold.ts';
import { entryOf, unitsFor } from '#flows/settle.ts';
import { callOf, holdOf } from '#ports/fast-store-calls.contract.ts';
import type { FastStore } from '#ports/fast-store.ts';
import { storeWith, version, walletId } from './calls.ts';

const nowMs = Date.parse('2026-11-22T12:00:00Z');
const facts = { occurred_at: '2026-11-22T12:00:00Z' };

const price = fc.constantFrom('0', '1', '2.5', '7', '0.333333');
const tiers = fc.oneof(
  fc.constant({}),
  fc.record({
    allowance: fc.record({
      limit: fc.constantFrom('50', '300', '2000'),
      period: fc.constant('day' as const),
      counter: fc.constantFrom('x', 'y'),
    }),
  }),
  fc.record({
    graduated: fc.record({
      period: fc.constant('day' as const),
      counter: fc.constantFrom('u', 'v'),
      above: fc.constantFrom(
        [{ units: '100', price: '3' }],
        [
          { units: '100', price: '3' },
          { units: '700', price: '1' },
        ],
      ),
    }),
  }),
  fc.record({
    volume: fc.record({ period: fc.constant('month' as const), above: fc.constant([{ units: '400', price: '0' }]) }),
  }),
);
const component = (meter: PriceComponent['meter'], per: string) =>
  fc.tuple(price, tiers).map(([each, more]): PriceComponent => ({ meter, price: each, per, currency: 'usd', ...more }));
const components = fc
  .tuple(
    component('input', '1000000'),
    component('output', '1000000'),
    fc.option(component('cache_read', '1000000')),
    fc.option(component('reasoning', '1000000')),
    fc.option(component('request', '10000')),
  )
  .map((all) => all.filter((each) => each !== null));
const callWish = fc.record({
  prompt: fc.integer({ min: 1, max: 400 }),
  output: fc.integer({ min: 1, max: 3000 }),
  choices: fc.integer({ min: 1, max: 3 }),
  streamed: fc.boolean(),
  strict: fc.boolean(),
  extend: fc.boolean(),
  cached: fc.integer({ min: 0, max: 100 }),
  reasoned: fc.integer({ min: 0, max: 100 }),
  used: fc.integer({ min: 0, max: 100 }),
});

const held = async (store: FastStore, requestId: string, price: PreparedPrice, most: number) => {
  const quoted = quote({ price, facts, bounds: { promptTokensMax: most, outputTokensMax: 0 } });
  const fare = { quote: quoted, facts } as never;
  const money = { amount: holdFor(quoted, 0), minimum: holdFor(quoted, 0), ...freeWanted({ fare, walletId }, 0, 0) };
  return (await store.hold({ ...holdOf({ requestId, walletId, amount: 0n }), ...money })).kind;
};
const available = async (store: FastStore) => (await store.wallet(walletId))?.available ?? 0n;

describe('a call that pays for all of its units counts those that it takes from others who count on free ones', () => {
  const shared = { counter: 'x', limit: '100', period: 'day' } as const;
  const free = preparePrice(version('free', [{ allowance: shared }]));
  const wanted = { scope: `wallet:${walletId}:x`, period: '2026-11-22', units: 100n };

  test('when it is charged by the token or by the request', async () => {
    const request = { meter: 'request', price: '0.01', per: '1' } as const;
    const hybrid = { ...version('hybrid', [{ allowance: shared }, request]), pricingModel: 'hybrid' as const };
    // Enough for the hybrid call, and not for another one that pays.
    const store = await storeWith(10_500_000_000n);
    expect(await held(store, 'h', preparePrice(hybrid), 100)).toBe('held');
    expect(await held(store, 'f', free, 100)).toBe('short');
    await store.give('h', walletId, [wanted]);
    expect(await available(store)).toBeGreaterThanOrEqual(0n);
  });

  test('when its price began with paid units, before the row was edited', async () => {
    const graduated = { counter: 'x', period: 'day', above: [{ units: '100', price: '5' }] } as const;
    const store = await storeWith(1_000_000_000n);
    expect(await held(store, 'old', preparePrice(version('old', [{ graduated }])), 100)).toBe('held');
    expect(await held(store, 'new', free, 100)).toBe('short');
    await store.give('old', walletId, [wanted]);
    expect(await available(store)).toBeGreaterThanOrEqual(0n);
  });

  test('when blocks make them more than its tokens', async () => {
    const blocks = [{ allowance: shared, quantity: { round_up_to: '100' } }];
    const store = await storeWith(1_100_000_000n);
    expect(await held(store, 'b', preparePrice(version('blocks', blocks)), 1)).toBe('held');
    expect(await held(store, 'f', free, 100)).toBe('short');
    await store.give('b', walletId, [wanted]);
    expect(await available(store)).toBeGreaterThanOrEqual(0n);
  });
});

test('available is never less than nothing, and never falls when a call is given its units or ends', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(components, { minLength: 1, maxLength: 2 }),
      fc.array(callWish, { minLength: 1, maxLength: 8 }),
      fc.bigInt({ min: 0n, max: 30_000_000_000n }),
      fc.boolean(),
      fc.infiniteStream(fc.nat()),
      async (books, wishes, balance, hybrid, picks) => {
        const versions = books.map((each, index): PriceVersion => ({
          id: `v${index}`,
          rowId: `r${index}`,
          subject: { kind: 'model', name: 'm' },
          book: 'list',
          currency: 'usd',
          components: each,
          modifiers: [],
          ...(index === 1 && hybrid ? { pricingModel: 'hybrid' as const } : {}),
          validFrom: '2020-01-01T00:00:00Z',
          recordedAt: '2020-01-01T00:00:00Z',
        }));
        fc.pre(versions.every((each) => tierProblems(each).length === 0));
        const prices = versions.map(preparePrice);
        const store = memoryFastStore({ clock: { now: () => nowMs }, outboxMax: 1000 });
        await store.load([{ walletId, balance: amount(balance), creditSeq: 0n }], []);
        const house = { store, clock: { now: () => nowMs } } as never;
        const caller = (strict: boolean) =>
          ({ walletId, currency: 'usd', limitOwners: [], overspendPolicy: strict ? 'strict' : 'clamp' }) as never;
        const available = async () => (await store.wallet(walletId))?.available ?? 0n;
        const open: (() => Promise<void>)[] = [];
        let number = 0;
        for (const wish of wishes) {
          number += 1;
          const requestId = `call-${number}`;
          const charge = { price: prices[number % prices.length] as (typeof prices)[number] };
          const quoted = quote({
            ...charge,
            facts,
            bounds: { promptTokensMax: wish.prompt, outputTokensMax: wish.output, choices: wish.choices },
          });
          const fare = {
            charge,
            quote: quoted,
            outputTokensMax: wish.output,
            promptTokensMax: wish.prompt,
            facts,
            targets: [{ target: { streamsAllOutput: true } }],
          } as never;
          const call = { name: 'm', streamed: wish.streamed, choices: wish.choices } as never;
          let held: Awaited<ReturnType<typeof holdFare>>;
          try {
            held = await holdFare(house, requestId, { caller: caller(wish.strict), call, fare });
          } catch {
            continue;
          }
          expect(await available()).toBeGreaterThanOrEqual(0n);
          let tokens = held.outputTokens;
          let money = held.granted;
          let pooled = held.pooled;
          if (wish.extend && held.sliced) {
            const one = { ...quoted, outputTokensMax: Number.MAX_SAFE_INTEGER };
            const zeroed = (units: bigint) => amount(units < 0n ? 0n : units);
            const free = freeWanted(
              {
                fare: {
                  ...(fare as object),
                  quote: {
                    ...quoted,
                    free: quoted.free
                      .filter((each) => each.unitsPerOutputToken > 0n)
                      .map((each) => ({ ...each, fixedUnits: 0n })),
                  },
                } as never,
                walletId,
              },
              1,
              1024,
            );
            const outcome = await store.extend(requestId, {
              amount: zeroed(holdFor(one, tokens + 1024) - money),
              minimum: zeroed(holdFor(one, tokens + 1) - money),
              ...free,
              tokens: 1n,
            });
            if (outcome.kind === 'extended') {
              money = amount(money + outcome.granted);
              pooled = amount(pooled + pooledFor(free, outcome.step));
              const affordable = affordableOutput(one, money) ?? 0;
              tokens = Math.min(affordable, outcome.step === undefined ? affordable : tokens + 1 + outcome.step);
            }
            expect(await available()).toBeGreaterThanOrEqual(0n);
          }
          const outputMost = Math.min(tokens * wish.choices, 50_000);
          open.push(async () => {
            const completion = Math.floor((outputMost * wish.used) / 100);
            const usage = {
              ...estimatedUsage({
                prompt_tokens: wish.prompt,
                completion_tokens: completion,
                method: 'test',
                raw: null,
              }),
              status: 'reported',
              cache_read_input_tokens: Math.floor((wish.prompt * wish.cached) / 100),
              prompt_tokens_details: { cached_tokens: Math.floor((wish.prompt * wish.cached) / 100) },
              completion_tokens_details: { reasoning_tokens: Math.floor((completion * wish.reasoned) / 100) },
            } as Usage;
            const dispatched = { ...callOf({ requestId, walletId, held: amount(money + pooled) }), facts };
            const rating = {
              usage,
              charge,
              cost: { price: preparePrice({ ...(versions[0] as PriceVersion), components: [] }) },
            };
            const before = await available();
            const given = await unitsFor(dispatched, rating, (wanted) => store.give(requestId, walletId, wanted));
            const between = await available();
            expect(between).toBeGreaterThanOrEqual(before);
            const entry = entryOf(
              dispatched,
              { ...rating, given, outcome: 'completed', attempts: [] },
              { eventId: requestId, endedAt: 0, final: true, revision: 0 },
            );
            await store.settle(entry, 0n);
            expect(await available()).toBeGreaterThanOrEqual(between);
          });
          // Some end while others come.
          if (Number(picks.next().value) % 3 === 0) {
            const index = Number(picks.next().value) % open.length;
            await open.splice(index, 1)[0]?.();
          }
        }
        while (open.length > 0) await open.splice(Number(picks.next().value) % open.length, 1)[0]?.();
        const view = await store.wallet(walletId);
        expect(view?.held).toBe(0n);
      },
    ),
    { numRuns: 1000 },
  );
});
