// What a call costs an organization that brings its own key, by what it has listed for the model.
import type { PreparedPrice } from '../pricing/prepare.ts';
import type { PriceBook } from './price-book.ts';

export interface OwnTarget {
  readonly name: string;
  /** The model's id as the provider knows it. */
  readonly model: string;
  readonly provider: { readonly name: string };
}

/**
 * Under the catalogue's name for the model, or as the provider's for one that the catalogue did not know when it was
 * listed. Nothing: the cost is not known, and nobody is refused for it.
 */
export function ownCostOf(
  prices: PriceBook,
  organizationId: string,
  target: OwnTarget,
  atMs: number,
): PreparedPrice | undefined {
  return (
    prices.ownCostFor(target.name, organizationId, atMs) ??
    prices.ownCostFor(`${target.provider.name}/${target.model}`, organizationId, atMs)
  );
}
