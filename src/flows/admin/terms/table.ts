// The two tables of an organization's terms with its providers, as the same deeds see them.
import { flatPricingRow, type PricingRow, readPricingRow, type RowDefaults } from '#core/rows/pricing-row.ts';
import { type PlanRow, readPlanRow } from '#core/rows/plan-row.ts';
import type { Given, RowReading } from '#core/rows/read-row.ts';
import type { DefaultTerms, KeptRows, ProviderTerms } from '#ports/provider-terms.ts';

export interface TermsRow {
  readonly provider: string;
  readonly is_custom: boolean;
  readonly is_enabled: boolean;
  readonly effective_date: string;
  readonly end_date: string | null;
}

export interface TermsTable<Row extends TermsRow> {
  /** As people call a row of it. */
  readonly noun: string;
  readonly idField: string;
  idOf(row: Row): string;
  /** What tells rows of one provider apart: the model's id, the plan's name. */
  nameOf(row: Row): string;
  read(given: Given, defaults: RowDefaults): RowReading<Row>;
  flat(row: Row): Given;
  withId(row: Row, id: string): Row;
  /** What a change that replaces a row keeps when it does not say it: fields that are ours alone. */
  readonly kept: readonly string[];
  keeper(terms: ProviderTerms): KeptRows<Row>;
  defaults(terms: DefaultTerms): readonly Row[];
}

export const pricingTable: TermsTable<PricingRow> = {
  noun: 'price',
  idField: 'pricing_id',
  idOf: ({ pricing_id }) => pricing_id,
  nameOf: ({ model_id }) => model_id,
  read: readPricingRow,
  flat: flatPricingRow,
  withId: (row, id) => ({ ...row, pricing_id: id }),
  kept: ['is_custom', 'free_tier_active', 'notes'],
  keeper: ({ pricingRows }) => pricingRows,
  defaults: ({ pricing }) => pricing,
};

export const planTable: TermsTable<PlanRow> = {
  noun: 'plan',
  idField: 'subscription_id',
  idOf: ({ subscription_id }) => subscription_id,
  nameOf: ({ plan_name }) => plan_name,
  read: readPlanRow,
  flat: (row) => ({ ...row }),
  withId: (row, id) => ({ ...row, subscription_id: id }),
  kept: ['is_custom'],
  keeper: ({ plans }) => plans,
  defaults: ({ plans }) => plans,
};
