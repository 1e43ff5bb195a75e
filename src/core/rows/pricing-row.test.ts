import { expect, test } from 'vitest';
import { firstOverlap } from './days.ts';
import { pricingRowOf, termsOfPricingRow } from './pricing-terms.ts';
import { flatPricingRow, pricingWarnings, readPricingRow } from './pricing-row.ts';

const id = '0190a5c8-0000-7000-8000-000000000001';
const defaults = { id, today: '2026-05-01' };
const given = { provider: 'maker', model_id: 'large', input_price_per_1k: '0.0020', output_price_per_1k: '0.01' };
const now = Date.parse('2026-05-01T12:00:00Z');

function rowOf(more: object = {}) {
  const reading = readPricingRow({ ...given, ...more }, defaults);
  if (reading.kind === 'problems') throw new Error(JSON.stringify(reading.problems));
  return reading.row;
}

test('a row comes back from the book as it was, to the letter', () => {
  const row = rowOf({
    model_name: 'Large',
    end_date: '2026-12-31',
    pricing_type: 'committed_use',
    discount_percentage: '20.00',
    base_input_price_per_1k: '0.0025',
    free_tier_input_tokens: 5,
    free_tier_reset_frequency: 'never',
    x_maker_batch_input_price: '0.0010',
    x_maker_region: 'eu',
    notes: 'by hand',
  });
  const { components, attributes } = termsOfPricingRow(row, now);
  const { pricing_id, is_custom, is_enabled, pricing_type, notes } = row;
  const booked = { row_id: pricing_id, is_custom, is_enabled, pricing_type, notes, components, attributes };
  expect(pricingRowOf(booked)).toEqual(row);
  expect(flatPricingRow(row)).toMatchObject({ x_maker_region: 'eu', input_price_per_1k: '0.0020' });
  expect(pricingRowOf({ ...booked, attributes: {} })).toBeUndefined();
});

test('a row counts from its first day or from now on, and to the end of its last day', () => {
  const stretch = (effective_date: string, end_date: string | null) => {
    const { fromMs, toMs } = termsOfPricingRow(rowOf({ effective_date, end_date }), now);
    return [new Date(fromMs).toISOString(), toMs === undefined ? null : new Date(toMs).toISOString()];
  };
  expect(stretch('2026-01-01', null)).toEqual(['2026-05-01T12:00:00.000Z', null]);
  expect(stretch('2026-06-01', '2026-06-30')).toEqual(['2026-06-01T00:00:00.000Z', '2026-07-01T00:00:00.000Z']);
  expect(stretch('2026-01-01', '2026-04-30')).toEqual(['2026-05-01T12:00:00.000Z', '2026-05-01T12:00:00.000Z']);
});

test('free tokens are taken off only when somebody has confirmed them', () => {
  const free = { free_tier_input_tokens: 1000, free_tier_reset_frequency: 'monthly' };
  const [quiet] = termsOfPricingRow(rowOf(free), now).components;
  expect(quiet).not.toHaveProperty('allowance');
  expect(pricingWarnings(rowOf(free))).toHaveLength(1);
  const active = rowOf({ ...free, free_tier_active: true });
  expect(termsOfPricingRow(active, now).components).toMatchObject([
    { meter: 'input', allowance: { limit: '1000', period: 'month' } },
    { meter: 'output' },
  ]);
  expect(pricingWarnings(active)).toEqual([]);
});

test('a price that is not its base price less the discount is pointed out', () => {
  const discounted = {
    discount_percentage: '20',
    base_input_price_per_1k: '0.0025',
    base_output_price_per_1k: '0.0125',
  };
  expect(pricingWarnings(rowOf(discounted))).toEqual([]);
  expect(pricingWarnings(rowOf({ ...discounted, discount_percentage: '25' }))).toHaveLength(1);
});

test('days that touch overlap, days that follow one another do not', () => {
  const row = (id: string, effective_date: string, end_date: string | null, name = 'a') => ({
    id,
    name,
    effective_date,
    end_date,
  });
  const [january, open, february] = [
    row('1', '2026-01-01', '2026-01-31'),
    row('2', '2026-01-31', null),
    row('3', '2026-02-01', null),
  ];
  expect(firstOverlap([january], [open])).toEqual({ row: open, other: january });
  expect(firstOverlap([], [january, open])).toEqual({ row: open, other: january });
  expect(firstOverlap([january], [february])).toBeUndefined();
  expect(firstOverlap([january], [{ ...open, name: 'b' }])).toBeUndefined();
  // Two that stood so before are no fault of the one that comes.
  expect(firstOverlap([january, open], [{ ...february, name: 'b' }])).toBeUndefined();
  expect(firstOverlap([january, open], [february])).toEqual({ row: february, other: open });
});
