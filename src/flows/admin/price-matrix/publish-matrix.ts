// One set of new versions for the whole table, or nothing: and never over what its editor has not seen.
import { attributesOf, componentsOf } from '#core/catalog/price-matrix/cell.ts';
import { type Conflict, conflictsOf, isScheduled } from '#core/catalog/price-matrix/conflict.ts';
import { type Change, type ChangeKind, writes } from '#core/catalog/price-matrix/difference.ts';
import type { BookedPrice } from '#core/catalog/price-matrix/facts.ts';
import type { MatrixSheet, MatrixWarning } from '#core/catalog/price-matrix/row.ts';
import { Failure } from '#core/failure.ts';
import type { NewPrice, PriceBatch, PricePlace } from '#ports/administration.ts';
import type { AdminDesk } from '../desk.ts';
import { accomplished, makeItCount } from '../outcome.ts';
import { type CheckedMatrix, checkMatrix, requireRight } from './check-matrix.ts';
import { showConflict } from './show-conflict.ts';

export interface PublishOrder {
  readonly sheet: MatrixSheet;
  /** The version of the matrix that was edited, for rows that do not say what they saw. */
  readonly version?: string;
  readonly provenance?: string;
}

export interface PublishedMatrix {
  readonly counts: Readonly<Record<ChangeKind, number>>;
  /** Ids of the new versions. */
  readonly published: readonly string[];
  readonly warnings: readonly MatrixWarning[];
  /** Of the matrix as it is now. */
  readonly version: string;
}

/** @throws Failure `invalid_parameter` with all errors, `conflict` with the difference. */
export async function publishMatrix(desk: AdminDesk, actor: string, order: PublishOrder): Promise<PublishedMatrix> {
  const checked = await checkMatrix(desk, order.sheet);
  requireRight(checked);
  await refuseTheUnseen(desk, checked, order.version);
  const changes = checked.changes.filter(writes);
  const counts = countsOf(checked.changes);
  if (changes.length === 0) return { counts, published: [], warnings: checked.warnings, version: checked.version };

  const outcome = await desk.administration.prices.publishAll(actor, batchOf(desk, changes, checked, order));
  // Somebody was faster, between our reading and our writing.
  if (outcome.kind === 'conflict') await refuseTheUnseen(desk, await checkMatrix(desk, order.sheet), order.version);
  const { published } = accomplished(outcome, 'price');
  await makeItCount(desk, 'catalog');
  const { version } = await checkMatrix(desk, order.sheet);
  return { counts, published: published.map(({ id }) => id), warnings: checked.warnings, version };
}

function batchOf(
  desk: AdminDesk,
  changes: readonly Change[],
  { shelf }: CheckedMatrix,
  order: PublishOrder,
): PriceBatch {
  return {
    prices: changes.flatMap((change) => newPrice(desk, change, order.provenance) ?? []),
    ends: changes.flatMap(({ kind, before }) => (kind === 'removed' && before ? [before.id] : [])),
    seen: changes.map((change) => {
      const { place } = change.proposal;
      return {
        ...placeInBook(change),
        version_id: shelf.inForce(place)?.id ?? null,
        ...(isScheduled(change) ? { scheduled_version_id: shelf.next(place)?.id ?? null } : {}),
      };
    }),
  };
}

function placeInBook({ proposal: { place } }: Change): PricePlace {
  return {
    book: 'customer_type',
    owner: place.customerType.id,
    subject: { kind: 'model', name: place.model.name },
  };
}

function newPrice(desk: AdminDesk, change: Change, provenance = 'price matrix'): NewPrice | undefined {
  const { wish } = change.proposal;
  if (wish.kind !== 'set') return undefined;
  const { price, fromMs, toMs } = wish;
  return {
    ...placeInBook(change),
    ...carriedOver(change.before),
    id: desk.identifiers.next(),
    currency: price.currency,
    pricing_model: price.pricingModel,
    components: componentsOf(price),
    modifiers: [],
    attributes: attributesOf(price, change.before?.attributes),
    provenance,
    ...(fromMs === undefined ? {} : { valid_from: new Date(fromMs).toISOString() }),
    ...(toMs === undefined ? {} : { valid_to: new Date(toMs).toISOString() }),
  };
}

// It stays the same row, with what was noted of it.
function carriedOver(before: BookedPrice | undefined): Pick<NewPrice, 'row_id' | 'is_custom' | 'notes'> {
  if (!before) return {};
  const { row_id, is_custom, notes } = before;
  return { row_id, is_custom, ...(notes === null ? {} : { notes }) };
}

async function refuseTheUnseen(desk: AdminDesk, checked: CheckedMatrix, version: string | undefined): Promise<void> {
  const conflicts = conflictsOf(checked.changes, checked.shelf, { seenAll: version === checked.version });
  const [first] = conflicts;
  if (!first) return;
  const ids = conflicts.flatMap(({ seenId }) => seenId ?? []);
  const seen = await desk.administration.priceMatrix.versions(ids);
  throw new Failure('conflict', sentenceOf(first, conflicts.length), {
    conflicts: conflicts.map((conflict) => showConflict(conflict, seen)),
  });
}

function sentenceOf({ change: { proposal }, inForce }: Conflict, count: number): string {
  const { model, customerType } = proposal.place;
  const where = `provider=${model.provider} model=${model.name} customer_type=${customerType.name}`;
  const who = inForce ? ` by ${inForce.author} at ${inForce.recorded_at}` : '';
  const more = count === 1 ? '' : ` (and ${count - 1} more rows)`;
  return `Changed meanwhile${who}: ${where}${more}. Nothing was published. The answer shows what is in force, what you saw and what you sent: read the matrix again and repeat your change.`;
}

export function countsOf(changes: readonly Change[]): Readonly<Record<ChangeKind, number>> {
  const counts: Record<ChangeKind, number> = { added: 0, changed: 0, removed: 0, unchanged: 0, kept: 0 };
  for (const { kind } of changes) counts[kind] += 1;
  return counts;
}
