// A request's register as Postgres keeps it: its columns, and what a row of them says.
import type { RegisterRow } from '#core/ledger/audit-rows.ts';
import type { Counter } from '#core/ledger/entry.ts';
import type { RequestCharge } from '#core/ledger/register.ts';
import { amount } from '#core/money/amount.ts';
import type { ChargedBefore } from '#ports/fast-store.ts';
import { givenFromJson, type GivenJson } from './units.ts';

export interface ChargedColumns {
  readonly total: bigint;
  readonly cost: bigint;
  readonly cost_currency: string;
  readonly provider: string;
  readonly final: boolean;
  readonly revision: number;
  readonly given: readonly GivenJson[];
}

export interface RegisterColumns extends ChargedColumns {
  readonly request_id: string;
  readonly wallet_id: string;
  readonly counters: readonly Counter[];
}

/** Of `faregate.request_charge`, which the query calls `register`. */
export const chargedColumns = `register.total, register.cost, register.cost_currency, register.provider, register.final,
  register.revision, register.given`;

export const registerColumns = `register.request_id, register.wallet_id, register.counters, ${chargedColumns}`;

export function chargeOf({ total, cost, cost_currency, provider, final, revision }: ChargedColumns): RequestCharge {
  return { total: amount(total), cost: amount(cost), costCurrency: cost_currency, provider, final, revision };
}

export function chargedOf(row: ChargedColumns): ChargedBefore {
  return { ...chargeOf(row), given: givenFromJson(row.given) };
}

export function registerOf(row: RegisterColumns): RegisterRow {
  return { requestId: row.request_id, walletId: row.wallet_id, counters: row.counters, ...chargedOf(row) };
}
