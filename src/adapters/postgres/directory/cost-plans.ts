// The platform's own plans that change what a provider's calls cost.
import type { PoolClient } from 'pg';
import type { CostPlan } from '#core/catalog/cost-plans.ts';
import { type Amount, amountMax } from '#core/money/amount.ts';
import { currencyOf, parseAmount } from '#core/money/currency.ts';

interface PlanColumns {
  readonly id: string;
  readonly provider: string;
  readonly tier_type: string;
  readonly from_date: string;
  readonly to_date: string | null;
  readonly discount: string | null;
  readonly credit: string | null;
}

// A trial ends with its own date or the plan's, whichever comes first. A credit finer than a picodollar is none.
export async function readCostPlans(client: PoolClient): Promise<readonly CostPlan[]> {
  const { rows } = await client.query<PlanColumns>({
    name: 'directory-cost-plans',
    text: `select id, provider, tier_type, effective_date::text as from_date,
        (case when tier_type = 'trial' then least(end_date, trial_end_date) else end_date end)::text as to_date,
        trim_scale(discount_percentage)::text as discount, trim_scale(trunc(trial_credit_usd, 12))::text as credit
      from faregate.plan
      where organization_id is null and is_enabled and (end_date is null or end_date >= current_date - 1)
        and ((tier_type = 'committed_use' and discount_percentage > 0) or (tier_type = 'trial' and trial_credit_usd > 0))
      order by id`,
  });
  return rows.map(planOf);
}

const dayMs = 86_400_000;

/** Dates are days in UTC; the last one counts too. */
function planOf({ id, provider, tier_type, from_date, to_date, discount, credit }: PlanColumns): CostPlan {
  return {
    planId: id,
    provider,
    fromMs: Date.parse(from_date),
    toMs: to_date === null ? Number.POSITIVE_INFINITY : Date.parse(to_date) + dayMs,
    ...(tier_type === 'committed_use' && discount !== null ? { discountPercentage: discount } : undefined),
    ...(tier_type === 'trial' && credit !== null ? { trialCredit: creditOf(credit) } : undefined),
  };
}

// More than can be counted is more than any bill.
function creditOf(dollars: string): Amount {
  const units = BigInt(dollars.split('.')[0] ?? '0');
  return units > 1_000_000n ? amountMax : parseAmount(dollars, currencyOf('usd'));
}
