// Where calls are admitted: one atomic deed over every scope of the caller. Postgres is the truth; this is its shadow in time.
import type { AdjustedCall } from '#core/ledger/adjustment.ts';
import type { ChargeEntry, Counter, DispatchedCall } from '#core/ledger/entry.ts';
import type { JobHold } from '#core/call/media-job.ts';
import type { HoldState } from '#core/ledger/hold.ts';
import type { UnitsGiven, UnitsTaken, UnitsWanted } from '#core/ledger/unit-counter.ts';
import type { UnitRanges } from '#core/usage/unit-range.ts';
import type { RequestCharge } from '#core/ledger/register.ts';
import type { BudgetScope, RateScope, SlotScope } from '#core/limits/limits.ts';
import type { Amount } from '#core/money/amount.ts';

/** A wallet as the ledger has it, with the budgets' counters that its calls touch. */
export interface StoreWallet {
  readonly walletId: string;
  readonly balance: Amount;
  /** Counts the credits (top-ups, refunds, adjustments) that `balance` includes. */
  readonly creditSeq: bigint;
}

/** Free units of a counter that a call may take, of which only the store knows how many are left. */
export interface FreeUnits extends Counter {
  /** How many of the period's units are free. */
  readonly limit: bigint;
  /** What each costs at most when it is not, on top of the call's amount. */
  readonly price: Amount;
}

/** As with money: the worst case, and the least that is of use. */
export interface FreeUnitsWanted extends FreeUnits {
  readonly units: bigint;
  readonly minimumUnits: bigint;
}

/** The worst case, and the least that is of use: what is granted lies between. Equal: all or nothing. */
export interface MoneyWanted {
  readonly amount: Amount;
  readonly minimum: Amount;
  readonly free?: readonly FreeUnitsWanted[];
  /** With free units: how many steps there are from the minimum of everything to all of it. */
  readonly steps?: number;
}

export interface SpentCounter extends Counter {
  readonly spent: Amount;
}

/**
 * The ledger's word, for `resync`. Exact only when all of it is read in one transaction that keeps the ledger's writers
 * of these wallets and counters out, by locks or by being the one writer, until `resync` has resolved.
 */
export interface LedgerTruth {
  readonly wallets: readonly StoreWallet[];
  readonly counters: readonly SpentCounter[];
  /** By request id: what the ledger has booked of the requests that are still in the outbox. */
  readonly registers: ReadonlyMap<string, RequestCharge>;
  readonly units: readonly UnitsTaken[];
  /** By request id: which units the ledger has booked for those requests. */
  readonly given: ReadonlyMap<string, readonly UnitsGiven[]>;
}

/** Budgets, rates and slots: no scope (in one period) twice. */
export interface HoldRequest extends MoneyWanted {
  readonly requestId: string;
  readonly walletId: string;
  readonly minBalance: Amount;
  readonly budgets: readonly BudgetScope[];
  readonly rates: readonly RateScope[];
  readonly slots: readonly SlotScope[];
  /** What the call may consume at most, as token limits count it. */
  readonly tokens: bigint;
  readonly leaseMs: number;
}

export type HoldOutcome =
  /** `available` is what is left for other calls; `step` how far it reaches with free units. A repeated hold gets its first answer. */
  | { readonly kind: 'held'; readonly granted: Amount; readonly available: Amount; readonly step?: number }
  /**
   * The wallet (`source` is `wallet`) or the named budget does not cover the minimum, or the wallet is overdue.
   * `available` is what that scope could give: negative when it is overdrawn.
   */
  | { readonly kind: 'short'; readonly source: string; readonly available: Amount; readonly needed: Amount }
  /** `retryAfterMs` is missing when the call is larger than the limit itself. */
  | { readonly kind: 'limited'; readonly source: string; readonly retryAfterMs?: number }
  /** Not loaded: load it from the ledger and ask again. */
  | { readonly kind: 'unknown-wallet' }
  /** Too many entries wait for the ledger. */
  | { readonly kind: 'outbox-full' }
  /** The request id has ended already. */
  | { readonly kind: 'ended'; readonly state: HoldState };

