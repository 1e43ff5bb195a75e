// What a sheet would change: each row against the version that is in force when it would begin.
import type { Rational } from '#core/money/rational.ts';
import { type MatrixPrice, type PriceField, priceFields, samePrice, simplePriceOf } from './cell.ts';
import type { BookedPrice } from './facts.ts';
import type { MatrixShelf } from './shelf.ts';
import { percentBetween, unitPrice } from './unit-price.ts';
import type { Proposal } from './validate.ts';

export type ChangeKind = 'added' | 'changed' | 'removed' | 'unchanged' | 'kept';

export interface FieldChange {
  readonly field: PriceField | 'per' | 'currency' | 'pricing_model' | 'valid_to';
  readonly old: string | null;
  readonly new: string | null;
  /** From old to new for a single unit, such as `"+25"`; `null` where that says nothing. */
  readonly percent: string | null;
}

export interface Change {
  readonly proposal: Proposal;
  readonly kind: ChangeKind;
  /** What it takes the place of. */
  readonly before?: BookedPrice;
  readonly fields: readonly FieldChange[];
}

export function differenceOf(proposals: readonly Proposal[], shelf: MatrixShelf): readonly Change[] {
  return proposals.map((proposal) => changeOf(proposal, shelf));
}

export function writes({ kind }: Change): boolean {
  return kind === 'added' || kind === 'changed' || kind === 'removed';
}

function changeOf(proposal: Proposal, shelf: MatrixShelf): Change {
  const { wish, place } = proposal;
  const fromMs = wish.kind === 'set' ? (wish.fromMs ?? shelf.nowMs) : shelf.nowMs;
  const before = shelf.inForce(place, fromMs);
  const found = before ? { before } : {};
  const simple = before && simplePriceOf(before);
  switch (wish.kind) {
    case 'keep':
      return { proposal, kind: 'kept', ...found, fields: [] };
    case 'remove':
      return { proposal, kind: before ? 'removed' : 'unchanged', ...found, fields: fieldChanges(simple, undefined) };
    case 'set': {
      const end = wish.toMs ?? beginOf(shelf.next(place, fromMs));
      const sameEnd = before && (before.valid_to === null ? undefined : Date.parse(before.valid_to)) === end;
      const endChange = before && !sameEnd ? [endChanged(before.valid_to, end)] : [];
      const fields = [...fieldChanges(simple, wish.price), ...endChange];
      const same = simple !== undefined && samePrice(simple, wish.price) && sameEnd === true;
      return {
        proposal,
        kind: same ? 'unchanged' : before ? 'changed' : 'added',
        ...found,
        fields: same ? [] : fields,
      };
    }
  }
}

function beginOf(version: BookedPrice | undefined): number | undefined {
  return version && Date.parse(version.valid_from);
}

function endChanged(old: string | null, end: number | undefined): FieldChange {
  return { field: 'valid_to', old, new: end === undefined ? null : new Date(end).toISOString(), percent: null };
}

export function fieldChanges(old: MatrixPrice | undefined, now: MatrixPrice | undefined): readonly FieldChange[] {
  const prices = priceFields.map((field) => priceChange(field, old, now));
  const terms = (
    [
      ['per', old?.per, now?.per],
      ['currency', old?.currency, now?.currency],
      ['pricing_model', old?.pricingModel, now?.pricingModel],
    ] as const
  ).map(([field, was, is]): FieldChange => ({ field, old: was ?? null, new: is ?? null, percent: null }));
  // The same text for another quantity is another price.
  const shown = ({ field, old: was, new: is }: FieldChange): boolean =>
    was !== is || (was !== null && field !== 'price_per_request' && old?.per !== now?.per);
  return [...prices.filter(shown), ...terms.filter((term) => term.old !== term.new)];
}

function priceChange(field: PriceField, old: MatrixPrice | undefined, now: MatrixPrice | undefined): FieldChange {
  const [was, is] = [unitOf(old, field), unitOf(now, field)];
  const percent = was && is && old?.currency === now?.currency ? percentBetween(was, is) : undefined;
  return { field, old: old?.prices[field] ?? null, new: now?.prices[field] ?? null, percent: percent ?? null };
}

function unitOf(price: MatrixPrice | undefined, field: PriceField): Rational | undefined {
  const text = price?.prices[field];
  if (price === undefined || text === undefined) return undefined;
  return unitPrice({ price: text, per: field === 'price_per_request' ? '1' : (price.per ?? '1') });
}
