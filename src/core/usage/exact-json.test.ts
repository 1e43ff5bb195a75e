import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decimalOf, parseExactJson } from './exact-json.ts';

describe('numbers keep their digits', () => {
  test.each([
    ['4.1400000000000003e-05', '0.000041400000000000003'],
    ['1e-7', '0.0000001'],
    ['0.0375', '0.0375'],
    ['0.00000000875', '0.00000000875'],
    ['431.0', '431'],
    ['12e3', '12000'],
    ['-0.0', '0'],
    ['-5.50', '-5.5'],
    ['9007199254740993', '9007199254740993'],
    ['0.1000000000000000055511151231', '0.1000000000000000055511151231'],
  ])('%s is %s', (source, text) => {
    expect(decimalOf(source)).toBe(text);
    const value = parseExactJson(`{"a":[${source}]}`) as { readonly a: readonly unknown[] };
    expect(decimalOf(value.a[0])).toBe(text);
    expect(decimalOf((JSON.parse(JSON.stringify(value)) as typeof value).a[0])).toBe(decimalOf(Number(source)));
  });

  test('one that a double cannot hold is written again as it came', () => {
    const text = '{"cost":4.10000000000000000001,"count":9007199254740993,"name":"1.50"}';
    expect(JSON.stringify(parseExactJson(text))).toBe(text);
  });

  test.each(['', 'x', '1e99', '0x10', ' 1', '+1', '.5', `1${'0'.repeat(60)}`])('"%s" is no number', (text) => {
    expect(decimalOf(text)).toBeUndefined();
  });

  test.each([[null], [true], [{}], [[1]], [Number.NaN], [Number.POSITIVE_INFINITY]])('%j is none either', (value) => {
    expect(decimalOf(value)).toBeUndefined();
  });

  test('every double reads back as itself', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, min: -1e15, max: 1e15 }), (value) => {
        const text = decimalOf(value);
        if (text !== undefined) expect(Number(text)).toBe(value === 0 ? 0 : value);
      }),
    );
  });
});
