// Splits a rounded total over its exact parts, so that receipt lines add up to the unit.
import { type Amount, amount } from './amount.ts';
import { compare, floorDivide, type Rational, rational } from './rational.ts';

/**
 * Largest remainder: every part gets its exact share rounded down, and the missing units go to the parts
 * that lost most by it; among equals the earlier part.
 * @throws RangeError when the total is not within one unit per part of the parts' sum.
 */
export function allocateLargestRemainder(total: Amount, parts: readonly Rational[]): readonly Amount[] {
  const floors = parts.map(floorDivide);
  const missing = total - floors.reduce((sum, each) => sum + each.quotient, 0n);
  if (missing < 0n || missing > BigInt(parts.length)) {
    throw new RangeError(`${total} is no rounding of the sum of its ${parts.length} parts.`);
  }
  const lostMost = parts
    .map((part, index) => ({ index, lost: rational(floors[index]?.remainder ?? 0n, part.denominator) }))
    .toSorted((left, right) => Number(signOf(compare(right.lost, left.lost))) || left.index - right.index);
  const raised = new Set(lostMost.slice(0, Number(missing)).map((each) => each.index));
  return floors.map((each, index) => amount(raised.has(index) ? each.quotient + 1n : each.quotient));
}

function signOf(value: bigint): bigint {
  if (value === 0n) return 0n;
  return value < 0n ? -1n : 1n;
}
