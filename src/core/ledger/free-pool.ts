// What must be set aside so that calls that count on free units can pay, whichever of them gets the free ones.

/** Units that open calls may still take at one price, with so many of their counter free. */
export interface PoolClass {
  readonly limit: bigint;
  /** For a unit that is not free, rounded up. */
  readonly price: bigint;
  readonly units: bigint;
}

/**
 * The most that all of them together can be charged, in whatever order they end: the free units go to the cheapest. So a
 * call that ends, pays for what it got and leaves never leaves less behind than the others may need: what then
 * remains is one of the outcomes that were reckoned with.
 */
export function poolHeld(classes: readonly PoolClass[], freeBelow: (limit: bigint) => bigint): bigint {
  const [first] = classes;
  if (!first) return 0n;
  const limit = classes.reduce((least, each) => (each.limit < least ? each.limit : least), first.limit);
  let free = freeBelow(limit);
  let held = 0n;
  for (const { units, price } of classes.toSorted((left, right) => (left.price < right.price ? -1 : 1))) {
    const charged = units > free ? units - free : 0n;
    free = units > free ? 0n : free - units;
    held += charged * price;
  }
  return held;
}
