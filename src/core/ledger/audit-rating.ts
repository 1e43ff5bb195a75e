// Stored usage and the pinned price versions give the same receipts, and the same integers, today and in a year.
import { type Amount } from '../money/amount.ts';
import { currencyOf } from '../money/currency.ts';
import { parseExact } from '../money/rational.ts';
import type { PreparedPrice } from '../pricing/prepare.ts';
import { rate } from '../pricing/rate.ts';
import { type Receipt, sameReceipt } from '../pricing/receipt.ts';
import { type Finding, findings } from './audit.ts';
import type { RatedRow, UsageRow } from './audit-rows.ts';
import { chargedTotal } from './charged-total.ts';
import type { PinnedPrice } from './entry.ts';

/** `undefined` for a version that the price book does not have. */
export type PriceByVersion = (versionId: string) => PreparedPrice | undefined;

export function auditRating(row: UsageRow, priceOf: PriceByVersion): readonly Finding[] {
  const charged = (rated: Amount): Amount => chargedTotal({ outcome: row.outcome, rated, held: row.held });
  return [
    ...auditSide(row, { side: 'charge', pin: row.pins.charge, stored: row.charge, totalOf: charged }, priceOf),
    ...auditSide(row, { side: 'cost', pin: row.pins.cost, stored: row.cost, totalOf: (rated) => rated }, priceOf),
  ];
}

interface Side {
  readonly side: 'charge' | 'cost';
  readonly pin: PinnedPrice;
  readonly stored: RatedRow;
  /** From the receipt to what is booked. */
  readonly totalOf: (rated: Amount) => Amount;
}

function auditSide(row: UsageRow, { side, pin, stored, totalOf }: Side, priceOf: PriceByVersion): readonly Finding[] {
  const subject = `usage record ${row.eventId}`;
  const price = priceOf(pin.versionId);
  if (!price) {
    return findings(subject, [
      true,
      'rating',
      `Its ${side} pins the price version ${pin.versionId}, which is missing.`,
    ]);
  }
  const again = rateAgain(row, pin, price);
  if ('problem' in again) {
    return findings(subject, [true, 'rating', `Its ${side} cannot be rated again: ${again.problem}`]);
  }
  const { receipt } = again;
  const expected = totalOf(receipt.total);
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

function rateAgain(
  { usage, facts }: UsageRow,
  { conversion, currency }: PinnedPrice,
  price: PreparedPrice,
): { readonly receipt: Receipt } | { readonly problem: string } {
  try {
    const converted = conversion && {
      conversion: {
        fxRateId: conversion.fxRateId,
        rate: parseExact(conversion.rate),
        to: currencyOf(currency),
      },
    };
    return { receipt: rate({ price, ...converted, usage, facts }) };
  } catch (error) {
    // What was stored does not read, or is no usage: that is what an audit is to say.
    if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
    return { problem: error.message };
  }
}
