// What a call takes from counters, and which numbers of theirs it has been given.
import {
  difference,
  lowestFree,
  lowestOf,
  rangesFromJson,
  rangesToJson,
  sizeOf,
  type UnitRanges,
  type UnitRangesJson,
} from '#core/usage/unit-range.ts';
import { type Charge, type Consumed, consumptionOf } from './consumption.ts';
import { exactText } from './decimal.ts';
import { takesReportedCost } from './reported-cost.ts';
import { counterPeriod, type PreparedTiers, scaled } from './tiers.ts';

/** A counter in the period in which the call began. */
export interface UnitCounter {
  readonly counter: string;
  readonly period: string;
}

export interface CounterUse extends UnitCounter {
  readonly units: bigint;
}

/** What was given: as many as were asked for, once and for all. */
export interface Allocation extends UnitCounter {
  readonly ranges: UnitRanges;
  /** Of an estimate: it is rated as if it had them, and they are taken by nobody. */
  readonly provisional?: true;
}

export interface AllocationJson extends UnitCounter {
  readonly ranges: UnitRangesJson;
  readonly provisional?: true;
}

/** One for each counter; nothing for a price that counts nothing. */
export function counterUses(input: Consumed): readonly CounterUse[] {
  const { status, sub_usages: inside } = input.usage;
  if (!input.price.counts && inside === undefined) return none;
  if (status === 'not_billable' || status === 'invalid' || takesReportedCost(input)) return none;
  const { charges, subs } = consumptionOf(input);
  const uses = new Map<string, CounterUse>();
  for (const charge of [...charges, ...subs.flatMap((sub) => sub.charges)]) {
    const use = useOf(charge, input.facts.occurred_at);
    if (use === undefined) continue;
    const key = keyOf(use);
    uses.set(key, { ...use, units: use.units + (uses.get(key)?.units ?? 0n) });
  }
  return [...uses.values()];
}

const none: readonly CounterUse[] = [];

function useOf(charge: Charge, occurredAt: string): CounterUse | undefined {
  const { tiers } = charge.chosen.component;
  if (tiers === undefined) return undefined;
  return { ...placeOf(charge, tiers, occurredAt), units: scaled(charge.charged, tiers.scale) };
}

// All units before a threshold are adjusted by the terms of the call that crosses it: so those of other terms (a rate of
// exchange, a discount) are counted apart.
function placeOf({ scale }: Charge, { kind, counter, period }: PreparedTiers, occurredAt: string): UnitCounter {
  const terms = kind === 'volume' && scale !== undefined ? `@${exactText(scale)}` : '';
  return { counter: `${counter}${terms}`, period: counterPeriod({ period }, occurredAt) };
}

/** Deals out to each charge, in their order, what the call was given. */
export class Dealt {
  readonly #left = new Map<string, UnitRanges>();
  readonly #provisional = new Set<string>();
  readonly #occurredAt: string;
  readonly #isGiven: boolean;
  readonly #dealt = new Map<string, Allocation>();

  /** Without allocations, counters count from the start: as for the only call of its period. */
  constructor(occurredAt: string, given: readonly Allocation[] | undefined) {
    this.#occurredAt = occurredAt;
    this.#isGiven = given !== undefined;
    for (const allocation of given ?? []) {
      this.#left.set(keyOf(allocation), allocation.ranges);
      if (allocation.provisional) this.#provisional.add(keyOf(allocation));
    }
  }

  /** They are nobody's yet: nothing about other units may hang on them. */
  isProvisional(charge: Charge, tiers: PreparedTiers): boolean {
    if (this.#provisional.size === 0) return false;
    return this.#provisional.has(keyOf(placeOf(charge, tiers, this.#occurredAt)));
  }

  /** @throws RangeError when less was given than is charged. */
  to(charge: Charge, tiers: PreparedTiers): UnitRanges {
    const units = scaled(charge.charged, tiers.scale);
    const place = placeOf(charge, tiers, this.#occurredAt);
    const key = keyOf(place);
    const left = this.#left.get(key) ?? [];
    const before = this.#dealt.get(key)?.ranges ?? [];
    const ranges = this.#isGiven ? lowestOf(left, units) : lowestFree(before, units);
    if (sizeOf(ranges) !== units) {
      throw new RangeError(`${units} units of ${place.counter} are charged, and ${sizeOf(ranges)} were given.`);
    }
    this.#left.set(key, difference(left, ranges));
    this.#dealt.set(key, { ...place, ranges: [...before, ...ranges] });
    return ranges;
  }

  /** @throws RangeError when more was given than is charged. */
  allocations(): readonly AllocationJson[] {
    for (const [key, left] of this.#left) {
      if (left.length > 0) throw new RangeError(`More units of ${key} were given than are charged.`);
    }
    return [...this.#dealt].map(([key, { counter, period, ranges }]) => ({
      counter,
      period,
      ranges: rangesToJson(merged(ranges)),
      ...(this.#provisional.has(key) ? { provisional: true } : undefined),
    }));
  }
}

function merged(ranges: UnitRanges): UnitRanges {
  const joined: { from: bigint; to: bigint }[] = [];
  for (const range of ranges) {
    const end = joined.at(-1);
    if (end && end.to === range.from) end.to = range.to;
    else joined.push({ ...range });
  }
  return joined;
}

/** What a receipt was charged by. @throws RangeError, SyntaxError when it does not read. */
export function allocationsOf(stored: readonly AllocationJson[] | undefined): readonly Allocation[] {
  return (stored ?? []).map((each) => ({ ...each, ranges: rangesFromJson(each.ranges) }));
}

function keyOf({ counter, period }: UnitCounter): string {
  return `${counter} ${period}`;
}
