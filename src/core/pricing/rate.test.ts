import { describe, expect, test } from 'vitest';
import { currencyOf, formatAmount } from '#core/money/currency.ts';
import { dividedBy, parseDecimal, rational } from '#core/money/rational.ts';
import type { Meter } from '#core/usage/meter.ts';
import { type CallFacts, estimatedUsage, missingUsage, notBillable, type Usage } from '#core/usage/usage.ts';
import type { PriceComponent, PriceModifier, PriceVersion } from './component.ts';
import { preparePrice } from './prepare.ts';
import { rate, type RateInput } from './rate.ts';
import type { Receipt } from './receipt.ts';

const noon = '2026-11-16T12:00:00Z';
const normalizer = { id: 'made-up', version: '1' };

function reported(prompt_tokens: number, completion_tokens: number, more: Partial<Usage> = {}): Usage {
  return {
    ...estimatedUsage({ prompt_tokens, completion_tokens, method: 'test', raw: null }),
    status: 'reported',
    ...more,
  };
}

/** Prices per million, in dollars. */
function perMillion(prices: Readonly<Partial<Record<Meter, string>>>, when?: PriceComponent['when']): PriceComponent[] {
  return Object.entries(prices).map(([meter, price]) => ({
    meter: meter as Meter,
    price,
    per: '1000000',
    currency: 'usd',
    ...(when === undefined ? {} : { when }),
  }));
}

function unit(meter: Meter, price: string, per = '1', more: Partial<PriceComponent> = {}): PriceComponent {
  return { meter, price, per, currency: 'usd', ...more };
}

interface Priced {
  readonly modifiers?: readonly PriceModifier[];
  readonly pricingModel?: PriceVersion['pricingModel'];
  readonly currency?: string;
}

function price(components: readonly PriceComponent[], { modifiers = [], pricingModel, currency = 'usd' }: Priced = {}) {
  return preparePrice({
    id: 'version-1',
    subject: { kind: 'model', name: 'maker/model' },
    book: 'list',
    currency,
    components: components.map((component) => ({ ...component, currency })),
    modifiers,
    ...(pricingModel === undefined ? {} : { pricingModel }),
    validFrom: '2026-01-01T00:00:00Z',
    recordedAt: '2026-01-01T00:00:00Z',
  });
}

function receiptFor(usage: Usage, terms: Omit<RateInput, 'usage' | 'facts'>, facts: Partial<CallFacts> = {}): Receipt {
  return rate({ usage, facts: { occurred_at: noon, ...facts }, ...terms });
}

const totalOf = (receipt: Receipt) => formatAmount(receipt.total, currencyOf(receipt.currency));
const quantities = (receipt: Receipt) =>
  Object.fromEntries(receipt.lines.map(({ meter, quantity }) => [meter, quantity]));

describe('tokens', () => {
  test('are charged by what they are: $0.0003369 for 2,006 in (1,920 from the cache) and 300 out', () => {
    const usage = reported(2006, 300, { cache_read_input_tokens: 1920 });
    const receipt = receiptFor(usage, {
      price: price(perMillion({ input: '0.15', cache_read: '0.075', output: '0.60' })),
    });
    expect(totalOf(receipt)).toBe('0.0003369');
    expect(quantities(receipt)).toEqual({ input: '86', cache_read: '1920', output: '300' });
    expect(receipt).toMatchObject({
      complete: true,
      unpriced: [],
      problems: [],
      status: 'reported',
      price_version: 'version-1',
    });
  });

  test('above two thousand million are still exact: $567,000', () => {
    const usage = reported(3_000_000_000, 3_000_000_000);
    expect(totalOf(receiptFor(usage, { price: price(perMillion({ input: '21', output: '168' })) }))).toBe('567000');
  });

  test('cheaper than a nanodollar are not lost: 1 token at $0.0375 per million is $0.0000000375', () => {
    expect(totalOf(receiptFor(reported(1, 0), { price: price(perMillion({ input: '0.0375' })) }))).toBe('0.0000000375');
  });
});

