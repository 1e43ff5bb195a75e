// A key's limits as their owner wrote them.
import type { Limits } from '#core/limits/limits.ts';
import { type Currency, formatAmount } from '#core/money/currency.ts';

export function limitsJson(limits: Limits, currency: Currency): unknown {
  const budgets = Object.entries(limits.budgets ?? {}).map(([period, value]) => [
    period,
    formatAmount(value, currency),
  ]);
  const json = {
    rpm: limits.requestsPerMinute,
    rpd: limits.requestsPerDay,
    tpm: limits.tokensPerMinute,
    tpd: limits.tokensPerDay,
    max_concurrent: limits.concurrency,
    cost_per_minute: limits.moneyPerMinute === undefined ? undefined : formatAmount(limits.moneyPerMinute, currency),
    min_balance: limits.minBalance === undefined ? undefined : formatAmount(limits.minBalance, currency),
    budget: budgets.length === 0 ? undefined : Object.fromEntries(budgets),
  };
  return Object.fromEntries(Object.entries(json).filter(([, value]) => value !== undefined));
}
