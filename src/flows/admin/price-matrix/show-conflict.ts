// What the second of two editors is shown: what they saw, what is in force by now, and what they sent.
import type { Conflict } from '#core/catalog/price-matrix/conflict.ts';
import { type Change, type ChangeKind, type FieldChange, fieldChanges } from '#core/catalog/price-matrix/difference.ts';
import { simplePriceOf } from '#core/catalog/price-matrix/cell.ts';
import type { BookedPrice } from '#core/catalog/price-matrix/facts.ts';
import { flat, type FlatPrices, namesOf, type PlaceNames, showVersion, type ShownVersion } from './show-matrix.ts';

export interface ShownChange extends PlaceNames {
  readonly row: number;
  readonly change: ChangeKind;
  readonly old: ShownVersion | null;
  /** `null`: the price is taken away, or stays. */
  readonly new: (FlatPrices & { readonly valid_from: string | null; readonly valid_to: string | null }) | null;
  readonly fields: readonly FieldChange[];
}

export function showChange({ proposal, kind, before, fields }: Change): ShownChange {
  return {
    row: proposal.index,
    ...namesOf(proposal.place),
    change: kind,
    old: before ? showVersion(before) : null,
    new: proposed(proposal.wish),
    fields,
  };
}

function proposed(wish: Change['proposal']['wish']): ShownChange['new'] {
  if (wish.kind !== 'set') return null;
  return { ...flat(wish.price), valid_from: instantOf(wish.fromMs), valid_to: instantOf(wish.toMs) };
}

function instantOf(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}

export interface ShownConflict extends PlaceNames {
  readonly row: number;
  /** What the editor saw, if the row says. */
  readonly seen: ShownVersion | null;
  readonly in_force: ShownVersion | null;
  readonly scheduled: ShownVersion | null;
  readonly yours: ShownChange['new'];
  /** What others have changed since the editor looked. */
  readonly theirs: readonly FieldChange[];
  /** What the editor would change of what is in force. */
  readonly difference: readonly FieldChange[];
}

export function showConflict(
  { change, seenId, inForce, scheduled }: Conflict,
  known: readonly BookedPrice[],
): ShownConflict {
  const seen = known.find(({ id }) => id === seenId);
  return {
    row: change.proposal.index,
    ...namesOf(change.proposal.place),
    seen: seen ? showVersion(seen) : null,
    in_force: inForce ? showVersion(inForce) : null,
    scheduled: scheduled ? showVersion(scheduled) : null,
    yours: proposed(change.proposal.wish),
    theirs: fieldChanges(seen && simplePriceOf(seen), inForce && simplePriceOf(inForce)),
    difference: change.fields,
  };
}