describe('a price that does not end in decimals', () => {
  test('is rounded once: 37 s at $0.111 an hour are 1369/1200000 dollars', () => {
    const seconds = { usage_unit: 'second', quantities: { audio_second_in: '37' } } as const;
    const hourly = price([unit('audio_second_in', '0.111', '3600', { quantity: { min: '10' } })]);
    expect(totalOf(receiptFor(reported(0, 0, seconds), { price: hourly }))).toBe('0.001140833333');
  });

  test('leaves lines that add up', () => {
    const thirds = price([unit('image', '1', '3'), unit('song', '1', '3'), unit('page', '1', '3')]);
    const receipt = receiptFor(reported(0, 0, { quantities: { image: '1', song: '1', page: '1' } }), { price: thirds });
    expect(receipt.lines.map((line) => line.amount)).toEqual([333_333_333_334n, 333_333_333_333n, 333_333_333_333n]);
    expect(totalOf(receipt)).toBe('1');
  });

  test('in another currency is converted once: ¥0.5 at 7.25 to the dollar are 2/29 dollars', () => {
    const yuan = price(perMillion({ input: '0.5', output: '0.5' }), { currency: 'cny' });
    const conversion = {
      fxRateId: 'rate-1',
      rate: dividedBy(rational(1n), parseDecimal('7.25')),
      to: currencyOf('usd'),
    };
    const receipt = receiptFor(reported(600_000, 400_000), { price: yuan, conversion });
    expect(totalOf(receipt)).toBe('0.068965517241');
    expect(receipt).toMatchObject({ currency: 'usd', fx_rate_id: 'rate-1', fx_rate: '4/29' });
    expect(receipt.lines[0]).toMatchObject({ currency: 'cny', price: '0.5' });
  });
});

describe('minimums and blocks', () => {
  const blocks = price([unit('character', '0.01', '50', { quantity: { round_up_to: '50' } })]);
  const tenSeconds = price([unit('audio_second_in', '0.111', '3600', { quantity: { min: '10' } })]);

  test.each([
    [blocks, 'character', '101', '150', '0.03'],
    [blocks, 'character', '100', '100', '0.02'],
    [blocks, 'character', '0', undefined, '0'],
    [tenSeconds, 'audio_second_in', '3.5', '10', '0.000308333333'],
    [tenSeconds, 'audio_second_in', '0', undefined, '0'],
  ] as const)('%#: %s of %s are charged as %s', (own, meter, measured, charged, total) => {
    const receipt = receiptFor(reported(0, 0, { quantities: { [meter]: measured } }), { price: own });
    expect(receipt.lines[0]?.quantity).toBe(charged);
    expect(totalOf(receipt)).toBe(total);
    if (charged !== undefined && charged !== measured) expect(receipt.lines[0]?.measured).toBe(measured);
  });
});

describe('conditions', () => {
  const tiered = price([
    ...perMillion({ input: '1', output: '5' }),
    ...perMillion({ input: '1.8', output: '9' }, { prompt_tokens: { gt: 32_000 } }),
    ...perMillion({ input: '3', output: '15' }, { prompt_tokens: { gt: 128_000 } }),
  ]);

  test.each([
    [32_000, '0.037'],
    [32_001, '0.0666018'],
    [128_000, '0.2394'],
    [128_001, '0.399003'],
  ])('a threshold reprices the whole call: %d tokens in cost $%s', (prompt, total) => {
    expect(totalOf(receiptFor(reported(prompt, 1000), { price: tiered }))).toBe(total);
  });

  test.each([
    [{ gte: 200_000 }, 200_000, '0.5005'],
    [{ gt: 200_000 }, 200_000, '0.25025'],
  ])('%j has its own operator at %d', (prompt_tokens, prompt, total) => {
    const own = price([
      ...perMillion({ input: '1.25', output: '2.50' }),
      ...perMillion({ input: '2.50', output: '5' }, { prompt_tokens }),
    ]);
    expect(totalOf(receiptFor(reported(prompt, 100), { price: own }))).toBe(total);
  });

  test.each([
    ['2026-11-16T02:00:00Z', '0.000157572'],
    ['2026-11-16T04:00:00Z', '0.000078786'],
    ['2026-11-16T06:00:00Z', '0.000157572'],
    ['2026-11-15T02:00:00Z', '0.000078786'],
  ])('the hour counts: at %s it is $%s', (occurred_at, total) => {
    const peak = { input: '0.3', cache_read: '0.006', output: '1.2' } as const;
    const weekdays = [1, 2, 3, 4, 5];
    const own = price([
      ...perMillion({ input: '0.15', cache_read: '0.003', output: '0.6' }),
      ...perMillion(peak, { window: { from: '01:00', to: '04:00', iso_weekdays: weekdays } }),
      ...perMillion(peak, { window: { from: '06:00', to: '10:00', iso_weekdays: weekdays } }),
    ]);
    const usage = reported(563, 116, { cache_read_input_tokens: 512 });
    expect(totalOf(receiptFor(usage, { price: own }, { occurred_at }))).toBe(total);
  });

  test('the tier that served counts, and a fact that nobody knows meets none', () => {
    const own = price([
      ...perMillion({ input: '0.15', output: '0.60' }),
      ...perMillion({ input: '0.075', output: '0.30' }, { service_tier: ['batch', 'flex'] }),
    ]);
    const usage = reported(12_345, 678);
    expect(totalOf(receiptFor(usage, { price: own }, { service_tier: 'flex' }))).toBe('0.001129275');
    expect(totalOf(receiptFor(usage, { price: own }, { service_tier: 'default' }))).toBe('0.00225855');
    expect(totalOf(receiptFor(usage, { price: own }))).toBe('0.00225855');
  });

  test('more of them win over fewer, and the receipt says which held', () => {
    const own = price([
      unit('video_second', '0.10'),
      unit('video_second', '0.30', '1', { when: { resolution: ['720p'] } }),
      unit('video_second', '0.50', '1', { when: { resolution: ['720p', '1024p'], audio: true } }),
    ]);
    const usage = reported(0, 0, { usage_unit: 'second', quantities: { video_second: '8' } });
    expect(totalOf(receiptFor(usage, { price: own }, { resolution: '480p', audio: true }))).toBe('0.8');
    expect(totalOf(receiptFor(usage, { price: own }, { resolution: '720p' }))).toBe('2.4');
    const receipt = receiptFor(usage, { price: own }, { resolution: '720p', audio: true });
    expect(totalOf(receipt)).toBe('4');
    expect(receipt.lines[0]?.when).toBe('resolution = 720p or 1024p, audio = true');
  });
});

