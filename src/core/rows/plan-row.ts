// A plan of a provider: what a subscription costs, and how much may be called with it.
import { authTypes, tierTypes } from '#core/catalog/plan.ts';
import { dayProblems } from './days.ts';
import { choice, count, date, decimal, flag, percent, required, type RowOf, text, uuid } from './field.ts';
import { providerName, type RowDefaults } from './pricing-row.ts';
import { type FieldProblem, type Given, readRow, type RowReading } from './read-row.ts';

/** Its columns, in order. */
export const planFields = {
  subscription_id: uuid('UUID of the row; stays the same when it is edited.'),
  provider: required(providerName),
  plan_name: required(
    text('Name of the plan, such as TIER1.', {
      max: 100,
      pattern: /^[^\p{Cc}]+$/u,
      advice: 'Write a name of at most 100 characters.',
    }),
  ),
  is_custom: flag('Added by a person: a reset leaves it alone.'),
  quantity: count('Seats or units; 1 if missing.'),
  unit_price_usd: required(decimal('Price of one seat per month in US dollars: decimal text.')),
  effective_date: date('First day (UTC) on which it counts, YYYY-MM-DD; today if missing.'),
  end_date: date('Last day (UTC) on which it counts, YYYY-MM-DD; null: ongoing.'),
  is_enabled: flag('Whether it counts; true if missing.'),
  auth_type: choice('How calls are authenticated.', authTypes),
  tier_type: required(choice('What kind of plan it is.', tierTypes)),
  trial_end_date: date('Last day (UTC) of the trial, YYYY-MM-DD.'),
  trial_credit_usd: decimal('Credit of the trial in US dollars: decimal text.'),
  rpm_limit: count('Requests per minute.'),
  tpm_limit: count('Tokens per minute.'),
  rpd_limit: count('Requests per day.'),
  tpd_limit: count('Tokens per day.'),
  concurrent_limit: count('Requests at the same time.'),
  monthly_token_limit: count('Tokens per month.'),
  daily_token_limit: count('Tokens per day, counted by the day.'),
  committed_spend_usd: decimal('Committed spend per month in US dollars: decimal text.'),
  commitment_term_months: count('Duration of the commitment in months, such as 12, 24 or 36.'),
  discount_percentage: percent('Discount for the commitment: percent, 0 to 100.'),
} as const;

type Filled = 'subscription_id' | 'is_custom' | 'quantity' | 'effective_date' | 'is_enabled';
type Read = RowOf<typeof planFields>;

/** Defaults filled in, decimals as exact text. */
export type PlanRow = { readonly [Name in keyof Read]: Name extends Filled ? NonNullable<Read[Name]> : Read[Name] };

export function readPlanRow(given: Given, { id, today }: RowDefaults): RowReading<PlanRow> {
  const reading = readRow(planFields, given);
  if (reading.kind === 'problems') return reading;
  const row: PlanRow = {
    ...reading.row,
    subscription_id: reading.row.subscription_id ?? id,
    is_custom: reading.row.is_custom ?? false,
    quantity: reading.row.quantity ?? 1,
    effective_date: reading.row.effective_date ?? today,
    is_enabled: reading.row.is_enabled ?? true,
  };
  const problems = [...dayProblems(row), ...numberProblems(row)];
  return problems.length > 0 ? { kind: 'problems', problems } : { kind: 'row', row };
}

// What the database keeps of them.
const integerMax = 2_147_483_647;

function numberProblems({ quantity, commitment_term_months: months }: PlanRow): readonly FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (quantity > integerMax) problems.push({ field: 'quantity', message: `At most ${integerMax}.` });
  if (months !== null && (months < 1 || months > integerMax)) {
    problems.push({ field: 'commitment_term_months', message: 'Write one month or more.' });
  }
  return problems;
}
