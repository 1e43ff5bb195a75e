import { expect, test } from 'vitest';
import { parseDecimal, rational } from '#core/money/rational.ts';
import { exactText } from './decimal.ts';

test.each([
  [1n, 1n, '1'],
  [0n, 1n, '0'],
  [1n, 2n, '0.5'],
  [-1n, 8n, '-0.125'],
  [6n, 5n, '1.2'],
  [12345678n, 1000000n, '12.345678'],
  [1n, 1000000000000n, '0.000000000001'],
  [4n, 29n, '4/29'],
  [-1n, 3n, '-1/3'],
])('%d/%d is %s', (numerator, denominator, text) => {
  expect(exactText(rational(numerator, denominator))).toBe(text);
  if (!text.includes('/')) expect(parseDecimal(text)).toEqual(rational(numerator, denominator));
});
