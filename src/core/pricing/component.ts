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
  /** `UTC`, or a fixed distance from it such as `+08:00`; the days and hours below are read there. */
  readonly tz?: string;
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

/** From what was consumed to what is charged, in this order. */
export interface QuantityTerms {
  /** `prompt`: however often it happened in a call, it is charged once. `query`, as unless said: each time. */
  readonly count_by?: 'query' | 'prompt';
  /** The least that is charged once there is any. */
  readonly min?: string;
  /** The block to whose multiple it is raised. */
  readonly round_up_to?: string;
}

/** A day ends at midnight UTC, a month with its last day in UTC; `never`: it counts once and for all. */
export type CounterPeriod = 'day' | 'month' | 'never';

interface Counted {
  /**
   * Components that name the same one count together, across prices too. Unless it is named, a meter of a price is counted
   * on its own, and goes on being so when the price is edited.
   */
  readonly counter?: string;
  readonly period: CounterPeriod;
}

/** The first `limit` units of a period cost nothing, the others the component's price. */
export interface Allowance extends Counted {
  readonly limit: string;
}

/** From the unit behind `units` on another price holds, for as many as the component's price is. */
export interface PriceAbove {
  readonly units: string;
  readonly price: string;
}

/** Each unit costs what its place in the period says: the first ones the component's price. */
export interface Graduated extends Counted {
  readonly above: readonly PriceAbove[];
}

/**
 * All units of a period cost what the last one of them does; the call that crosses a threshold carries the adjustment
 * for those before it. Counted for each version on its own, so that one price is adjusted to another exactly; a correction
 * goes on counting where the version that was wrong stopped.
 */
export interface Volume extends Omit<Counted, 'counter'> {
  readonly above: readonly PriceAbove[];
}

export interface PriceComponent {
  readonly meter: Meter;
  /** `"0.111"` per `"3600"`. */
  readonly price: string;
  readonly per: string;
  readonly currency: string;
  readonly when?: PriceCondition;
  readonly quantity?: QuantityTerms;
  /** At most one of these three. */
  readonly allowance?: Allowance;
  readonly graduated?: Graduated;
  readonly volume?: Volume;
}

export interface PriceModifier {
  readonly factor: string;
  readonly applies_to: 'tokens' | 'tools' | 'all' | readonly Meter[];
  readonly when?: PriceCondition;
  readonly reason?: string;
}

/** `hybrid`: by tokens when they are known, otherwise by request; every other model charges all that is listed. */
export type PricingModel = 'per_token' | 'per_request' | 'per_unit' | 'hybrid';

/**
 * What the provider's own word on its cost is worth: `prefer`: it is the cost, as far as it can be read; `compare`: the
 * listed price is, and a difference is told; `ignore`, as unless said. It never decides what a customer pays.
 */
export type ReportedCostPolicy = 'prefer' | 'compare' | 'ignore';

export type PriceBook = 'list' | 'organization' | 'customer_type' | 'negotiated' | 'promotion';

export interface PriceVersion {
  readonly id: string;
  /** What stays the same when a price is edited; its own id unless said. */
  readonly rowId?: string;
  /** The version whose volume counters it goes on with, because it corrects that one; its own id unless said. */
  readonly countedAs?: string;
  readonly subject: { readonly kind: 'model' | 'alias'; readonly name: string };
  readonly book: PriceBook;
  readonly bookOwner?: string;
  readonly currency: string;
  readonly components: readonly PriceComponent[];
  readonly modifiers: readonly PriceModifier[];
  readonly pricingModel?: PricingModel;
  readonly reportedCost?: ReportedCostPolicy;
  /** Instants; `validTo` is the first that no longer counts. */
  readonly validFrom: string;
  readonly validTo?: string;
  readonly recordedAt: string;
}
