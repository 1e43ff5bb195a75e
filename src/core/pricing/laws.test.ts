// What holds for every price that may be published and every usage that can be reported.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Amount, amount } from '#core/money/amount.ts';
import { currencyCodes, currencyOf } from '#core/money/currency.ts';
import { parseDecimal, rational, times } from '#core/money/rational.ts';
import { inputMeters, isTokenMeter, type Meter, outputMeters, type UnitMeter } from '#core/usage/meter.ts';
import type { CallFacts, CompletionTokensDetails, PromptTokensDetails, Usage } from '#core/usage/usage.ts';
import type { PriceComponent, PriceCondition, PriceModifier, PriceVersion, TimeWindow } from './component.ts';
import { counterUses } from './counted.ts';
import { exactText } from './decimal.ts';
import { preparePrice } from './prepare.ts';
import { affordableOutput, freeUnitsFor, holdFor, quote, type QuoteBounds, type TokenKind } from './quote.ts';
import { type RateInput, rate } from './rate.ts';
import { receiptFromJson, receiptToJson, sameReceipt } from './receipt.ts';
import { validatePriceVersion } from './validate.ts';

const tiers = ['default', 'flex', 'priority'];
const regions = ['eu', 'us'];
const unitMetersUsed = [
  'image',
  'web_search_call',
  'character',
  'audio_second_in',
] as const satisfies readonly UnitMeter[];

const decimal = (max: number, decimals: number) =>
  fc
    .tuple(fc.integer({ min: 0, max }), fc.integer({ min: 0, max: 10 ** decimals - 1 }))
    .map(([whole, fraction]) => `${whole}.${String(fraction).padStart(decimals, '0')}`);
const positive = (max: number, decimals: number) => decimal(max, decimals).filter((text) => /[1-9]/.test(text));
const some = <Value>(values: readonly Value[]) => fc.subarray([...values], { minLength: 1 });
const optional = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });

/** Without the keys whose value is undefined, as JSON has it. */
function compact<Shape extends object>(shape: Shape): Shape {
  return JSON.parse(JSON.stringify(shape)) as Shape;
}

const time = fc
  .integer({ min: 0, max: 47 })
  .map((half) => `${String(Math.floor(half / 2)).padStart(2, '0')}:${half % 2 === 0 ? '00' : '30'}`);
const window: fc.Arbitrary<TimeWindow> = fc
  .record({
    hours: fc.uniqueArray(time, { minLength: 2, maxLength: 2 }),
    iso_weekdays: optional(some([1, 2, 3, 4, 5, 6, 7])),
  })
  .map(({ hours: [from, to], iso_weekdays }) => compact({ from, to, iso_weekdays }) as TimeWindow);
const condition: fc.Arbitrary<PriceCondition> = fc
  .record(
    {
      prompt_tokens: fc.oneof(
        fc.integer({ min: 0, max: 3000 }).map((gt) => ({ gt })),
        fc.integer({ min: 1, max: 3000 }).map((lte) => ({ lte })),
      ),
      service_tier: some(tiers),
      region: some(regions),
      batch: fc.boolean(),
      window,
    },
    { requiredKeys: [] },
  )
  .filter((when) => Object.keys(when).length > 0);

const quantityRule = fc
  .record({ min: optional(positive(20, 1)), round_up_to: optional(positive(50, 1)) })
  .map((rule) => compact(rule) as NonNullable<PriceComponent['quantity']>);

const modifier: fc.Arbitrary<PriceModifier> = fc
  .record({
    factor: fc.constantFrom('0.5', '1.1', '0', '2', '0.333'),
    applies_to: fc.oneof(fc.constantFrom('tokens', 'tools', 'all'), fc.constant<readonly Meter[]>(['input', 'image'])),
    when: optional(condition),
  })
  .map((each) => compact(each) as PriceModifier);

const countedUnits = fc.integer({ min: 1, max: 3000 }).map(String);

/** Of a component at that price. */
function countedBy(price: string): fc.Arbitrary<Pick<PriceComponent, 'allowance' | 'graduated' | 'volume'>> {
  const period = fc.constantFrom('day', 'month', 'never');
  return fc.oneof(
    fc.record({ period, limit: countedUnits }).map((allowance) => ({ allowance })),
    fc.record({ period, units: countedUnits, price: decimal(20, 4) }).map(({ period: every, units, price: other }) => ({
      graduated: { period: every, above: [{ units, price: other }] },
    })),
    fc
      .record({ period, units: countedUnits })
      .map(({ period: every, units }) => ({ volume: { period: every, above: [{ units, price: halfOf(price) }] } })),
  );
}

