import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  compare,
  dividedBy,
  floorDivide,
  nothing,
  parseDecimal,
  plus,
  type Rational,
  rational,
  roundHalfEven,
  roundUp,
  times,
} from './rational.ts';

const whole = fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n });
const fraction = fc
  .tuple(whole, fc.oneof(fc.constant(1n), fc.bigInt({ min: 1n, max: 10n ** 12n })))
  .map(([numerator, denominator]) => rational(numerator, denominator));

describe('a fraction', () => {
  test('is reduced and has a positive denominator', () => {
    fc.assert(
      fc.property(
        whole,
        whole.filter((each) => each !== 0n),
        fc.bigInt({ min: 1n, max: 999n }),
        (numerator, denominator, common) => {
          const value = rational(numerator, denominator);
          expect(value.denominator).toBeGreaterThan(0n);
          expect(value.numerator * denominator).toBe(numerator * value.denominator);
          expect(rational(numerator * common, denominator * common)).toEqual(value);
          expect(rational(numerator * -common, denominator * -common)).toEqual(value);
        },
      ),
    );
  });

  test('needs a denominator', () => {
    expect(() => rational(1n, 0n)).toThrow(RangeError);
    expect(() => dividedBy(rational(1n), nothing)).toThrow(RangeError);
  });

  test('adds and multiplies as numbers do', () => {
    fc.assert(
      fc.property(fraction, fraction, fraction, (left, middle, right) => {
        expect(plus(left, right)).toEqual(plus(right, left));
        expect(times(left, right)).toEqual(times(right, left));
        expect(plus(plus(left, middle), right)).toEqual(plus(left, plus(middle, right)));
        expect(times(left, plus(middle, right))).toEqual(plus(times(left, middle), times(left, right)));
        expect(plus(left, times(left, rational(-1n)))).toEqual(nothing);
      }),
    );
  });

  test('is divided by what it was multiplied with', () => {
    fc.assert(
      fc.property(fraction, fraction, (left, right) => {
        fc.pre(right.numerator !== 0n);
        expect(dividedBy(times(left, right), right)).toEqual(left);
      }),
    );
  });

  test('is compared by its difference', () => {
    fc.assert(
      fc.property(fraction, fraction, (left, right) => {
        const difference = plus(left, times(right, rational(-1n)));
        expect(compare(left, right) < 0n).toBe(difference.numerator < 0n);
        expect(compare(left, right) === 0n).toBe(difference.numerator === 0n);
      }),
    );
  });
});

describe('a decimal', () => {
  test.each([
    ['0.111', 111n, 1000n],
    ['12.050', 241n, 20n],
    ['-0.5', -1n, 2n],
    ['-0', 0n, 1n],
    ['007', 7n, 1n],
    ['1000000', 1_000_000n, 1n],
  ])('%s is exact', (text, numerator, denominator) => {
    expect(parseDecimal(text)).toEqual({ numerator, denominator });
  });

  test.each([
    '',
    '.5',
    '5.',
    '+1',
    '1e-6',
    '1,5',
    ' 1',
    '1 ',
    '0x10',
    'NaN',
    'Infinity',
    '--1',
    '1\n',
    '٣',
    '1'.repeat(61),
  ])('%j is none', (text) => {
    expect(() => parseDecimal(text)).toThrow(RangeError);
  });
});

describe('rounding', () => {
  const half = rational(1n, 2n);
  const distance = (value: Rational, rounded: bigint) => {
    const difference = plus(value, rational(-rounded));
    return difference.numerator < 0n ? times(difference, rational(-1n)) : difference;
  };

  test('goes to the nearest unit, and at the middle to the even one', () => {
    fc.assert(
      fc.property(fraction, (value) => {
        const rounded = roundHalfEven(value);
        const off = distance(value, rounded);
        expect(compare(off, half)).toBeLessThanOrEqual(0n);
        if (compare(off, half) === 0n) expect(rounded % 2n).toBe(0n);
      }),
    );
  });

  test('is the same for a charge and its reversal', () => {
    fc.assert(
      fc.property(fraction, (value) => {
        expect(roundHalfEven(times(value, rational(-1n)))).toBe(-roundHalfEven(value));
      }),
    );
  });

  test.each([
    [1n, 2n, 0n, 1n],
    [3n, 2n, 2n, 2n],
    [5n, 2n, 2n, 3n],
    [-1n, 2n, 0n, 0n],
    [-3n, 2n, -2n, -1n],
    [7n, 3n, 2n, 3n],
    [8n, 3n, 3n, 3n],
    [4n, 1n, 4n, 4n],
  ])('%d/%d is %d, and upwards %d', (numerator, denominator, nearest, above) => {
    expect(roundHalfEven(rational(numerator, denominator))).toBe(nearest);
    expect(roundUp(rational(numerator, denominator))).toBe(above);
  });

  test('upwards is never less, and less than a unit more', () => {
    fc.assert(
      fc.property(fraction, (value) => {
        const raised = rational(roundUp(value));
        expect(compare(raised, value)).toBeGreaterThanOrEqual(0n);
        expect(compare(raised, plus(value, rational(1n)))).toBeLessThan(0n);
        expect(compare(raised, rational(roundHalfEven(value)))).toBeGreaterThanOrEqual(0n);
      }),
    );
  });

  test('downwards leaves a remainder that is a part of a unit', () => {
    fc.assert(
      fc.property(fraction, (value) => {
        const { quotient, remainder } = floorDivide(value);
        expect(remainder).toBeGreaterThanOrEqual(0n);
        expect(remainder).toBeLessThan(value.denominator);
        expect(quotient * value.denominator + remainder).toBe(value.numerator);
      }),
    );
  });
});
