import { describe, expect, it } from 'vitest';

import { readKnobs } from './knobs.ts';
import { Refusal } from './refusal.ts';

const nothing = { headers: {}, body: undefined, message: '' };

describe('knobs', () => {
  it('are set by a header before the body, and by the body before the message', () => {
    const message = 'please #tokens=3';
    const body = { output_tokens: 2 };
    const headers = { 'x-sim-output-tokens': '1' };
    expect(readKnobs({ headers, body, message }).outputTokens).toBe(1);
    expect(readKnobs({ headers: {}, body, message }).outputTokens).toBe(2);
    expect(readKnobs({ headers: {}, body: undefined, message }).outputTokens).toBe(3);
    expect(readKnobs(nothing).outputTokens).toBeUndefined();
  });

  it('know the short directives #tokens and #tool, and end at punctuation', () => {
    expect(readKnobs({ ...nothing, message: 'Answer #tokens=200.' }).outputTokens).toBe(200);
    expect(readKnobs({ ...nothing, message: 'use a #tool, please' }).tools).toBe(1);
    expect(readKnobs({ ...nothing, message: '#tools=2' }).tools).toBe(2);
  });

  it('leave other words after a number sign alone in a message, but not in a header or body', () => {
    expect(() => readKnobs({ ...nothing, message: '#toolbox #weather=fine' })).not.toThrow();
    expect(() => readKnobs({ ...nothing, body: { otput_tokens: 1 } })).toThrow(Refusal);
    expect(() => readKnobs({ ...nothing, headers: { 'x-sim-otput-tokens': '1' } })).toThrow(Refusal);
  });

  it('refuse a value that makes no sense', () => {
    for (const body of [{ pace_ms: -1 }, { pace_ms: 1.5 }, { error_status: 200 }, { shape: 'round' }, { tag: 'a b' }]) {
      expect(() => readKnobs({ ...nothing, body })).toThrow(Refusal);
    }
    expect(() => readKnobs({ ...nothing, body: { error_times: 2 } })).toThrow('fault_key');
  });
});
