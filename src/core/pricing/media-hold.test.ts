// What is held for images, speech and recordings covers what they are charged, whichever measure the price counts by.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { expectedOfImages, imageQuantitiesMax, type ImagesAsked, imageTokensBound } from '#core/call/image-bounds.ts';
import { expectedOfSpeech, speechQuantitiesMax, speechTokensMax } from '#core/call/speech-bounds.ts';
import {
  expectedOfTranscription,
  soundTokensMax,
  transcriptionQuantitiesMax,
  transcriptTokensMax,
} from '#core/call/transcription-bounds.ts';
import { amount } from '#core/money/amount.ts';
import { currencyOf, formatAmount } from '#core/money/currency.ts';
import type { Expected } from '#core/usage/expected.ts';
import type { Meter } from '#core/usage/meter.ts';
import { estimatedUsage, missingUsage, type Usage } from '#core/usage/usage.ts';
import { completeUsage } from '#core/usage/complete.ts';
import type { PriceComponent } from './component.ts';
import { countedBy, countedByRequest } from './counted-as-asked.ts';
import { preparePrice } from './prepare.ts';
import { holdFor, type ProducedMeter, quote, type QuoteBounds } from './quote.ts';
import { rate } from './rate.ts';

const usd = currencyOf('usd');
const facts = { occurred_at: '2026-11-22T00:00:00Z' };
const normalizer = { id: 'test', version: '1' };

function price(components: Readonly<Partial<Record<Meter, string>>>, quantity?: PriceComponent['quantity']) {
  return preparePrice({
    id: 'version-1',
    subject: { kind: 'model', name: 'maker/model' },
    book: 'list',
    currency: 'usd',
    components: Object.entries(components).map(([meter, each]) => ({
      meter: meter as Meter,
      price: each,
      per: '1',
      currency: 'usd',
      ...(quantity && { quantity }),
    })),
    modifiers: [],
    validFrom: '2026-01-01T00:00:00Z',
    recordedAt: '2026-01-01T00:00:00Z',
  });
}

interface Call {
  readonly expected: Expected;
  readonly bounds: QuoteBounds;
}

function imageCall(asked: ImagesAsked): Call {
  return {
    expected: expectedOfImages(asked),
    bounds: {
      promptTokensMax: asked.promptBytes + asked.references * 65_536,
      outputTokensMax: imageTokensBound(asked),
      choices: asked.count,
      quantities: imageQuantitiesMax(asked),
      produces: 'output_image',
    },
  };
}

const side = fc.integer({ min: 64, max: 4_096 });
const images = fc
  .record({
    count: fc.integer({ min: 1, max: 10 }),
    size: fc.option(fc.record({ width: side, height: side }), { nil: undefined }),
    quality: fc.constantFrom('low', 'medium', 'high', undefined),
    references: fc.nat(4),
    partialImages: fc.nat(3),
    promptBytes: fc.integer({ min: 4, max: 4_000 }),
  })
  .map(imageCall);

const speech = fc
  .record({ text: fc.string({ minLength: 1, unit: 'binary' }), speed: fc.double({ min: 0.25, max: 4, noNaN: true }) })
  .map((asked): Call => ({
    expected: expectedOfSpeech(asked),
    bounds: {
      promptTokensMax: asked.text.length * 4,
      outputTokensMax: speechTokensMax(asked),
      quantities: speechQuantitiesMax(asked),
      produces: 'output_audio',
    },
  }));

const recordings = fc
  .record({ seconds: fc.integer({ min: 1, max: 10_000 }), more: fc.nat(1_000), promptBytes: fc.nat(1_000) })
  .map(({ seconds, more, promptBytes }): Call => {
    const length = { seconds, secondsMax: seconds + more };
    return {
      expected: expectedOfTranscription(length, promptBytes),
      bounds: {
        promptTokensMax: promptBytes + 1 + soundTokensMax(length),
        outputTokensMax: transcriptTokensMax(length),
        quantities: transcriptionQuantitiesMax(length),
      },
    };
  });

