// Exact fractions, and the only rounding in the house.
import { type Amount, amount } from './amount.ts';

/** Always reduced, the denominator positive. */
export interface Rational {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

export const nothing: Rational = { numerator: 0n, denominator: 1n };

/** @throws RangeError when the denominator is zero. */
export function rational(numerator: bigint, denominator = 1n): Rational {
  // Most prices are whole units per token; the hot path then needs no common divisor.
  if (denominator === 1n) return { numerator, denominator };
  if (denominator === 0n) throw new RangeError('A fraction needs a denominator other than zero.');
  const sign = denominator < 0n ? -1n : 1n;
  const divisor = greatestCommonDivisor(numerator < 0n ? -numerator : numerator, denominator * sign);
  return { numerator: (numerator * sign) / divisor, denominator: (denominator * sign) / divisor };
}

// Long enough for any price or quantity; a bound, so that nobody makes us compute with a megabyte of digits.
const decimalTextMax = 60;

/** @throws RangeError unless the text is a plain decimal such as `-12.050` (no exponent, no `+`, no bare point). */
export function parseDecimal(text: string): Rational {
  const { digits, places } = decimalDigits(text);
  return rational(digits, 10n ** BigInt(places));
}

/**
 * A price for so many units, as so many units of 10⁻ˢᶜᵃˡᵉ for one: what two fractions would say, with one common divisor
 * to look for.
 * @throws RangeError unless both are plain decimals and the second is not zero.
 */
export function unitPrice(price: string, per: string, scale: number): Rational {
  const dividend = decimalDigits(price);
  const divisor = decimalDigits(per);
  const shift = scale + divisor.places - dividend.places;
  if (shift >= 0) return rational(dividend.digits * 10n ** BigInt(shift), divisor.digits);
  return rational(dividend.digits, divisor.digits * 10n ** BigInt(-shift));
}

function decimalDigits(text: string): { readonly digits: bigint; readonly places: number } {
  const match = text.length <= decimalTextMax ? /^(-?)(\d+)(?:\.(\d+))?$/.exec(text) : null;
  if (!match) throw new RangeError(`"${text.slice(0, decimalTextMax)}" is not a plain decimal number such as "12.05".`);
  const [, sign = '', whole = '', fraction = ''] = match;
  return { digits: BigInt(`${sign}${whole}${fraction}`), places: fraction.length };
}

export function plus(left: Rational, right: Rational): Rational {
  if (left.denominator === right.denominator) return rational(left.numerator + right.numerator, left.denominator);
  return rational(
    left.numerator * right.denominator + right.numerator * left.denominator,
    left.denominator * right.denominator,
  );
}

export function times(left: Rational, right: Rational): Rational {
  return rational(left.numerator * right.numerator, left.denominator * right.denominator);
}

/** @throws RangeError when the divisor is zero. */
export function dividedBy(dividend: Rational, divisor: Rational): Rational {
  return rational(dividend.numerator * divisor.denominator, dividend.denominator * divisor.numerator);
}

/** Negative when left is smaller, zero when equal, positive when larger. */
export function compare(left: Rational, right: Rational): bigint {
  return left.numerator * right.denominator - right.numerator * left.denominator;
}

/** To the nearest unit, ties to the even one: unbiased, and the same for a charge and its reversal. */
export function roundHalfEven(value: Rational): Amount {
  const { quotient, remainder } = floorDivide(value);
  const twice = remainder * 2n;
  const up = twice > value.denominator || (twice === value.denominator && quotient % 2n !== 0n);
  return amount(up ? quotient + 1n : quotient);
}

/** To the next unit towards plus infinity: what a hold needs. */
export function roundUp(value: Rational): Amount {
  const { quotient, remainder } = floorDivide(value);
  return amount(remainder === 0n ? quotient : quotient + 1n);
}

/** Towards minus infinity, with what was left: `value = quotient + remainder / denominator`. */
export function floorDivide(value: Rational): { readonly quotient: bigint; readonly remainder: bigint } {
  const truncated = value.numerator / value.denominator;
  const rest = value.numerator % value.denominator;
  return rest < 0n
    ? { quotient: truncated - 1n, remainder: rest + value.denominator }
    : { quotient: truncated, remainder: rest };
}

function greatestCommonDivisor(left: bigint, right: bigint): bigint {
  while (right !== 0n) [left, right] = [right, left % right];
  return left;
}

/** A plain decimal, or a fraction such as `4/29`: the exact text of any rational. @throws RangeError for other text. */
export function parseExact(text: string): Rational {
  const [numerator = '', denominator] = text.split('/');
  const top = parseDecimal(numerator);
  return denominator === undefined ? top : dividedBy(top, parseDecimal(denominator));
}
