// A pricing row as the book keeps it, and back: components for the rating, attributes for everything beside the price.
import { parseDecimal, rational, times, dividedBy } from '#core/money/rational.ts';
import type { PriceComponent } from '#core/pricing/component.ts';
import { exactText } from '#core/pricing/decimal.ts';
import { endOfDayMs, startOfDayMs } from './days.ts';
import { ownField, ownFieldPattern, type PricingRow, readPricingRow } from './pricing-row.ts';
import type { Given } from './read-row.ts';

export interface PricingTerms {
  readonly components: readonly PriceComponent[];
  readonly attributes: Given;
  /** Milliseconds since 1970. A row that is over begins and ends at once: it is kept, and prices nothing. */
  readonly fromMs: number;
  readonly toMs: number | undefined;
}

const per = '1000';
const currency = 'usd';

/** The past is not priced anew: a row that began earlier counts from now on. */
export function termsOfPricingRow(row: PricingRow, nowMs: number): PricingTerms {
  const fromMs = Math.max(startOfDayMs(row.effective_date), nowMs);
  return {
    components: componentsOf(row),
    attributes: attributesOf(row),
    fromMs,
    toMs: row.end_date === null ? undefined : Math.max(endOfDayMs(row.end_date), fromMs),
  };
}

function componentsOf(row: PricingRow): readonly PriceComponent[] {
  const batch = Object.entries(row.own).flatMap(([name, price]): readonly PriceComponent[] => {
    const meter = batchMeters[ownFieldPattern.exec(name)?.[2] ?? ''];
    return meter === undefined ? [] : [{ meter, price, per, currency, when: { batch: true } }];
  });
  return [
    withAllowance({ meter: 'input', price: row.input_price_per_1k, per, currency }, row, row.free_tier_input_tokens),
    withAllowance({ meter: 'output', price: row.output_price_per_1k, per, currency }, row, row.free_tier_output_tokens),
    ...batch,
  ];
}

const batchMeters: Readonly<Record<string, 'input' | 'output'>> = {
  batch_input_price: 'input',
  batch_output_price: 'output',
};

const periods = { daily: 'day', monthly: 'month', never: 'never' } as const;

// Free tokens that nobody has confirmed are shown and not taken off: paid usage would be booked too low.
function withAllowance(component: PriceComponent, row: PricingRow, tokens: number | null): PriceComponent {
  const { free_tier_active: active, free_tier_reset_frequency: frequency } = row;
  if (!active || tokens === null || tokens === 0 || frequency === null) return component;
  const allowance = { allowance: { limit: String(tokens), period: periods[frequency] } };
  return { ...component, ...allowance };
}

/** What stands in columns of the book, and so not beside it. */
const booked: ReadonlySet<string> = new Set([
  'pricing_id',
  'is_custom',
  'input_price_per_1k',
  'output_price_per_1k',
  'is_enabled',
  'pricing_type',
  'notes',
]);

function attributesOf({ own, ...row }: PricingRow): Given {
  const beside = Object.entries(row).filter(([name, value]) => value !== null && !booked.has(name));
  return { ...Object.fromEntries(beside), ...own };
}

/** What the book gives back. */
export interface BookedPricing {
  readonly row_id: string;
  readonly is_custom: boolean;
  readonly is_enabled: boolean;
  readonly pricing_type: string;
  readonly notes: string | null;
  readonly components: readonly PriceComponent[];
  readonly attributes: Given;
}

/** Nothing when the version was not made from such a row. */
export function pricingRowOf(version: BookedPricing): PricingRow | undefined {
  const known = Object.entries(version.attributes).filter(([name]) => besideNames.has(name) || ownField(name));
  const reading = readPricingRow(
    {
      ...Object.fromEntries(known),
      pricing_id: version.row_id,
      is_custom: version.is_custom,
      is_enabled: version.is_enabled,
      pricing_type: version.pricing_type,
      notes: version.notes,
      input_price_per_1k: pricePer1k(version.components, 'input'),
      output_price_per_1k: pricePer1k(version.components, 'output'),
    },
    { id: version.row_id, today: '' },
  );
  return reading.kind === 'row' && reading.row.effective_date !== '' ? reading.row : undefined;
}

const besideNames: ReadonlySet<string> = new Set([
  'provider',
  'model_id',
  'model_name',
  'effective_date',
  'end_date',
  'free_tier_input_tokens',
  'free_tier_output_tokens',
  'free_tier_reset_frequency',
  'discount_percentage',
  'discount_reason',
  'volume_threshold_tokens',
  'base_input_price_per_1k',
  'base_output_price_per_1k',
  'free_tier_active',
]);

/** The price that holds under no condition, for 1,000 of the meter: as it was written where it was written so. */
export function pricePer1k(components: readonly PriceComponent[], meter: 'input' | 'output'): string | null {
  const component = components.find((each) => each.meter === meter && each.when === undefined);
  if (!component) return null;
  if (component.per === per) return component.price;
  return exactText(times(dividedBy(parseDecimal(component.price), parseDecimal(component.per)), rational(1000n)));
}
