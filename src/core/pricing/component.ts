// A price as it is published and stored: plain JSON, decimals as text, never divided beforehand.
import type { Meter } from '#core/usage/meter.ts';

export interface PromptTokenRange {
  readonly gt?: number;
  readonly gte?: number;
  readonly lt?: number;
  readonly lte?: number;
}

/** Start inclusive, end exclusive; from 16:30 to 00:30 runs over midnight and belongs to the day on which it began. */
export interface TimeWindow {
  readonly tz?: 'UTC';
  /** 1 is Monday. */
  readonly iso_weekdays?: readonly number[];
  /** `HH:MM`; both or neither. */
  readonly from?: string;
  readonly to?: string;
  /** Days, as `2026-10-01`, on which the window does not begin. */
  readonly exclude_dates?: readonly string[];
}

/** All of them must hold; a fact that is not known meets no condition. */
export interface PriceCondition {
  readonly prompt_tokens?: PromptTokenRange;
  readonly service_tier?: readonly string[];
  readonly speed?: readonly string[];
  readonly region?: readonly string[];
  readonly resolution?: readonly string[];
  readonly size?: readonly string[];
  readonly quality?: readonly string[];
  readonly duration?: readonly string[];
  readonly search_context?: readonly string[];
  readonly batch?: boolean;
  readonly audio?: boolean;
  readonly thinking?: boolean;
  readonly window?: TimeWindow;
}

export interface PriceComponent {
  readonly meter: Meter;
  /** `"0.111"` per `"3600"`. */
  readonly price: string;
  readonly per: string;
  readonly currency: string;
  readonly when?: PriceCondition;
  /** The least that is charged once there is any, and the block to whose multiple it is raised. */
  readonly quantity?: { readonly min?: string; readonly round_up_to?: string };
}

export interface PriceModifier {
  readonly factor: string;
  readonly applies_to: 'tokens' | 'tools' | 'all' | readonly Meter[];
  readonly when?: PriceCondition;
  readonly reason?: string;
}

/** `hybrid`: by tokens when they are known, otherwise by request; every other model charges all that is listed. */
export type PricingModel = 'per_token' | 'per_request' | 'per_unit' | 'hybrid';

export type PriceBook = 'list' | 'organization' | 'customer_type' | 'negotiated' | 'promotion';

export interface PriceVersion {
  readonly id: string;
  readonly subject: { readonly kind: 'model' | 'alias'; readonly name: string };
  readonly book: PriceBook;
  readonly bookOwner?: string;
  readonly currency: string;
  readonly components: readonly PriceComponent[];
  readonly modifiers: readonly PriceModifier[];
  readonly pricingModel?: PricingModel;
  /** Instants; `validTo` is the first that no longer counts. */
  readonly validFrom: string;
  readonly validTo?: string;
  readonly recordedAt: string;
}
