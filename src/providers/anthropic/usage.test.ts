import { describe, expect, test } from 'vitest';
import { normalizeMessage } from './usage.ts';

const usageOf = (payload: unknown) => normalizeMessage(payload, {}).usage;

describe('the prompt is input, read and written together', () => {
  test('and what is written without a word about its lifetime is kept five minutes', () => {
    const raw = {
      input_tokens: 3,
      cache_creation_input_tokens: 12_304,
      cache_read_input_tokens: 100,
      output_tokens: 550,
    };
    expect(usageOf({ usage: raw })).toMatchObject({
      prompt_tokens: 12_407,
      completion_tokens: 550,
      cache_read_input_tokens: 100,
      cache_creation: { '5m': 12_304 },
      status: 'reported',
      flags: [],
      raw_usage: raw,
    });
  });

  test('lifetimes that are more than what was written are invalid', () => {
    const kept = { ephemeral_5m_input_tokens: 10, ephemeral_1h_input_tokens: 5 };
    const raw = { input_tokens: 3, cache_creation_input_tokens: 12, cache_creation: kept, output_tokens: 5 };
    expect(usageOf(raw)).toMatchObject({ status: 'invalid', flags: ['PART_EXCEEDS_WHOLE'], total_tokens: 0 });
  });
});

describe('turns', () => {
  const message = { type: 'message', input_tokens: 100, output_tokens: 50 };
  const compaction = { type: 'compaction', input_tokens: 1000, output_tokens: 200 };
  const advisor = { type: 'advisor_message', model: 'other', input_tokens: 30, output_tokens: 4 };

  test('of compaction are added to the top, once', () => {
    const top = { input_tokens: 100, output_tokens: 50 };
    expect(usageOf({ ...top, iterations: [compaction, message] })).toMatchObject({ prompt_tokens: 1100 });
    const all = { input_tokens: 1100, output_tokens: 250, iterations: [compaction, message] };
    expect(usageOf(all)).toMatchObject({ prompt_tokens: 1100, completion_tokens: 250, flags: [] });
  });

  test('of an advisor are another model’s', () => {
    const usage = usageOf({ input_tokens: 100, output_tokens: 50, iterations: [message, advisor] });
    expect(usage).toMatchObject({ prompt_tokens: 100, flags: [] });
    expect(usage.sub_usages).toMatchObject([{ model: 'other', usage: { prompt_tokens: 30, completion_tokens: 4 } }]);
  });

  test('behind a fallback leave the top as it is', () => {
    const fallback = { type: 'fallback_message', input_tokens: 7, output_tokens: 7 };
    const usage = usageOf({ input_tokens: 100, output_tokens: 50, iterations: [compaction, fallback] });
    expect(usage).toMatchObject({ prompt_tokens: 100, completion_tokens: 50, flags: [] });
  });

  test('that do not add up, or that nobody knows, are flagged', () => {
    expect(usageOf({ input_tokens: 99, output_tokens: 50, iterations: [message] }).flags).toEqual([
      'ITERATIONS_DISAGREE',
    ]);
    const unknown = { type: 'dream', input_tokens: 1, output_tokens: 1 };
    const usage = usageOf({ input_tokens: 100, output_tokens: 50, iterations: [message, unknown] });
    expect(usage.flags).toEqual(['UNKNOWN_ITERATION']);
  });
});

test('a stream that ends before its last word knows the prompt, and not the completion', () => {
  const begun = { type: 'message_start', message: { usage: { input_tokens: 25, output_tokens: 3 } } };
  expect(usageOf([begun])).toMatchObject({
    prompt_tokens: 25,
    status: 'partial',
    flags: ['COMPLETION_TOKENS_MISSING'],
  });
  const ended = [begun, { type: 'message_delta', usage: { output_tokens: 7 } }, { type: 'message_stop' }];
  expect(usageOf(ended)).toMatchObject({ prompt_tokens: 25, completion_tokens: 7, status: 'reported' });
});

test('the tier, speed and place that served are facts', () => {
  const raw = { input_tokens: 1, output_tokens: 1, service_tier: 'batch', speed: 'fast', inference_geo: 'us' };
  expect(normalizeMessage(raw, {}).facts).toEqual({ service_tier: 'batch', batch: true, speed: 'fast', region: 'us' });
  expect(normalizeMessage({ ...raw, inference_geo: 'not_available' }, {}).facts).not.toHaveProperty('region');
});
