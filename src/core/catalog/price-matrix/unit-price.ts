// Prices of different quantities and currencies made comparable: exact, per single unit.
import { floorDivide, dividedBy, parseDecimal, type Rational, rational, times } from '#core/money/rational.ts';
import type { PriceComponent } from '#core/pricing/component.ts';
import type { ExchangeRate } from '../catalog.ts';

export function unitPrice({ price, per }: Pick<PriceComponent, 'price' | 'per'>): Rational {
  return dividedBy(parseDecimal(price), parseDecimal(per));
}

/** Major units of `to` for one of `from`; `undefined` when nobody has said. */
export function exchanged(
  exchange: readonly ExchangeRate[],
  { from, to }: { readonly from: string; readonly to: string },
): Rational | undefined {
  if (from === to) return rational(1n);
  return exchange.find((each) => each.base === from && each.quote === to)?.rate;
}

/** `"+25"`, `"-3.33"`: for people, to two decimals; `undefined` from nothing. */
export function percentBetween(old: Rational, now: Rational): string | undefined {
  if (old.numerator === 0n) return undefined;
  const hundredths = times(dividedBy(now, old), rational(10_000n));
  const { quotient } = floorDivide(times(hundredths, rational(2n)));
  const rounded = (quotient + 1n) / 2n - 10_000n;
  const digits = (rounded < 0n ? -rounded : rounded).toString().padStart(3, '0');
  const fraction = digits.slice(-2).replace(/0+$/, '');
  const sign = rounded < 0n ? '-' : '+';
  return rounded === 0n ? '0' : `${sign}${digits.slice(0, -2)}${fraction === '' ? '' : `.${fraction}`}`;
}