describe('modifiers', () => {
  test('reach only what they apply to, and multiply', () => {
    const components = [...perMillion({ input: '2.5', output: '15' }), unit('web_search_call', '10', '1000')];
    const modifiers: readonly PriceModifier[] = [
      { factor: '1.1', applies_to: 'tokens', when: { region: ['eu'] }, reason: 'residency' },
      { factor: '0.5', applies_to: 'all', when: { batch: true } },
    ];
    const own = price(components, { modifiers });
    const usage = reported(10_000, 1000, { quantities: { web_search_call: '2' } });
    expect(totalOf(receiptFor(usage, { price: own }))).toBe('0.06');
    expect(totalOf(receiptFor(usage, { price: own }, { region: 'eu' }))).toBe('0.064');
    const both = receiptFor(usage, { price: own }, { region: 'eu', batch: true });
    expect(totalOf(both)).toBe('0.032');
    expect(both.lines[0]).toMatchObject({ factor: '0.55', when: '×1.1 residency region = eu; ×0.5 batch = true' });
  });

  test('a multiplier is charged on top: cost 0.00348 × 1.2', () => {
    const usage = reported(627, 97, { cache_creation_input_tokens: 123, cache_creation: { '5m': 100, '1h': 23 } });
    const own = price(perMillion({ input: '3', cache_write_5m: '3.75', cache_write_1h: '6', output: '15' }));
    const receipt = receiptFor(usage, { price: own, multiplier: parseDecimal('1.2') });
    expect(totalOf(receipt)).toBe('0.004176');
    expect(receipt.multiplier).toBe('1.2');
  });
});

