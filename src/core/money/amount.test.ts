import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { add, amount, amountMax, larger, negate, smaller, subtract, zero } from './amount.ts';

const units = fc.bigInt({ min: -amountMax / 4n, max: amountMax / 4n }).map(amount);

describe('an amount', () => {
  test('beyond what the fast store counts is refused, on either side', () => {
    expect(amount(amountMax)).toBe(amountMax);
    expect(amount(-amountMax)).toBe(-amountMax);
    expect(() => amount(amountMax + 1n)).toThrow(RangeError);
    expect(() => amount(-amountMax - 1n)).toThrow(RangeError);
    expect(() => add(amountMax, amount(1n))).toThrow(RangeError);
    expect(() => subtract(negate(amountMax), amount(1n))).toThrow(RangeError);
  });

  test('comes back when what was added is taken away', () => {
    fc.assert(
      fc.property(units, units, (left, right) => {
        expect(subtract(add(left, right), right)).toBe(left);
        expect(add(left, negate(left))).toBe(zero);
        expect(add(smaller(left, right), larger(left, right))).toBe(add(left, right));
        expect(smaller(left, right) <= larger(left, right)).toBe(true);
      }),
    );
  });

  test('of nothing is zero', () => {
    expect(add()).toBe(zero);
    expect(negate(zero)).toBe(zero);
  });
});
