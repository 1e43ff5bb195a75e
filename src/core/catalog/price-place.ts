// Where a new version of a price stands in time, among those that count at its place.

/** Milliseconds since 1970; without an end it is open. */
export interface Stretch {
  readonly fromMs: number;
  readonly toMs?: number;
}

export interface Standing extends Stretch {
  readonly id: string;
}

export type Placing =
  | {
      readonly kind: 'placed';
      readonly stretch: Stretch;
      readonly predecessorId?: string;
      /** The version that ends where the new one begins. */
      readonly endsId?: string;
    }
  /** Calls have been charged by another version since then. */
  | { readonly kind: 'in-the-past' }
  /** Another version begins before this one would end. */
  | { readonly kind: 'meets'; readonly nextFromMs: number };

export function placeVersion(shelf: readonly Standing[], wanted: Stretch, nowMs: number): Placing {
  const standing = shelf.filter(lasts);
  const { fromMs, toMs } = wanted;
  const beenCharged = standing.some((each) => each.fromMs < nowMs && endOf(each) > fromMs);
  if (fromMs < nowMs && beenCharged) return { kind: 'in-the-past' };

  const later = standing.filter((each) => each.fromMs > fromMs);
  const nextFromMs = later.length === 0 ? undefined : Math.min(...later.map((each) => each.fromMs));
  if (nextFromMs !== undefined && toMs !== undefined && toMs > nextFromMs) return { kind: 'meets', nextFromMs };

  const ends = standing.find((each) => each.fromMs <= fromMs && endOf(each) > fromMs);
  const before = standing.filter((each) => each.fromMs < fromMs).toSorted((one, two) => one.fromMs - two.fromMs);
  const predecessorId = (ends ?? before.at(-1))?.id;
  const end = toMs ?? nextFromMs;
  return {
    kind: 'placed',
    stretch: { fromMs, ...(end === undefined ? {} : { toMs: end }) },
    ...(predecessorId === undefined ? {} : { predecessorId }),
    ...(ends === undefined ? {} : { endsId: ends.id }),
  };
}

// One that was overtaken before it began ends where it begins.
function lasts(version: Standing): boolean {
  return endOf(version) > version.fromMs;
}

function endOf({ toMs }: Stretch): number {
  return toMs ?? Number.POSITIVE_INFINITY;
}
