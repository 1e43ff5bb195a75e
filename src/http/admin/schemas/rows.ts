// Tables of rows as the API describes and shows them: made from the fields that read them, so that they cannot differ.
import { z } from 'zod';
import { parseDecimal } from '#core/money/rational.ts';
import { exactText } from '#core/pricing/decimal.ts';
import type { Field, Fields } from '#core/rows/field.ts';
import { modelPriceFields } from '#core/rows/model-price.ts';
import { planFields } from '#core/rows/plan-row.ts';
import { ownField, pricingColumns, pricingFields } from '#core/rows/pricing-row.ts';
import type { Given } from '#core/rows/read-row.ts';
import { instant, shownCurrency } from './parts.ts';

/** The documents' columns that one provider's rows have; others of the same shape are taken too. */
const providerColumns = [
  'x_gemini_context_window',
  'x_gemini_region',
  'x_anthropic_tier',
  'x_openai_batch_input_price',
  'x_openai_batch_output_price',
] as const;

function own(name: string): readonly [string, Field<string>][] {
  const field = ownField(name);
  return field ? [[name, field]] : [];
}

const ownFields: Fields = Object.fromEntries(providerColumns.flatMap(own));

export const pricingCsvColumns: readonly string[] = [...Object.keys(pricingColumns), ...providerColumns];
export const planCsvColumns: readonly string[] = Object.keys(planFields);

export const newPricing = sentRow({ ...pricingFields, ...ownFields }, 'NewOrganizationPrice');
export const newPlan = sentRow(planFields, 'NewPlan');

const warnings = z
  .array(z.string())
  .describe('What somebody should look at, such as free tokens that are not taken off.');

export const shownPricing = shownRow({ ...pricingFields, ...ownFields }, { warnings }, 'OrganizationPrice');
export const shownPlan = shownRow(planFields, {}, 'Plan');

export const newModelPrice = sentRow(modelPriceFields, 'NewModelPrice');
export const shownModelPrice = shownRow(
  modelPriceFields,
  {
    currency: shownCurrency,
    pricing_model: z.string().describe('hybrid: by tokens when they are known, otherwise by request.'),
  },
  'ModelPrice',
);

function sentRow(fields: Fields, id: string) {
  const shape = Object.entries(fields).map(([name, field]) => {
    const schema = sentField(field);
    return [name, (field.required ? schema : schema.nullable().exactOptional()).describe(field.says)] as const;
  });
  return z.object(Object.fromEntries(shape)).meta({ id });
}

function sentField({ kind, choices = [] }: Field<unknown>): z.ZodType {
  switch (kind) {
    case 'text':
      return z.string();
    case 'uuid':
      return z.uuid();
    case 'decimal':
    case 'percent':
      // A number is read by its own text, never as a double.
      return z.union([z.string(), z.number()]);
    case 'count':
      return z.int().min(0);
    case 'date':
      return z.iso.date();
    case 'flag':
      return z.boolean();
    case 'choice':
      return z.enum(choices);
  }
}

function shownRow(fields: Fields, more: z.ZodRawShape, id: string) {
  const shape = Object.entries(fields).map(([name, field]) => {
    const decimal = field.kind === 'decimal' || field.kind === 'percent';
    return [name, (decimal ? z.string() : sentField(field)).nullable().describe(field.says)] as const;
  });
  return z
    .looseObject({
      ...Object.fromEntries(shape),
      ...more,
      created_at: instant.describe('When it was made; ISO 8601.'),
      updated_at: instant.describe('When it was last changed; ISO 8601.'),
    })
    .meta({ id });
}

/** Every field by name, null where there is nothing; decimals in one canonical text. */
export function shownFields(columns: readonly string[], fields: Fields, row: Given): Given {
  const names = new Set([...columns, ...Object.keys(row)]);
  return Object.fromEntries(
    [...names].map((name) => {
      const value = row[name] ?? null;
      const kind = (fields[name] ?? ownField(name))?.kind;
      const decimal = typeof value === 'string' && (kind === 'decimal' || kind === 'percent');
      return [name, decimal ? exactText(parseDecimal(value)) : value];
    }),
  );
}