export type ExtendOutcome =
  /** What was added to the hold. */
  | { readonly kind: 'extended'; readonly granted: Amount; readonly step?: number }
  | { readonly kind: 'refused'; readonly source: string }
  /** The hold has ended, or was never there. */
  | { readonly kind: 'gone' };

/** One key of a provider that an attempt might use, with what that provider allows it. */
export interface KeyOffer {
  readonly providerKeyId: string;
  readonly rates: readonly RateScope[];
  readonly slots: readonly SlotScope[];
}

export type AdmitOutcome =
  | { readonly kind: 'admitted'; readonly providerKeyId: string }
  /** None of them has room. `retryAfterMs`: when the first one will; missing when the call is larger than all of their limits. */
  | { readonly kind: 'limited'; readonly retryAfterMs?: number }
  /** The hold has ended, or was never there. */
  | { readonly kind: 'gone' };

/** What is known of a stream so far; the reaper makes its estimate from it. */
export interface Checkpoint {
  readonly promptTokens: number;
  readonly completionTokens: number;
}

export interface SettleOutcome {
  /** `repeated`: this request was settled before, nothing moved, and the balances are those of the first time. */
  readonly kind: 'settled' | 'repeated';
  readonly balance: Amount;
  readonly available: Amount;
}

export type ExpiredHold =
  | { readonly state: 'held'; readonly requestId: string }
  | { readonly state: 'dispatched'; readonly call: DispatchedCall; readonly checkpoint?: Checkpoint };

export interface WalletView {
  readonly balance: Amount;
  readonly held: Amount;
  readonly available: Amount;
  readonly creditSeq: bigint;
}

/** A register, with the units that it was charged for. */
export interface ChargedBefore extends RequestCharge {
  readonly given: readonly UnitsGiven[];
}

/** What an earlier life set aside for a job that goes on. */
export interface RestoredHold extends JobHold {
  readonly call: DispatchedCall;
}

/** Every deed is atomic and may be repeated; each rejects with a `Failure('not_exact')` when the store is out of reach. */
export interface FastStore {
  /**
   * Takes over what is not known yet; what is known already stays as it is. A wallet comes with its counters: one that is
   * not known counts from zero. Entries that an earlier life left are written to the ledger before it is read for this;
   * if they are settled here instead, `resync` afterwards, since the balance may include them already.
   */
  load(
    wallets: readonly StoreWallet[],
    counters: readonly SpentCounter[],
    units?: readonly UnitsTaken[],
  ): Promise<void>;

  /**
   * Looks in this order, and takes everything or nothing: is the wallet known, is the request new, is there room in the
   * outbox, do the windows and slots have room for the whole amount, does the money reach for the minimum. Granted is the
   * amount, or what the tightest money scope can give; the windows of money count what is granted. A refusal leaves no
   * trace. A free call needs no room, only a wallet that is not overdue.
   */
  hold(request: HoldRequest): Promise<HoldOutcome>;

  /**
   * Lets an attempt of a held call use the first of these keys that has room in all its windows and slots, and counts the
   * request and the tokens that the hold counts in them. The call's attempt before it gives back its slots, and what it
   * counted as tokens, since it has no answer: that alone is done when no key is given. The latest attempt's slots come back when the call ends, and its windows
   * then count the tokens that were consumed; all it counted comes back when the call is voided. The one deed beside
   * `extend` that counts again when it is repeated.
   */
  admit(requestId: string, keys: readonly KeyOffer[]): Promise<AdmitOutcome>;

  /** Keeps the call with its hold, for the reaper. Again for another target. `false` when the hold has ended: do not send. */
  dispatch(call: DispatchedCall, leaseMs: number): Promise<boolean>;

