// The catalogue as people read it: models with their prices, what sources say, when what came, plans.
import type { PriceComponent, PriceModifier } from '#core/pricing/component.ts';
import type { ModelKind } from '#core/catalog/catalog.ts';
import type { TierType } from '#core/catalog/plan.ts';
import type { Listed, Named, OrganizationName, Page, PriceAttributes, PriceRow, Reading } from './administration.ts';

export interface CataloguedPrice {
  readonly id: string;
  readonly currency: string;
  readonly components: readonly PriceComponent[];
  readonly modifiers: readonly PriceModifier[];
  readonly valid_from: string;
  readonly valid_to: string | null;
  readonly notes: string | null;
  readonly provenance: string | null;
  readonly attributes: PriceAttributes;
}

export interface CataloguedModel {
  readonly id: string;
  readonly provider: Named;
  readonly model_id: string;
  readonly name: string;
  readonly display_name: string | null;
  readonly kind: ModelKind;
  readonly type: 'llm' | 'image' | 'video' | 'voice' | 'music';
  readonly status: 'available' | 'preview' | 'announced' | 'retired';
  /** Its provider has an active key of the platform, or needs none. */
  readonly callable: boolean;
  readonly aliases: readonly string[];
  readonly context_window: number | null;
  readonly max_output_tokens: number | null;
  readonly supports_vision: boolean;
  readonly supports_function_calling: boolean;
  readonly is_default: boolean;
  readonly quality_tier: string | null;
  readonly credit_cost: string | null;
  readonly capabilities: Readonly<Record<string, unknown>>;
  readonly released_on: string | null;
  readonly retired_at: string | null;
  readonly notes: string | null;
  readonly source: string | null;
  readonly imported: boolean;
  /** What the platform's list has now; `null` is unpriced, not free. */
  readonly price: CataloguedPrice | null;
  /** How many things sources say of its price, and how many of them are not followed. */
  readonly assertions: number;
  readonly conflicts: number;
}
export interface CataloguedModelDetail extends CataloguedModel {
  readonly said: readonly AssertionRow[];
  readonly versions: readonly PriceRow[];
}
export interface CatalogFilter {
  readonly provider?: string;
  readonly type?: CataloguedModel['type'];
  readonly kind?: ModelKind;
  readonly status?: CataloguedModel['status'];
}

export interface AssertionRow {
  readonly id: string;
  readonly source: string;
  readonly place: string;
  readonly provider: string;
  readonly model: string;
  readonly meter: string | null;
  /** Decimal text, as the source writes it. */
  readonly price: string | null;
  readonly per: string | null;
  readonly currency: string | null;
  readonly condition: unknown;
  readonly quoted: string;
  readonly url: string | null;
  readonly confidence: 'unverified' | 'verified' | 'refuted';
  readonly reason: string | null;
  readonly recorded_at: string;
}
export interface AssertionFilter {
  readonly model?: string;
  readonly provider?: string;
  readonly source?: string;
  readonly confidence?: AssertionRow['confidence'];
}

export interface ReleaseRow {
  readonly id: string;
  readonly provider: string;
  readonly model: string;
  readonly dated: string;
  readonly released_on: string | null;
  readonly status: 'released' | 'announced';
  readonly notes: string | null;
  readonly source: string;
}

export interface RecommendationRow {
  readonly id: string;
  readonly area: 'text' | 'image' | 'video';
  readonly use_case: string;
  readonly model: string;
  readonly cost: string;
  readonly reason: string;
  readonly source: string;
}

export interface PlanRow {
  readonly id: string;
  /** `null`: the platform's own. */
  readonly organization: OrganizationName | null;
  readonly provider: string;
  readonly plan_name: string;
  readonly tier_type: TierType;
  readonly is_custom: boolean;
  readonly is_enabled: boolean;
  readonly quantity: number;
  readonly unit_price_usd: string;
  readonly effective_date: string;
  readonly end_date: string | null;
  readonly auth_type: 'api_key' | 'service_account' | 'oauth' | null;
  readonly trial_end_date: string | null;
  readonly trial_credit_usd: string | null;
  readonly rpm_limit: string | null;
  readonly tpm_limit: string | null;
  readonly rpd_limit: string | null;
  readonly tpd_limit: string | null;
  readonly concurrent_limit: string | null;
  readonly monthly_token_limit: string | null;
  readonly daily_token_limit: string | null;
  readonly committed_spend_usd: string | null;
  readonly commitment_term_months: number | null;
  readonly discount_percentage: string | null;
  readonly contents: Readonly<Record<string, unknown>>;
  readonly source: string | null;
}
export interface PlanFilter {
  readonly provider?: string;
  readonly tier_type?: PlanRow['tier_type'];
}

export interface CatalogShelf {
  readonly models: Pick<Reading<CataloguedModel, CatalogFilter>, 'list'> & {
    /** By name, another spelling of it, or the name for people, in any case of letters. */
    get(ref: string): Promise<CataloguedModelDetail | undefined>;
  };
  assertions(page: Page, filter?: AssertionFilter): Promise<Listed<AssertionRow>>;
  releases(page: Page, filter?: { readonly status?: ReleaseRow['status'] }): Promise<Listed<ReleaseRow>>;
  recommendations(
    page: Page,
    filter?: { readonly area?: RecommendationRow['area'] },
  ): Promise<Listed<RecommendationRow>>;
  plans(page: Page, filter?: PlanFilter): Promise<Listed<PlanRow>>;
}