describe('what has no price', () => {
  const chat = price(perMillion({ input: '0.15', output: '0.60' }));

  test('is named, and the rest is charged', () => {
    const usage = reported(2006, 300, { cache_read_input_tokens: 1920 });
    const receipt = receiptFor(usage, { price: chat });
    expect(receipt).toMatchObject({ complete: false, unpriced: ['cache_read'] });
    expect(totalOf(receipt)).toBe('0.0001929');
  });

  test('is not what is free: a price of 0 is complete', () => {
    const receipt = receiptFor(reported(1000, 500), { price: price(perMillion({ input: '0', output: '0' })) });
    expect(receipt).toMatchObject({ complete: true, total: 0n });
    expect(receipt.lines).toHaveLength(2);
  });

  test('nor what was not consumed', () => {
    expect(receiptFor(reported(1000, 0), { price: price(perMillion({ input: '1' })) }).complete).toBe(true);
  });

  test('a tool always needs its own', () => {
    const usage = reported(10, 10, { quantities: { web_search_call: '1' } });
    expect(receiptFor(usage, { price: chat })).toMatchObject({ complete: false, unpriced: ['web_search_call'] });
  });

  test('work that is counted twice needs only one: an image model by its tokens or by its images', () => {
    const usage = reported(63, 4160, { quantities: { image: '1' } });
    expect(receiptFor(usage, { price: chat })).toMatchObject({ complete: true });
    const byImage = receiptFor(usage, { price: price([unit('image', '0.04')]) });
    expect(totalOf(byImage)).toBe('0.04');
    expect(byImage.complete).toBe(true);
    const noTokens = reported(0, 0, { quantities: { image: '2' } });
    expect(receiptFor(noTokens, { price: chat })).toMatchObject({ complete: false, unpriced: ['image'] });
  });

  test('but all of the measure it is charged by: the next megapixel beside the first', () => {
    const usage = reported(0, 0, { quantities: { megapixel_first: '1', megapixel_next: '1' } });
    expect(receiptFor(usage, { price: price([unit('megapixel_first', '0.03')]) }).unpriced).toEqual(['megapixel_next']);
  });

  test('by request alone covers whatever the request consumed', () => {
    const byRequest = price([unit('request', '0.0105')], { pricingModel: 'per_request' });
    for (const usage of [reported(1000, 500), missingUsage({ normalizer, raw: null })]) {
      const receipt = receiptFor(usage, { price: byRequest });
      expect(totalOf(receipt)).toBe('0.0105');
      expect(receipt.complete).toBe(true);
    }
  });
});

describe('how surely the usage is known', () => {
  const chat = price(perMillion({ input: '2.5', output: '10' }));
  const hybrid = price([...perMillion({ input: '2.5', output: '10' }), unit('request', '0.0105')], {
    pricingModel: 'hybrid',
  });
  const withFee = price([...perMillion({ input: '1', output: '1' }), unit('request', '5', '1000')]);
  const missing = missingUsage({ normalizer, raw: null });

  test('an estimate is charged, and says that it is one', () => {
    const usage = estimatedUsage({ prompt_tokens: 1200, completion_tokens: 350, method: 'local_tokenizer', raw: null });
    const receipt = receiptFor(usage, { price: chat });
    expect(totalOf(receipt)).toBe('0.0065');
    expect(receipt).toMatchObject({ status: 'estimated', complete: true });
  });

  test('missing is not zero: nothing is charged, and the receipt is not complete', () => {
    const receipt = receiptFor(missing, { price: chat });
    expect(receipt).toMatchObject({ total: 0n, complete: false, problems: ['usage_missing'] });
    expect(totalOf(receiptFor(missing, { price: withFee }))).toBe('0.005');
    expect(receiptFor(missing, { price: withFee }).complete).toBe(false);
  });

  test('hybrid charges tokens when they are known, else the request, and says which', () => {
    const known = receiptFor(reported(1000, 500), { price: hybrid });
    expect(totalOf(known)).toBe('0.0075');
    expect(known).toMatchObject({ basis: 'tokens', complete: true });
    const unknown = receiptFor(missing, { price: hybrid });
    expect(totalOf(unknown)).toBe('0.0105');
    expect(unknown).toMatchObject({ basis: 'request', complete: true });
  });

  test('hybrid charges a genuine zero as zero', () => {
    expect(receiptFor(reported(0, 0), { price: hybrid })).toMatchObject({ total: 0n, basis: 'tokens', complete: true });
  });

  test('a request fee beside tokens is charged with them: $0.00503', () => {
    expect(totalOf(receiptFor(reported(10, 20), { price: withFee }))).toBe('0.00503');
  });

  test('what the provider does not bill is zero and complete; what cannot be true is zero and is not', () => {
    const free = receiptFor(notBillable({ normalizer, raw: null }), { price: withFee });
    expect(free).toMatchObject({ total: 0n, lines: [], complete: true });
    const invalid = receiptFor(reported(100, 50, { status: 'invalid' }), { price: withFee });
    expect(invalid).toMatchObject({ total: 0n, lines: [], complete: false, problems: ['usage_invalid'] });
    const impossible = receiptFor(reported(100, 50, { cache_read_input_tokens: 101 }), { price: withFee });
    expect(impossible).toMatchObject({ total: 0n, complete: false, problems: ['negative_remainder'] });
  });
});

