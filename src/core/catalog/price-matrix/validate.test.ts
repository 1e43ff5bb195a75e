import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDecimal } from '#core/money/rational.ts';
import type { PriceComponent } from '#core/pricing/component.ts';
import { conflictsOf } from './conflict.ts';
import { differenceOf } from './difference.ts';
import type { BookedPrice, MatrixFacts } from './facts.ts';
import type { MatrixRow } from './row.ts';
import { MatrixShelf } from './shelf.ts';
import { selectedPlaces, validateMatrix } from './validate.ts';
import { warningsOf } from './warnings.ts';

const now = '2026-11-22T12:00:00.000Z';
const perMillion = (meter: PriceComponent['meter'], price: string): PriceComponent => ({
  meter,
  price,
  per: '1000000',
  currency: 'usd',
});

function booked(over: Partial<BookedPrice>): BookedPrice {
  return {
    id: 'v1',
    row_id: 'v1',
    owner_id: null,
    name: 'large',
    currency: 'usd',
    pricing_model: 'per_token',
    pricing_type: 'standard',
    components: [perMillion('input', '1'), perMillion('output', '2')],
    modifiers: [],
    attributes: {},
    is_custom: false,
    notes: null,
    valid_from: '2026-01-01T00:00:00.000Z',
    valid_to: null,
    author: 'tester',
    recorded_at: '2026-01-01T00:00:00.000Z',
    ...over,
  };
}

function shelfOf(over: Partial<MatrixFacts> = {}): MatrixShelf {
  return new MatrixShelf({
    now,
    providers: ['acme', 'north'],
    customerTypes: [
      { id: 'type-1', name: 'free' },
      { id: 'type-2', name: 'business' },
    ],
    models: [
      { provider: 'acme', name: 'large', model_id: 'large-2026' },
      { provider: 'acme', name: 'small', model_id: 'small-2026' },
    ],
    prices: [],
    costs: [],
    exchange: [],
    ...over,
  });
}

const place = { provider: 'acme', model: 'large', customer_type: 'free' } as const;
const codes = (rows: readonly MatrixRow[], shelf = shelfOf()) =>
  validateMatrix({ rows }, shelf).errors.map(({ row, code }) => [row, code]);

describe('a table', () => {
  test('with one row that says nothing is incomplete, in the documents’ words', () => {
    const { errors } = validateMatrix({ rows: [{ ...place, per: '1000', currency: 'usd' }] }, shelfOf());
    expect(errors).toEqual([
      {
        row: 0,
        ...place,
        field: null,
        code: 'incomplete',
        message:
          'Pricing incomplete: provider=acme model=large customer_type=free. At least one pricing field must be provided.',
      },
    ]);
  });

  test('is as incomplete when what there is of a row is wrong as well', () => {
    expect(codes([{ ...place, currency: 'bits' }])).toEqual([
      [0, 'unknown_currency'],
      [0, 'incomplete'],
    ]);
  });

  test('says every row that is wrong, whatever the others are', () => {
    const right: MatrixRow = { ...place, price_per_request: '1' };
    const wrong = fc.constantFrom<Partial<MatrixRow>>(
      { price_per_request: null },
      { price_per_request: '-1' },
      { price_per_request: '1,5' },
      { price_per_request: '١' },
      { price_per_request: 'NaN' },
      { currency: 'bits' },
      { provider: 'nobody' },
      { model: 'nothing' },
      { customer_type: 'none' },
      { valid_to: '2020-01-01' },
      { valid_from: '2027-02-31' },
      { valid_from: '2027-01-01T00:00:00' },
      { input_price: '1', per: 'constructor' },
      { kind: 'odd' },
    );
    fc.assert(
      fc.property(fc.array(fc.option(wrong), { maxLength: 20 }), (edits) => {
        const rows = edits.map((edit) => ({ ...right, ...edit }));
        const { errors, proposals } = validateMatrix({ rows }, shelfOf());
        edits.forEach((edit, index) => {
          if (edit !== null) expect(errors.some(({ row }) => row === index)).toBe(true);
          if (edit !== null) expect(proposals.some((each) => each.index === index)).toBe(false);
        });
        const named = rows.filter(
          (row) => row.provider === 'acme' && row.model === 'large' && row.customer_type === 'free',
        );
        expect(errors.filter(({ code }) => code === 'duplicate')).toHaveLength(Math.max(0, named.length - 1));
      }),
    );
  });

  test('finds a model by its name and by its provider’s id, and knows that they are the same', () => {
    const rows = [
      { ...place, price_per_request: '1' },
      { ...place, model: 'large-2026', customer_type: 'type-1', price_per_request: '2' },
    ];
    expect(codes(rows)).toEqual([[1, 'duplicate']]);
  });

  test('misses what its selection has and it has not', () => {
    const shelf = shelfOf();
    const rows = [{ ...place, price_per_request: '1' }];
    const { errors } = validateMatrix({ rows }, shelf, selectedPlaces(shelf, undefined));
    expect(errors.map(({ row, model, customer_type: type }) => [row, model, type])).toEqual([
      [null, 'large', 'business'],
      [null, 'small', 'free'],
      [null, 'small', 'business'],
    ]);
  });

  test('may send again what was scheduled and has begun, and nothing else that is past', () => {
    const began = booked({ owner_id: 'type-1', valid_from: '2026-11-01T00:00:00.000Z' });
    const shelf = shelfOf({ prices: [began] });
    const row = { ...place, input_price: '1', output_price: '2', per: '1M', valid_from: '2026-11-01' };
    expect(codes([row], shelf)).toEqual([]);
    expect(codes([{ ...row, input_price: '1.5' }], shelf)).toEqual([[0, 'past']]);
    expect(codes([{ ...row, valid_from: '2026-11-02' }], shelf)).toEqual([[0, 'past']]);
  });
});