  /** Extends the lease and keeps the usage so far. `false` when the hold has ended. */
  touch(requestId: string, leaseMs: number, checkpoint?: Checkpoint): Promise<boolean>;

  /**
   * Sets more aside, between `minimum` and `amount`; tokens and money count in the windows but never refuse. The one deed
   * that adds again when it is repeated: the excess is given back with the rest when the call ends.
   */
  extend(requestId: string, more: MoneyWanted & { readonly tokens: bigint }): Promise<ExtendOutcome>;

  /**
   * Gives a call units of counters: the lowest numbers that nobody has, those first that were given back. Asked again it
   * gives the same, fewer of them, or others on top; what it does not settle with comes back when it ends. Available
   * does not change by it: what was set aside for the call's free units is now its own. Rejects with
   * `Failure('not_exact')` when the wallet is not loaded.
   */
  give(requestId: string, walletId: string, wanted: readonly UnitsWanted[]): Promise<readonly UnitsGiven[]>;

  /**
   * Ends a call at the entry's total and appends the entry to the outbox, in one step. Settles what it never saw held,
   * and books only the difference to an earlier estimate. Windows then count what was consumed instead of what was held.
   * Rejects with `Failure('not_exact')` when the entry's wallet is not loaded: load it and settle again.
   */
  settle(entry: ChargeEntry, actualTokens: bigint): Promise<SettleOutcome>;

  /**
   * Sets aside again what an earlier life did, dispatched, whatever the wallet has now: the money is spoken for. `false`
   * when the call is known already, held or ended. Rejects with `Failure('not_exact')` when the wallet is not loaded.
   */
  restore(hold: RestoredHold, leaseMs: number): Promise<boolean>;

  /**
   * How the ledger charged a call that ended in an earlier life, or too long ago to be remembered, so that a later word
   * books the difference. What is remembered, or still held, stays as it is.
   */
  recall(call: DispatchedCall, charged: ChargedBefore): Promise<void>;

  /** Gives all back: only what was never dispatched. `false` when it was, or has ended otherwise. */
  void(requestId: string): Promise<boolean>;

  /** Holds whose lease is over, the longest over first. */
  expired(limit: number): Promise<readonly ExpiredHold[]>;

  /**
   * As `settle` with an estimate, but only a dispatched hold and only while its lease is still over; `false` when somebody
   * touched or ended it. Windows of tokens go on counting what was held.
   */
  reap(entry: ChargeEntry): Promise<boolean>;

  /**
   * Money in, or an adjustment, which may take some out. Applied when `creditSeq` is the next; an older one has been applied already.
   * `missing`: the wallet is unknown or an earlier credit has not arrived; load it from the ledger. Budgets follow the
   * calls that were adjusted. A call of which a later word was settled here is left out, since that word replaced its
   * charge whole; one that is still an estimate has its last word compared with what it was adjusted to.
   */
  credit(
    walletId: string,
    amount: Amount,
    creditSeq: bigint,
    adjusted?: readonly AdjustedCall[],
  ): Promise<'applied' | 'repeated' | 'missing'>;

  /**
   * Sets wallets and counters to what the ledger says, less what it has yet to book of the outbox; holds stay. `false`,
   * and nothing is changed, when a wallet has had a credit here that the given truth does not include.
   */
  resync(truth: LedgerTruth): Promise<boolean>;

  wallet(walletId: string): Promise<WalletView | undefined>;

  /** What a budget's counter has spent, holds not included; zero when unknown. */
  spent(counter: Counter): Promise<Amount>;

  /** Which units of a counter are taken. */
  taken(counter: Counter): Promise<UnitRanges>;

  /** The oldest entries that the ledger has not confirmed. */
  outbox(limit: number): Promise<readonly ChargeEntry[]>;

  outboxSize(): Promise<number>;

  /** Only after the ledger has committed them. */
  confirm(eventIds: readonly string[]): Promise<void>;
}
