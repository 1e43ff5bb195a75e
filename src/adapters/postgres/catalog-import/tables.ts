// How each table of the catalogue is merged.
import type { MergedTable } from './merge.ts';

const stamped = { imported: 'true', updated_at: 'clock_timestamp()' };

export const providerTable: MergedTable = {
  table: 'faregate.provider',
  columns: {
    name: 'text',
    display_name: 'text',
    type: 'text',
    adapter: 'text',
    base_url: 'text',
    api_version: 'text',
    logo_url: 'text',
    description: 'text',
    documentation_url: 'text',
    settings: 'jsonb',
  },
  key: ['name'],
  ours: 't.imported',
  marks: stamped,
};

export const modelTable: MergedTable = {
  table: 'faregate.model',
  columns: {
    name: 'text',
    provider_id: 'uuid',
    model_id: 'text',
    kind: 'text',
    type: 'text',
    display_name: 'text',
    status: 'text',
    context_window: 'integer',
    max_output_tokens: 'integer',
    default_output_tokens: 'integer',
    tokenizer: 'text',
    streams_all_output: 'boolean',
    supports_vision: 'boolean',
    supports_function_calling: 'boolean',
    is_default: 'boolean',
    quality_tier: 'text',
    credit_cost: 'numeric',
    capabilities: 'jsonb',
    released_on: 'date',
    retired_at: 'timestamptz',
    notes: 'text',
    source: 'text',
  },
  key: ['name'],
  ours: 't.imported',
  // Somebody's own name for something, or the same model under somebody's own name.
  blocked: `exists (select from faregate.alias a where a.name = s.name and not a.imported)
    or exists (select from faregate.model m where m.provider_id = s.provider_id and m.model_id = s.model_id and m.name <> s.name)`,
  marks: stamped,
};

export const aliasTable: MergedTable = {
  table: 'faregate.alias',
  columns: { name: 'text', targets: 'jsonb' },
  key: ['name'],
  ours: 't.imported',
  blocked: `exists (select from faregate.model m where m.name = s.name)
    or not exists (select from faregate.model m where m.name = s.targets ->> 0)`,
  marks: stamped,
};

export const planTable: MergedTable = {
  table: 'faregate.plan',
  columns: {
    provider: 'text',
    plan_name: 'text',
    tier_type: 'text',
    quantity: 'integer',
    unit_price_usd: 'numeric',
    effective_date: 'date',
    end_date: 'date',
    auth_type: 'text',
    trial_end_date: 'date',
    trial_credit_usd: 'numeric',
    rpm_limit: 'bigint',
    tpm_limit: 'bigint',
    rpd_limit: 'bigint',
    tpd_limit: 'bigint',
    concurrent_limit: 'bigint',
    monthly_token_limit: 'bigint',
    daily_token_limit: 'bigint',
    committed_spend_usd: 'numeric',
    commitment_term_months: 'integer',
    discount_percentage: 'numeric',
    contents: 'jsonb',
    source: 'text',
  },
  key: ['provider', 'plan_name'],
  ours: 't.imported',
  among: 't.organization_id is null',
  marks: stamped,
};

export const releaseTable: MergedTable = {
  table: 'faregate.release',
  columns: {
    source: 'text',
    provider: 'text',
    model: 'text',
    dated: 'text',
    released_on: 'date',
    status: 'text',
    notes: 'text',
  },
  key: ['source', 'provider', 'model', 'dated'],
  ours: 'true',
};

export const recommendationTable: MergedTable = {
  table: 'faregate.recommendation',
  columns: { source: 'text', area: 'text', use_case: 'text', model: 'text', cost: 'text', reason: 'text' },
  key: ['source', 'area', 'use_case'],
  ours: 'true',
};
