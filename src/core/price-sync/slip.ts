// Changes that are more likely a slip of unit or currency than a new price.
import { compare, parseDecimal, type Rational, rational, times } from '#core/money/rational.ts';

/** How many times the old price the new one is; `undefined` where one of them is nothing. */
export function changeFactor(before: Rational, after: Rational): Rational | undefined {
  if (before.numerator === 0n || after.numerator === 0n) return undefined;
  return rational(after.numerator * before.denominator, after.denominator * before.numerator);
}

const unitSlips = [10n, 100n, 1_000n, 1_000_000n];

// What a dollar costs in yuan, with room for the years.
const yuanLeast = parseDecimal('6.5');
const yuanMost = parseDecimal('7.5');

/** In words; `undefined` for a change that looks like a price. */
export function slipOf(factor: Rational): string | undefined {
  const larger = factor.numerator >= factor.denominator ? factor : inverse(factor);
  const unit = unitSlips.find((each) => larger.numerator === each * larger.denominator);
  if (unit !== undefined) return `exactly ${unit} times: dollars and cents, or per token and per thousand?`;
  if (compare(larger, yuanLeast) >= 0n && compare(larger, yuanMost) <= 0n) return 'about 7 times: dollars and yuan?';
  return undefined;
}

const half = parseDecimal('0.5');
const oneAndAHalf = parseDecimal('1.5');

/** Not more than half up or down. */
export function isModest(factor: Rational): boolean {
  return compare(factor, half) >= 0n && compare(factor, oneAndAHalf) <= 0n;
}

/** For people, to four digits after the point: `1.6667`. */
export function factorText(factor: Rational): string {
  const scaled = times(factor, rational(10_000n));
  const whole = scaled.numerator / scaled.denominator;
  const fraction = (whole % 10_000n).toString().padStart(4, '0').replace(/0+$/, '');
  return fraction === '' ? `${whole / 10_000n}` : `${whole / 10_000n}.${fraction}`;
}

function inverse({ numerator, denominator }: Rational): Rational {
  return rational(denominator, numerator);
}
