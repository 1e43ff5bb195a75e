// Rows and prices of the matrix as the API and the CSV show them: flat, every decimal as it was entered.
import {
  basePriceOf,
  type MatrixPrice,
  type PriceField,
  priceFields,
  simplePriceOf,
  usualModel,
} from '#core/catalog/price-matrix/cell.ts';
import type { BookedPrice } from '#core/catalog/price-matrix/facts.ts';
import type { MatrixPlace, MatrixShelf } from '#core/catalog/price-matrix/shelf.ts';
import type { PriceComponent, PriceModifier, PricingModel } from '#core/pricing/component.ts';

export type CellKind = 'simple' | 'complex' | 'empty';

export type FlatPrices = Readonly<Record<PriceField, string | null>> & {
  readonly per: string | null;
  readonly currency: string | null;
  readonly pricing_model: PricingModel | null;
};

export interface ShownVersion extends FlatPrices {
  readonly version_id: string;
  readonly kind: CellKind;
  readonly components: readonly PriceComponent[];
  readonly modifiers: readonly PriceModifier[];
  readonly valid_from: string;
  readonly valid_to: string | null;
  readonly author: string;
  readonly recorded_at: string;
}

export interface PlaceNames {
  readonly provider: string;
  readonly model: string;
  readonly customer_type: string;
}

export interface ShownRow extends FlatPrices, PlaceNames {
  readonly kind: CellKind;
  /** For the next version, when it is not to begin at once. */
  readonly valid_from: null;
  readonly valid_to: string | null;
  readonly version_id: string | null;
  readonly scheduled_version_id: string | null;
  readonly in_force: ShownVersion | null;
  readonly scheduled: ShownVersion | null;
  /** The platform's list. */
  readonly cost: ShownVersion | null;
}

export function namesOf({ model, customerType }: MatrixPlace): PlaceNames {
  return { provider: model.provider, model: model.name, customer_type: customerType.name };
}

export function showRow(place: MatrixPlace, shelf: MatrixShelf): ShownRow {
  const inForce = shelf.inForce(place);
  const scheduled = shelf.next(place);
  const cost = shelf.cost(place.model);
  const simple = inForce && simplePriceOf(inForce);
  // A price that ends because the next one begins is open by itself.
  const ends = inForce?.valid_to === scheduled?.valid_from ? null : (inForce?.valid_to ?? null);
  return {
    ...namesOf(place),
    kind: inForce ? (simple ? 'simple' : 'complex') : 'empty',
    ...flat(simple),
    // Left empty where it goes without saying, so that another price may be written over it.
    pricing_model: simple && simple.pricingModel !== usualModel(simple) ? simple.pricingModel : null,
    valid_from: null,
    valid_to: ends,
    version_id: inForce?.id ?? null,
    scheduled_version_id: scheduled?.id ?? null,
    in_force: inForce ? showVersion(inForce) : null,
    scheduled: scheduled ? showVersion(scheduled) : null,
    cost: cost ? showVersion(cost) : null,
  };
}

export function showVersion(version: BookedPrice): ShownVersion {
  const { id, components, modifiers, valid_from, valid_to, author, recorded_at } = version;
  const simple = simplePriceOf(version);
  return {
    version_id: id,
    kind: simple ? 'simple' : 'complex',
    ...flat(simple ?? basePriceOf(version)),
    components,
    modifiers,
    valid_from,
    valid_to,
    author,
    recorded_at,
  };
}

export function flat(price: MatrixPrice | undefined): FlatPrices {
  const prices = priceFields.map((field) => [field, price?.prices[field] ?? null] as const);
  return {
    ...(Object.fromEntries(prices) as Record<PriceField, string | null>),
    per: price?.per ?? null,
    currency: price?.currency ?? null,
    pricing_model: price?.pricingModel ?? null,
  };
}
