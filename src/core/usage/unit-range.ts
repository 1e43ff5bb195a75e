// Which units of a counter are whose: a counter's units are numbered from zero on, and each is given out once.

/** `from` included, `to` not; never empty. */
export interface UnitRange {
  readonly from: bigint;
  readonly to: bigint;
}

/** Ascending, neither overlapping nor touching. */
export type UnitRanges = readonly UnitRange[];

export function sizeOf(ranges: UnitRanges): bigint {
  return ranges.reduce((sum, { from, to }) => sum + to - from, 0n);
}

/** How many of them have a number below this one. */
export function sizeBelow(ranges: UnitRanges, limit: bigint): bigint {
  return sizeOf(within(ranges, { from: 0n, to: limit }));
}

/** The part of `ranges` that lies inside one stretch. */
export function within(ranges: UnitRanges, { from, to }: UnitRange): UnitRanges {
  return ranges
    .map((range) => ({ from: range.from > from ? range.from : from, to: range.to < to ? range.to : to }))
    .filter((range) => range.from < range.to);
}

/** What is in either. */
export function union(left: UnitRanges, right: UnitRanges): UnitRanges {
  // Nearly always a counter grows at its end.
  const last = left.at(-1);
  const [first] = right;
  if (!first) return left;
  if (!last) return right;
  if (right.length === 1 && first.from === last.to) return [...left.slice(0, -1), { from: last.from, to: first.to }];
  const merged: { from: bigint; to: bigint }[] = [];
  for (const range of [...left, ...right].toSorted((one, other) => sign(one.from - other.from))) {
    const end = merged.at(-1);
    if (end && range.from <= end.to) end.to = range.to > end.to ? range.to : end.to;
    else merged.push({ ...range });
  }
  return merged;
}

/** What is in `ranges` and not in `taken`. */
export function difference(ranges: UnitRanges, taken: UnitRanges): UnitRanges {
  let left: readonly UnitRange[] = ranges;
  for (const gone of taken) {
    left = left.flatMap((range) => [
      ...within([range], { from: 0n, to: gone.from }),
      ...(gone.to < range.to ? [{ from: range.from > gone.to ? range.from : gone.to, to: range.to }] : []),
    ]);
  }
  return left;
}

/** The lowest numbers that are not taken yet: what was given back is given out again before anything new. */
export function lowestFree(taken: UnitRanges, units: bigint): UnitRanges {
  const found: UnitRange[] = [];
  let missing = units;
  let from = 0n;
  for (const range of taken) {
    if (missing === 0n) return found;
    const gap = range.from - from;
    if (gap > 0n) {
      const used = gap < missing ? gap : missing;
      found.push({ from, to: from + used });
      missing -= used;
    }
    from = range.to;
  }
  return missing === 0n ? found : union(found, [{ from, to: from + missing }]);
}

/** The lowest `units` of them. */
export function lowestOf(ranges: UnitRanges, units: bigint): UnitRanges {
  const found: UnitRange[] = [];
  let missing = units;
  for (const { from, to } of ranges) {
    if (missing === 0n) break;
    const used = to - from < missing ? to - from : missing;
    found.push({ from, to: from + used });
    missing -= used;
  }
  return found;
}

/** As it is stored: `[["0","1000"]]`. */
export type UnitRangesJson = readonly (readonly [from: string, to: string])[];

export function rangesToJson(ranges: UnitRanges): UnitRangesJson {
  return ranges.map(({ from, to }) => [from.toString(), to.toString()] as const);
}

/** @throws SyntaxError, RangeError for what are no ranges. */
export function rangesFromJson(json: UnitRangesJson): UnitRanges {
  const ranges = json.map(([from, to]) => ({ from: BigInt(from), to: BigInt(to) }));
  for (const [index, { from, to }] of ranges.entries()) {
    const before = ranges[index - 1]?.to ?? -1n;
    if (from < 0n || from >= to || from <= before) throw new RangeError(`${from} to ${to} is no range in its place.`);
  }
  return ranges;
}

function sign(value: bigint): number {
  if (value === 0n) return 0;
  return value < 0n ? -1 : 1;
}
