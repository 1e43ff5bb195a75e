// The limits that a virtual key, a user or an organization may carry, and what one call takes of each.
import type { Amount } from '../money/amount.ts';
import { type BudgetPeriod, periodId } from './period.ts';

/** As stored on the owner's row; money in units of the wallet's currency. */
export interface Limits {
  readonly requestsPerMinute?: number;
  readonly requestsPerDay?: number;
  readonly tokensPerMinute?: number;
  readonly tokensPerDay?: number;
  readonly concurrency?: number;
  readonly moneyPerMinute?: Amount;
  readonly budgets?: Readonly<Partial<Record<BudgetPeriod, Amount>>>;
  /** What must stay in the wallet. */
  readonly minBalance?: Amount;
}

/** Who carries them: `key:<id>`, `user:<id>`, `organization:<id>`. */
export interface LimitOwner {
  readonly scope: string;
  /** As callers read it in `limit_source`: `virtual_key`, `user`, `organization`. */
  readonly label: string;
  readonly limits: Limits;
}

export type RateMeter = 'requests' | 'tokens' | 'money';

export interface RateScope {
  readonly scope: string;
  readonly source: string;
  readonly meter: RateMeter;
  readonly windowMs: number;
  readonly limit: bigint;
}

export interface SlotScope {
  readonly scope: string;
  readonly source: string;
  readonly limit: number;
}

export interface BudgetScope {
  readonly scope: string;
  readonly period: string;
  readonly source: string;
  readonly limit: Amount;
}

/** Everything beside the wallet that one call must fit into, at once. */
export interface CallScopes {
  readonly rates: readonly RateScope[];
  readonly slots: readonly SlotScope[];
  readonly budgets: readonly BudgetScope[];
  readonly minBalance: Amount | undefined;
}

const minuteMs = 60_000;
const dayMs = 86_400_000;

export function scopesOf(owners: readonly LimitOwner[], atMs: number): CallScopes {
  const rates: RateScope[] = [];
  const slots: SlotScope[] = [];
  const budgets: BudgetScope[] = [];
  let minBalance: Amount | undefined;
  for (const { scope, label, limits } of owners) {
    const rate = (name: string, meter: RateMeter, windowMs: number, limit: number | bigint | undefined): void => {
      if (limit === undefined) return;
      rates.push({ scope: `${scope}:${name}`, source: `${label}.${name}`, meter, windowMs, limit: BigInt(limit) });
    };
    rate('rpm', 'requests', minuteMs, limits.requestsPerMinute);
    rate('rpd', 'requests', dayMs, limits.requestsPerDay);
    rate('tpm', 'tokens', minuteMs, limits.tokensPerMinute);
    rate('tpd', 'tokens', dayMs, limits.tokensPerDay);
    rate('cost_per_minute', 'money', minuteMs, limits.moneyPerMinute);
    if (limits.concurrency !== undefined) {
      slots.push({ scope, source: `${label}.max_concurrent`, limit: limits.concurrency });
    }
    for (const period of ['day', 'week', 'month', 'total'] as const) {
      const limit = limits.budgets?.[period];
      if (limit === undefined) continue;
      budgets.push({ scope, period: periodId(period, atMs), source: `${label}.budget.${period}`, limit });
    }
    if (limits.minBalance !== undefined && (minBalance === undefined || limits.minBalance > minBalance)) {
      minBalance = limits.minBalance;
    }
  }
  return { rates, slots, budgets, minBalance };
}
