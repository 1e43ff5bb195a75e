import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hasExponent, isNegative, plainDecimal, shiftDecimal, significantDigits } from './decimal-text.ts';
import { compare, parseDecimal, rational, times } from './rational.ts';

test.each([
  ['2.5e-06', 6, '2.5'],
  ['1e-7', 6, '0.1'],
  ['0.1', 0, '0.1'],
  ['0.0375', 0, '0.0375'],
  ['0.00000000875', 6, '0.00875'],
  ['0.00000000875', 0, '0.00000000875'],
  ['1.25e-05', 4, '0.125'],
  ['3', -2, '0.03'],
  ['100', -2, '1'],
  ['0.0', 6, '0'],
  ['-0', 6, '0'],
  ['-1', 6, '-1000000'],
  ['+2.50E+1', 0, '25'],
])('%s with its point moved by %i is %s', (text, places, shifted) => {
  expect(shiftDecimal(text, places)).toBe(shifted);
});

test.each(['', '.5', '5.', 'NaN', 'Infinity', '0x10', '1e999', '1,5', ' 1', `1${'0'.repeat(80)}`, '1e60'])(
  '"%s" is no number of sane size',
  (text) => {
    expect(shiftDecimal(text)).toBeUndefined();
  },
);

const decimals = fc
  .tuple(fc.bigInt({ min: 1n, max: 10n ** 15n }), fc.integer({ min: -15, max: 15 }))
  .map(([digits, power]) => `${digits}e${power}`);

describe('moving the point', () => {
  test('there and back gives the same number, whatever it was', () => {
    fc.assert(
      fc.property(decimals, fc.integer({ min: -6, max: 6 }), (text, places) => {
        const plain = shiftDecimal(text);
        expect(plain).toBeDefined();
        expect(shiftDecimal(shiftDecimal(text, places) ?? '', -places)).toBe(plain);
      }),
    );
  });

  test('keeps the significant digits', () => {
    fc.assert(
      fc.property(decimals, fc.integer({ min: -6, max: 6 }), (text, places) => {
        expect(significantDigits(shiftDecimal(text, places) ?? '')).toBe(significantDigits(text));
      }),
    );
  });
});

test('digits count without the zeros at both ends', () => {
  expect(significantDigits('0.00000008333333333333334')).toBe(16);
  expect(significantDigits('5.999999999999999e-05')).toBe(16);
  expect(significantDigits('2000000')).toBe(1);
  expect(isNegative('-1')).toBe(true);
  expect(isNegative('-0.0')).toBe(false);
});

describe('the plain form', () => {
  test.each([
    ['0.1', '0.1'],
    ['1e-7', '0.0000001'],
    ['1E-07', '0.0000001'],
    ['8.75e-9', '0.00000000875'],
    ['1.25E+3', '1250'],
    ['-2.50e1', '-25'],
    ['12.5e-1', '1.25'],
    ['12.5e0', '12.5'],
    ['0e5', '0'],
    ['100e-2', '1'],
    ['0.0375', '0.0375'],
    ['0.00000000875', '0.00000000875'],
    ['0.10', '0.10'],
    ['0.00', '0.00'],
    [' 7 ', '7'],
    ['-0', '0'],
    ['-3', '-3'],
  ])('of %s is %s', (text, plain) => {
    expect(plainDecimal(text)).toBe(plain);
  });

  test.each([
    '',
    '.5',
    '5.',
    '+5',
    '1,5',
    '1_000',
    '0x10',
    'Infinity',
    'NaN',
    '1e',
    'e5',
    '1e99',
    '1e-99',
    '1e1000',
    '--1',
  ])('of %s is none: it is no number', (text) => {
    expect(plainDecimal(text)).toBeUndefined();
  });

  test('of any number with an exponent is the same number', () => {
    const digits = fc.tuple(
      fc.stringMatching(/^\d{1,8}$/),
      fc.stringMatching(/^\d{1,10}$/),
      fc.integer({ min: -20, max: 20 }),
    );
    fc.assert(
      fc.property(digits, ([whole, fraction, power]) => {
        const text = `${whole}.${fraction}e${power}`;
        const tens = 10n ** BigInt(Math.abs(power));
        const value = times(parseDecimal(`${whole}.${fraction}`), power < 0 ? rational(1n, tens) : rational(tens));
        expect(hasExponent(text)).toBe(true);
        expect(compare(parseDecimal(plainDecimal(text) ?? ''), value)).toBe(0n);
      }),
    );
  });
});
