// From what a call's receipts say to what the wallet pays, and what the provider is owed.
import { type Amount, add, smaller, subtract, zero } from '../money/amount.ts';
import type { Receipt } from '../pricing/receipt.ts';
import type { CallOutcome } from './entry.ts';

interface Charged {
  readonly outcome: CallOutcome;
  readonly receipt: Receipt;
  readonly held: Amount;
}

/**
 * A stream that was cut off because the wallet ran out costs its caller at most what was held for it. What crossing a
 * threshold changes about earlier calls is charged with the call that crossed it.
 */
export function chargedTotal({ outcome, receipt, held }: Charged): Amount {
  const own = outcome === 'cut_off' ? smaller(receipt.total, held) : receipt.total;
  return add(own, receipt.adjustment ?? zero);
}

export function costTotal({ total, adjustment = zero, trial_credit: trial }: Receipt): Amount {
  return subtract(add(total, adjustment), trial?.amount ?? zero);
}
