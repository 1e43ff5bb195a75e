// Units of counters as Postgres keeps them.
import type { Counter } from '#core/ledger/entry.ts';
import type { UnitsGiven } from '#core/ledger/unit-counter.ts';
import { rangesFromJson, rangesToJson, type UnitRanges, type UnitRangesJson } from '#core/usage/unit-range.ts';

export interface GivenJson extends Counter {
  readonly ranges: UnitRangesJson;
}

export function givenToJson(given: readonly UnitsGiven[]): readonly GivenJson[] {
  return given.map(({ scope, period, ranges }) => ({ scope, period, ranges: rangesToJson(ranges) }));
}

/** @throws RangeError, SyntaxError when it does not read. */
export function givenFromJson(json: readonly GivenJson[]): readonly UnitsGiven[] {
  return json.map(({ scope, period, ranges }) => ({ scope, period, ranges: rangesFromJson(ranges) }));
}

/** `{[0,1000),[2000,2500)}` */
export function multirange(ranges: UnitRanges): string {
  return `{${ranges.map(({ from, to }) => `[${from},${to})`).join(',')}}`;
}

/** @throws RangeError, SyntaxError for a text that Postgres did not write. */
export function rangesOf(text: string): UnitRanges {
  return rangesFromJson([...text.matchAll(/\[(\d+),(\d+)\)/g)].map(([, from = '', to = '']) => [from, to] as const));
}
