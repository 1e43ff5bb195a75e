// The fast store of one process: every deed is one turn of the event loop, so nothing here awaits. Long, since what one deed
// sets aside another gives back, and both must be read together.
import { Failure } from '#core/failure.ts';
import type { AdjustedCall } from '#core/ledger/adjustment.ts';
import type { ChargeEntry, Counter, DispatchedCall } from '#core/ledger/entry.ts';
import { nextHoldState } from '#core/ledger/hold.ts';
import { register } from '#core/ledger/register.ts';
import {
  afterMove,
  unitsGiven,
  type UnitsGiven,
  type UnitsTaken,
  type UnitsWanted,
} from '#core/ledger/unit-counter.ts';
import { type Amount, amount, larger, subtract, zero } from '#core/money/amount.ts';
import type { UnitRanges } from '#core/usage/unit-range.ts';
import type { Clock } from '#ports/clock.ts';
import type {
  AdmitOutcome,
  ChargedBefore,
  Checkpoint,
  ExpiredHold,
  ExtendOutcome,
  FastStore,
  HoldOutcome,
  HoldRequest,
  KeyOffer,
  LedgerTruth,
  MoneyWanted,
  RestoredHold,
  SettleOutcome,
  SpentCounter,
  StoreWallet,
  WalletView,
} from '#ports/fast-store.ts';
import { type Affordable, affordable } from './fast-store-afford.ts';
import { Attempts } from './fast-store-attempts.ts';
import { Budgets } from './fast-store-budgets.ts';
import { EndedCalls, endedCallsMax as endedCallsMaxByDefault } from './fast-store-ended.ts';
import { type Consumption, Limiter } from './fast-store-limiter.ts';
import { expiredHolds, leaseIsOver, type LiveHold, stateOf, type Wallet } from './fast-store-live.ts';
import { Outbox, registerOf } from './fast-store-outbox.ts';
import { FreePools } from './fast-store-pools.ts';
import { noUnits, UnitCounters } from './fast-store-units.ts';

export interface MemoryFastStoreOptions {
  readonly clock: Pick<Clock, 'now'>;
  /** With this many entries waiting for the ledger, new calls are refused. */
  readonly outboxMax: number;
  /** How many ended calls are remembered. */
  readonly endedCallsMax?: number;
}

export function memoryFastStore(options: MemoryFastStoreOptions): FastStore {
  return new MemoryFastStore(options);
}

const unknownWallet: HoldOutcome = { kind: 'unknown-wallet' };
const outboxFull: HoldOutcome = { kind: 'outbox-full' };
const gone: ExtendOutcome = { kind: 'gone' };

class MemoryFastStore implements FastStore {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #outboxMax: number;
  readonly #wallets = new Map<string, Wallet>();
  readonly #holds = new Map<string, LiveHold>();
  readonly #ended: EndedCalls;
  readonly #budgets = new Budgets();
  readonly #limiter = new Limiter();
  readonly #attempts = new Attempts(this.#limiter);
  readonly #outbox = new Outbox();
  readonly #units = new UnitCounters();
  readonly #pools = new FreePools(this.#units);

  constructor({ clock, outboxMax, endedCallsMax = endedCallsMaxByDefault }: MemoryFastStoreOptions) {
    this.#clock = clock;
    this.#outboxMax = outboxMax;
    this.#ended = new EndedCalls(endedCallsMax);
  }

