// Stored usage and the pinned price versions give the same receipts, and the same integers, today and in a year.
import { type Amount } from '../money/amount.ts';
import { currencyOf } from '../money/currency.ts';
import { parseExact } from '../money/rational.ts';
import { allocationsOf } from '../pricing/counted.ts';
import { asCharged, type PreparedPrice } from '../pricing/prepare.ts';
import { rate } from '../pricing/rate.ts';
import type { SubTerms } from '../pricing/terms.ts';
import { type Receipt, sameReceipt } from '../pricing/receipt.ts';
import { agreedBy } from './agreed.ts';
import { type Finding, findings } from './audit.ts';
import type { RatedRow, UsageRow } from './audit-rows.ts';
import { chargedTotal, costTotal } from './charged-total.ts';
import type { PinnedPrice } from './entry.ts';

/** `undefined` for a version that the price book does not have. */
export type PriceByVersion = (versionId: string) => PreparedPrice | undefined;

export function auditRating(row: UsageRow, priceOf: PriceByVersion): readonly Finding[] {
  const charged = (receipt: Receipt): Amount => chargedTotal({ outcome: row.outcome, receipt, held: row.held });
  return [
    ...auditSide(row, { side: 'charge', pin: row.pins.charge, stored: row.charge, totalOf: charged }, priceOf),
    ...auditSide(row, { side: 'cost', pin: row.pins.cost, stored: row.cost, totalOf: costTotal }, priceOf),
  ];
}

interface Side {
  readonly side: 'charge' | 'cost';
  readonly pin: PinnedPrice;
  readonly stored: RatedRow;
  /** From the receipt to what is booked. */
  readonly totalOf: (receipt: Receipt) => Amount;
}

function auditSide(row: UsageRow, { side, pin, stored, totalOf }: Side, priceOf: PriceByVersion): readonly Finding[] {
  const subject = `usage record ${row.eventId}`;
  const found = priceOf(pin.versionId);
  const price = found && sidePrice(side, found);
  if (!price) {
    return findings(subject, [
      true,
      'rating',
      `Its ${side} pins the price version ${pin.versionId}, which is missing.`,
    ]);
  }
  const again = rateAgain(row, { side, pin, stored, price, priceOf });
  if ('problem' in again) {
    return findings(subject, [true, 'rating', `Its ${side} cannot be rated again: ${again.problem}`]);
  }
  const { receipt } = again;
  const expected = totalOf(receipt);
  return findings(
    subject,
    [
      stored.total !== expected || stored.currency !== receipt.currency,
      'rating',
      `Its ${side} is ${stored.total} ${stored.currency}, and rated again ${expected} ${receipt.currency}.`,
    ],
    [!sameReceipt(stored.receipt, receipt), 'rating', `Its ${side} has another receipt when it is rated again.`],
  );
}

interface Pinned extends Pick<Side, 'side' | 'pin' | 'stored'> {
  readonly price: PreparedPrice;
  readonly priceOf: PriceByVersion;
}

function rateAgain(
  { usage, facts }: UsageRow,
  { side, pin, stored, price, priceOf }: Pinned,
): { readonly receipt: Receipt } | { readonly problem: string } {
  const { conversion, currency } = pin;
  try {
    const converted = conversion && {
      conversion: {
        fxRateId: conversion.fxRateId,
        rate: parseExact(conversion.rate),
        to: currencyOf(currency),
      },
    };
    const subTerms = subTermsOf(side, stored.receipt, priceOf);
    const reportedCost = side === 'cost' ? price.reportedCost : undefined;
    const agreed = agreedBy(pin);
    const allocations = allocationsOf(stored.receipt.allocations);
    return { receipt: rate({ price, ...converted, ...agreed, reportedCost, subTerms, usage, facts, allocations }) };
  } catch (error) {
    // What was stored does not read, or is no usage: that is what an audit is to say.
    if (!(error instanceof RangeError || error instanceof TypeError || error instanceof SyntaxError)) throw error;
    return { problem: error.message };
  }
}

function sidePrice(side: Side['side'], price: PreparedPrice): PreparedPrice {
  return side === 'charge' ? asCharged(price) : price;
}

/** By what the receipt says that it was charged by. */
function subTermsOf(
  side: Side['side'],
  { sub_prices: pinned = [], currency }: Receipt,
  priceOf: PriceByVersion,
): SubTerms {
  return (model) => {
    const found = pinned.find((each) => each.model === model);
    const known = found && priceOf(found.price_version);
    if (!known) return undefined;
    const price = sidePrice(side, known);
    const { fx_rate_id: fxRateId, fx_rate: rate } = found;
    if (fxRateId === undefined || rate === undefined) return { price };
    return { price, conversion: { fxRateId, rate: parseExact(rate), to: currencyOf(currency) } };
  };
}