function halfOf(price: string): string {
  return exactText(times(parseDecimal(price), rational(1n, 2n)));
}

function componentsOf(meter: Meter, currency: string): fc.Arbitrary<readonly PriceComponent[]> {
  const component = fc
    .record({
      price: decimal(20, 4),
      per: fc.constantFrom('1000000', '1000', '3600', ...(isTokenMeter(meter) ? [] : ['1', '7'])),
    })
    .chain(({ price, per }) =>
      fc
        .tuple(optional(quantityRule), fc.oneof({ weight: 2, arbitrary: fc.constant({}) }, countedBy(price)))
        .map(([quantity, counted]) => compact({ meter, price, per, currency, quantity, ...counted }) as PriceComponent),
    );
  const conditional = fc.tuple(component, condition).map(([each, when]) => ({ ...each, when }));
  return fc
    .tuple(fc.array(component, { maxLength: 1 }), fc.array(conditional, { maxLength: 3 }))
    .map(([plain, special]) => [...plain, ...special]);
}

const version: fc.Arbitrary<PriceVersion> = fc
  .record({
    currency: fc.constantFrom(...currencyCodes),
    // Few meters leave nothing to hide behind: each must be covered by its own price.
    meters: fc.oneof(
      fc.subarray<Meter>(['input', 'output', 'request'], { minLength: 1 }),
      fc.subarray<Meter>([...inputMeters, ...outputMeters, 'request', ...unitMetersUsed], { minLength: 1 }),
    ),
    hybrid: fc.boolean(),
    modifiers: fc.array(modifier, { maxLength: 2 }),
  })
  .chain(({ currency, meters, hybrid, modifiers }) =>
    fc.tuple(...meters.map((meter) => componentsOf(meter, currency))).map((lists) => ({
      id: 'version-1',
      subject: { kind: 'model' as const, name: 'maker/model' },
      book: 'list' as const,
      currency,
      components: lists.flat(),
      modifiers,
      ...(hybrid ? { pricingModel: 'hybrid' as const } : {}),
      validFrom: '2026-01-01T00:00:00Z',
      recordedAt: '2026-01-01T00:00:00Z',
    })),
  )
  .map(withoutWhatIsRefused)
  .filter((each) => validatePriceVersion(each).length === 0);

/** Drops tied components, so that most of what is made up may be published. */
function withoutWhatIsRefused(made: PriceVersion): PriceVersion {
  const tied = new Set(validatePriceVersion(made).map(({ path }) => Number(/^components\[(\d+)\]/.exec(path)?.[1])));
  return { ...made, components: made.components.filter((_, index) => !tied.has(index)) };
}

const count = fc.oneof(
  { weight: 1, arbitrary: fc.constant(0) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 2000 }) },
);
const plainPrompt = fc.integer({ min: 1, max: 4000 }).map((text) => ({ ...noPrompt, text }));
const noPrompt = {
  text: 0,
  audio: 0,
  image: 0,
  video: 0,
  read: 0,
  readAudio: 0,
  readImage: 0,
  written: 0,
  '5m': 0,
  '30m': 0,
  '1h': 0,
  '12h': 0,
};
const promptParts = fc.record({
  text: count,
  audio: count,
  image: count,
  video: count,
  read: count,
  readAudio: count,
  readImage: count,
  written: count,
  '5m': count,
  '30m': count,
  '1h': count,
  '12h': count,
});
const completionParts = fc.record({ text: count, audio: count, image: count, reasoning: count, citation: count });
const quantities = fc.record(
  Object.fromEntries(unitMetersUsed.map((meter) => [meter, fc.oneof(fc.constant('0'), positive(90, 2))])),
  { requiredKeys: [] },
);

