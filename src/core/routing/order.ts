// Which target is tried first, and which ones behind it.
import type { BalanceMeasure, ConfigTarget, Strategy } from './config.ts';
import { type ConditionFacts, holds } from './condition.ts';

/** The targets that a strategy admits at all. Several stay in their order; `balanced` decides among them later. */
export function admitted(
  strategy: Strategy,
  targets: readonly ConfigTarget[],
  facts: () => ConditionFacts,
): readonly ConfigTarget[] {
  switch (strategy.mode) {
    case 'single':
      return targets.slice(0, 1);
    case 'fallback':
    case 'loadbalance':
      return targets;
    case 'conditional': {
      const known = facts();
      const branch = strategy.branches.find(({ when }) => holds(when, known));
      const names = branch?.targets ?? strategy.otherwise ?? [];
      return names.flatMap((name) => targets.find((target) => target.name === name) ?? []);
    }
  }
}

export interface Weighing<Candidate> {
  weight(candidate: Candidate): number;
  /** `undefined`: nobody has called it yet. `Infinity`: it has never answered. */
  latencyMs(candidate: Candidate): number | undefined;
  /** Whether the first costs less than, the same as, or more than the second: negative, zero, positive. */
  compareCost(left: Candidate, right: Candidate): number;
}

// The fastest of yesterday is not known to be the fastest of today unless the others are asked now and then.
const explored = 0.05;

/** The chosen one first; the others stand behind it, for when it does not answer. `chance` gives numbers from 0 to below 1. */
export function balanced<Candidate>(
  candidates: readonly Candidate[],
  by: BalanceMeasure,
  weighing: Weighing<Candidate>,
  chance: () => number,
): readonly Candidate[] {
  switch (by) {
    case 'weight':
      return shuffled(candidates, (each) => weighing.weight(each), chance);
    case 'latency':
      return chance() < explored
        ? shuffled(candidates, () => 1, chance)
        : candidates.toSorted((left, right) => compare(weighing.latencyMs(left) ?? 0, weighing.latencyMs(right) ?? 0));
    case 'cost':
      return candidates.toSorted((left, right) => weighing.compareCost(left, right));
  }
}

// Not their difference, which is no number for two that never answered.
function compare(left: number, right: number): number {
  return left === right ? 0 : left < right ? -1 : 1;
}

/** Each place goes to one of the rest, as likely as its share of their weight; those without weight come last, in order. */
export function shuffled<Candidate>(
  candidates: readonly Candidate[],
  weightOf: (candidate: Candidate) => number,
  chance: () => number,
): readonly Candidate[] {
  const rest = candidates.filter((each) => weightOf(each) > 0);
  const result: Candidate[] = [];
  while (rest.length > 0) {
    const sum = rest.reduce((total, each) => total + weightOf(each), 0);
    let left = rest.length === 1 ? 0 : chance() * sum;
    let index = rest.findIndex((each) => (left -= weightOf(each)) < 0);
    if (index < 0) index = rest.length - 1;
    result.push(...rest.splice(index, 1));
  }
  return [...result, ...candidates.filter((each) => weightOf(each) <= 0)];
}
