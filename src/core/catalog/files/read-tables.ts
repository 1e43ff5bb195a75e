// Plans, releases and recommendations: one row each, as their sources have them.
import { authTypes, tierTypes } from '../plan.ts';
import { areas, type CatalogPlan, type CatalogRecommendation, type CatalogRelease } from './catalog-content.ts';
import { Fields, type Place, said } from './fields.ts';
import type { Written } from './written.ts';

export interface TableDefaults {
  readonly source: string | undefined;
  readonly plansFrom: string | undefined;
}

export function readPlan(written: Written, place: Place, defaults: TableDefaults): CatalogPlan {
  const fields = new Fields(written, place);
  const from = fields.date('effective_date') ?? defaults.plansFrom;
  if (from === undefined) fields.problem('effective_date', 'It is missing here and in `plans_from`.');
  const tier = fields.word('tier_type', tierTypes);
  if (!fields.has('tier_type')) fields.problem('tier_type', 'It is missing.');
  const plan = said<CatalogPlan>({
    provider: fields.required('provider'),
    plan_name: fields.required('plan_name'),
    tier_type: tier ?? 'paid',
    quantity: fields.count('quantity') ?? 1,
    unit_price_usd: fields.decimal('unit_price_usd') ?? '0',
    effective_date: from ?? '1970-01-01',
    end_date: fields.date('end_date'),
    auth_type: fields.word('auth_type', authTypes),
    trial_end_date: fields.date('trial_end_date'),
    trial_credit_usd: fields.decimal('trial_credit_usd'),
    rpm_limit: fields.count('rpm_limit'),
    tpm_limit: fields.count('tpm_limit'),
    rpd_limit: fields.count('rpd_limit'),
    tpd_limit: fields.count('tpd_limit'),
    concurrent_limit: fields.count('concurrent_limit'),
    monthly_token_limit: fields.count('monthly_token_limit'),
    daily_token_limit: fields.count('daily_token_limit'),
    committed_spend_usd: fields.decimal('committed_spend_usd'),
    commitment_term_months: fields.count('commitment_term_months'),
    discount_percentage: fields.decimal('discount_percentage'),
    contents: fields.plain('contents') ?? {},
    source: sourceOf(fields, defaults),
  });
  fields.nothingElse();
  return plan;
}

export function readRelease(written: Written, place: Place, defaults: TableDefaults): CatalogRelease {
  const fields = new Fields(written, place);
  const release = said<CatalogRelease>({
    provider: fields.required('provider'),
    model: fields.required('model'),
    dated: fields.required('dated'),
    released_on: fields.date('released_on'),
    status: fields.word('status', ['released', 'announced']) ?? 'released',
    notes: fields.text('notes'),
    source: sourceOf(fields, defaults),
  });
  fields.nothingElse();
  return release;
}

export function readRecommendation(written: Written, place: Place, defaults: TableDefaults): CatalogRecommendation {
  const fields = new Fields(written, place);
  const area = fields.word('area', areas);
  if (!fields.has('area')) fields.problem('area', 'It is missing.');
  const recommendation: CatalogRecommendation = {
    area: area ?? 'text',
    use_case: fields.required('use_case'),
    model: fields.required('model'),
    cost: fields.required('cost'),
    reason: fields.required('reason'),
    source: sourceOf(fields, defaults),
  };
  fields.nothingElse();
  return recommendation;
}

function sourceOf(fields: Fields, defaults: TableDefaults): string {
  const source = fields.text('source') ?? defaults.source;
  if (source === undefined) fields.problem('source', 'It is missing, here and for the whole file.');
  return source ?? '';
}