const usage: fc.Arbitrary<Usage> = fc
  .record({
    prompt: fc.oneof(plainPrompt, promptParts),
    completion: completionParts,
    quantities: optional(quantities),
    status: fc.constantFrom<Usage['status'][]>(
      'reported',
      'reported',
      'estimated',
      'partial',
      'missing',
      'not_billable',
      'invalid',
    ),
  })
  .map(({ prompt, completion, quantities: made, status }) => {
    const read = prompt.read + prompt.readAudio + prompt.readImage;
    const written = prompt.written + prompt['5m'] + prompt['30m'] + prompt['1h'] + prompt['12h'];
    const known = status !== 'missing';
    const prompt_tokens = known ? prompt.text + prompt.audio + prompt.image + prompt.video + read + written : 0;
    const completion_tokens = known ? Object.values(completion).reduce((sum, each) => sum + each, 0) : 0;
    const promptDetails: PromptTokensDetails = {
      cached_tokens: read,
      cache_write_tokens: written,
      audio_tokens: prompt.audio + prompt.readAudio,
      image_tokens: prompt.image + prompt.readImage,
      video_tokens: prompt.video,
      cached_audio_tokens: prompt.readAudio,
      cached_image_tokens: prompt.readImage,
    };
    const completionDetails: CompletionTokensDetails = {
      reasoning_tokens: completion.reasoning,
      audio_tokens: completion.audio,
      image_tokens: completion.image,
      citation_tokens: completion.citation,
    };
    const { '5m': minutes5, '30m': minutes30, '1h': hour, '12h': hours12 } = prompt;
    return {
      usage_unit: 'token',
      usage_quantity: String(prompt_tokens + completion_tokens),
      prompt_tokens,
      completion_tokens,
      total_tokens: prompt_tokens + completion_tokens,
      ...(known ? { prompt_tokens_details: promptDetails, completion_tokens_details: completionDetails } : {}),
      cache_read_input_tokens: known ? read : 0,
      cache_creation_input_tokens: known ? written : 0,
      ...(known ? { cache_creation: { '5m': minutes5, '30m': minutes30, '1h': hour, '12h': hours12 } } : {}),
      ...(made === undefined ? {} : { quantities: made }),
      status,
      flags: [],
      normalizer: { id: 'made-up', version: '1' },
      raw_usage: { deep: [1, null, 'x'] },
    } satisfies Usage;
  });

const facts: fc.Arbitrary<CallFacts> = fc.record(
  {
    service_tier: fc.constantFrom(...tiers),
    region: fc.constantFrom(...regions),
    batch: fc.boolean(),
    occurred_at: fc
      .integer({ min: Date.parse('2026-01-01T00:00:00Z'), max: Date.parse('2026-12-31T00:00:00Z') })
      .map((ms) => new Date(ms).toISOString()),
  },
  { requiredKeys: ['occurred_at'] },
);

const terms = fc
  .record({
    multiplier: optional(fc.constantFrom(rational(6n, 5n), rational(1n, 3n), rational(0n), rational(1n))),
    to: optional(fc.constantFrom(...currencyCodes).map(currencyOf)),
    rate: fc
      .tuple(fc.bigInt({ min: 1n, max: 50n }), fc.bigInt({ min: 1n, max: 900n }))
      .map(([up, down]) => rational(up, down)),
  })
  .map(({ multiplier, to, rate: exchange }) => ({
    multiplier,
    conversion: to && { fxRateId: 'rate-1', rate: exchange, to },
  }));

/** With the units that it was given: behind those that others have had in the period. */
const rating: fc.Arbitrary<RateInput> = fc
  .record({ price: version.map(preparePrice), usage, facts, terms, others: fc.bigInt({ min: 0n, max: 4000n }) })
  .map(({ terms: own, others, ...rest }) => {
    const input = { ...rest, ...own };
    const allocations = counterUses(input).map(({ counter, period, units }) => ({
      counter,
      period,
      ranges: units === 0n ? [] : [{ from: others, to: others + units }],
    }));
    return { ...input, allocations };
  });

const runs = { numRuns: 1500 };
const sumOf = (amounts: readonly Amount[]) => amounts.reduce<bigint>((sum, each) => sum + each, 0n);

describe('every receipt', () => {
  test('has lines that add up to its total', () => {
    fc.assert(
      fc.property(rating, (input) => {
        const receipt = rate(input);
        expect(sumOf(receipt.lines.map((line) => line.amount))).toBe(receipt.total);
        expect(receipt.total).toBeGreaterThanOrEqual(0n);
      }),
      runs,
    );
  });

  test('is the same when the usage comes back from storage', () => {
    fc.assert(
      fc.property(rating, (input) => {
        const stored = JSON.parse(JSON.stringify(input.usage)) as Usage;
        expect(rate({ ...input, usage: stored })).toEqual(rate(input));
      }),
      runs,
    );
  });

  test('comes back from JSON, whatever the order of its fields', () => {
    fc.assert(
      fc.property(rating, (input) => {
        const receipt = rate(input);
        const text = JSON.stringify(receiptToJson(receipt));
        const returned = receiptFromJson(JSON.parse(text) as ReturnType<typeof receiptToJson>);
        expect(returned).toEqual(receipt);
        const reversed = Object.fromEntries(Object.entries(returned).toReversed()) as unknown as typeof returned;
        expect(sameReceipt(reversed, receipt)).toBe(true);
        expect(sameReceipt({ ...returned, total: amount(returned.total + 1n) }, receipt)).toBe(false);
      }),
      runs,
    );
  });

  test('is complete only when everything consumed is accounted for', () => {
    fc.assert(
      fc.property(rating, (input) => {
        const receipt = rate(input);
        expect(receipt.complete).toBe(receipt.unpriced.length === 0 && receipt.problems.length === 0);
        const lines = new Set<string>(receipt.lines.map((line) => line.meter));
        for (const meter of receipt.unpriced) expect(lines.has(meter)).toBe(false);
        expect(receipt.lines.length > 0 && receipt.status === 'not_billable').toBe(false);
      }),
      runs,
    );
  });
});

