// A key's limits as their owner wrote them.
import type { Limits } from '#core/limits/limits.ts';
import type { Amount } from '#core/money/amount.ts';
import { type Currency, formatAmount } from '#core/money/currency.ts';

export function limitsJson(limits: Limits, currency: Currency): unknown {
  const text = (value: Amount | undefined): string | undefined =>
    value === undefined ? undefined : formatAmount(value, currency);
  const { day, week, month, total } = limits.budgets ?? {};
  return withoutMissing({
    rpm: limits.requestsPerMinute,
    rpd: limits.requestsPerDay,
    tpm: limits.tokensPerMinute,
    tpd: limits.tokensPerDay,
    max_concurrent: limits.concurrency,
    cost_per_minute: text(limits.moneyPerMinute),
    min_balance: text(limits.minBalance),
    budget:
      limits.budgets && withoutMissing({ day: text(day), week: text(week), month: text(month), total: text(total) }),
  });
}

function withoutMissing(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
