import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { leavesOf } from './leaves.ts';
import { inputMeters, isTokenMeter, type Meter, outputMeters } from './meter.ts';
import { estimatedUsage, notBillable, type Usage } from './usage.ts';

function usageWith(prompt_tokens: number, completion_tokens: number, more: Partial<Usage> = {}): Usage {
  return {
    ...estimatedUsage({ prompt_tokens, completion_tokens, method: 'test', raw: null }),
    status: 'reported',
    ...more,
  };
}

/** Tokens by meter, the request left out. */
function leaves(usage: Usage, ...priced: readonly Meter[]): Readonly<Record<string, number>> {
  const found = leavesOf(usage, new Set(priced));
  expect(found.problems).toEqual([]);
  return Object.fromEntries(
    [...found.leaves].flatMap(([meter, { numerator }]) => (meter === 'request' ? [] : [[meter, Number(numerator)]])),
  );
}

describe('a token belongs to one leaf', () => {
  const count = fc.integer({ min: 0, max: 3000 });
  const made = fc
    .record({ text: count, audio: count, image: count, video: count, read: count, readAudio: count, readImage: count })
    .chain((prompt) =>
      fc.record({
        prompt: fc.constant(prompt),
        writes: fc.record({ unknown: count, '5m': count, '30m': count, '1h': count, '12h': count }),
        completion: fc.record({
          text: count,
          audio: count,
          image: count,
          video: count,
          reasoning: count,
          citation: count,
        }),
        priced: fc.subarray<Meter>([...inputMeters, ...outputMeters]),
      }),
    );

  test('and the leaves add up to the total, whatever is priced apart', () => {
    fc.assert(
      fc.property(made, ({ prompt, writes, completion, priced }) => {
        const read = prompt.read + prompt.readAudio + prompt.readImage;
        const { unknown, ...lifetimes } = writes;
        const written = unknown + Object.values(lifetimes).reduce((sum, each) => sum + each, 0);
        const promptTokens = prompt.text + prompt.audio + prompt.image + prompt.video + read + written;
        const completionTokens = Object.values(completion).reduce((sum, each) => sum + each, 0);
        const usage = usageWith(promptTokens, completionTokens, {
          prompt_tokens_details: {
            cached_tokens: read,
            audio_tokens: prompt.audio + prompt.readAudio,
            image_tokens: prompt.image + prompt.readImage,
            video_tokens: prompt.video,
            cached_audio_tokens: prompt.readAudio,
            cached_image_tokens: prompt.readImage,
          },
          completion_tokens_details: {
            reasoning_tokens: completion.reasoning,
            audio_tokens: completion.audio,
            image_tokens: completion.image,
            video_tokens: completion.video,
            citation_tokens: completion.citation,
          },
          cache_read_input_tokens: read,
          cache_creation_input_tokens: written,
          cache_creation: lifetimes,
        });
        const { leaves: found, problems } = leavesOf(usage, new Set(priced));
        expect(problems).toEqual([]);
        const sum = { prompt: 0n, completion: 0n };
        for (const [meter, { numerator, denominator }] of found) {
          expect(denominator).toBe(1n);
          expect(numerator).toBeGreaterThan(0n);
          if (!isTokenMeter(meter)) continue;
          sum[(outputMeters as readonly Meter[]).includes(meter) ? 'completion' : 'prompt'] += numerator;
        }
        expect(sum).toEqual({ prompt: BigInt(promptTokens), completion: BigInt(completionTokens) });
      }),
      { numRuns: 2000 },
    );
  });
});

