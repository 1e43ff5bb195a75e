import { describe, expect, test } from 'vitest';
import { isMeter, isTokenMeter, isUnitMeter, meters } from './meter.ts';
import { estimatedUsage, missingUsage, notBillable, tokenSource } from './usage.ts';

const normalizer = { id: 'made-up', version: '1' };

describe('usage', () => {
  test('that we counted is estimated, and says how', () => {
    const usage = estimatedUsage({ prompt_tokens: 1200, completion_tokens: 350, method: 'local_tokenizer', raw: null });
    expect(usage).toEqual({
      usage_unit: 'token',
      usage_quantity: '1550',
      prompt_tokens: 1200,
      completion_tokens: 350,
      total_tokens: 1550,
      cache_read_input_tokens: 0,
      cache_creation_input_tokens: 0,
      status: 'estimated',
      flags: [],
      normalizer: { id: 'estimate:local_tokenizer', version: '1' },
      raw_usage: null,
    });
  });

  test.each([
    [-1, 0],
    [0.5, 0],
    [Number.NaN, 0],
    [0, Number.POSITIVE_INFINITY],
    [Number.MAX_SAFE_INTEGER, 1],
  ])('of %d and %d tokens is no estimate', (prompt_tokens, completion_tokens) => {
    expect(() => estimatedUsage({ prompt_tokens, completion_tokens, method: 'guess', raw: null })).toThrow(RangeError);
  });

  test('that is missing is not the same as none', () => {
    expect(tokenSource(missingUsage({ normalizer, raw: null }).status)).toBe('unknown');
    expect(tokenSource(notBillable({ normalizer, raw: null }).status)).toBe('actual');
    expect(tokenSource('reported')).toBe('actual');
    expect(tokenSource('estimated')).toBe('estimated');
    expect(tokenSource('partial')).toBe('estimated');
    expect(tokenSource('invalid')).toBe('unknown');
  });
});

describe('a meter', () => {
  test('counts tokens or another unit, never both', () => {
    for (const meter of meters) expect(isTokenMeter(meter)).toBe(!isUnitMeter(meter));
    expect(new Set(meters).size).toBe(meters.length);
  });

  test('is known by its name', () => {
    expect(isMeter('cache_write_1h')).toBe(true);
    expect(isMeter('toString')).toBe(false);
    expect(isUnitMeter('input')).toBe(false);
  });
});
