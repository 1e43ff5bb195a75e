// How much of what a call wants its wallet and its budgets can give.
import type { BudgetScope } from '#core/limits/limits.ts';
import { type Amount, amount, zero } from '#core/money/amount.ts';
import type { Budgets } from './fast-store-budgets.ts';
import type { Wallet } from './fast-store-live.ts';

export interface MoneyWanted {
  readonly amount: Amount;
  readonly minimum: Amount;
  readonly minBalance: Amount;
  readonly budgets: readonly BudgetScope[];
}

export interface Short {
  readonly kind: 'short';
  readonly source: string;
  readonly available: Amount;
  readonly needed: Amount;
}

/**
 * The amount wanted, or what the tightest scope can give, never less than the minimum.
 * @throws RangeError when less than nothing is wanted, or a minimum above the amount: the caller has a bug.
 */
export function affordable(wallet: Wallet, budgets: Budgets, wanted: MoneyWanted): Amount | Short {
  const { minimum } = wanted;
  if (minimum < 0n || wanted.amount < minimum) {
    throw new RangeError(`A hold of ${wanted.amount} with a minimum of ${minimum} cannot be meant.`);
  }
  const available = wallet.balance - wallet.held;
  const walletRoom = available - wanted.minBalance;
  if (available < 0n || (walletRoom < minimum && minimum > 0n)) {
    return { kind: 'short', source: 'wallet', available: amount(walletRoom), needed: minimum };
  }
  let granted = walletRoom < wanted.amount ? walletRoom : wanted.amount;
  for (const budget of wanted.budgets) {
    const room = budgets.room(budget);
    if (room < minimum && minimum > 0n) {
      return { kind: 'short', source: budget.source, available: amount(room), needed: minimum };
    }
    if (room < granted) granted = room;
  }
  // A call that needs nothing is let through a scope that is overdrawn, and is granted nothing.
  return granted < 0n ? zero : amount(granted);
}
