import { expect, test } from 'vitest';
import { completeUsage } from './complete.ts';
import { estimatedUsage, missingUsage } from './usage.ts';

const counted = { prompt_tokens: 10, completion_tokens: 20, method: 'streamed_text' };
const normalizer = { id: 'test', version: '1' };

test('what nobody reported is counted, and says that it is an estimate', () => {
  for (const reported of [undefined, missingUsage({ normalizer, raw: { odd: 1 } })]) {
    expect(completeUsage(reported, counted)).toMatchObject({
      prompt_tokens: 10,
      completion_tokens: 20,
      total_tokens: 30,
      status: 'estimated',
    });
  }
});

test('of what was reported in part, only the missing side is counted', () => {
  const reported = {
    ...estimatedUsage({ prompt_tokens: 7, completion_tokens: 0, method: 'x', raw: null }),
    status: 'partial' as const,
    flags: ['COMPLETION_TOKENS_MISSING'],
  };
  expect(completeUsage(reported, counted)).toMatchObject({
    prompt_tokens: 7,
    completion_tokens: 20,
    total_tokens: 27,
    usage_quantity: '27',
    status: 'partial',
  });
});

test('what was reported whole is left alone, zero included', () => {
  const reported = {
    ...estimatedUsage({ prompt_tokens: 0, completion_tokens: 0, method: 'x', raw: null }),
    status: 'reported' as const,
  };
  expect(completeUsage(reported, counted)).toBe(reported);
});
