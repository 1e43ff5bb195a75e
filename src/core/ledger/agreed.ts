// What was agreed with a provider when a call began, as its cost pins it.
import { amount } from '../money/amount.ts';
import type { Terms } from '../pricing/terms.ts';
import type { PinnedPrice } from './entry.ts';

export type PinnedAgreement = Pick<PinnedPrice, 'discount' | 'trial'>;

export function agreementOf({ discount, trial }: Pick<Terms, 'discount' | 'trial'>): PinnedAgreement {
  return {
    ...(discount ? { discount } : {}),
    ...(trial ? { trial: { planId: trial.planId, limit: trial.limit.toString() } } : {}),
  };
}

/** @throws RangeError, SyntaxError when it does not read. */
export function agreedBy({ discount, trial }: PinnedAgreement): Pick<Terms, 'discount' | 'trial'> {
  return {
    ...(discount ? { discount } : {}),
    ...(trial ? { trial: { planId: trial.planId, limit: amount(BigInt(trial.limit)) } } : {}),
  };
}
