// What a provider bills for work of another model inside a call, by its own name for that model.
import type { PreparedPrice } from '../pricing/prepare.ts';
import type { PriceBook } from './price-book.ts';

interface SubModel {
  readonly provider: string;
  readonly model: string;
}

/** By what is listed under the model's name; of one that only this provider sells, under both their names. */
export function listedCostOf(
  prices: PriceBook,
  { provider, model }: SubModel,
  atMs: number,
): PreparedPrice | undefined {
  return prices.costFor(model, atMs) ?? prices.costFor(`${provider}/${model}`, atMs);
}
