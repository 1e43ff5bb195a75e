import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { allocateLargestRemainder } from './allocate.ts';
import { amount, zero } from './amount.ts';
import { compare, nothing, plus, rational, roundHalfEven, roundUp } from './rational.ts';

const part = fc
  .tuple(fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }), fc.bigInt({ min: 1n, max: 10n ** 6n }))
  .map(([numerator, denominator]) => rational(numerator, denominator));
const parts = fc.array(part, { maxLength: 8 });

describe('largest remainder', () => {
  test('adds up to the total, each part within a unit of what is exact', () => {
    fc.assert(
      fc.property(parts, fc.constantFrom(roundHalfEven, roundUp), (exact, round) => {
        const total = round(exact.reduce(plus, nothing));
        const shares = allocateLargestRemainder(total, exact);
        expect(shares.reduce((sum, share) => sum + share, 0n)).toBe(total);
        for (const [index, share] of shares.entries()) {
          const own = exact[index] ?? nothing;
          expect(compare(rational(share - 1n), own)).toBeLessThan(0n);
          expect(compare(rational(share + 1n), own)).toBeGreaterThan(0n);
        }
      }),
    );
  });

  test('leaves whole parts as they are', () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n })), (whole) => {
        const total = amount(whole.reduce((sum, each) => sum + each, 0n));
        expect(
          allocateLargestRemainder(
            total,
            whole.map((each) => rational(each)),
          ),
        ).toEqual(whole);
      }),
    );
  });

  test('gives the missing unit to the part that lost most, and among equals to the first', () => {
    expect(allocateLargestRemainder(amount(1n), [rational(1n, 3n), rational(1n, 3n), rational(1n, 3n)])).toEqual([
      1n,
      0n,
      0n,
    ]);
    expect(allocateLargestRemainder(amount(3n), [rational(5n, 4n), rational(7n, 4n)])).toEqual([1n, 2n]);
    expect(allocateLargestRemainder(amount(-1n), [rational(-1n, 3n), rational(-2n, 3n)])).toEqual([0n, -1n]);
    expect(allocateLargestRemainder(zero, [])).toEqual([]);
  });

  test('refuses a total that is no rounding of the parts', () => {
    expect(() => allocateLargestRemainder(amount(9n), [rational(1n), rational(2n)])).toThrow(RangeError);
    expect(() => allocateLargestRemainder(amount(2n), [rational(1n), rational(2n)])).toThrow(RangeError);
  });
});
