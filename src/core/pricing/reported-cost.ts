// What the provider says that a call has cost, beside or instead of what its listed price comes to.
import type { Amount } from '#core/money/amount.ts';
import { type Currency, currencyOf, findCurrency } from '#core/money/currency.ts';
import { compare, parseDecimal, type Rational, rational, roundHalfEven, times } from '#core/money/rational.ts';
import type { Usage } from '#core/usage/usage.ts';
import { exactText } from './decimal.ts';
import type { ReportedCost } from './receipt.ts';
import { scaleOf, type Terms } from './terms.ts';

export interface Reported {
  /** Set when it is the cost. */
  readonly preferred: Amount | undefined;
  /** In ledger units of the price's currency, whatever stands on top included. */
  readonly exact: Rational | undefined;
  readonly told: ReportedCost;
}

interface Asked extends Terms {
  readonly usage: Usage;
}

/** `undefined` when nothing was reported, or nobody asks. */
export function reportedCost(input: Asked): Reported | undefined {
  const { usage, price, reportedCost: policy = 'ignore' } = input;
  const said = usage.provider_reported_cost;
  if (said === undefined || policy === 'ignore') return undefined;
  const { amount, currency } = said;
  const inPrices = inCurrency(said, price.currency);
  const told = { amount, currency, basis: said.basis, policy };
  // Credits whose worth nobody said, or another currency, are no cost that could be booked.
  if (inPrices === undefined) return { preferred: undefined, exact: undefined, told: { ...told, unreadable: true } };
  // What the provider says is what it bills: the commitment is in it already.
  const scale = scaleOf({ ...input, discount: undefined });
  const exact = scale === undefined ? inPrices : times(inPrices, scale);
  return { preferred: policy === 'prefer' ? roundHalfEven(exact) : undefined, exact, told };
}

/** Whether the price's own components have no say. */
export function takesReportedCost(input: Asked): boolean {
  return input.reportedCost === 'prefer' && reportedCost(input)?.preferred !== undefined;
}

function inCurrency(
  { amount, currency, usd_per_unit: worth }: NonNullable<Usage['provider_reported_cost']>,
  wanted: Currency,
): Rational | undefined {
  const given = worth === undefined ? findCurrency(currency) : currencyOf('usd');
  if (given !== wanted) return undefined;
  const units = rational(10n ** BigInt(wanted.scale));
  const value = times(parseDecimal(amount), units);
  return worth === undefined ? value : times(value, parseDecimal(worth));
}

// What is less than both is rounding, or a price that the provider rounds for its own bill.
const differenceMin = parseDecimal('0.0001');
const shareMin = parseDecimal('0.01');

/** Says whether the listed price came to something else than was reported. */
export function comparedWith(rated: Amount, { exact, told }: Reported, currency: Currency): ReportedCost {
  if (exact === undefined) return told;
  const difference = rational(rated - roundHalfEven(exact));
  const size = difference.numerator < 0n ? rational(-difference.numerator) : difference;
  const least = times(differenceMin, rational(10n ** BigInt(currency.scale)));
  const differs = compare(size, least) > 0n && compare(size, times(exact, shareMin)) > 0n;
  return differs ? { ...told, rated_is_more_by: exactText(inMajor(difference, currency)) } : told;
}

function inMajor(units: Rational, { scale }: Currency): Rational {
  return times(units, rational(1n, 10n ** BigInt(scale)));
}
