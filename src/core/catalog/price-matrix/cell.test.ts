import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PriceComponent } from '#core/pricing/component.ts';
import { preparePrice } from '#core/pricing/prepare.ts';
import { rate } from '#core/pricing/rate.ts';
import { type Usage, estimatedUsage } from '#core/usage/usage.ts';
import { attributesOf, componentsOf, type MatrixPrice, simplePriceOf } from './cell.ts';
import type { BookedPrice } from './facts.ts';

const booked = (over: Partial<BookedPrice> = {}): BookedPrice => ({
  id: 'v1',
  row_id: 'v1',
  owner_id: 'type-free',
  name: 'large',
  currency: 'usd',
  pricing_model: 'per_token',
  pricing_type: 'standard',
  components: [],
  modifiers: [],
  attributes: {},
  is_custom: false,
  notes: null,
  valid_from: '2026-01-01T00:00:00.000Z',
  valid_to: null,
  author: 'tester',
  recorded_at: '2026-01-01T00:00:00.000Z',
  ...over,
});

const stored = (price: MatrixPrice): BookedPrice =>
  booked({
    components: componentsOf(price),
    attributes: attributesOf(price, { vendor_sku: 'x' }),
    currency: price.currency,
    pricing_model: price.pricingModel,
  });

const text = fc.tuple(fc.nat(9999), fc.stringMatching(/^\d{0,12}$/)).map(([a, b]) => (b === '' ? `${a}` : `${a}.${b}`));
const apart = fc
  .record(
    { input_price: text, output_price: text, cache_read_price: text, cache_write_price: text },
    { requiredKeys: [] },
  )
  .filter((prices) => Object.keys(prices).length > 0);
const alike = text.map((price) => ({ price_per_token: price }));
const byToken = fc.oneof(apart, alike).chain((prices) =>
  fc.record({
    prices: fc.oneof(
      fc.constant(prices),
      text.map((price) => ({ ...prices, price_per_request: price })),
    ),
    per: fc.constantFrom('1', '1000', '1000000'),
    currency: fc.constantFrom('usd', 'cny'),
    pricingModel: fc.constantFrom('per_token' as const, 'hybrid' as const),
  }),
);
const byRequest = text.map((price) => ({
  prices: { price_per_request: price },
  currency: 'usd',
  pricingModel: 'per_request' as const,
}));
const anyPrice: fc.Arbitrary<MatrixPrice> = fc.oneof(byToken, byRequest);

describe('a cell', () => {
  test('reads back as it was written, field by field and digit by digit', () => {
    fc.assert(
      fc.property(anyPrice, (price) => {
        expect(simplePriceOf(stored(price))).toEqual(price);
      }),
    );
  });

  test('does not mistake two equal prices for one that is for all tokens', () => {
    const price = { prices: { input_price: '1', output_price: '1' }, per: '1', currency: 'usd' } as const;
    expect(simplePriceOf(stored({ ...price, pricingModel: 'per_token' }))?.prices).toEqual(price.prices);
  });

  test('is read for what it charges, when somebody has changed what was for all tokens alike', () => {
    const components = [input, { ...input, meter: 'output' as const, price: '2' }];
    expect(simplePriceOf(booked({ components, attributes: { price_per_token: '0.001' } }))?.prices).toEqual({
      input_price: '1',
      output_price: '2',
    });
  });

  const input: PriceComponent = { meter: 'input', price: '1', per: '1000', currency: 'usd' };
  test.each<[string, Partial<BookedPrice>]>([
    ['a condition', { components: [{ ...input, when: { batch: true } }] }],
    ['a minimum', { components: [{ ...input, quantity: { min: '5' } }] }],
    ['a meter that has no column', { components: [input, { ...input, meter: 'image' }] }],
    ['two quantities', { components: [input, { ...input, meter: 'output', per: '1' }] }],
    ['a price of several requests', { components: [{ ...input, meter: 'request' }] }],
    ['two prices of one meter', { components: [input, { ...input, when: { batch: true } }] }],
    ['a modifier', { components: [input], modifiers: [{ factor: '0.5', applies_to: 'all' }] }],
    ['another type of pricing', { components: [input], pricing_type: 'free_tier' }],
    ['a part that is not known here', { components: [{ ...input, allowance: { limit: '5', period: 'day' } }] }],
  ])('says that %s is more than it can show', (_, over) => {
    expect(simplePriceOf(booked(over))).toBeUndefined();
  });

  test('for all tokens alike charges the total, whatever the cache did', () => {
    const alikePrice = stored({
      prices: { price_per_token: '0.002' },
      per: '1000',
      currency: 'usd',
      pricingModel: 'per_token',
    });
    const price = preparePrice({
      ...alikePrice,
      subject: { kind: 'model', name: 'large' },
      book: 'customer_type',
      pricingModel: 'per_token',
      validFrom: alikePrice.valid_from,
      recordedAt: alikePrice.recorded_at,
    });
    const counted = estimatedUsage({ prompt_tokens: 900, completion_tokens: 100, method: 'test', raw: null });
    const usage: Usage = {
      ...counted,
      cache_read_input_tokens: 300,
      cache_creation_input_tokens: 400,
      cache_creation: { '5m': 100, '1h': 150, '12h': 50 },
      prompt_tokens_details: { cached_tokens: 300, audio_tokens: 50 },
      completion_tokens_details: { reasoning_tokens: 40 },
    };
    const receipt = rate({ price, usage, facts: { occurred_at: '2026-01-02T00:00:00Z' } });
    expect(receipt).toMatchObject({ complete: true, total: 2_000_000_000n });
  });

  test('carries what its row had beside the price, and what one token costs', () => {
    const price = {
      prices: { price_per_token: '2' },
      per: '1000000',
      currency: 'usd',
      pricingModel: 'per_token',
    } as const;
    expect(attributesOf(price, { vendor_sku: 'x' })).toEqual({ vendor_sku: 'x', price_per_token: '0.000002' });
    const apartNow = { ...price, prices: { input_price: '2' } };
    expect(attributesOf(apartNow, { vendor_sku: 'x', price_per_token: '1' })).toEqual({ vendor_sku: 'x' });
  });
});
