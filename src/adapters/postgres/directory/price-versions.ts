import type {
  PriceBook,
  PriceComponent,
  PriceModifier,
  PriceVersion,
  PricingModel,
  ReportedCostPolicy,
} from '#core/pricing/component.ts';

export const priceColumns = `id, book, owner_id, subject_kind, subject_name, currency, pricing_model, components, modifiers,
  valid_from, valid_to, recorded_at, row_id, counted_as, attributes ->> 'reported_cost' as reported_cost`;

export interface PriceColumns {
  readonly id: string;
  readonly book: PriceBook;
  readonly owner_id: string | null;
  readonly subject_kind: 'model' | 'alias';
  readonly subject_name: string;
  readonly currency: string;
  readonly pricing_model: PricingModel;
  readonly components: readonly PriceComponent[];
  readonly modifiers: readonly PriceModifier[];
  readonly valid_from: Date;
  readonly valid_to: Date | null;
  readonly recorded_at: Date;
  readonly row_id: string;
  readonly counted_as: string | null;
  readonly reported_cost: string | null;
}

export function priceVersionOf(row: PriceColumns): PriceVersion {
  return {
    id: row.id,
    rowId: row.row_id,
    ...(row.counted_as === null ? undefined : { countedAs: row.counted_as }),
    subject: { kind: row.subject_kind, name: row.subject_name },
    book: row.book,
    ...(row.owner_id === null ? undefined : { bookOwner: row.owner_id }),
    currency: row.currency,
    components: row.components,
    modifiers: row.modifiers,
    pricingModel: row.pricing_model,
    validFrom: row.valid_from.toISOString(),
    ...(row.valid_to === null ? undefined : { validTo: row.valid_to.toISOString() }),
    recordedAt: row.recorded_at.toISOString(),
    ...(isPolicy(row.reported_cost) ? { reportedCost: row.reported_cost } : undefined),
  };
}

function isPolicy(text: string | null): text is ReportedCostPolicy {
  return text === 'prefer' || text === 'compare' || text === 'ignore';
}
