// From what is to be charged to the lines of a receipt: exact fractions over all lines, rounded once, and the lines add up.
import { allocateLargestRemainder } from '#core/money/allocate.ts';
import { type Amount, amount, zero } from '#core/money/amount.ts';
import { nothing, plus, type Rational, rational, roundHalfEven, times } from '#core/money/rational.ts';
import type { UnitRanges } from '#core/usage/unit-range.ts';
import type { Charge } from './consumption.ts';
import { exactText } from './decimal.ts';
import type { ReceiptLine } from './receipt.ts';
import { type Bracket, crossingsOf, type PreparedTiers, slicesOf } from './tiers.ts';

export function addUp(parts: readonly Part[]): { readonly lines: readonly ReceiptLine[]; readonly total: Amount } {
  const exacts = parts.map((part) => part.exact);
  const whole = exacts.every((exact) => exact.denominator === 1n);
  const total = whole
    ? amount(exacts.reduce((sum, exact) => sum + exact.numerator, 0n))
    : roundHalfEven(exacts.reduce(plus, nothing));
  const amounts = whole ? exacts.map((exact) => amount(exact.numerator)) : allocateLargestRemainder(total, exacts);
  return { lines: parts.map(({ line }, index) => ({ ...line, amount: amounts[index] ?? zero })), total };
}

/** A line whose amount is not rounded yet. */
export interface Part {
  readonly line: Omit<ReceiptLine, 'amount'>;
  readonly exact: Rational;
}

export function partOf(charge: Charge): Part {
  const { charged, measured, chosen } = charge;
  return {
    line: lineOf(charge, { quantity: charged, ...(charged === measured ? undefined : { measured }) }),
    exact: exactly(charge, charged, chosen.unit),
  };
}

/** Units by the price of their place: a part of a call may be free, and each price has its line. */
export function countedParts(charge: Charge, tiers: PreparedTiers, ranges: UnitRanges): readonly Part[] {
  return slicesOf(tiers, ranges).map(({ bracket, units }, index) => {
    const measured = index === 0 && charge.charged !== charge.measured ? { measured: charge.measured } : {};
    return tierPart(charge, tiers, {
      bracket,
      quantity: rational(units, tiers.scale),
      unit: bracket.unit,
      ...measured,
    });
  });
}

/** What crossing a threshold changes about the units before it. */
export function adjustmentParts(charge: Charge, tiers: PreparedTiers, ranges: UnitRanges): readonly Part[] {
  return crossingsOf(tiers, ranges).map(({ units, was, now }) => {
    const unit = plus(now.unit, times(was.unit, rational(-1n)));
    const part = tierPart(charge, tiers, { bracket: now, quantity: rational(units, tiers.scale), unit });
    return { ...part, line: { ...part.line, instead_of: was.price } };
  });
}

interface TierPart {
  readonly bracket: Bracket;
  readonly quantity: Rational;
  readonly measured?: Rational;
  /** Before modifiers. */
  readonly unit: Rational;
}

function tierPart(charge: Charge, { scale }: PreparedTiers, { bracket, quantity, measured, unit }: TierPart): Part {
  const above = rational(bracket.from, scale);
  const { times: factor } = charge.chosen;
  return {
    line: lineOf(charge, { quantity, ...(measured === undefined ? {} : { measured }), price: bracket.price, above }),
    exact: exactly(charge, quantity, factor === undefined ? unit : times(unit, factor)),
  };
}

function exactly({ scale }: Charge, quantity: Rational, unit: Rational): Rational {
  const native = times(quantity, unit);
  return scale === undefined ? native : times(native, scale);
}

interface LinePart {
  readonly quantity: Rational;
  readonly measured?: Rational;
  readonly price?: string;
  readonly above?: Rational;
}

function lineOf({ model, meter, chosen, currency }: Charge, part: LinePart): Part['line'] {
  const { component, factor, when } = chosen;
  return {
    ...(model === undefined ? undefined : { model }),
    meter,
    quantity: exactText(part.quantity),
    ...(part.measured === undefined ? undefined : { measured: exactText(part.measured) }),
    price: part.price ?? component.price,
    per: component.per,
    currency,
    ...(part.above === undefined ? undefined : { above: exactText(part.above) }),
    ...(factor === undefined ? undefined : { factor }),
    ...(when === undefined ? undefined : { when }),
  };
}
