// The units that an estimate is rated by: those that it would be given now. It takes none of them, since a last word that
// is smaller would leave a gap behind it: others would have paid the price of numbers that they need not have had.
import type { Counter } from '#core/ledger/entry.ts';
import { unitKey, type UnitsGiven, type UnitsTaken, type UnitsWanted } from '#core/ledger/unit-counter.ts';
import { lowestFree, union, type UnitRanges } from '#core/usage/unit-range.ts';

/** Which units of these counters are taken. */
export type ReadTaken = (counters: readonly Counter[]) => Promise<readonly UnitsTaken[]>;

/** For calls that are estimated together: none is rated by what another one is. */
export class UnitsForNow {
  readonly #read: ReadTaken;
  readonly #apart = new Map<string, UnitRanges>();

  constructor(read: ReadTaken) {
    this.#read = read;
  }

  /** Asked again it answers the same. */
  async give(wanted: readonly UnitsWanted[]): Promise<readonly UnitsGiven[]> {
    const read = await this.#read(wanted.map(({ scope, period }) => ({ scope, period })));
    const taken = new Map(read.map((each) => [unitKey(each), each.taken]));
    return wanted.map(({ scope, period, units }) => {
      const key = unitKey({ scope, period });
      const others = union(taken.get(key) ?? [], this.#apart.get(key) ?? []);
      return { scope, period, ranges: lowestFree(others, units), provisional: true };
    });
  }

  /** One of them was rated by these. */
  keepApart(given: readonly UnitsGiven[]): void {
    for (const each of given) {
      const key = unitKey(each);
      this.#apart.set(key, union(this.#apart.get(key) ?? [], each.ranges));
    }
  }
}
