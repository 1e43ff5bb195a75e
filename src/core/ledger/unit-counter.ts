// Counters of what calls consume, where a price depends on it: whose they are, and which of their units went where.
import type { Allocation, AllocationJson, CounterUse, UnitCounter } from '../pricing/counted.ts';
import type { Receipt } from '../pricing/receipt.ts';
import { difference, rangesFromJson, sizeOf, union, type UnitRanges } from '../usage/unit-range.ts';
import type { ChargeEntry, Counter, DispatchedCall } from './entry.ts';

/** What a call was given of one counter. */
export interface UnitsGiven extends Counter {
  readonly ranges: UnitRanges;
  /** To an estimate, which takes none: a call that turned out smaller would leave a gap behind it. */
  readonly provisional?: true;
}

/** What a call asks of one counter. */
export interface UnitsWanted extends Counter {
  readonly units: bigint;
}

/** A counter as it stands. */
export interface UnitsTaken extends Counter {
  readonly taken: UnitRanges;
}

export type Side = 'charge' | 'cost';

type Payer = Pick<DispatchedCall, 'walletId' | 'provider'>;

/** What a customer pays counts by wallet, what a provider bills by provider. */
export function counterScope(side: Side, { walletId, provider }: Payer, { counter }: UnitCounter): string {
  return side === 'charge' ? `wallet:${walletId}:${counter}` : `provider:${provider}:${counter}`;
}

export function wantedOf(side: Side, payer: Payer, uses: readonly CounterUse[]): readonly UnitsWanted[] {
  return uses.map((use) => ({ scope: counterScope(side, payer, use), period: use.period, units: use.units }));
}

/** What an entry's receipts took of counters, which an estimate's do not; the ledger's counters are the sum of it. */
export function unitsGiven(entry: ChargeEntry): readonly UnitsGiven[] {
  return unitsIn(entry.call, entry.chargeReceipt, entry.costReceipt);
}

export function unitsIn(payer: Payer, charge: Receipt, cost: Receipt): readonly UnitsGiven[] {
  if (charge.allocations === undefined && cost.allocations === undefined) return none;
  return [...givenBy('charge', payer, charge), ...givenBy('cost', payer, cost)];
}

/** The counters by which an estimate was rated, of which it took nothing. */
export function countersEstimated(payer: Payer, charge: Receipt, cost: Receipt): readonly Counter[] {
  const estimatedBy = (side: Side, { allocations = [] }: Receipt): readonly Counter[] =>
    allocations
      .filter(({ provisional }) => provisional === true)
      .map((allocation) => ({ scope: counterScope(side, payer, allocation), period: allocation.period }));
  return [...estimatedBy('charge', charge), ...estimatedBy('cost', cost)];
}

const none: readonly UnitsGiven[] = [];

function givenBy(side: Side, call: Payer, { allocations = [] }: Receipt): readonly UnitsGiven[] {
  return allocations
    .filter(({ provisional }: AllocationJson) => !provisional)
    .map((allocation) => ({
      scope: counterScope(side, call, allocation),
      period: allocation.period,
      ranges: rangesFromJson(allocation.ranges),
    }));
}

/** A call's units as its receipt's side names them. */
export function allocationsIn(side: Side, payer: Payer, given: readonly UnitsGiven[]): readonly Allocation[] {
  const prefix = counterScope(side, payer, { counter: '', period: '' });
  return given
    .filter(({ scope }) => scope.startsWith(prefix))
    .map(({ scope, ...rest }) => ({ ...rest, counter: scope.slice(prefix.length) }));
}

export function unitKey({ scope, period }: Counter): string {
  return `${scope} ${period}`;
}

/** What a counter is told in one go: first what came back, then what was given out. */
export interface UnitsMoved extends Counter {
  readonly back: UnitRanges;
  readonly given: UnitRanges;
}

/** Moves of many calls, one after the other, as one move of each counter. */
export class UnitMoves {
  readonly #moves = new Map<string, UnitsMoved>();

  giveBack({ scope, period, ranges }: UnitsGiven): void {
    const { back, given } = this.#of({ scope, period });
    this.#set({ scope, period, back: union(back, ranges), given: difference(given, ranges) });
  }

  give({ scope, period, ranges }: UnitsGiven): void {
    const { back, given } = this.#of({ scope, period });
    this.#set({ scope, period, back: difference(back, ranges), given: union(given, ranges) });
  }

  /** A call's later word takes the place of its earlier one. */
  replace(before: readonly UnitsGiven[], now: readonly UnitsGiven[]): void {
    for (const each of before) this.giveBack(each);
    for (const each of now) this.give(each);
  }

  /** Sorted, so that two writers that move the same counters never wait for each other. */
  get all(): readonly UnitsMoved[] {
    return [...this.#moves.values()]
      .filter(({ back, given }) => sizeOf(back) + sizeOf(given) > 0n)
      .toSorted((left, right) => (unitKey(left) < unitKey(right) ? -1 : 1));
  }

  #of(counter: Counter): UnitsMoved {
    return this.#moves.get(unitKey(counter)) ?? { ...counter, back: [], given: [] };
  }

  #set(move: UnitsMoved): void {
    this.#moves.set(unitKey(move), move);
  }
}

export function afterMove(taken: UnitRanges, { back, given }: Pick<UnitsMoved, 'back' | 'given'>): UnitRanges {
  return union(difference(taken, back), given);
}
