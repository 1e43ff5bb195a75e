// What the matrix of customers' prices is decided from. Reading only: publishing is `Prices.publishAll`.
import type { BookedPrice, MatrixFacts } from '#core/catalog/price-matrix/facts.ts';
import type { MatrixSelection } from '#core/catalog/price-matrix/row.ts';
import type { PastCall } from '#core/catalog/price-matrix/what-if.ts';

export interface ReplayOrder {
  /** Calls that began then or later; an instant. */
  readonly since: string;
  readonly names: readonly string[];
  readonly customerTypeIds: readonly string[];
  readonly callsMax: number;
}

export interface Replayed {
  readonly calls: number;
  /** There were more: the newest were replayed. */
  readonly cut: boolean;
  /** When the oldest that was replayed began. */
  readonly oldest: string | null;
}

/** Every method rejects with `Failure('not_exact')` when the database is away. */
export interface PriceMatrix {
  /** The chosen models that can be called or will be, with what stands in all customer types for them. */
  choose(selection: MatrixSelection): Promise<MatrixFacts>;
  /** The models that rows name, by name or by the provider's id. */
  named(rows: readonly { readonly provider: string; readonly model: string }[]): Promise<MatrixFacts>;
  /** Those of these ids that are prices of customer types, whatever has become of them. */
  versions(ids: readonly string[]): Promise<readonly BookedPrice[]>;
  /** The last word on each call of those customer types and names, the newest calls first, some at a time. */
  replay(order: ReplayOrder, take: (calls: readonly PastCall[]) => void): Promise<Replayed>;
}
