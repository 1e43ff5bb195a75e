// Holds and entries for the fast store's contract.
import type { ChargeEntry, Counter, DispatchedCall } from '#core/ledger/entry.ts';
import { type Amount, amount, zero } from '#core/money/amount.ts';
import type { Receipt } from '#core/pricing/receipt.ts';
import { estimatedUsage } from '#core/usage/usage.ts';
import type { FastStore, HoldRequest } from './fast-store.ts';

export interface FastStoreKeeper {
  readonly store: FastStore;
  /** Moves the store's clock. */
  advance(ms: number): void;
}

/** A store that nobody has used, with an outbox of that size. */
export type MakeFastStore = (setup: { readonly outboxMax: number }) => Promise<FastStoreKeeper>;

export const leaseMs = 30_000;

export type HoldWish = Partial<Omit<HoldRequest, 'amount' | 'minimum' | 'minBalance'>> & {
  readonly walletId: string;
  readonly amount: bigint;
  readonly minimum?: bigint;
  readonly minBalance?: bigint;
};

/** All or nothing unless a minimum is given. */
export function holdOf(wish: HoldWish): HoldRequest {
  return {
    requestId: crypto.randomUUID(),
    budgets: [],
    rates: [],
    slots: [],
    tokens: 0n,
    leaseMs,
    ...wish,
    amount: amount(wish.amount),
    minimum: amount(wish.minimum ?? wish.amount),
    minBalance: amount(wish.minBalance ?? 0n),
  };
}

export interface CallWish {
  readonly requestId: string;
  readonly walletId: string;
  readonly held?: Amount;
  readonly counters?: readonly Counter[];
}

export function callOf({ requestId, walletId, held = zero, counters = [] }: CallWish): DispatchedCall {
  return {
    requestId,
    walletId,
    currency: 'usd',
    virtualKeyId: '0198a5f0-0000-7000-8000-0000000000aa',
    name: 'compass',
    provider: 'north',
    model: 'north-1',
    streamed: true,
    held,
    counters,
    pins: {
      charge: { versionId: '0198a5f0-0000-7000-8000-000000000001', currency: 'usd' },
      cost: { versionId: '0198a5f0-0000-7000-8000-000000000002', currency: 'usd' },
    },
    promptTokensEstimate: 12,
    facts: { occurred_at: '2026-11-22T00:00:00.000Z' },
    gatewayId: '0198a5f0-0000-7000-8000-0000000000bb',
    dispatchNo: 1,
    startedAt: 1_795_000_000_000,
  };
}

/** As pinned by its hold. */
export function callOfHold(request: HoldRequest): DispatchedCall {
  const { requestId, walletId, budgets } = request;
  return callOf({ requestId, walletId, counters: budgets.map(({ scope, period }) => ({ scope, period })) });
}

/** Without a revision it is the final word. */
export function entryOf(call: DispatchedCall, total: bigint, revision?: number): ChargeEntry {
  const usage = estimatedUsage({ prompt_tokens: 10, completion_tokens: 5, method: 'contract', raw: null });
  return {
    eventId: crypto.randomUUID(),
    call,
    total: amount(total),
    cost: zero,
    costCurrency: 'usd',
    final: revision === undefined,
    revision: revision ?? 0,
    usage,
    chargeReceipt: receiptOf(amount(total)),
    costReceipt: receiptOf(zero),
    outcome: revision === undefined ? 'completed' : 'reaped',
    attempts: [],
    endedAt: call.startedAt + 500,
  };
}

function receiptOf(total: Amount): Receipt {
  return {
    lines: [{ meter: 'request', quantity: '1', price: '1', per: '1', currency: 'usd', amount: total }],
    total,
    currency: 'usd',
    price_version: '0198a5f0-0000-7000-8000-000000000001',
    complete: true,
    unpriced: [],
    problems: [],
    status: 'estimated',
  };
}
