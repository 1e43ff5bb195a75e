// What rating a period again comes to, for each wallet and each model.
import type { Amount } from '#core/money/amount.ts';
import { currencyOf, formatAmount } from '#core/money/currency.ts';
import type { BookedLine } from '#ports/rerating.ts';

export interface CostDifference {
  readonly currency: string;
  readonly difference: string;
}
export interface WalletDifference {
  readonly wallet_id: string;
  readonly owner: string | null;
  readonly currency: string;
  readonly calls: number;
  readonly charged: string;
  readonly rerated: string;
  /** What the wallet pays more, or gets back (less than zero). */
  readonly difference: string;
  readonly costs: readonly CostDifference[];
}
export type ModelDifference = Omit<WalletDifference, 'wallet_id' | 'owner'> & { readonly name: string };

interface Sums {
  calls: number;
  before: bigint;
  after: bigint;
  readonly costs: Map<string, bigint>;
}

type Line = Pick<BookedLine, 'walletId' | 'owner' | 'currency' | 'name' | 'before' | 'after'>;

export class RerateReport {
  readonly #wallets = new Map<string, { readonly line: Line; readonly sums: Sums }>();
  readonly #models = new Map<string, { readonly line: Line; readonly sums: Sums }>();

  add(line: Line): void {
    count(this.#wallets, line.walletId, line);
    count(this.#models, `${line.name}\n${line.currency}`, line);
  }

  get calls(): number {
    return [...this.#wallets.values()].reduce((calls, { sums }) => calls + sums.calls, 0);
  }

  wallets(): readonly WalletDifference[] {
    return [...this.#wallets.values()].map(({ line, sums }) => ({
      wallet_id: line.walletId,
      owner: line.owner,
      ...shown(line.currency, sums),
    }));
  }

  models(): readonly ModelDifference[] {
    return [...this.#models.values()].map(({ line, sums }) => ({ name: line.name, ...shown(line.currency, sums) }));
  }
}

function count(groups: Map<string, { readonly line: Line; readonly sums: Sums }>, key: string, line: Line): void {
  const group = groups.get(key) ?? {
    line,
    sums: { calls: 0, before: 0n, after: 0n, costs: new Map<string, bigint>() },
  };
  groups.set(key, group);
  const { sums } = group;
  const { before, after } = line;
  sums.calls += 1;
  sums.before += before.total;
  sums.after += after.total;
  sums.costs.set(before.costCurrency, (sums.costs.get(before.costCurrency) ?? 0n) - before.cost);
  sums.costs.set(after.costCurrency, (sums.costs.get(after.costCurrency) ?? 0n) + after.cost);
}

function shown(code: string, { calls, before, after, costs }: Sums) {
  return {
    currency: code,
    calls,
    charged: moneyOf(before, code),
    rerated: moneyOf(after, code),
    difference: moneyOf(after - before, code),
    costs: [...costs].map(([currency, sum]) => ({ currency, difference: moneyOf(sum, currency) })),
  };
}

// Sums of many wallets' calls may be more than one wallet can hold: formatted, never kept.
function moneyOf(units: bigint, code: string): string {
  return formatAmount(units as Amount, currencyOf(code));
}
