// What stands between a price and an amount.
import type { Currency } from '#core/money/currency.ts';
import type { Amount } from '#core/money/amount.ts';
import { dividedBy, parseDecimal, plus, type Rational, rational, times } from '#core/money/rational.ts';
import type { ReportedCostPolicy } from './component.ts';
import type { PreparedPrice } from './prepare.ts';

/** `rate`: how much of `to` one unit of the price's currency is. */
export interface Conversion {
  readonly fxRateId: string;
  readonly rate: Rational;
  readonly to: Currency;
}

/** A discount that a provider gives for a commitment. */
export interface CommittedUse {
  readonly planId: string;
  /** Decimal text, at most 100. */
  readonly percentage: string;
}

/** What a provider does not bill at first. */
export interface TrialCredit {
  readonly planId: string;
  /** In ledger units of the dollar. */
  readonly limit: Amount;
}

/** What stands between a price and an amount: pinned with the call, so that it can be computed again. */
export interface Terms {
  readonly price: PreparedPrice;
  readonly conversion?: Conversion | undefined;
  /** On top of the price, such as a markup; never negative. */
  readonly multiplier?: Rational | undefined;
  /** For what a provider bills us; nothing of it enters what a customer pays. */
  readonly reportedCost?: ReportedCostPolicy | undefined;
  /** On a provider's list, not on what it says itself. */
  readonly discount?: CommittedUse | undefined;
  /** Taken off what a provider bills, when that is in dollars. */
  readonly trial?: TrialCredit | undefined;
}

/** Which terms the work of another model inside a call has; `undefined`: it has no price. */
export type SubTerms = (model: string) => Terms | undefined;

/** From ledger units of the price's currency to those of the receipt's; `undefined` when they are the same. */
export function scaleOf(terms: Terms): Rational | undefined {
  const { price, conversion } = terms;
  const multiplier = factorOf(terms);
  if (conversion === undefined) return multiplier;
  const from = rational(1n, 10n ** BigInt(price.currency.scale));
  const to = times(conversion.rate, rational(10n ** BigInt(conversion.to.scale)));
  return times(times(from, to), multiplier ?? rational(1n));
}

function factorOf({ multiplier, discount }: Terms): Rational | undefined {
  if (discount === undefined) return multiplier;
  const left = dividedBy(plus(hundred, times(parseDecimal(discount.percentage), rational(-1n))), hundred);
  return multiplier === undefined ? left : times(multiplier, left);
}

const hundred = rational(100n);

/** What the receipt is in. */
export function currencyAfter({ price, conversion }: Terms): Currency {
  return conversion?.to ?? price.currency;
}
