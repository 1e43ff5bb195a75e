// Double entry: every event's legs add up to zero in each currency.
import { type Amount, negate } from '../money/amount.ts';
import type { BillingEvent } from './event.ts';
import { isOwnPayee } from './payee.ts';

export interface Posting {
  readonly walletId: string;
  readonly seq: bigint;
  readonly leg: number;
  /** `wallet`, or a house account whose balance is the sum of its postings. */
  readonly account: string;
  readonly currency: string;
  readonly amount: Amount;
}

/** What the provider bills for the call, booked beside its charge. */
export interface CostDifference {
  /** Its name as a payee. */
  readonly provider: string;
  readonly currency: string;
  readonly amount: Amount;
}

const counterAccount = {
  charge: 'revenue',
  top_up: 'payments',
  refund: 'payments',
  adjustment: 'adjustments',
} as const satisfies Record<BillingEvent['kind'], string>;

export function postingsOf(event: BillingEvent, costs: readonly CostDifference[] = []): readonly Posting[] {
  const legs: Omit<Posting, 'walletId' | 'seq' | 'leg'>[] = [
    { account: 'wallet', currency: event.currency, amount: event.amount },
    { account: counterAccount[event.kind], currency: event.currency, amount: negate(event.amount) },
  ];
  for (const cost of costs) {
    if (cost.amount === 0n) continue;
    legs.push(
      // What a customer owes for calls by its own key is told, and is no cost of ours.
      {
        account: isOwnPayee(cost.provider) ? 'customer_cost' : 'provider_cost',
        currency: cost.currency,
        amount: cost.amount,
      },
      { account: `payable:${cost.provider}`, currency: cost.currency, amount: negate(cost.amount) },
    );
  }
  return legs.map((leg, index) => ({ ...leg, walletId: event.walletId, seq: event.seq, leg: index + 1 }));
}