describe('conflicts', () => {
  const first = booked({ id: 'first', owner_id: 'type-1', valid_to: '2026-12-01T00:00:00.000Z' });
  const scheduled = booked({
    id: 'second',
    owner_id: 'type-1',
    components: [perMillion('input', '5')],
    valid_from: '2026-12-01T00:00:00.000Z',
  });
  const shelf = shelfOf({ prices: [scheduled, first] });
  const conflicts = (row: Partial<MatrixRow>, seenAll = false) => {
    const rows = [{ ...place, input_price: '9', per: '1000000', ...row }];
    return conflictsOf(differenceOf(validateMatrix({ rows }, shelf).proposals, shelf), shelf, { seenAll }).length;
  };

  test('are rows that would change what their editor has not seen', () => {
    expect(conflicts({ version_id: 'first' })).toBe(0);
    expect(conflicts({ version_id: 'older' })).toBe(1);
    expect(conflicts({ version_id: null })).toBe(1);
    expect(conflicts({})).toBe(1);
    expect(conflicts({}, true)).toBe(0);
    expect(conflicts({ version_id: 'older' }, true)).toBe(1);
  });

  test('are not rows that say what is in force', () => {
    expect(conflicts({ input_price: '1', output_price: '2', version_id: 'older' })).toBe(0);
  });

  test('of what is to begin later are also about what is scheduled', () => {
    const later = { valid_from: '2026-12-24', version_id: 'first' };
    expect(conflicts({ ...later, scheduled_version_id: 'second' })).toBe(0);
    expect(conflicts({ ...later, scheduled_version_id: null })).toBe(1);
    expect(conflicts({ valid_from: '2026-12-24', input_price: '5' })).toBe(0);
  });
});

describe('warnings', () => {
  const warned = (row: Partial<MatrixRow>, cost: Partial<BookedPrice>, facts: Partial<MatrixFacts> = {}) => {
    const shelf = shelfOf({ costs: [booked(cost)], ...facts });
    const { proposals, errors } = validateMatrix({ rows: [{ ...place, ...row }] }, shelf);
    expect(errors).toEqual([]);
    return warningsOf(differenceOf(proposals, shelf), shelf).map(({ code, field }) => [code, field]);
  };
  const prices = { input_price: '1', output_price: '2', per: '1000000' };

  test('are given when some calls would be sold below cost', () => {
    const components = [
      perMillion('input', '1'),
      { ...perMillion('input', '2'), when: { prompt_tokens: { gt: 200_000 } } },
      perMillion('output', '2'),
    ];
    expect(warned(prices, { components })).toEqual([['below_cost_sometimes', 'input_price']]);
  });

  test('compare over quantities and currencies, exactly', () => {
    const rate = parseDecimal('0.14');
    const exchange = [{ fxRateId: 'fx', base: 'cny', quote: 'usd', rate }];
    const inYuan = { input_price: '0.0072', output_price: '0.0143', per: '1000', currency: 'rmb' };
    expect(warned(inYuan, {}, { exchange })).toEqual([]);
    expect(warned({ ...inYuan, input_price: '0.0071' }, {}, { exchange })).toEqual([['below_cost', 'input_price']]);
    expect(warned(inYuan, {})).toEqual([['cost_not_comparable', 'currency']]);
  });

  test('name what would be consumed without a price', () => {
    const components = [...booked({}).components, perMillion('cache_read', '0.1'), perMillion('reasoning', '2')];
    expect(warned(prices, { components })).toEqual([['missing_price', null]]);
    expect(warned({ ...prices, cache_read_price: '0.1' }, { components })).toEqual([]);
    expect(warned({ price_per_token: '3', per: '1M' }, { components })).toEqual([]);
    const search = { meter: 'web_search_call', price: '10', per: '1000', currency: 'usd' } as const;
    expect(warned({ price_per_request: '1' }, { components: [search] })).toEqual([['missing_price', null]]);
  });

  test('say that a model without a list price cannot be called', () => {
    expect(warned(prices, { name: 'another' })).toEqual([['no_cost', null]]);
  });
});
