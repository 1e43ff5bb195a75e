// Limits as they stand on a row, in the currency of the wallet that pays.
import type { Limits } from '#core/limits/limits.ts';
import type { BudgetPeriod } from '#core/limits/period.ts';
import type { Amount } from '#core/money/amount.ts';
import { type Currency, parseAmount } from '#core/money/currency.ts';

const budgetPeriods: readonly BudgetPeriod[] = ['day', 'week', 'month', 'total'];

/** @throws RangeError when a limit does not read: who ignored it would let calls pass that it forbids. */
export function limitsOf(document: unknown, currency: Currency): Limits {
  const fields = fieldsOf(document);
  const budgets: Partial<Record<BudgetPeriod, Amount>> = {};
  const budget = fields['budget'] === undefined ? {} : fieldsOf(fields['budget']);
  for (const period of budgetPeriods) {
    const limit = moneyOf(budget, period, currency);
    if (limit !== undefined) budgets[period] = limit;
  }
  return present({
    requestsPerMinute: countOf(fields, 'rpm'),
    requestsPerDay: countOf(fields, 'rpd'),
    tokensPerMinute: countOf(fields, 'tpm'),
    tokensPerDay: countOf(fields, 'tpd'),
    concurrency: countOf(fields, 'max_concurrent'),
    moneyPerMinute: moneyOf(fields, 'cost_per_minute', currency),
    budgets: Object.keys(budgets).length === 0 ? undefined : budgets,
    minBalance: moneyOf(fields, 'min_balance', currency),
  });
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new RangeError('Limits are an object, such as {"rpm": 60}.');
  }
  return { ...value };
}

function countOf(fields: Fields, name: string): number | undefined {
  const value = fields[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new RangeError(`The limit ${name} is no whole number.`);
}

function moneyOf(fields: Fields, name: string, currency: Currency): Amount | undefined {
  const value = fields[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return parseAmount(value, currency);
  throw new RangeError(`The limit ${name} is no decimal text.`);
}

type Present<Shape> = { readonly [Key in keyof Shape]?: NonNullable<Shape[Key]> };

function present<Shape extends object>(shape: Shape): Present<Shape>;
function present(shape: object): object {
  return Object.fromEntries(Object.entries(shape).filter(([, value]) => value !== undefined));
}
