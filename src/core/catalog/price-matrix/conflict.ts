// Two editors: whoever comes second is shown what has changed since they looked, and nothing of theirs is written.
import type { BookedPrice } from './facts.ts';
import { type Change, writes } from './difference.ts';
import { filled } from './read-price.ts';
import type { MatrixRow } from './row.ts';
import type { MatrixShelf } from './shelf.ts';

export interface Conflict {
  readonly change: Change;
  /** Of the version that the editor had seen; missing: nothing, or the editor does not say. */
  readonly seenId?: string;
  readonly inForce?: BookedPrice;
  readonly scheduled?: BookedPrice;
}

/** `seenAll`: the editor's word that what is in force is what they saw. */
export function conflictsOf(
  changes: readonly Change[],
  shelf: MatrixShelf,
  { seenAll }: { readonly seenAll: boolean },
): readonly Conflict[] {
  return changes.filter(writes).flatMap((change) => {
    const { row, place } = change.proposal;
    const inForce = shelf.inForce(place);
    const scheduled = shelf.next(place);
    if (sawCurrent(row, inForce, seenAll) && (!isScheduled(change) || sawScheduled(row, scheduled, seenAll))) return [];
    const seenId = filled(row.version_id);
    return [
      {
        change,
        ...(seenId === undefined ? {} : { seenId }),
        ...(inForce ? { inForce } : {}),
        ...(scheduled ? { scheduled } : {}),
      },
    ];
  });
}

/** Whether another version that is scheduled may be in its way. */
export function isScheduled({ proposal: { wish } }: Change): boolean {
  return wish.kind === 'set' && wish.fromMs !== undefined;
}

function sawCurrent(row: MatrixRow, inForce: BookedPrice | undefined, seenAll: boolean): boolean {
  return row.version_id === undefined && seenAll ? true : (filled(row.version_id) ?? null) === (inForce?.id ?? null);
}

function sawScheduled(row: MatrixRow, scheduled: BookedPrice | undefined, seenAll: boolean): boolean {
  const { scheduled_version_id: seen } = row;
  return seen === undefined && seenAll ? true : (filled(seen) ?? null) === (scheduled?.id ?? null);
}
