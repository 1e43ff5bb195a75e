// How much of what a call wants its wallet and its budgets can give.
import type { BudgetScope } from '#core/limits/limits.ts';
import { type Amount, amount, zero } from '#core/money/amount.ts';
import type { MoneyWanted } from '#ports/fast-store.ts';
import type { Budgets } from './fast-store-budgets.ts';
import type { Wallet } from './fast-store-live.ts';
import type { FreePools, PoolShare } from './fast-store-pools.ts';

export interface Affordable {
  readonly granted: Amount;
  readonly shares: readonly PoolShare[];
  /** What the shares' units cost at most. */
  readonly pooled: Amount;
  readonly step?: number;
}

export interface Short {
  readonly kind: 'short';
  readonly source: string;
  readonly available: Amount;
  readonly needed: Amount;
}

interface Rooms {
  readonly wallet: Wallet;
  readonly budgets: Budgets;
  readonly pools: FreePools;
}

interface Limits {
  readonly minBalance: Amount;
  readonly budgets: readonly BudgetScope[];
}

/**
 * The amount wanted, or what the tightest scope can give, never less than the minimum.
 * @throws RangeError when less than nothing is wanted, or a minimum above the amount: the caller has a bug.
 */
export function affordable(rooms: Rooms, wanted: MoneyWanted, limits: Limits): Affordable | Short {
  if (wanted.minimum < 0n || wanted.amount < wanted.minimum) {
    throw new RangeError(`A hold of ${wanted.amount} with a minimum of ${wanted.minimum} cannot be meant.`);
  }
  const { free = [] } = wanted;
  return free.length === 0 ? inMoney(rooms, wanted, limits) : withFreeUnits(rooms, wanted, limits);
}

function inMoney({ wallet, budgets }: Rooms, wanted: MoneyWanted, limits: Limits): Affordable | Short {
  const { minimum } = wanted;
  const available = wallet.balance - wallet.held;
  const walletRoom = available - limits.minBalance;
  if (available < 0n || (walletRoom < minimum && minimum > 0n)) {
    return { kind: 'short', source: 'wallet', available: amount(walletRoom), needed: minimum };
  }
  let granted = walletRoom < wanted.amount ? walletRoom : wanted.amount;
  for (const budget of limits.budgets) {
    const room = budgets.room(budget);
    if (room < minimum && minimum > 0n) {
      return { kind: 'short', source: budget.source, available: amount(room), needed: minimum };
    }
    if (room < granted) granted = room;
  }
  // A call that needs nothing is let through a scope that is overdrawn, and is granted nothing.
  return { granted: granted < 0n ? zero : amount(granted), shares: [], pooled: zero };
}

// What free units need grows with every one that is asked for, so the last step that fits is found by halving. A budget
// does not own them: others may get them all, so it must reckon with paying for each.
function withFreeUnits(rooms: Rooms, wanted: MoneyWanted, limits: Limits): Affordable | Short {
  const { wallet, budgets, pools } = rooms;
  const steps = Math.max(1, wanted.steps ?? 1);
  const available = wallet.balance - wallet.held;
  const walletRoom = available - limits.minBalance;
  const shortAt = (step: number): Short | undefined => {
    const { granted, shares, pooled } = atStep(wanted, step, steps);
    const needed = amount(granted + pools.increase(shares));
    if (available < 0n || (walletRoom < needed && needed > 0n)) {
      return { kind: 'short', source: 'wallet', available: amount(walletRoom), needed };
    }
    const most = amount(granted + pooled);
    const tight = limits.budgets.find((budget) => budgets.room(budget) < most && most > 0n);
    return tight && { kind: 'short', source: tight.source, available: amount(budgets.room(tight)), needed: most };
  };
  const short = shortAt(0);
  if (short) return short;
  let fits = 0;
  for (let tooMany = steps + 1; tooMany - fits > 1;) {
    const middle = tooMany === steps + 1 ? steps : Math.floor((fits + tooMany) / 2);
    if (shortAt(middle)) tooMany = middle;
    else fits = middle;
  }
  return { ...atStep(wanted, fits, steps), step: fits };
}

function atStep({ amount: most, minimum, free = [] }: MoneyWanted, step: number, steps: number): Affordable {
  const [part, whole] = [BigInt(step), BigInt(steps)];
  // Rounded up, so that every step has at least what it needs.
  const between = (least: bigint, all: bigint) => least + ((all - least) * part + whole - 1n) / whole;
  const shares = free.map((each) => ({ free: each, units: between(each.minimumUnits, each.units) }));
  const pooled = shares.reduce((sum, { free: { price }, units }) => sum + price * units, 0n);
  return { granted: amount(between(minimum, most)), shares, pooled: amount(pooled) };
}
