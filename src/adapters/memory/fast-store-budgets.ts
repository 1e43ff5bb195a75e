// What each budget has spent and holds, one counter per scope and period.
import type { Counter } from '#core/ledger/entry.ts';
import type { BudgetScope } from '#core/limits/limits.ts';
import { type BudgetPeriod, periodId } from '#core/limits/period.ts';
import { type Amount, amount, subtract, zero } from '#core/money/amount.ts';
import type { SpentCounter } from '#ports/fast-store.ts';

interface BudgetCounter {
  readonly period: string;
  spent: Amount;
  held: Amount;
}

export interface SpentDifference {
  readonly counters: readonly Counter[];
  readonly difference: bigint;
}

// Late settlements of a period that has just ended still find its counter.
const endedPeriodKeptMs = 2 * 86_400_000;
const sweepAtLeast = 10_000;

export class Budgets {
  readonly #counters = new Map<string, BudgetCounter>();
  #sweepAt = sweepAtLeast;

  /** What is known already stays as it is. */
  load({ scope, period, spent }: SpentCounter): void {
    const key = keyOf(scope, period);
    if (!this.#counters.has(key)) this.#counters.set(key, { period, spent, held: zero });
  }

  reset({ scope, period, spent }: SpentCounter): void {
    this.#of(scope, period).spent = spent;
  }

  spent({ scope, period }: Counter): Amount {
    return this.#counters.get(keyOf(scope, period))?.spent ?? zero;
  }

  /** What it could still give; negative when more was spent than its limit. */
  room({ scope, period, limit }: BudgetScope): bigint {
    const counter = this.#counters.get(keyOf(scope, period));
    return counter === undefined ? limit : limit - counter.spent - counter.held;
  }

  take(budgets: readonly BudgetScope[], granted: Amount): void {
    for (const { scope, period } of budgets) {
      const counter = this.#of(scope, period);
      counter.held = amount(counter.held + granted);
    }
  }

  release(budgets: readonly BudgetScope[], granted: Amount): void {
    for (const { scope, period } of budgets) {
      const counter = this.#of(scope, period);
      counter.held = subtract(counter.held, granted);
    }
  }

  /** @throws RangeError when a counter would leave what can be counted exactly; nothing is changed then or before. */
  mustFit(counters: readonly Counter[], charge: Amount): void {
    for (const counter of counters) amount(this.spent(counter) + charge);
  }

  spend(counters: readonly Counter[], charge: Amount): void {
    for (const { scope, period } of counters) {
      const counter = this.#of(scope, period);
      counter.spent = amount(counter.spent + charge);
    }
  }

  /**
   * Calls came to something else than was counted. A counter that is not known has none of them.
   * @throws RangeError as `mustFit`.
   */
  move(moves: readonly SpentDifference[]): void {
    const moved = new Map<BudgetCounter, Amount>();
    for (const { counters, difference } of moves) {
      for (const { scope, period } of counters) {
        const counter = this.#counters.get(keyOf(scope, period));
        if (counter) moved.set(counter, amount((moved.get(counter) ?? counter.spent) + difference));
      }
    }
    for (const [counter, spent] of moved) counter.spent = spent;
  }

  /** Forgets counters of ended periods. Costs nothing until their number has doubled since the last time. */
  sweep(nowMs: number): void {
    if (this.#counters.size < this.#sweepAt) return;
    for (const [key, counter] of this.#counters) {
      if (counter.held === 0n && isOver(counter.period, nowMs - endedPeriodKeptMs)) this.#counters.delete(key);
    }
    this.#sweepAt = Math.max(sweepAtLeast, this.#counters.size * 2);
  }

  #of(scope: string, period: string): BudgetCounter {
    const key = keyOf(scope, period);
    const known = this.#counters.get(key);
    if (known !== undefined) return known;
    const counter: BudgetCounter = { period, spent: zero, held: zero };
    this.#counters.set(key, counter);
    return counter;
  }
}

function keyOf(scope: string, period: string): string {
  return `${scope} ${period}`;
}

// Names of one kind of period sort by time. A name of no known kind is never over.
export function isOver(period: string, nowMs: number): boolean {
  const kind = kindOf(period);
  return kind !== undefined && period < periodId(kind, nowMs);
}

function kindOf(period: string): BudgetPeriod | undefined {
  if (/^\d{4}-\d{2}-\d{2}$/.test(period)) return 'day';
  if (/^\d{4}-W\d{2}$/.test(period)) return 'week';
  if (/^\d{4}-\d{2}$/.test(period)) return 'month';
  return undefined;
}
