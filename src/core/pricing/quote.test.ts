import { describe, expect, test } from 'vitest';
import { parseAmount, currencyOf, formatAmount } from '#core/money/currency.ts';
import { dividedBy, parseDecimal, rational } from '#core/money/rational.ts';
import type { Meter } from '#core/usage/meter.ts';
import type { PriceComponent, PriceVersion } from './component.ts';
import { preparePrice } from './prepare.ts';
import { affordableOutput, holdFor, quote, type QuoteInput } from './quote.ts';

const usd = currencyOf('usd');

function component(meter: Meter, price: string, more: Partial<PriceComponent> = {}): PriceComponent {
  return { meter, price, per: '1000000', currency: 'usd', ...more };
}

function price(components: readonly PriceComponent[], more: Partial<PriceVersion> = {}) {
  return preparePrice({
    id: 'version-1',
    subject: { kind: 'model', name: 'maker/model' },
    book: 'list',
    currency: 'usd',
    components,
    modifiers: [],
    validFrom: '2026-01-01T00:00:00Z',
    recordedAt: '2026-01-01T00:00:00Z',
    ...more,
  });
}

const chat = [component('input', '2.5'), component('output', '10'), component('cache_read', '1.25')];

/** The hold in dollars for 1,000 tokens in and 500 out. */
function held(
  components: readonly PriceComponent[],
  more: Partial<QuoteInput> = {},
  version: Partial<PriceVersion> = {},
) {
  const bounds = { promptTokensMax: 1000, outputTokensMax: 500, ...more.bounds };
  const quoted = quote({ facts: {}, ...more, price: price(components, version), bounds });
  return formatAmount(holdFor(quoted, 500), usd);
}

