// Exact text of a fraction, for receipts.
import type { Rational } from '#core/money/rational.ts';

/** `"12.5"`; where the decimals would not end, a fraction such as `"4/29"`. */
export function exactText({ numerator, denominator }: Rational): string {
  if (denominator === 1n) return numerator.toString();
  const digits = decimalDigits(denominator);
  if (digits === undefined) return `${numerator}/${denominator}`;
  const scaled = (numerator * 10n ** BigInt(digits)) / denominator;
  const sign = scaled < 0n ? '-' : '';
  const text = (scaled < 0n ? -scaled : scaled).toString().padStart(digits + 1, '0');
  return `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** How many decimals a reduced fraction needs; `undefined` when no number of them is enough. */
function decimalDigits(denominator: bigint): number | undefined {
  let rest = denominator;
  let twos = 0;
  let fives = 0;
  for (; rest % 2n === 0n; rest /= 2n) twos += 1;
  for (; rest % 5n === 0n; rest /= 5n) fives += 1;
  return rest === 1n ? Math.max(twos, fives) : undefined;
}
