// What an organization pays its provider for a model: the row that operators keep, under the names that they know.
import { callNames, providerNames } from '#core/catalog/names.ts';
import { pricingTypes } from '#core/catalog/pricing-type.ts';
import { compare, dividedBy, parseDecimal, plus, type Rational, rational, times } from '#core/money/rational.ts';
import { choice, count, date, decimal, type Field, flag, percent, required, type RowOf, text, uuid } from './field.ts';
import { type FieldProblem, type Given, readRow, type RowReading } from './read-row.ts';
import { dayProblems } from './days.ts';

export const providerName = text('Provider, such as one of the catalogue; `custom` for any other.', providerNames);

// With the provider's name before it, it is still a name that callers can send.
const modelId = text('The model’s id as the provider knows it.', { ...callNames, max: 130 });

/** Its columns, in order. */
export const pricingColumns = {
  pricing_id: uuid('UUID of the row; stays the same when it is edited.'),
  provider: required(providerName),
  model_id: required(modelId),
  model_name: text('The model’s name for people.'),
  is_custom: flag('Added by a person: a reset leaves it alone.'),
  input_price_per_1k: required(decimal('Price of 1,000 input tokens in US dollars: decimal text.')),
  output_price_per_1k: required(decimal('Price of 1,000 output tokens in US dollars: decimal text.')),
  effective_date: date('First day (UTC) on which it counts, YYYY-MM-DD; today if missing.'),
  end_date: date('Last day (UTC) on which it counts, YYYY-MM-DD; null: open.'),
  is_enabled: flag('A row that is switched off prices nothing; true if missing.'),
  pricing_type: choice('What kind of price it is; standard if missing.', pricingTypes),
  free_tier_input_tokens: count('Input tokens that are free in each period.'),
  free_tier_output_tokens: count('Output tokens that are free in each period.'),
  free_tier_reset_frequency: choice('When the free tokens begin anew: at midnight UTC, on the 1st, or never.', [
    'daily',
    'monthly',
    'never',
  ]),
  discount_percentage: percent('By how much the price is below the base price: percent, 0 to 100.'),
  discount_reason: choice('Why there is a discount.', ['volume', 'commitment', 'promotion', 'negotiated', 'trial']),
  volume_threshold_tokens: count('Tokens from which on this price is granted.'),
  base_input_price_per_1k: decimal('Price of 1,000 input tokens before the discount, for reference: decimal text.'),
  base_output_price_per_1k: decimal('Price of 1,000 output tokens before the discount, for reference: decimal text.'),
} as const;

/** What the row has here beyond its columns. */
const pricingExtras = {
  free_tier_active: flag(
    'Whether the free tokens are really taken off: somebody checked that the provider grants them.',
  ),
  notes: text('Notes for operators.'),
} as const;

// `x_<provider>_<what>`: columns that only one provider's rows have.
const ownFields: Readonly<Record<string, Field<string>>> = {
  context_window: text('Context window, in the provider’s words.'),
  region: text('Region, in the provider’s words.'),
  tier: text('Pricing tier, in the provider’s words.'),
  batch_input_price: decimal('Price of 1,000 input tokens in batch calls, in US dollars: decimal text.'),
  batch_output_price: decimal('Price of 1,000 output tokens in batch calls, in US dollars: decimal text.'),
};

export const pricingFields = { ...pricingColumns, ...pricingExtras } as const;

type Filled = 'pricing_id' | 'is_custom' | 'effective_date' | 'is_enabled' | 'pricing_type' | 'free_tier_active';
type Read = RowOf<typeof pricingFields>;

/** Defaults filled in, decimals as exact text. */
export type PricingRow = {
  readonly [Name in keyof Read]: Name extends Filled ? NonNullable<Read[Name]> : Read[Name];
} & {
  /** The provider's own fields under their whole names. */
  readonly own: Readonly<Record<string, string>>;
};

export interface RowDefaults {
  readonly id: string;
  readonly today: string;
}

