// A request's register: what it has been charged so far. Entries carry totals; what is booked is the difference.
import { type Amount, negate, subtract, zero } from '../money/amount.ts';
import type { CostDifference } from './posting.ts';

export interface RequestCharge {
  readonly total: Amount;
  readonly cost: Amount;
  readonly costCurrency: string;
  /** To whom the cost is owed. */
  readonly provider: string;
  readonly final: boolean;
  readonly revision: number;
}

export type Registered =
  /** The register moves; the differences are booked. */
  | {
      readonly kind: 'booked';
      readonly register: RequestCharge;
      readonly charge: Amount;
      readonly costs: readonly CostDifference[];
    }
  /** A better word is registered already: nothing is booked. */
  | { readonly kind: 'superseded' };

/** Final beats estimate, a later estimate an earlier one; so any order of any repeats ends at the same total. */
export function register(before: RequestCharge | undefined, said: RequestCharge): Registered {
  if (before && (before.final || (!said.final && said.revision <= before.revision))) return { kind: 'superseded' };
  return {
    kind: 'booked',
    register: said,
    charge: subtract(said.total, before?.total ?? zero),
    costs: costDifferences(before, said),
  };
}

type Owed = Pick<RequestCharge, 'provider' | 'cost' | 'costCurrency'>;

// An estimate may have named another provider than the one that answered in the end: what it booked as owed to that
// one is taken back whole, since amounts owed to two providers, or in two currencies, have no difference.
export function costDifferences(before: Owed | undefined, said: Owed): readonly CostDifference[] {
  const now = costOf(said);
  if (!before) return [now];
  const then = costOf(before);
  if (then.provider === now.provider && then.currency === now.currency) {
    return [{ ...now, amount: subtract(now.amount, then.amount) }];
  }
  return [{ ...then, amount: negate(then.amount) }, now];
}

function costOf({ provider, costCurrency, cost }: Owed): CostDifference {
  return { provider, currency: costCurrency, amount: cost };
}