describe('work of another model inside a call', () => {
  const own = price(perMillion({ input: '2', output: '10' }));
  const advisor = { model: 'adviser-1', usage: reported(2529, 38) };
  const usage = reported(2417, 133, { sub_usages: [advisor] });

  test('is charged at that model’s own price, beside the call’s: $0.019759', () => {
    const receipt = receiptFor(usage, {
      price: own,
      subTerms: () => ({ price: { ...price(perMillion({ input: '5', output: '25' })), id: 'version-2' } }),
    });
    expect(totalOf(receipt)).toBe('0.019759');
    expect(receipt.lines.map(({ model, meter, quantity }) => [model, meter, quantity])).toEqual([
      [undefined, 'input', '2417'],
      [undefined, 'output', '133'],
      ['adviser-1', 'input', '2529'],
      ['adviser-1', 'output', '38'],
    ]);
    expect(receipt.sub_prices).toEqual([{ model: 'adviser-1', price_version: 'version-2' }]);
    expect(receipt.complete).toBe(true);
  });

  test('without a price leaves the receipt incomplete, and charges the rest', () => {
    const receipt = receiptFor(usage, { price: own });
    expect(totalOf(receipt)).toBe('0.006164');
    expect(receipt).toMatchObject({ complete: false, unpriced: ['adviser-1:input', 'adviser-1:output'] });
  });

  test('is no second request', () => {
    const flat = price([unit('request', '0.01')]);
    const receipt = receiptFor(usage, { price: flat, subTerms: () => ({ price: flat }) });
    expect(totalOf(receipt)).toBe('0.01');
  });
});

describe('a cost that the provider reports', () => {
  const listed = price(perMillion({ input: '0.15', output: '0.60' }));
  const usage = reported(900, 69, {
    provider_reported_cost: { amount: '0.0160614', currency: 'USD', basis: 'usage.cost' },
  });

  test('is the cost where the price says so, and stands without lines', () => {
    const receipt = receiptFor(usage, { price: listed, reportedCost: 'prefer' });
    expect(totalOf(receipt)).toBe('0.0160614');
    expect(receipt).toMatchObject({ lines: [], basis: 'provider_reported', complete: true });
  });

  test('is only compared otherwise, and a difference is told', () => {
    const receipt = receiptFor(usage, { price: listed, reportedCost: 'compare' });
    expect(totalOf(receipt)).toBe('0.0001764');
    expect(receipt.reported_cost).toMatchObject({ policy: 'compare', rated_is_more_by: '-0.015885' });
  });

  test('never decides a charge unless asked', () => {
    expect(receiptFor(usage, { price: listed })).not.toHaveProperty('reported_cost');
  });

  test('in credits is worth what one of them costs', () => {
    const credits = { amount: '4.5', currency: 'BFL_CREDIT', basis: 'cost', usd_per_unit: '0.01' };
    const receipt = receiptFor(reported(0, 0, { provider_reported_cost: credits }), {
      price: price([unit('megapixel_first', '0.03')]),
      reportedCost: 'prefer',
    });
    expect(totalOf(receipt)).toBe('0.045');
  });

  test('in credits of unknown worth leaves the listed price in force, and says so', () => {
    const credits = { amount: '4.5', currency: 'BFL_CREDIT', basis: 'cost' };
    const receipt = receiptFor(reported(900, 69, { provider_reported_cost: credits }), {
      price: listed,
      reportedCost: 'prefer',
    });
    expect(totalOf(receipt)).toBe('0.0001764');
    expect(receipt.reported_cost).toMatchObject({ unreadable: true });
  });
});

test('searches that are counted by prompt are charged once, however many there were', () => {
  const searches = { quantities: { web_search_call: '3' } } as const;
  const byPrompt = price([unit('web_search_call', '35', '1000', { quantity: { count_by: 'prompt' } })]);
  const byQuery = price([unit('web_search_call', '14', '1000', { quantity: { count_by: 'query' } })]);
  expect(totalOf(receiptFor(reported(0, 0, searches), { price: byPrompt }))).toBe('0.035');
  expect(totalOf(receiptFor(reported(0, 0, searches), { price: byQuery }))).toBe('0.042');
  expect(receiptFor(reported(0, 0, searches), { price: byPrompt }).lines[0]).toMatchObject({
    quantity: '1',
    measured: '3',
  });
});
