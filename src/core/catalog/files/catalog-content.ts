// The catalogue as its files say it, ready to be kept: rows as the administration shows them.
import type { PriceComponent, PriceCondition, PriceModifier, PricingModel } from '#core/pricing/component.ts';
import type { Meter } from '#core/usage/meter.ts';
import type { ModelKind } from '../catalog.ts';
import type { authTypes, TierType } from '../plan.ts';
import type { PricingType } from '../pricing-type.ts';

export const modelTypes = ['llm', 'image', 'video', 'voice', 'music'] as const;
export type ModelType = (typeof modelTypes)[number];

export const modelStatuses = ['available', 'preview', 'announced', 'retired'] as const;
export type ModelStatus = (typeof modelStatuses)[number];

export const confidences = ['unverified', 'verified', 'refuted'] as const;
export type Confidence = (typeof confidences)[number];

export const areas = ['text', 'image', 'video'] as const;

export interface CatalogProvider {
  readonly name: string;
  readonly display_name: string;
  readonly type: ModelType;
  readonly adapter: string;
  readonly base_url: string;
  readonly api_version?: string;
  readonly logo_url?: string;
  readonly description?: string;
  readonly documentation_url?: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

export interface CatalogModel {
  readonly provider: string;
  readonly model_id: string;
  readonly name: string;
  readonly kind: ModelKind;
  readonly type: ModelType;
  readonly display_name: string;
  readonly status: ModelStatus;
  readonly context_window?: number;
  readonly max_output_tokens?: number;
  readonly default_output_tokens?: number;
  readonly tokenizer: string;
  readonly streams_all_output: boolean;
  readonly supports_vision: boolean;
  readonly supports_function_calling: boolean;
  readonly is_default: boolean;
  readonly quality_tier?: string;
  readonly credit_cost?: string;
  readonly capabilities: Readonly<Record<string, unknown>>;
  readonly released_on?: string;
  readonly retired_at?: string;
  readonly notes?: string;
  /** The file that it stands in. */
  readonly source: string;
}

/** Another spelling of a model's name. */
export interface CatalogAlias {
  readonly name: string;
  readonly targets: readonly string[];
}

/** Where it begins and ends is what the files say; what has been charged by is never rewritten. */
export interface CatalogPrice {
  readonly subject: { readonly kind: 'model' | 'alias'; readonly name: string };
  readonly currency: string;
  readonly pricing_model: PricingModel;
  readonly pricing_type: PricingType;
  readonly components: readonly PriceComponent[];
  readonly modifiers: readonly PriceModifier[];
  readonly valid_from: string;
  readonly valid_to?: string;
  readonly state: 'approved' | 'draft';
  readonly notes: string;
  readonly provenance: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

export interface CatalogAssertion {
  readonly source: string;
  readonly place: string;
  readonly provider: string;
  readonly model: string;
  readonly meter?: Meter;
  readonly price?: string;
  readonly per?: string;
  readonly currency?: string;
  readonly condition?: PriceCondition;
  readonly quoted: string;
  readonly url?: string;
  readonly confidence: Confidence;
  readonly reason?: string;
}

export interface CatalogPlan {
  readonly provider: string;
  readonly plan_name: string;
  readonly tier_type: TierType;
  readonly quantity: number;
  readonly unit_price_usd: string;
  readonly effective_date: string;
  readonly end_date?: string;
  readonly auth_type?: (typeof authTypes)[number];
  readonly trial_end_date?: string;
  readonly trial_credit_usd?: string;
  readonly rpm_limit?: number;
  readonly tpm_limit?: number;
  readonly rpd_limit?: number;
  readonly tpd_limit?: number;
  readonly concurrent_limit?: number;
  readonly monthly_token_limit?: number;
  readonly daily_token_limit?: number;
  readonly committed_spend_usd?: string;
  readonly commitment_term_months?: number;
  readonly discount_percentage?: string;
  readonly contents: Readonly<Record<string, unknown>>;
  readonly source: string;
}

export interface CatalogRelease {
  readonly provider: string;
  readonly model: string;
  readonly dated: string;
  readonly released_on?: string;
  readonly status: 'released' | 'announced';
  readonly notes?: string;
  readonly source: string;
}

export interface CatalogRecommendation {
  readonly area: (typeof areas)[number];
  readonly use_case: string;
  readonly model: string;
  readonly cost: string;
  readonly reason: string;
  readonly source: string;
}

export interface CatalogContent {
  readonly providers: readonly CatalogProvider[];
  readonly models: readonly CatalogModel[];
  readonly aliases: readonly CatalogAlias[];
  /** Those of one name stand together, in the order of the file. */
  readonly prices: readonly CatalogPrice[];
  readonly assertions: readonly CatalogAssertion[];
  readonly plans: readonly CatalogPlan[];
  readonly releases: readonly CatalogRelease[];
  readonly recommendations: readonly CatalogRecommendation[];
}
