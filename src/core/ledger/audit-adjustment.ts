// What was adjusted after a period was rated again: the lines of an event add up to it, each goes on from what the call had
// been charged, and comes to what its versions say.
import { type Finding, findings } from './audit.ts';
import { chargeDifference, costsOf } from './adjustment.ts';
import { eventSubject } from './audit-chain.ts';
import { auditRating, type PriceByVersion } from './audit-rating.ts';
import type { AdjustmentRow, UsageRow } from './audit-rows.ts';
import type { BillingEvent } from './event.ts';
import { type Posting, postingsOf } from './posting.ts';

export function auditAdjustmentEvent(
  event: BillingEvent,
  legs: readonly Posting[],
  lines: readonly AdjustmentRow[],
): readonly Finding[] {
  const subject = eventSubject(event);
  if (event.kind !== 'adjustment') {
    const message = `It is a ${event.kind}, and lines of an adjustment name it.`;
    return findings(subject, [lines.length > 0, 'adjustments', message]);
  }
  const sum = lines.reduce((total, line) => total + chargeDifference(line), 0n);
  // Legs are compared as they are written: their order is that of the lines' providers.
  const costs = legs.filter(({ account }) => account.startsWith('payable:'));
  const expected = postingsOf(event, costsOf(lines)).filter(({ account }) => account.startsWith('payable:'));
  return findings(
    subject,
    [lines.length === 0, 'adjustments', 'It is an adjustment without a line that says for what.'],
    [-event.amount !== sum, 'adjustments', `It moves ${-event.amount}, and its lines add up to ${sum}.`],
    [
      !sameSums(costs, expected),
      'adjustments',
      'What its legs owe to providers is not what its lines say of the costs.',
    ],
  );
}

function sameSums(left: readonly Posting[], right: readonly Posting[]): boolean {
  const texts = (legs: readonly Posting[]): string =>
    legs
      .map(({ account, currency, amount }) => `${account} ${currency} ${amount}`)
      .toSorted()
      .join('\n');
  return texts(left) === texts(right);
}

/** Rated again by what the line pins, the call comes to what the line says. */
export function auditAdjustmentLine(
  line: AdjustmentRow,
  usage: readonly UsageRow[],
  priceOf: PriceByVersion,
): readonly Finding[] {
  const record = usage.find(({ eventId }) => eventId === line.recordId);
  const subject = `adjustment of request ${line.requestId} in re-rating ${line.rerateId}`;
  if (!record) {
    return findings(subject, [true, 'adjustments', `It rates the usage record ${line.recordId}, which is missing.`]);
  }
  const { after, pins } = line;
  const rated: UsageRow = {
    ...record,
    pins,
    charge: { total: after.total, currency: after.chargeReceipt.currency, receipt: after.chargeReceipt },
    cost: { total: after.cost, currency: after.costCurrency, receipt: after.costReceipt },
  };
  return auditRating(rated, priceOf).map((finding) => ({ ...finding, subject }));
}
