// The platform's list as a table: for each name the one price that stands there.
import type { PriceRow, Reading } from './administration.ts';

export interface StandingPrice extends PriceRow {
  /** Of the model; null for an alias, and for a name that the catalogue does not know any more. */
  readonly provider: string | null;
  /** When the name had its first price. */
  readonly created_at: string;
}

/**
 * In force if there is such a one, else scheduled or switched off. `ref` is the row's id, a version's, or the name that
 * callers send.
 */
export type StandingPrices = Reading<StandingPrice, { readonly name?: string; readonly provider?: string }>;