const kinds = {
  input_audio: (each) => each.prompt_tokens_details?.audio_tokens,
  input_image: (each) => each.prompt_tokens_details?.image_tokens,
  input_video: (each) => each.prompt_tokens_details?.video_tokens,
  cache_write: (each) => each.cache_creation_input_tokens,
  output_audio: (each) => each.completion_tokens_details?.audio_tokens,
  output_image: (each) => each.completion_tokens_details?.image_tokens,
  output_video: (each) => each.completion_tokens_details?.video_tokens,
} as const satisfies Record<TokenKind, (usage: Usage) => number | undefined>;

/** Bounds that a usage is within, and what may have been known of its facts. */
const foreseen = fc
  .record({
    input: rating,
    promptSlack: fc.oneof(fc.constant(0), count),
    outputSlack: fc.oneof(fc.constant(0), count),
    choices: fc.integer({ min: 1, max: 3 }),
    knownFacts: fc.subarray(['region', 'batch'] as const),
    tiersKnown: fc.boolean(),
    kindsKnown: fc.boolean(),
  })
  .map(({ input, promptSlack, outputSlack, choices, knownFacts, tiersKnown, kindsKnown }) => {
    const { usage: consumed, facts: after } = input;
    const outputTokens = Math.ceil(consumed.completion_tokens / choices);
    const absent = (Object.keys(kinds) as TokenKind[]).filter((kind) => (kinds[kind](consumed) ?? 0) === 0);
    const bounds: QuoteBounds = {
      promptTokensMax: consumed.prompt_tokens + promptSlack,
      outputTokensMax: outputTokens + outputSlack,
      choices,
      ...(consumed.quantities === undefined ? {} : { quantities: consumed.quantities }),
      ...(kindsKnown ? { without: absent } : {}),
      ...(tiersKnown ? { serviceTiers: [after.service_tier ?? 'default', 'default'] } : {}),
    };
    const before = Object.fromEntries(knownFacts.map((fact) => [fact, after[fact]])) as Partial<CallFacts>;
    return { input, bounds, before, outputTokens };
  });

describe('every hold', () => {
  test('covers the receipt, whatever the tier, the hour and the facts turn out to be', () => {
    fc.assert(
      fc.property(foreseen, ({ input, bounds, before, outputTokens }) => {
        const quoted = quote({ ...input, bounds, facts: compact(before) });
        const free = freeUnitsFor(quoted, outputTokens).reduce((sum, each) => sum + each.units * each.price, 0n);
        const { total, adjustment = amount(0n) } = rate(input);
        expect(holdFor(quoted, outputTokens) + free).toBeGreaterThanOrEqual(total + adjustment);
        expect(holdFor(quoted, outputTokens) + free).toBeGreaterThanOrEqual(total);
        expect(quoted.currency.code).toBe(rate(input).currency);
      }),
      { numRuns: 4000 },
    );
  });

  test('of what is affordable is the largest that was granted', () => {
    fc.assert(
      fc.property(foreseen, fc.bigInt({ min: 0n, max: 10n ** 16n }), ({ input, bounds, before }, granted) => {
        const quoted = quote({ ...input, bounds, facts: compact(before) });
        const tokens = affordableOutput(quoted, amount(granted));
        if (tokens === undefined) {
          expect(holdFor(quoted, 0)).toBeGreaterThan(granted);
          return;
        }
        expect(holdFor(quoted, tokens)).toBeLessThanOrEqual(granted);
        if (tokens < bounds.outputTokensMax) expect(holdFor(quoted, tokens + 1)).toBeGreaterThan(granted);
        expect(tokens).toBeLessThanOrEqual(bounds.outputTokensMax);
      }),
      runs,
    );
  });
});
