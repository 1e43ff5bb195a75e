// A rate between two currencies, exact as it was written.
import { Failure } from '#core/failure.ts';
import { compare, nothing, parseDecimal, type Rational } from '#core/money/rational.ts';
import type { FxRate } from '#ports/administration.ts';
import type { AdminDesk } from './desk.ts';
import { change } from './outcome.ts';
import { readCurrency } from './read-money.ts';

export interface FxOrder {
  readonly base: string;
  readonly quote: string;
  readonly rate: string;
  readonly observed_at?: string;
  readonly source?: string;
}

export async function setFxRate(desk: AdminDesk, actor: string, order: FxOrder): Promise<FxRate> {
  const base = readCurrency(order.base, 'base').code;
  const quote = readCurrency(order.quote, 'quote').code;
  if (base === quote) {
    throw new Failure('invalid_parameter', `${base} to ${quote} is always 1; name two currencies.`, { param: 'quote' });
  }
  const observed_at = order.observed_at ?? new Date(desk.clock.now()).toISOString();
  const row = { base, quote, rate: readRate(order.rate), observed_at, source: order.source ?? actor };
  return change(desk, 'catalog', 'rate', desk.administration.fxRates.set(actor, row));
}

// What the database keeps of either side of the fraction.
const sideMax = 10n ** 38n;

function readRate(text: string): Rational {
  const rate = rateIn(text);
  if (rate && compare(rate, nothing) > 0n && rate.numerator < sideMax && rate.denominator < sideMax) return rate;
  const message = `"${text}" is no rate. Write how many of \`quote\` one of \`base\` is, such as "7.12".`;
  throw new Failure('invalid_parameter', message, { param: 'rate' });
}

function rateIn(text: string): Rational | undefined {
  try {
    return parseDecimal(text);
  } catch {
    return undefined;
  }
}
