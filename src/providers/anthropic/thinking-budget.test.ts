import { expect, test } from 'vitest';
import type { ModelCall } from '#core/call/model-call.ts';
import { thinkingWithin } from './thinking-budget.ts';

const call: ModelCall = {
  kind: 'chat',
  format: 'messages',
  name: 'claude',
  body: '{"thinking":{"type":"enabled","budget_tokens":8000}}',
  bodyBytes: 2,
  streamed: false,
  usageWanted: true,
  outputLimit: 10_000,
  choices: 1,
  images: 0,
  attachments: 0,
  facts: {},
  extraHeaders: {},
};
const within = (limit: number) => thinkingWithin(call, limit).get('thinking');

test('a budget that a lowered limit would not hold is lowered with it, or given up', () => {
  expect(within(10_000)).toBeUndefined();
  expect(within(9_000)).toBeUndefined();
  expect(within(8_000)).toBe('{"type":"enabled","budget_tokens":4000}');
  expect(within(1_500)).toBe('{"type":"enabled","budget_tokens":1024}');
  expect(within(1_024)).toBe('{"type":"disabled"}');
});

test('who has set no budget is left alone', () => {
  expect(thinkingWithin({ ...call, body: '{"messages":["budget_tokens"]}' }, 5).size).toBe(0);
});
