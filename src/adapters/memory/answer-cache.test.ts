import { expect, test } from 'vitest';
import { memoryAnswerCache } from './answer-cache.ts';

const answer = (text: string) => ({ body: Buffer.from(text), contentType: 'application/json' });
const clockAt = () => {
  let nowMs = 0;
  return { now: () => nowMs, advance: (ms: number) => (nowMs += ms) };
};

test('an answer is there until its time is over', () => {
  const clock = clockAt();
  const cache = memoryAnswerCache(clock);
  cache.put('a', answer('one'), 1_000);
  clock.advance(999);
  expect(cache.get('a')?.body.toString()).toBe('one');
  clock.advance(1);
  expect(cache.get('a')).toBeUndefined();
});

test('what was not asked for longest makes room, and what is too large is not kept at all', () => {
  const cache = memoryAnswerCache(clockAt(), { bytesMax: 3 * 612, answerBytesMax: 100 });
  for (const key of ['a', 'b', 'c']) cache.put(key, answer('x'.repeat(100)), 1_000);
  cache.get('a');
  cache.put('d', answer('x'.repeat(100)), 1_000);
  cache.put('e', answer('x'.repeat(101)), 1_000);
  expect(['a', 'b', 'c', 'd', 'e'].filter((key) => cache.get(key))).toEqual(['a', 'c', 'd']);
});