describe('what the cache did', () => {
  test('leaves the input: 2,006 in, of which 1,920 were read', () => {
    const usage = usageWith(2006, 300, {
      prompt_tokens_details: { cached_tokens: 1920 },
      cache_read_input_tokens: 1920,
    });
    expect(leaves(usage, 'input', 'output', 'cache_read')).toEqual({ input: 86, cache_read: 1920, output: 300 });
    // Without a price of its own it must not be charged as fresh input.
    expect(leaves(usage, 'input', 'output')).toEqual({ input: 86, cache_read: 1920, output: 300 });
  });

  test('is split by modality only where that is priced: 150 audio, of which 129 were read', () => {
    const usage = usageWith(14_152, 129, {
      prompt_tokens_details: { cached_tokens: 12_239, audio_tokens: 150, cached_audio_tokens: 129 },
      cache_read_input_tokens: 12_239,
    });
    expect(leaves(usage, 'input_audio', 'cache_read_audio')).toEqual({
      input: 1892,
      cache_read: 12_110,
      input_audio: 21,
      cache_read_audio: 129,
      output: 129,
    });
    expect(leaves(usage)).toEqual({ input: 1913, cache_read: 12_239, output: 129 });
  });

  const written = (cache_creation: Usage['cache_creation']) =>
    usageWith(1000, 0, { cache_creation_input_tokens: 600, ...(cache_creation && { cache_creation }) });

  test.each<[Usage['cache_creation'], readonly Meter[], Readonly<Record<string, number>>]>([
    [{ '5m': 100, '1h': 500 }, ['cache_write_5m', 'cache_write_1h'], { cache_write_5m: 100, cache_write_1h: 500 }],
    [{ '5m': 600 }, ['cache_write_1h', 'cache_write_12h'], { cache_write_1h: 600 }],
    [{ '5m': 600 }, ['cache_write', 'cache_write_1h'], { cache_write: 600 }],
    [{ '30m': 600 }, ['cache_write'], { cache_write: 600 }],
    [{ '30m': 600 }, ['cache_write_5m'], { cache_write_30m: 600 }],
    [{ '1h': 600 }, ['cache_write', 'cache_write_5m'], { cache_write_1h: 600 }],
    [{ '1h': 100 }, ['cache_write_5m', 'cache_write_1h'], { cache_write_1h: 100, cache_write_5m: 500 }],
    [undefined, ['cache_write'], { cache_write: 600 }],
    [undefined, ['cache_write_5m', 'cache_write_1h'], { cache_write_5m: 600 }],
    [undefined, [], { cache_write_5m: 600 }],
  ])('written %j, priced %j: never charged as something cheaper', (lifetimes, priced, expected) => {
    expect(leaves(written(lifetimes), ...priced)).toEqual({ input: 400, ...expected });
  });
});

describe('output', () => {
  const usage = usageWith(33, 2309, { completion_tokens_details: { reasoning_tokens: 529, image_tokens: 1120 } });

  test('keeps its reasoning unless that is priced apart', () => {
    expect(leaves(usage, 'output_image')).toEqual({ input: 33, output: 1189, output_image: 1120 });
    expect(leaves(usage, 'output_image', 'reasoning')).toEqual({
      input: 33,
      output: 660,
      output_image: 1120,
      reasoning: 529,
    });
  });
});

describe('parts that are more than their whole', () => {
  test.each<[string, Partial<Usage>]>([
    ['cached', { cache_read_input_tokens: 101 }],
    ['written', { cache_creation_input_tokens: 101 }],
    ['cached and written', { cache_read_input_tokens: 60, cache_creation_input_tokens: 41 }],
    ['lifetimes', { cache_creation_input_tokens: 10, cache_creation: { '5m': 11 } }],
    ['audio', { prompt_tokens_details: { audio_tokens: 101 } }],
    [
      'cached audio',
      { prompt_tokens_details: { audio_tokens: 5, cached_audio_tokens: 6 }, cache_read_input_tokens: 6 },
    ],
    ['reasoning', { completion_tokens_details: { reasoning_tokens: 51 } }],
  ])('%s: are an error', (_what, more) => {
    const { problems } = leavesOf(usageWith(100, 50, more), new Set<Meter>(['input_audio', 'reasoning']));
    expect(problems).toEqual(['negative_remainder']);
  });
});

describe('units', () => {
  test('count one request for every call that is billed', () => {
    const one = { numerator: 1n, denominator: 1n };
    expect(leavesOf(usageWith(0, 0), new Set()).leaves).toEqual(new Map([['request', one]]));
    expect(leavesOf(usageWith(0, 0, { quantities: { request: '0' } }), new Set()).leaves.size).toBe(0);
    const free = notBillable({ normalizer: { id: 'made-up', version: '1' }, raw: null });
    expect(leavesOf(free, new Set()).leaves.size).toBe(0);
  });

  test('keep their decimals, and zero of them is none', () => {
    const { leaves: found } = leavesOf(
      usageWith(0, 0, { quantities: { gpu_second: '12.345678', image: '0' } }),
      new Set(),
    );
    expect(found.get('gpu_second')).toEqual({ numerator: 6_172_839n, denominator: 500_000n });
    expect(found.has('image')).toBe(false);
  });

  test('less than none is an error', () => {
    expect(leavesOf(usageWith(0, 0, { quantities: { image: '-1' } }), new Set()).problems).toEqual([
      'negative_quantity',
    ]);
  });
});
