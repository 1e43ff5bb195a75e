// A rate that a call has pinned is the rate of a row that is still there, between the same two currencies.
import { compare, parseExact, type Rational } from '../money/rational.ts';
import { type Finding, findings } from './audit.ts';
import type { PriceByVersion } from './audit-rating.ts';
import type { FxRateRow } from './audit-rows.ts';
import type { PinnedPrice } from './entry.ts';

/** `undefined` for a rate that is not there. */
export type RateById = (fxRateId: string) => FxRateRow | undefined;

export function auditPinnedRate(
  subject: string,
  pin: PinnedPrice,
  { rateOf, priceOf }: { readonly rateOf: RateById; readonly priceOf: PriceByVersion },
): readonly Finding[] {
  const { conversion } = pin;
  if (!conversion) return [];
  const row = rateOf(conversion.fxRateId);
  if (!row) {
    return findings(subject, [true, 'fx', `It pins the exchange rate ${conversion.fxRateId}, which is missing.`]);
  }
  const pinned = rateIn(conversion.rate);
  const from = priceOf(pin.versionId)?.currency.code;
  return findings(
    subject,
    [
      pinned === undefined || compare(pinned, row.rate) !== 0n,
      'fx',
      `It pins the rate ${conversion.rate}, and the exchange rate ${row.fxRateId} says another.`,
    ],
    [
      (from !== undefined && from !== row.base) || pin.currency !== row.quote,
      'fx',
      `It converts ${from ?? 'its price'} to ${pin.currency} by a rate from ${row.base} to ${row.quote}.`,
    ],
  );
}

function rateIn(text: string): Rational | undefined {
  try {
    return parseExact(text);
  } catch {
    return undefined;
  }
}
