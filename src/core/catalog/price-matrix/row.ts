// A row of the matrix as an operator writes it, and what is said about rows that are wrong or odd.
import type { PriceField } from './cell.ts';

type Text = string | null;

export type MatrixRow = Readonly<Partial<Record<PriceField, Text>>> & {
  readonly provider: string;
  readonly model: string;
  readonly customer_type: string;
  readonly per?: Text;
  readonly currency?: Text;
  readonly pricing_model?: Text;
  /** Missing: now. */
  readonly valid_from?: Text;
  readonly valid_to?: Text;
  /** `complex`: leave the price as it is; `simple`: take the place of one that is complex. */
  readonly kind?: Text;
  /** Takes the price away: the platform's own then applies. */
  readonly remove?: boolean;
  /** What the editor saw in force; `null`: nothing. */
  readonly version_id?: Text;
  /** What the editor saw scheduled. */
  readonly scheduled_version_id?: Text;
};

export interface MatrixSheet {
  readonly rows: readonly MatrixRow[];
  /** Every customer type of each model in it has to have its row. */
  readonly selection?: MatrixSelection;
}

export interface MatrixSelection {
  readonly providers?: readonly string[];
  readonly models?: readonly string[];
  readonly customer_types?: readonly string[];
}

export type ErrorCode =
  | 'incomplete'
  | 'duplicate'
  | 'unknown_provider'
  | 'unknown_model'
  | 'unknown_customer_type'
  | 'unknown_currency'
  | 'not_decimal'
  | 'negative'
  | 'too_fine'
  | 'too_large'
  | 'per'
  | 'contradiction'
  | 'pricing_model'
  | 'instant'
  | 'past'
  | 'complex'
  | 'kind'
  | 'invalid';

export type WarningCode =
  | 'below_cost'
  | 'below_cost_sometimes'
  | 'cost_not_comparable'
  | 'no_cost'
  | 'missing_output_price'
  | 'missing_price'
  | 'free'
  | 'far_above_cost'
  | 'replaces_complex'
  | 'falls_back'
  | 'nothing_to_remove'
  | 'scheduled_follows'
  | 'exponent';

export interface MatrixRemark<Code> {
  /** Counted from 0; `null` for a row that is not there. */
  readonly row: number | null;
  readonly provider: string;
  readonly model: string;
  readonly customer_type: string;
  readonly field: string | null;
  readonly code: Code;
  readonly message: string;
}
export type MatrixError = MatrixRemark<ErrorCode>;
export type MatrixWarning = MatrixRemark<WarningCode>;

/** The documents' sentence. */
export function incomplete({
  provider,
  model,
  customer_type: type,
}: Pick<MatrixRow, 'provider' | 'model' | 'customer_type'>): string {
  return `Pricing incomplete: provider=${provider} model=${model} customer_type=${type}. At least one pricing field must be provided.`;
}