  async load(
    wallets: readonly StoreWallet[],
    counters: readonly SpentCounter[],
    units: readonly UnitsTaken[] = [],
  ): Promise<void> {
    for (const { walletId, balance, creditSeq } of wallets) {
      if (!this.#wallets.has(walletId)) this.#wallets.set(walletId, { balance, held: zero, creditSeq });
    }
    for (const counter of counters) this.#budgets.load(counter);
    for (const counter of units) this.#units.load(counter);
  }

  async hold(request: HoldRequest): Promise<HoldOutcome> {
    const wallet = this.#wallets.get(request.walletId);
    if (wallet === undefined) return unknownWallet;
    const { requestId } = request;
    const before = this.#holds.get(requestId);
    if (before !== undefined) return before.answer;
    const ended = this.#ended.get(requestId);
    if (ended !== undefined) return { kind: 'ended', state: ended.state };
    if (this.#outbox.size >= this.#outboxMax) return outboxFull;
    const nowMs = this.#clock.now();
    const limited = this.#limiter.refusal(request, nowMs);
    if (limited !== undefined) return limited;
    const found = affordable(this.#rooms(wallet), request, request);
    return 'kind' in found ? found : this.#take(wallet, request, found, nowMs);
  }

  async admit(requestId: string, keys: readonly KeyOffer[]): Promise<AdmitOutcome> {
    const hold = this.#holds.get(requestId);
    if (hold === undefined) return { kind: 'gone' };
    const nowMs = this.#clock.now();
    this.#attempts.end(hold, { requests: 1n, tokens: 0n }, nowMs);
    return this.#attempts.begin(hold, keys, nowMs);
  }

  async dispatch(call: DispatchedCall, leaseMs: number): Promise<boolean> {
    const hold = this.#holds.get(call.requestId);
    if (hold === undefined) return false;
    hold.call = call;
    hold.leaseEndMs = this.#clock.now() + leaseMs;
    return true;
  }

  async touch(requestId: string, leaseMs: number, checkpoint?: Checkpoint): Promise<boolean> {
    const hold = this.#holds.get(requestId);
    if (hold === undefined) return false;
    hold.leaseEndMs = this.#clock.now() + leaseMs;
    if (checkpoint !== undefined) hold.checkpoint = checkpoint;
    return true;
  }

  async extend(requestId: string, more: MoneyWanted & { readonly tokens: bigint }): Promise<ExtendOutcome> {
    const hold = this.#holds.get(requestId);
    if (hold === undefined) return gone;
    const { budgets, rates } = hold.request;
    const { tokens } = more;
    const found = affordable(this.#rooms(hold.wallet), more, hold.request);
    if ('kind' in found) return { kind: 'refused', source: found.source };
    const { granted, shares, pooled, step } = found;
    const nowMs = this.#clock.now();
    const money = amount(granted + pooled);
    hold.wallet.held = amount(hold.wallet.held + granted + this.#pools.enter(shares));
    this.#budgets.take(budgets, money);
    this.#limiter.count(rates, { requests: 0n, tokens, money }, nowMs, nowMs);
    hold.granted = amount(hold.granted + granted);
    hold.shares = [...hold.shares, ...shares];
    hold.pooled = amount(hold.pooled + pooled);
    hold.tokens += tokens;
    hold.extension = { atMs: nowMs, granted: money, tokens };
    return step === undefined ? { kind: 'extended', granted } : { kind: 'extended', granted, step };
  }

  async give(requestId: string, walletId: string, wanted: readonly UnitsWanted[]): Promise<readonly UnitsGiven[]> {
    const wallet = this.#loaded(walletId);
    this.#units.sweep(this.#clock.now());
    const given = this.#units.give(requestId, wanted, this.#earlier(requestId));
    const recounted = this.#pools.recount(given);
    const hold = this.#holds.get(requestId);
    if (hold === undefined) {
      wallet.held = amount(wallet.held + recounted);
      return given;
    }
    // What the pools need less from now on stays set aside, as the call's own: it may be all that it is charged.
    const left = this.#pools.leave(hold.shares) - recounted;
    hold.shares = [];
    if (left < 0n) wallet.held = amount(wallet.held - left);
    else hold.own = amount(hold.own + left);
    return given;
  }

  async settle(entry: ChargeEntry, actualTokens: bigint): Promise<SettleOutcome> {
    const { requestId, walletId } = entry.call;
    const hold = this.#holds.get(requestId);
    if (hold !== undefined) return this.#end(hold, entry, 'settled', actualTokens);
    const ended = this.#ended.get(requestId);
    if (ended === undefined || ended.state === 'voided')
      return this.#post(this.#loaded(walletId), entry, entry.total, 'settled');
    const said = register(ended, registerOf(entry));
    if (said.kind === 'superseded') {
      this.#endUnits(this.#loaded(walletId), requestId, ended.given);
      return { ...ended.outcome, kind: 'repeated' };
    }
    return this.#post(this.#loaded(walletId), entry, said.charge, 'settled');
  }

  async restore(restored: RestoredHold, leaseMs: number): Promise<boolean> {
    const { call, money, free, slots } = restored;
    const { requestId } = call;
    const wallet = this.#loaded(call.walletId);
    if (this.#holds.has(requestId) || this.#ended.get(requestId) !== undefined) return false;
    const nowMs = this.#clock.now();
    const request = requestOf(restored, leaseMs);
    const shares = free.map(({ units, ...each }) => ({ free: each, units }));
    const pooled = amount(free.reduce((sum, { units, price }) => sum + units * price, 0n));
    wallet.held = amount(wallet.held + money + this.#pools.enter(shares));
    this.#budgets.take(request.budgets, amount(money + pooled));
    this.#limiter.takeSlots(slots);
    const answer: HoldOutcome = { kind: 'held', granted: money, available: subtract(wallet.balance, wallet.held) };
    this.#holds.set(requestId, {
      request,
      wallet,
      answer,
      heldAtMs: nowMs,
      call,
      granted: money,
      own: zero,
      shares,
      pooled,
      tokens: 0n,
      extension: undefined,
      leaseEndMs: nowMs + leaseMs,
      attempt: undefined,
      checkpoint: undefined,
    });
    return true;
  }

  async recall({ requestId, walletId }: DispatchedCall, charged: ChargedBefore): Promise<void> {
    if (this.#holds.has(requestId) || this.#ended.get(requestId) !== undefined) return;
    const { balance, held } = this.#loaded(walletId);
    const outcome: SettleOutcome = { kind: 'settled', balance, available: subtract(balance, held) };
    this.#ended.remember(requestId, { ...charged, state: 'reaped', eventId: '', outcome }, this.#clock.now());
  }

  async void(requestId: string): Promise<boolean> {
    const hold = this.#holds.get(requestId);
    if (hold === undefined) return this.#ended.get(requestId)?.state === 'voided';
    if (nextHoldState(stateOf(hold), 'void') === undefined) return false;
    this.#release(hold, { requests: 0n, tokens: 0n, money: zero });
    this.#endUnits(hold.wallet, requestId, noUnits);
    this.#ended.remember(requestId, { state: 'voided' }, this.#clock.now());
    return true;
  }

  async expired(limit: number): Promise<readonly ExpiredHold[]> {
    return expiredHolds(this.#holds.values(), this.#clock.now(), limit);
  }

  async reap(entry: ChargeEntry): Promise<boolean> {
    const { requestId } = entry.call;
    const hold = this.#holds.get(requestId);
    if (hold === undefined) return this.#wasReapedBy(entry);
    if (nextHoldState(stateOf(hold), 'reap') === undefined || !leaseIsOver(hold, this.#clock.now())) return false;
    this.#end(hold, entry, 'reaped', hold.tokens);
    return true;
  }

  async credit(
    walletId: string,
    credited: Amount,
    creditSeq: bigint,
    adjusted: readonly AdjustedCall[] = [],
  ): Promise<'applied' | 'repeated' | 'missing'> {
    const wallet = this.#wallets.get(walletId);
    if (wallet === undefined || creditSeq > wallet.creditSeq + 1n) return 'missing';
    if (creditSeq <= wallet.creditSeq) return 'repeated';
    const { standing, replaced } = this.#ended.sorted(adjusted);
    const balance = amount(
      replaced.reduce((sum, { before, after }) => sum + after - before, wallet.balance + credited),
    );
    this.#budgets.move(standing.map(({ counters, before, after }) => ({ counters, difference: after - before })));
    this.#ended.adjust(standing, this.#clock.now());
    wallet.balance = balance;
    wallet.creditSeq = creditSeq;
    return 'applied';
  }

  async resync({ wallets, counters, registers, units, given }: LedgerTruth): Promise<boolean> {
    for (const { walletId, creditSeq } of wallets) {
      if ((this.#wallets.get(walletId)?.creditSeq ?? creditSeq) > creditSeq) return false;
    }
    const changes = this.#outbox.changes(registers);
    for (const { walletId, balance, creditSeq } of wallets) {
      const own = changes.filter((change) => change.walletId === walletId);
      const settled = own.reduce((left, { charge }) => subtract(left, charge), balance);
      const wallet = this.#wallets.get(walletId);
      if (wallet === undefined) this.#wallets.set(walletId, { balance: settled, held: zero, creditSeq });
      // Changed in place, since its live holds point at it.
      else Object.assign(wallet, { balance: settled, creditSeq });
    }
    for (const counter of counters) {
      const own = changes.filter((change) => change.counters.some((each) => isSame(each, counter)));
      this.#budgets.reset({ ...counter, spent: own.reduce((sum, { charge }) => amount(sum + charge), counter.spent) });
    }
    const moves = this.#outbox.unitMoves(registers, given);
    for (const { scope, period, taken } of units) {
      const move = moves.find((each) => isSame(each, { scope, period }));
      this.#units.reset({ scope, period, taken: move ? afterMove(taken, move) : taken });
    }
    for (const [walletId, change] of this.#pools.recountAll()) {
      const wallet = this.#wallets.get(walletId);
      if (wallet) wallet.held = amount(wallet.held + change);
    }
    return true;
  }

  async wallet(walletId: string): Promise<WalletView | undefined> {
    const wallet = this.#wallets.get(walletId);
    if (wallet === undefined) return undefined;
    const { balance, held, creditSeq } = wallet;
    return { balance, held, available: subtract(balance, held), creditSeq };
  }

  async spent(counter: Counter): Promise<Amount> {
    return this.#budgets.spent(counter);
  }

  async taken(counter: Counter): Promise<UnitRanges> {
    return this.#units.taken(counter);
  }

  async outbox(limit: number): Promise<readonly ChargeEntry[]> {
    return this.#outbox.oldest(limit);
  }

  async outboxSize(): Promise<number> {
    return this.#outbox.size;
  }

  async confirm(eventIds: readonly string[]): Promise<void> {
    this.#outbox.confirm(eventIds);
  }

  #take(wallet: Wallet, request: HoldRequest, found: Affordable, nowMs: number): HoldOutcome {
    const { granted, shares, pooled, step } = found;
    const money = amount(granted + pooled);
    const { requestId, budgets, rates, slots, tokens } = request;
    wallet.held = amount(wallet.held + granted + this.#pools.enter(shares));
    const available = subtract(wallet.balance, wallet.held);
    const answer: HoldOutcome = { kind: 'held', granted, available, ...(step === undefined ? undefined : { step }) };
    this.#budgets.take(budgets, money);
    this.#budgets.sweep(nowMs);
    this.#limiter.takeSlots(slots);
    this.#limiter.sweep(nowMs);
    if (rates.length > 0) this.#limiter.count(rates, { requests: 1n, tokens, money }, nowMs, nowMs);
    this.#holds.set(requestId, {
      request,
      wallet,
      answer,
      heldAtMs: nowMs,
      call: undefined,
      granted,
      own: zero,
      shares,
      pooled,
      tokens,
      extension: undefined,
      leaseEndMs: nowMs + request.leaseMs,
      attempt: undefined,
      checkpoint: undefined,
    });
    return answer;
  }

  #end(hold: LiveHold, entry: ChargeEntry, state: 'settled' | 'reaped', tokens: bigint): SettleOutcome {
    this.#mustFit(hold.wallet, entry, entry.total);
    // A call that adjusts others may be charged less than nothing; no window has more room for it.
    this.#release(hold, { requests: 1n, tokens, money: larger(entry.total, zero) });
    return this.#post(hold.wallet, entry, entry.total, state);
  }

  /** Gives back money, slots, and what the windows counted too much. */
  #release(hold: LiveHold, consumed: Consumption): void {
    const { wallet, request, granted, own, shares, pooled } = hold;
    this.#holds.delete(request.requestId);
    wallet.held = amount(wallet.held - granted - own - this.#pools.leave(shares));
    this.#budgets.release(request.budgets, amount(granted + pooled));
    this.#limiter.freeSlots(request.slots);
    this.#attempts.end(hold, consumed, this.#clock.now());
    if (request.rates.length > 0) this.#limiter.correct(hold, consumed, this.#clock.now());
  }

  /** Books a charge and tells the ledger. */
  #post(wallet: Wallet, entry: ChargeEntry, charge: Amount, state: 'settled' | 'reaped'): SettleOutcome {
    this.#mustFit(wallet, entry, charge);
    const given = unitsGiven(entry);
    this.#endUnits(wallet, entry.call.requestId, given);
    const { eventId, call, total, cost, costCurrency, final, revision } = entry;
    wallet.balance = subtract(wallet.balance, charge);
    this.#budgets.spend(call.counters, charge);
    this.#outbox.append(entry);
    const { balance } = wallet;
    const outcome: SettleOutcome = { kind: 'settled', balance, available: subtract(balance, wallet.held) };
    const { provider } = call;
    this.#ended.remember(
      call.requestId,
      { state, eventId, outcome, total, cost, costCurrency, provider, final, revision, given },
      this.#clock.now(),
    );
    return outcome;
  }

  /** What it did not settle with is given out again, and pools count anew. */
  #endUnits(wallet: Wallet, requestId: string, used: readonly UnitsGiven[]): void {
    const moved = this.#units.end(requestId, used, this.#earlier(requestId));
    wallet.held = amount(wallet.held + this.#pools.recount(moved));
  }

  #earlier(requestId: string): readonly UnitsGiven[] {
    const ended = this.#ended.get(requestId);
    return ended === undefined || ended.state === 'voided' ? noUnits : ended.given;
  }

  #rooms(wallet: Wallet) {
    return { wallet, budgets: this.#budgets, pools: this.#pools };
  }

  #wasReapedBy({ eventId, call }: ChargeEntry): boolean {
    const ended = this.#ended.get(call.requestId);
    return ended?.state === 'reaped' && ended.eventId === eventId;
  }

  #loaded(walletId: string): Wallet {
    const wallet = this.#wallets.get(walletId);
    if (wallet !== undefined) return wallet;
    throw new Failure('not_exact', `The wallet ${walletId} is not loaded, so nothing can be charged to it. Try again.`);
  }

  // Looked at before the first change, so that what cannot be counted exactly changes nothing at all.
  #mustFit(wallet: Wallet, entry: ChargeEntry, charge: Amount): void {
    const rated = entry.total - (entry.chargeReceipt.adjustment ?? 0n);
    if (rated < 0n) throw new RangeError(`The entry ${entry.eventId} charges less than nothing: ${rated}.`);
    subtract(wallet.balance, charge);
    this.#budgets.mustFit(entry.call.counters, charge);
  }
}

// Its windows have passed, or were forgotten with the life that counted in them.
function requestOf({ call, money, slots }: RestoredHold, leaseMs: number): HoldRequest {
  const { requestId, walletId, counters } = call;
  const budgets = counters.map((counter) => ({ ...counter, source: '', limit: zero }));
  const nothingMore = { minBalance: zero, rates: [], tokens: 0n };
  return { requestId, walletId, amount: money, minimum: money, budgets, slots, ...nothingMore, leaseMs };
}

function isSame(left: Counter, right: Counter): boolean {
  return left.scope === right.scope && left.period === right.period;
}