const cents = fc.integer({ min: 1, max: 10_000 }).map((each) => `0.${String(each).padStart(6, '0')}`);
const some = (...meters: readonly Meter[]) =>
  fc
    .subarray([...meters], { minLength: 1 })
    .chain((chosen) =>
      fc
        .tuple(...chosen.map(() => cents))
        .map((prices) => Object.fromEntries(chosen.map((meter, at) => [meter, prices[at]]))),
    );
const tokens = (produced: ProducedMeter) =>
  fc.tuple(cents, cents, cents).map(([input, output, made]) => ({ input, output, [produced]: made }));
const block = fc.constantFrom(undefined, { round_up_to: '1' }, { min: '2' });

const calls = fc.oneof(
  fc.record({
    call: images,
    components: fc.oneof(
      some('image', 'image_reference'),
      some('megapixel', 'image'),
      some('megapixel_first', 'megapixel_next', 'megapixel_in').filter(
        (each) => 'megapixel_first' in each && 'megapixel_next' in each,
      ),
      some('request'),
      tokens('output_image'),
    ),
    block,
  }),
  fc.record({
    call: speech,
    components: fc.oneof(some('character', 'audio_second_out'), tokens('output_audio')),
    block,
  }),
  fc.record({
    call: recordings,
    components: fc.oneof(
      some('audio_second_in'),
      fc.tuple(cents, cents).map(([input, output]) => ({ input, output })),
    ),
    block,
  }),
);

/** The provider says nothing: what is charged is what was asked. */
function unreported({ expected }: Call, priced: ReturnType<typeof price>): Usage {
  const nothing = { prompt_tokens: 0, completion_tokens: 0, method: 'request' };
  return completeUsage(missingUsage({ normalizer, raw: null }), {
    ...nothing,
    expected: countedBy([priced], expected),
  });
}

describe('a hold', () => {
  test('covers the charge of a call of which nobody says what it consumed, and that charge is not nothing', () => {
    fc.assert(
      fc.property(calls, ({ call, components, block: quantity }) => {
        const priced = price(components, quantity);
        const quoted = quote({ price: priced, facts: {}, bounds: call.bounds });
        const usage = countedByRequest(unreported(call, priced), call.expected, [priced]);
        const { total } = rate({ price: priced, usage, facts });
        expect(holdFor(quoted, call.bounds.outputTokensMax)).toBeGreaterThanOrEqual(total);
        const isConsumed = Object.keys(components).some(
          (meter) => Number(call.bounds.quantities?.[meter as 'image'] ?? 1) > 0,
        );
        if (quoted.unpriced.length === 0 && isConsumed) expect(total).toBeGreaterThan(amount(0n));
      }),
      { numRuns: 2_000 },
    );
  });

  test('covers any count that is within its bounds, by whatever measure it is told', () => {
    fc.assert(
      fc.property(calls, fc.nat(100), ({ call, components, block: quantity }, percent) => {
        const priced = price(components, quantity);
        const { promptTokensMax, outputTokensMax, choices = 1, quantities = {} } = call.bounds;
        const counted = estimatedUsage({
          prompt_tokens: Math.floor((promptTokensMax * percent) / 100),
          completion_tokens: Math.floor((outputTokensMax * choices * percent) / 100),
          method: 'told',
          raw: null,
        });
        const told = { ...counted, quantities };
        const quoted = quote({ price: priced, facts: {}, bounds: call.bounds });
        const { total } = rate({ price: priced, usage: countedByRequest(told, call.expected, [priced]), facts });
        expect(holdFor(quoted, outputTokensMax)).toBeGreaterThanOrEqual(total);
      }),
      { numRuns: 2_000 },
    );
  });
});

const twoOf1500 = imageCall({
  count: 2,
  size: { width: 1_000, height: 1_500 },
  quality: undefined,
  references: 1,
  partialImages: 0,
  promptBytes: 40,
});

