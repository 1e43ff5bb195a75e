// Which of two prices for the same meter counts when the conditions of both hold.
import type { PriceCondition } from './component.ts';
import { promptTokensBetween, type SwitchFact, switchFacts, type TextFact, textFacts } from './condition.ts';
import { wholeWeek, weekMask, weekMinutes } from './window.ts';

/** The set of calls that a condition lets in. */
export interface Extent {
  /** How many kinds of condition it makes. */
  readonly conditions: number;
  readonly promptTokensMin: number;
  readonly promptTokensMax: number;
  readonly texts: Readonly<Partial<Record<TextFact, ReadonlySet<string>>>>;
  readonly switches: Readonly<Partial<Record<SwitchFact, boolean>>>;
  readonly week: bigint;
  readonly excludedDates: ReadonlySet<string>;
}

/** The extent of a condition as it was written. */
export interface WrittenExtent extends Extent {
  /** Grows strictly when a set of calls grows, which is all that is asked of it; rarely asked for, and long to reckon. */
  breadth(): bigint;
}

export function extentOf(when: PriceCondition = {}): WrittenExtent {
  const extent = {
    conditions: Object.values(when).filter((each) => each !== undefined).length,
    ...promptTokensBetween(when),
    texts: Object.fromEntries(textFacts.flatMap((fact) => (when[fact] ? [[fact, new Set(when[fact])]] : []))),
    switches: Object.fromEntries(switchFacts.flatMap((fact) => (when[fact] === undefined ? [] : [[fact, when[fact]]]))),
    week: when.window === undefined ? wholeWeek : weekMask(when.window),
    excludedDates: new Set(when.window?.exclude_dates),
  };
  return { ...extent, breadth: () => breadthOf(extent, weekMinutes(when.window)) };
}

/** `undefined` when no call is in both. */
export function intersection(left: Extent, right: Extent): Extent | undefined {
  const promptTokensMin = Math.max(left.promptTokensMin, right.promptTokensMin);
  const promptTokensMax = Math.min(left.promptTokensMax, right.promptTokensMax);
  const week = left.week & right.week;
  if (promptTokensMin > promptTokensMax || week === 0n) return undefined;
  if (switchFacts.some((fact) => differ(left.switches[fact], right.switches[fact]))) return undefined;
  const texts: Partial<Record<TextFact, ReadonlySet<string>>> = {};
  for (const fact of textFacts) {
    const both = common(left.texts[fact], right.texts[fact]);
    if (both?.size === 0) return undefined;
    if (both !== undefined) texts[fact] = both;
  }
  return {
    conditions: Math.max(left.conditions, right.conditions),
    promptTokensMin,
    promptTokensMax,
    texts,
    switches: { ...left.switches, ...right.switches },
    week,
    excludedDates: left.excludedDates.union(right.excludedDates),
  };
}

/** Every call of `inner` is in `outer`. */
export function contains(outer: Extent, inner: Extent): boolean {
  return (
    outer.promptTokensMin <= inner.promptTokensMin &&
    outer.promptTokensMax >= inner.promptTokensMax &&
    (inner.week & ~outer.week) === 0n &&
    outer.excludedDates.isSubsetOf(inner.excludedDates) &&
    switchFacts.every((fact) => outer.switches[fact] === undefined || outer.switches[fact] === inner.switches[fact]) &&
    textFacts.every((fact) => {
      const wide = outer.texts[fact];
      return wide === undefined || (inner.texts[fact]?.isSubsetOf(wide) ?? false);
    })
  );
}

/** More conditions go first; among as many, the one that lets fewer calls in. */
export function moreSpecificFirst(left: WrittenExtent, right: WrittenExtent): number {
  if (left.conditions !== right.conditions) return right.conditions - left.conditions;
  const [narrow, wide] = [left.breadth(), right.breadth()];
  if (narrow === wide) return 0;
  return narrow < wide ? -1 : 1;
}

// More than any list of words or dates is long.
const unlimited = 1_000_000;

function breadthOf(extent: Extent, minutes: number): bigint {
  const factors = [
    extent.promptTokensMax - extent.promptTokensMin + 1,
    minutes,
    unlimited - extent.excludedDates.size,
    ...textFacts.map((fact) => extent.texts[fact]?.size ?? unlimited),
    ...switchFacts.map((fact) => (extent.switches[fact] === undefined ? 2 : 1)),
  ];
  return factors.reduce((product, factor) => product * BigInt(factor), 1n);
}

function differ(left: boolean | undefined, right: boolean | undefined): boolean {
  return left !== undefined && right !== undefined && left !== right;
}

function common(
  left: ReadonlySet<string> | undefined,
  right: ReadonlySet<string> | undefined,
): ReadonlySet<string> | undefined {
  if (left === undefined || right === undefined) return left ?? right;
  return left.intersection(right);
}
