// Sums of usage: every count is the sum, and prices by the unit come to the same.
import { expect, test } from 'vitest';
import { preparePrice } from '#core/pricing/prepare.ts';
import { rate } from '#core/pricing/rate.ts';
import type { PriceVersion } from '#core/pricing/component.ts';
import { UsageSum } from './sum-usage.ts';
import { estimatedUsage, type Usage } from './usage.ts';

const normalizer = { id: 'test', version: '1' };

function reported(prompt: number, completion: number, more: Partial<Usage> = {}): Usage {
  const counts = { prompt_tokens: prompt, completion_tokens: completion, method: 'test', raw: null };
  return { ...estimatedUsage(counts), status: 'reported', normalizer, ...more };
}

function sumOf(...all: readonly Usage[]): UsageSum {
  const sum = new UsageSum();
  for (const usage of all) sum.add(usage);
  return sum;
}

const price: PriceVersion = {
  id: 'p',
  subject: { kind: 'model', name: 'm' },
  book: 'list',
  currency: 'usd',
  components: (
    [
      ['input', '1'],
      ['cache_read', '0.1'],
      ['output', '2'],
      ['web_search_call', '10000'],
      ['request', '500'],
    ] as const
  ).map(([meter, each]) => ({ meter, price: each, per: '1000000', currency: 'usd' })),
  modifiers: [],
  validFrom: '2020-01-01T00:00:00Z',
  recordedAt: '2020-01-01T00:00:00Z',
};

const facts = { occurred_at: '2026-01-01T00:00:00Z' };

test('tokens, their parts, quantities and requests add up, and cost what they cost one by one', () => {
  const all = [
    reported(1_000, 20, { cache_read_input_tokens: 400, prompt_tokens_details: { cached_tokens: 400 } }),
    reported(7, 3, { completion_tokens_details: { reasoning_tokens: 2 }, quantities: { web_search_call: '2' } }),
    reported(50, 0, { quantities: { web_search_call: '1.5', request: '2' } }),
  ];
  const usage = sumOf(...all).usage({ normalizer, raw: null });
  expect(usage).toMatchObject({
    prompt_tokens: 1_057,
    completion_tokens: 23,
    total_tokens: 1_080,
    usage_quantity: '1080',
    cache_read_input_tokens: 400,
    prompt_tokens_details: { cached_tokens: 400 },
    completion_tokens_details: { reasoning_tokens: 2 },
    quantities: { request: '4', web_search_call: '3.5' },
    status: 'reported',
  });
  const terms = { price: preparePrice(price), facts };
  const apart = all.map((each) => rate({ ...terms, usage: each }).total).reduce((sum, each) => sum + each, 0n);
  expect(rate({ ...terms, usage }).total).toBe(apart);
  expect(apart).toBeGreaterThan(0n);
});

test('what was not told makes it a part, and is counted as is said', () => {
  const usage = sumOf(reported(10, 1)).usage({
    normalizer,
    raw: null,
    rest: { calls: 2, promptTokens: 30, completionTokens: 5 },
  });
  expect(usage).toMatchObject({
    prompt_tokens: 40,
    completion_tokens: 6,
    quantities: { request: '3' },
    status: 'partial',
    flags: ['lines_without_usage'],
  });
});