describe('a quote', () => {
  const quoted = (components: Readonly<Partial<Record<Meter, string>>>) =>
    quote({ price: price(components), facts: {}, bounds: twoOf1500.bounds });
  const held = (components: Readonly<Partial<Record<Meter, string>>>) =>
    formatAmount(holdFor(quoted(components), twoOf1500.bounds.outputTokensMax), usd);

  test('counts by the measure that the price has, and misses no other', () => {
    expect(quoted({ image: '0.04' })).toMatchObject({ unpriced: [], unbounded: [] });
    expect(held({ image: '0.04' })).toBe('0.08');
    expect(held({ megapixel: '0.04' })).toBe('0.12');
    expect(held({ megapixel_first: '0.03', megapixel_next: '0.015', megapixel_in: '0.015' })).toBe('0.15');
    expect(held({ image: '0.04', image_reference: '0.01' })).toBe('0.09');
    expect(held({ request: '0.5' })).toBe('0.5');
  });

  test('finds the output of an image model priced where its pictures are', () => {
    expect(quoted({ input: '0.1', output_image: '0.2' })).toMatchObject({ unpriced: [], unbounded: [] });
    expect(quoted({ input: '0.1' }).unpriced).toEqual(['output']);
  });

  test('names what it cannot bound, unless that is free', () => {
    expect(quoted({ gpu_second: '0.1' }).unbounded).toEqual(['gpu_second']);
    expect(quoted({ image: '0.1', credit: '0.1' }).unbounded).toEqual(['credit']);
    expect(quoted({ image: '0.1', credit: '0' }).unbounded).toEqual([]);
  });

  test('names a step of megapixels that has no price', () => {
    expect(quoted({ megapixel_first: '0.1' }).unpriced).toEqual(['megapixel_next']);
  });
});

describe('a report in another measure than the price', () => {
  const reported = (quantities: Usage['quantities'], more: Partial<Usage> = {}): Usage => ({
    ...estimatedUsage({ prompt_tokens: 0, completion_tokens: 0, method: 'test', raw: null }),
    ...(quantities && { quantities }),
    status: 'reported',
    ...more,
  });
  const counted = (usage: Usage, components: Readonly<Partial<Record<Meter, string>>>) =>
    countedByRequest(usage, twoOf1500.expected, [price(components)]);

  test('is completed by what was asked, as far as it came', () => {
    const usage = counted(reported({ image: '1' }), { megapixel: '0.1' });
    expect(usage).toMatchObject({ status: 'partial', quantities: { image: '1', megapixel: '1.5' } });
    expect(usage.flags).toEqual(['COUNTED_BY_REQUEST']);
  });

  test('stays as it is where the price counts it', () => {
    const usage = reported({ image: '1' });
    expect(counted(usage, { image: '0.1' })).toBe(usage);
    expect(counted(usage, { request: '0.1' })).toBe(usage);
  });

  test('of nothing that came is nothing', () => {
    expect(counted(reported({ image: '0' }), { image: '0.1' }).quantities).toEqual({ image: '0' });
    expect(counted(reported({ image: '0' }), { megapixel: '0.1' }).quantities).toMatchObject({ megapixel: '0' });
    const none = missingUsage({ normalizer, raw: null });
    expect(counted({ ...none, status: 'not_billable' }, { image: '0.1' }).quantities).toBeUndefined();
  });

  test('gets what went in where that has a price', () => {
    const usage = counted(reported({ image: '2' }), { image: '0.1', image_reference: '0.01' });
    expect(usage.quantities).toEqual({ image: '2', image_reference: '1' });
  });

  test('gets tokens for a price by the token', () => {
    const usage = counted(reported({ image: '2' }), { input: '0.1', output_image: '0.2' });
    expect(usage).toMatchObject({ completion_tokens: 3_022, completion_tokens_details: { image_tokens: 3_022 } });
    expect(usage.total_tokens).toBe(usage.prompt_tokens + 3_022);
  });
});
