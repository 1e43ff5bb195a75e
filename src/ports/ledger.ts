// The truth: wallets, their events, what each call was charged.
import type { AdjustedCall, Adjustment } from '#core/ledger/adjustment.ts';
import type { ChargeEntry, Counter } from '#core/ledger/entry.ts';
import type { WalletHead } from '#core/ledger/event.ts';
import type { UnitsTaken } from '#core/ledger/unit-counter.ts';
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
  /** Of an adjustment, by request. */
  readonly adjusted?: readonly AdjustedCall[];
}

export interface Adjusted {
  readonly creditSeq: bigint;
  readonly booked: readonly string[];
  /** Calls on which another word was said meanwhile: they have to be rated anew. */
  readonly stale: readonly string[];
}

export interface WriteOutcome {
  /** Event ids that are committed now, whether they were new or known. */
  readonly committed: readonly string[];
}

export interface LoadedBooks {
  readonly wallets: readonly StoreWallet[];
  readonly counters: readonly SpentCounter[];
  readonly units: readonly UnitsTaken[];
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

  /**
   * Books what calls come to when they are rated again: each once for a re-rating, and only where the ledger still says
   * what the line says that it was. Rejects with `RangeError` when the wallet cannot hold that much.
   */
  adjust(adjustment: Adjustment): Promise<Adjusted>;

  /**
   * All wallets with the counters of periods that have not ended, or only those asked for. Counters of units stay for two
   * days longer, for calls that began in their period; those of providers always come along.
   */
  load(walletIds?: readonly string[]): Promise<LoadedBooks>;

  /** Which units of these counters are taken, whenever their period was. */
  unitsTaken(counters: readonly Counter[]): Promise<readonly UnitsTaken[]>;

  /** A wallet's credits behind that number, in order: for whoever has missed one. */
  creditsAfter(walletId: string, creditSeq: bigint): Promise<readonly Credited[]>;

  /** Opens a life of a gateway, whose dispatch numbers start at 1. */
  openGateway(gatewayId: string, startedAt: number): Promise<void>;

  /** The life ended in good order after this many dispatches. */
  closeGateway(gatewayId: string, lastDispatchNo: number): Promise<void>;

  head(walletId: string): Promise<WalletHead | undefined>;
}
