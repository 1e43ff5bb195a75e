// Wallets, and the calls in flight that hold their money.
import type { DispatchedCall } from '#core/ledger/entry.ts';
import type { Amount } from '#core/money/amount.ts';
import type { PoolShare } from './fast-store-pools.ts';
import type { Checkpoint, ExpiredHold, HoldOutcome, HoldRequest, KeyOffer } from '#ports/fast-store.ts';

export interface Wallet {
  balance: Amount;
  held: Amount;
  creditSeq: bigint;
}

export interface LiveAttempt {
  readonly key: KeyOffer;
  readonly atMs: number;
  readonly tokens: bigint;
}

export interface LiveHold {
  readonly request: HoldRequest;
  readonly wallet: Wallet;
  /** What the first asker was told, and every later one is. */
  readonly answer: HoldOutcome;
  readonly heldAtMs: number;
  /** As last sent; `undefined` while nothing can have reached a provider. */
  call: DispatchedCall | undefined;
  granted: Amount;
  /** What was set aside for its free units until it was given them. */
  own: Amount;
  tokens: bigint;
  /** What it may still take of free units; empty once it was given its units. */
  shares: readonly PoolShare[];
  /** For its budgets: what those units cost at most. */
  pooled: Amount;
  /** The latest one, which is what is not used up when the call ends. */
  extension: { readonly atMs: number; readonly granted: Amount; readonly tokens: bigint } | undefined;
  leaseEndMs: number;
  /** The latest one, with a key that has limits. */
  attempt: LiveAttempt | undefined;
  checkpoint: Checkpoint | undefined;
}

export function stateOf(hold: LiveHold): 'held' | 'dispatched' {
  return hold.call === undefined ? 'held' : 'dispatched';
}

export function leaseIsOver(hold: LiveHold, nowMs: number): boolean {
  return hold.leaseEndMs <= nowMs;
}

/** The longest over first. Looks at every hold: there are only as many as calls in flight. */
export function expiredHolds(holds: Iterable<LiveHold>, nowMs: number, limit: number): readonly ExpiredHold[] {
  return [...holds]
    .filter((hold) => leaseIsOver(hold, nowMs))
    .toSorted((left, right) => left.leaseEndMs - right.leaseEndMs)
    .slice(0, Math.max(0, limit))
    .map(({ request: { requestId }, call, checkpoint }) => {
      if (call === undefined) return { state: 'held', requestId };
      return checkpoint === undefined ? { state: 'dispatched', call } : { state: 'dispatched', call, checkpoint };
    });
}
