// Minimums and blocks: how much is charged for how much was consumed.
import { compare, dividedBy, floorDivide, plus, type Rational, rational, times } from '#core/money/rational.ts';
import type { PreparedComponent } from './prepare.ts';

type QuantityRule = Pick<PreparedComponent, 'min' | 'roundUpTo'>;

/** The same object when minimum and blocks change nothing. */
export function chargedQuantity({ min, roundUpTo }: QuantityRule, measured: Rational): Rational {
  const least = min !== undefined && compare(measured, min) < 0n ? min : measured;
  if (roundUpTo === undefined) return least;
  const { quotient, remainder } = floorDivide(dividedBy(least, roundUpTo));
  return remainder === 0n ? least : times(rational(quotient + 1n), roundUpTo);
}

/** The most that minimum and block can add to a quantity, whatever it is. */
export function chargedBeyond({ min, roundUpTo }: QuantityRule): Rational | undefined {
  if (min === undefined || roundUpTo === undefined) return min ?? roundUpTo;
  return plus(min, roundUpTo);
}
