// Minimums and blocks: how much is charged for how much was consumed.
import {
  compare,
  dividedBy,
  floorDivide,
  nothing,
  plus,
  type Rational,
  rational,
  times,
} from '#core/money/rational.ts';
import type { PreparedComponent } from './prepare.ts';

type QuantityRule = Pick<PreparedComponent, 'countBy' | 'min' | 'roundUpTo' | 'step'>;

/** For what was consumed, which is more than nothing. The same object when minimum and blocks change nothing. */
export function chargedQuantity(rule: QuantityRule, measured: Rational): Rational {
  const charged = raised(rule, rule.countBy === 'prompt' ? once : measured);
  return rule.step === undefined ? charged : nextMultiple(rule.step, charged);
}

const once = rational(1n);

function raised({ min, roundUpTo }: QuantityRule, measured: Rational): Rational {
  const least = min !== undefined && compare(measured, min) < 0n ? min : measured;
  return roundUpTo === undefined ? least : nextMultiple(roundUpTo, least);
}

function nextMultiple(block: Rational, quantity: Rational): Rational {
  const { quotient, remainder } = floorDivide(dividedBy(quantity, block));
  return remainder === 0n ? quantity : times(rational(quotient + 1n), block);
}

/** The most that minimum and block can add to a quantity, whatever it is. */
export function chargedBeyond(rule: QuantityRule): Rational | undefined {
  const { countBy, min, roundUpTo, step } = rule;
  if (countBy === 'prompt') return chargedQuantity(rule, once);
  if (min === undefined && roundUpTo === undefined) return undefined;
  return [min, roundUpTo, step].reduce<Rational>((sum, each) => (each ? plus(sum, each) : sum), nothing);
}