export function readPricingRow(given: Given, { id, today }: RowDefaults): RowReading<PricingRow> {
  const own = Object.entries(given).filter(([name, value]) => ownField(name) !== undefined && value !== null);
  const common = Object.entries(given).filter(([name]) => ownField(name) === undefined);
  const reading = readRow(pricingFields, Object.fromEntries(common));
  const ownValues: Record<string, string> = {};
  const ownProblems: FieldProblem[] = [];
  for (const [name, value] of own) {
    const read = ownField(name)?.read(value) ?? { problem: 'There is no such field.' };
    if ('problem' in read) ownProblems.push({ field: name, message: read.problem });
    else ownValues[name] = read.value;
  }
  if (reading.kind === 'problems') return { ...reading, problems: [...reading.problems, ...ownProblems] };
  if (ownProblems.length > 0) return { kind: 'problems', problems: ownProblems };
  const { row } = reading;
  const filled: PricingRow = {
    ...row,
    pricing_id: row.pricing_id ?? id,
    is_custom: row.is_custom ?? false,
    effective_date: row.effective_date ?? today,
    is_enabled: row.is_enabled ?? true,
    pricing_type: row.pricing_type ?? 'standard',
    free_tier_active: row.free_tier_active ?? false,
    own: ownValues,
  };
  const problems = [...dayProblems(filled), ...freeTierProblems(filled), ...foreignFields(filled)];
  return problems.length > 0 ? { kind: 'problems', problems } : { kind: 'row', row: filled };
}

export const ownFieldPattern = /^x_([a-z0-9]+)_(\w+)$/;

/** How a field of one provider's rows is read; nothing for any other name. */
export function ownField(name: string): Field<string> | undefined {
  const what = ownFieldPattern.exec(name)?.[2] ?? '';
  return Object.hasOwn(ownFields, what) ? ownFields[what] : undefined;
}

function foreignFields({ provider, own }: PricingRow): readonly FieldProblem[] {
  if (provider === 'custom') return [];
  return Object.keys(own)
    .filter((field) => ownFieldPattern.exec(field)?.[1] !== provider)
    .map((field) => ({
      field,
      message: `This field belongs to another provider’s rows than to those of ${provider}.`,
    }));
}

function freeTierProblems(row: PricingRow): readonly FieldProblem[] {
  const granted = (row.free_tier_input_tokens ?? 0) > 0 || (row.free_tier_output_tokens ?? 0) > 0;
  if (granted && row.free_tier_reset_frequency === null) {
    return [
      { field: 'free_tier_reset_frequency', message: 'Say when the free tokens begin anew: daily, monthly, never.' },
    ];
  }
  return row.free_tier_active && !granted
    ? [{ field: 'free_tier_active', message: 'There are no free tokens to activate: write how many there are.' }]
    : [];
}

/** The row as one flat record, under the names of its columns. */
export function flatPricingRow({ own, ...row }: PricingRow): Given {
  return { ...row, ...own };
}

/** What somebody should look at: nothing of it keeps the row from counting. */
export function pricingWarnings(row: PricingRow): readonly string[] {
  const granted = (row.free_tier_input_tokens ?? 0) > 0 || (row.free_tier_output_tokens ?? 0) > 0;
  const warnings: string[] = [];
  if (granted && !row.free_tier_active) {
    warnings.push(
      'free_tier_unverified: nobody has confirmed that these free tokens are granted on paid usage, so none are taken ' +
        'off. Set free_tier_active to take them off.',
    );
  }
  if (row.volume_threshold_tokens !== null && row.volume_threshold_tokens > 0) {
    warnings.push(
      'volume_threshold: the price counts from the first token. Tiers are published as components of a price, at ' +
        '/api/v1/prices.',
    );
  }
  if (!discountFits(row)) {
    warnings.push('discount_mismatch: the price is not the base price less the discount. The price is what counts.');
  }
  return warnings;
}

function discountFits(row: PricingRow): boolean {
  const { discount_percentage: percentage } = row;
  if (percentage === null) return true;
  const left = dividedBy(minus(rational(100n), parseDecimal(percentage)), rational(100n));
  return (
    fits(row.base_input_price_per_1k, row.input_price_per_1k, left) &&
    fits(row.base_output_price_per_1k, row.output_price_per_1k, left)
  );
}

function fits(base: string | null, price: string, left: Rational): boolean {
  return base === null || compare(times(parseDecimal(base), left), parseDecimal(price)) === 0n;
}

function minus(from: Rational, taken: Rational): Rational {
  return plus(from, { ...taken, numerator: -taken.numerator });
}