describe('a hold', () => {
  test('is the input and the output at their prices', () => {
    expect(held(chat)).toBe('0.0075');
  });

  test('expects the cache to be written, when that is dearer than reading afresh', () => {
    const writes = [...chat, component('cache_write_5m', '3.125'), component('cache_write_1h', '5')];
    expect(held(writes)).toBe('0.01');
    expect(held(writes, { bounds: { promptTokensMax: 1000, outputTokensMax: 500, without: ['cache_write'] } })).toBe(
      '0.0075',
    );
  });

  test('expects audio unless there is none', () => {
    const audio = [...chat, component('input_audio', '32'), component('output_audio', '64')];
    expect(held(audio)).toBe('0.064');
    const without = ['input_audio', 'output_audio'] as const;
    expect(held(audio, { bounds: { promptTokensMax: 1000, outputTokensMax: 500, without } })).toBe('0.0075');
  });

  test('expects the dearest hour, whatever the hour is now', () => {
    const night = component('output', '5', { when: { window: { from: '16:30', to: '00:30' } } });
    const peak = component('output', '20', { when: { window: { from: '08:00', to: '10:00' } } });
    expect(held([...chat, night], { facts: { occurred_at: '2026-11-16T17:00:00Z' } })).toBe('0.0075');
    expect(held([...chat, peak], { facts: { occurred_at: '2026-11-16T17:00:00Z' } })).toBe('0.0125');
  });

  test('expects any tier, unless it is known which may serve', () => {
    const tiers = [
      ...chat,
      component('output', '20', { when: { service_tier: ['priority'] } }),
      component('output', '5', { when: { service_tier: ['flex'] } }),
    ];
    const bounds = { promptTokensMax: 1000, outputTokensMax: 500 };
    expect(held(tiers, { facts: { service_tier: 'flex' } })).toBe('0.0125');
    expect(held(tiers, { bounds: { ...bounds, serviceTiers: ['flex', 'default'] } })).toBe('0.0075');
    expect(held(tiers, { bounds: { ...bounds, serviceTiers: ['priority', 'default'] } })).toBe('0.0125');
  });

  test('takes what is known as settled, and the dearest of what is not', () => {
    const modifiers = [
      { factor: '1.1', applies_to: 'tokens', when: { region: ['eu'] } },
      { factor: '0.5', applies_to: 'tokens', when: { batch: true } },
    ] as const;
    expect(held(chat, {}, { modifiers })).toBe('0.00825');
    expect(held(chat, { facts: { region: 'us' } }, { modifiers })).toBe('0.0075');
    expect(held(chat, { facts: { region: 'us', batch: true } }, { modifiers })).toBe('0.00375');
  });

  test('expects a threshold only when the input can reach it', () => {
    const above = (gt: number) => [...chat, component('input', '5', { when: { prompt_tokens: { gt } } })];
    expect(held(above(1000))).toBe('0.0075');
    expect(held(above(999))).toBe('0.01');
  });

  test('of a hybrid price covers the dearer way', () => {
    const hybrid = { pricingModel: 'hybrid' } as const;
    expect(held([...chat, component('request', '0.0001', { per: '1' })], {}, hybrid)).toBe('0.0075');
    expect(held([...chat, component('request', '0.0105', { per: '1' })], {}, hybrid)).toBe('0.0155');
  });

  test('counts units, minimums and blocks, and every choice', () => {
    const units = [
      ...chat,
      component('request', '5', { per: '1000' }),
      component('character', '0.01', { per: '50', quantity: { round_up_to: '50' } }),
    ];
    const bounds = {
      promptTokensMax: 1000,
      outputTokensMax: 500,
      choices: 3,
      quantities: { character: '101' },
    } as const;
    expect(held(units, { bounds })).toBe('0.0525');
  });

  test('has no minimum of what will not be consumed', () => {
    const least = [...chat, component('audio_second_in', '1', { per: '1', quantity: { min: '10' } })];
    const held0 = { promptTokensMax: 1000, outputTokensMax: 500, quantities: { audio_second_in: '0' } } as const;
    expect(held(least, { bounds: held0 })).toBe('0.0075');
    expect(held(least, { bounds: { ...held0, quantities: { audio_second_in: '3' } } })).toBe('10.0075');
  });

  test('is converted and marked up, and rounded up', () => {
    const conversion = { fxRateId: 'rate-1', rate: dividedBy(rational(1n), parseDecimal('7')), to: usd };
    const yuan = chat.map((each) => ({ ...each, currency: 'cny' }));
    expect(held(yuan, { conversion, multiplier: parseDecimal('1.2') }, { currency: 'cny' })).toBe('0.001285714286');
  });
});

describe('a quote names what has no price', () => {
  const unpriced = (components: readonly PriceComponent[], quantities = {}) =>
    quote({ facts: {}, price: price(components), bounds: { promptTokensMax: 10, outputTokensMax: 10, quantities } })
      .unpriced;

  test('of what the call is sure to consume', () => {
    expect(unpriced(chat)).toEqual([]);
    expect(unpriced([component('input', '1')])).toEqual(['output']);
    expect(unpriced(chat, { web_search_call: '5' })).toEqual(['web_search_call']);
    expect(unpriced([component('request', '1', { per: '1' })])).toEqual([]);
  });

  test('when its only price cannot apply', () => {
    const long = [component('output', '1'), component('input', '1', { when: { prompt_tokens: { gt: 1000 } } })];
    expect(unpriced(long)).toEqual(['input']);
  });
});

describe('what a wallet affords', () => {
  const bounds = { promptTokensMax: 1000, outputTokensMax: 16_384 };
  const quoted = quote({ facts: {}, price: price(chat), bounds });

  test.each([
    ['0.0024999', undefined],
    ['0.0025', 0],
    ['0.002509999999', 0],
    ['0.00251', 1],
    ['0.0075', 500],
    ['100', 16_384],
  ])('with $%s: %s tokens of output', (dollars, tokens) => {
    expect(affordableOutput(quoted, parseAmount(dollars, usd))).toBe(tokens);
  });

  test('of what is free: all that was asked for', () => {
    const free = quote({ facts: {}, price: price([component('input', '0'), component('output', '0')]), bounds });
    expect(affordableOutput(free, parseAmount('0', usd))).toBe(16_384);
  });
});
