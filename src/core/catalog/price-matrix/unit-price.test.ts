import { expect, test } from 'vitest';
import { parseDecimal } from '#core/money/rational.ts';
import { percentBetween, unitPrice } from './unit-price.ts';

test.each([
  ['1', '1.25', '+25'],
  ['0.3', '0.2', '-33.33'],
  ['3', '2', '-33.33'],
  ['1', '1', '0'],
  ['1', '1.00001', '0'],
  ['0.2', '0', '-100'],
  ['0.000000001', '1', '+99999999900'],
  ['1', '1.0005', '+0.05'],
  ['1', '0.9995', '-0.05'],
])('from %s to %s is %s percent', (old, now, percent) => {
  expect(percentBetween(parseDecimal(old), parseDecimal(now))).toBe(percent);
});

test('from nothing there is no percentage', () => {
  expect(percentBetween(parseDecimal('0'), parseDecimal('1'))).toBeUndefined();
});

test('prices of different quantities are compared for a single unit', () => {
  expect(unitPrice({ price: '0.15', per: '1000000' })).toEqual(unitPrice({ price: '0.00000015', per: '1' }));
});
