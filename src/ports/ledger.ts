// The truth: wallets, their events, what each call was charged.
import type { ChargeEntry } from '#core/ledger/entry.ts';
import type { WalletHead } from '#core/ledger/event.ts';
import type { Amount } from '#core/money/amount.ts';
import type { SpentCounter, StoreWallet } from './fast-store.ts';

export interface TopUp {
  readonly topUpId: string;
  readonly eventId: string;
  readonly walletId: string;
  readonly amount: Amount;
  readonly currency: string;
  readonly source: 'manual' | 'voucher';
  /** Unique within its source: the same reference again is the same top-up. */
  readonly reference: string;
  readonly note?: string;
  readonly author: string;
  readonly occurredAt: number;
}

export type TopUpOutcome =
  | {
      readonly kind: 'credited' | 'repeated';
      readonly balance: Amount;
      readonly creditSeq: bigint;
      readonly topUpId: string;
      readonly amount: Amount;
    }
  | { readonly kind: 'unknown-wallet' }
  | { readonly kind: 'currency-mismatch'; readonly walletCurrency: string }
  /** The reference was used before with another amount or wallet. */
  | { readonly kind: 'conflict' };

export interface Credited {
  readonly creditSeq: bigint;
  readonly amount: Amount;
}

export interface WriteOutcome {
  /** Event ids that are committed now, whether they were new or known. */
  readonly committed: readonly string[];
}

/** The database is away, or too busy: the same deed may succeed when it is tried again. */
export class LedgerAway extends Error {
  constructor(cause: unknown) {
    super('The ledger is out of reach.', { cause });
    this.name = 'LedgerAway';
  }
}

/** Every method is one transaction, and rejects with `LedgerAway` when the database is. */
export interface Ledger {
  /**
   * Books a batch of entries: each once, whatever was delivered before, in whatever order. All or none: another rejection
   * than `LedgerAway` means that one of them cannot be booked as it is.
   */
  write(entries: readonly ChargeEntry[]): Promise<WriteOutcome>;

  topUp(topUp: TopUp): Promise<TopUpOutcome>;

  /** All wallets with the counters of periods that have not ended, or only those asked for. */
  load(
    walletIds?: readonly string[],
  ): Promise<{ readonly wallets: readonly StoreWallet[]; readonly counters: readonly SpentCounter[] }>;

  /** A wallet's credits behind that number, in order: for whoever has missed one. */
  creditsAfter(walletId: string, creditSeq: bigint): Promise<readonly Credited[]>;

  /** Opens a life of a gateway, whose dispatch numbers start at 1. */
  openGateway(gatewayId: string, startedAt: number): Promise<void>;

  /** The life ended in good order after this many dispatches. */
  closeGateway(gatewayId: string, lastDispatchNo: number): Promise<void>;

  head(walletId: string): Promise<WalletHead | undefined>;
}
