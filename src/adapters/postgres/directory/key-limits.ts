// What a provider's key may do, from its own row and from the plan that it belongs to.
import type { KeyLimits } from '#core/catalog/key-limits.ts';
import { type Fields, isFields } from '#core/usage/counts.ts';

export interface PlanLimits {
  readonly rpm_limit: number | null;
  readonly tpm_limit: number | null;
  readonly rpd_limit: number | null;
  readonly tpd_limit: number | null;
  readonly concurrent_limit: number | null;
  readonly monthly_token_limit: number | null;
  readonly daily_token_limit: number | null;
}

/** Field by field: what the key does not say is as the plan has it. */
export function keyLimitsOf(document: unknown, plan: PlanLimits | null): KeyLimits {
  const own: Fields = isFields(document) ? document : {};
  const limit = (name: string, ofPlan: number | null | undefined): number | undefined => {
    const said = own[name];
    return typeof said === 'number' && Number.isSafeInteger(said) && said >= 0 ? said : (ofPlan ?? undefined);
  };
  const all = {
    requestsPerMinute: limit('rpm', plan?.rpm_limit),
    requestsPerDay: limit('rpd', plan?.rpd_limit),
    tokensPerMinute: limit('tpm', plan?.tpm_limit),
    tokensPerDay: limit('tpd', least(plan?.tpd_limit, plan?.daily_token_limit)),
    tokensPerMonth: limit('tokens_per_month', plan?.monthly_token_limit),
    concurrency: limit('max_concurrent', plan?.concurrent_limit),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function least(one: number | null | undefined, other: number | null | undefined): number | null {
  if (one === null || one === undefined) return other ?? null;
  return other === null || other === undefined ? one : Math.min(one, other);
}
