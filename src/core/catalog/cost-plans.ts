// What the platform has agreed with a provider about its bill: a commitment's discount, a trial's credit.
import type { Amount } from '../money/amount.ts';
import { compare, parseDecimal } from '../money/rational.ts';
import type { CommittedUse, TrialCredit } from '../pricing/terms.ts';

export interface CostPlan {
  readonly planId: string;
  /** The provider's name. */
  readonly provider: string;
  readonly fromMs: number;
  /** The first instant at which it does not count any more. */
  readonly toMs: number;
  /** Decimal text, more than nothing and at most 100. */
  readonly discountPercentage?: string;
  /** In ledger units of the dollar. */
  readonly trialCredit?: Amount;
}

export interface Agreed {
  readonly discount?: CommittedUse;
  readonly trial?: TrialCredit;
}

/** Of several commitments the one that says most; of several trials the one that ends first. */
export function agreedWith(plans: readonly CostPlan[], provider: string, atMs: number): Agreed {
  const current = plans.filter((plan) => plan.provider === provider && plan.fromMs <= atMs && atMs < plan.toMs);
  const [committed] = current
    .filter((plan) => plan.discountPercentage !== undefined)
    .toSorted((left, right) => byPercentage(right, left) || byId(left, right));
  const [trial] = current
    .filter((plan) => plan.trialCredit !== undefined)
    .toSorted((left, right) => left.toMs - right.toMs || byId(left, right));
  return {
    ...(committed?.discountPercentage === undefined
      ? undefined
      : { discount: { planId: committed.planId, percentage: committed.discountPercentage } }),
    ...(trial?.trialCredit === undefined ? undefined : { trial: { planId: trial.planId, limit: trial.trialCredit } }),
  };
}

function byPercentage(
  { discountPercentage: left = '0' }: CostPlan,
  { discountPercentage: right = '0' }: CostPlan,
): number {
  const difference = compare(parseDecimal(left), parseDecimal(right));
  return difference === 0n ? 0 : difference < 0n ? -1 : 1;
}

function byId(left: CostPlan, right: CostPlan): number {
  return left.planId < right.planId ? -1 : 1;
}
