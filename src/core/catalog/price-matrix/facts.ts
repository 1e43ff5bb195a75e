// What the book and the catalogue say at one moment about the places of a matrix: read once, then decided upon.
import type { PriceComponent, PriceModifier, PricingModel } from '#core/pricing/component.ts';
import type { ExchangeRate } from '../catalog.ts';

/** A version as it stands in the book. */
export interface BookedPrice {
  readonly id: string;
  readonly row_id: string;
  /** The customer type; `null` in the platform's list. */
  readonly owner_id: string | null;
  /** The model's name. */
  readonly name: string;
  readonly currency: string;
  readonly pricing_model: PricingModel;
  readonly pricing_type: string;
  readonly components: readonly PriceComponent[];
  readonly modifiers: readonly PriceModifier[];
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly is_custom: boolean;
  readonly notes: string | null;
  /** Instants. */
  readonly valid_from: string;
  readonly valid_to: string | null;
  readonly author: string;
  readonly recorded_at: string;
}

export interface MatrixModel {
  readonly provider: string;
  readonly name: string;
  readonly model_id: string;
}

export interface MatrixCustomerType {
  readonly id: string;
  readonly name: string;
}

export interface MatrixFacts {
  /** Instant at which all of it was so. */
  readonly now: string;
  readonly providers: readonly string[];
  /** All of them. */
  readonly customerTypes: readonly MatrixCustomerType[];
  readonly models: readonly MatrixModel[];
  /** Of customer types: in force, and scheduled. */
  readonly prices: readonly BookedPrice[];
  /** The list's, in force. */
  readonly costs: readonly BookedPrice[];
  /** The newest of each pair first. */
  readonly exchange: readonly ExchangeRate[];
}
