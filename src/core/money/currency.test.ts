import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { amount, amountMax } from './amount.ts';
import { currencyCodes, currencyOf, findCurrency, formatAmount, parseAmount } from './currency.ts';

const currency = fc.constantFrom(...currencyCodes).map(currencyOf);
const units = fc.bigInt({ min: -amountMax, max: amountMax }).map(amount);

describe('money as text', () => {
  test('comes back as the same integer', () => {
    fc.assert(
      fc.property(currency, units, (each, value) => {
        expect(parseAmount(formatAmount(value, each), each)).toBe(value);
      }),
    );
  });

  test('is canonical: no exponent, no trailing zeros, no bare point, no minus before zero', () => {
    fc.assert(
      fc.property(currency, units, (each, value) => {
        expect(formatAmount(value, each)).toMatch(/^(?:0|-?(?:[1-9]\d*(?:\.\d*[1-9])?|0\.\d*[1-9]))$/);
      }),
    );
  });

  test.each([
    ['0.01', 10_000_000_000n],
    ['0', 0n],
    ['-0.000000000001', -1n],
    ['1.50', 1_500_000_000_000n],
    ['8000000', amountMax],
  ])('%s dollars are so many picodollars', (text, value) => {
    expect(parseAmount(text, currencyOf('usd'))).toBe(value);
  });

  test('finer than the unit, or larger than can be kept, is refused', () => {
    expect(() => parseAmount('0.0000000000001', currencyOf('usd'))).toThrow(RangeError);
    expect(() => parseAmount('0.000000001', currencyOf('vnd'))).toThrow(RangeError);
    expect(() => parseAmount('8000000.000000000001', currencyOf('usd'))).toThrow(RangeError);
    expect(() => parseAmount('1e-6', currencyOf('usd'))).toThrow(RangeError);
  });
});

describe('a currency', () => {
  test('has the other names of the documents', () => {
    expect(findCurrency('RMB')).toBe(currencyOf('cny'));
    expect(findCurrency('USD')).toBe(currencyOf('usd'));
    expect(findCurrency('credit')).toBe(currencyOf('credits'));
  });

  test('that nobody knows is not guessed', () => {
    expect(findCurrency('xyz')).toBeUndefined();
    expect(findCurrency('constructor')).toBeUndefined();
    expect(() => currencyOf('xyz')).toThrow(/usd/);
  });
});
