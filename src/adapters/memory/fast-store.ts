// The fast store of one process: every deed is one turn of the event loop, so nothing here awaits.
import { Failure } from '#core/failure.ts';
import type { ChargeEntry, Counter, DispatchedCall } from '#core/ledger/entry.ts';
import { nextHoldState } from '#core/ledger/hold.ts';
import { register } from '#core/ledger/register.ts';
import { type Amount, amount, subtract, zero } from '#core/money/amount.ts';
import type { Clock } from '#ports/clock.ts';
import type {
  Checkpoint,
  ExpiredHold,
  ExtendOutcome,
  FastStore,
  HoldOutcome,
  HoldRequest,
  LedgerTruth,
  SettleOutcome,
  SpentCounter,
  StoreWallet,
  WalletView,
} from '#ports/fast-store.ts';
import { affordable } from './fast-store-afford.ts';
import { Budgets } from './fast-store-budgets.ts';
import { EndedCalls, endedCallsMax as endedCallsMaxByDefault } from './fast-store-ended.ts';
import { type Consumption, Limiter } from './fast-store-limiter.ts';
import { expiredHolds, leaseIsOver, type LiveHold, stateOf, type Wallet } from './fast-store-live.ts';
import { Outbox, registerOf } from './fast-store-outbox.ts';

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
  readonly #outbox = new Outbox();

  constructor({ clock, outboxMax, endedCallsMax = endedCallsMaxByDefault }: MemoryFastStoreOptions) {
    this.#clock = clock;
    this.#outboxMax = outboxMax;
    this.#ended = new EndedCalls(endedCallsMax);
  }

  async load(wallets: readonly StoreWallet[], counters: readonly SpentCounter[]): Promise<void> {
    for (const { walletId, balance, creditSeq } of wallets) {
      if (!this.#wallets.has(walletId)) this.#wallets.set(walletId, { balance, held: zero, creditSeq });
    }
    for (const counter of counters) this.#budgets.load(counter);
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
    const granted = affordable(wallet, this.#budgets, request);
    if (typeof granted !== 'bigint') return granted;
    return this.#take(wallet, request, granted, nowMs);
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

  async extend(
    requestId: string,
    more: { readonly amount: Amount; readonly minimum: Amount; readonly tokens: bigint },
  ): Promise<ExtendOutcome> {
    const hold = this.#holds.get(requestId);
    if (hold === undefined) return gone;
    const { minBalance, budgets, rates } = hold.request;
    const { minimum, tokens } = more;
    const granted = affordable(hold.wallet, this.#budgets, { amount: more.amount, minimum, minBalance, budgets });
    if (typeof granted !== 'bigint') return { kind: 'refused', source: granted.source };
    const nowMs = this.#clock.now();
    hold.wallet.held = amount(hold.wallet.held + granted);
    this.#budgets.take(budgets, granted);
    this.#limiter.count(rates, { requests: 0n, tokens, money: granted }, nowMs, nowMs);
    hold.granted = amount(hold.granted + granted);
    hold.tokens += tokens;
    hold.extension = { atMs: nowMs, granted, tokens };
    return { kind: 'extended', granted };
  }

  async settle(entry: ChargeEntry, actualTokens: bigint): Promise<SettleOutcome> {
    const { requestId, walletId } = entry.call;
    const hold = this.#holds.get(requestId);
    if (hold !== undefined) return this.#end(hold, entry, 'settled', actualTokens);
    const ended = this.#ended.get(requestId);
    if (ended === undefined || ended.state === 'voided')
      return this.#post(this.#loaded(walletId), entry, entry.total, 'settled');
    const said = register(ended, registerOf(entry));
    if (said.kind === 'superseded') return { ...ended.outcome, kind: 'repeated' };
    return this.#post(this.#loaded(walletId), entry, said.charge, 'settled');
  }

  async void(requestId: string): Promise<boolean> {
    const hold = this.#holds.get(requestId);
    if (hold === undefined) return this.#ended.get(requestId)?.state === 'voided';
    if (nextHoldState(stateOf(hold), 'void') === undefined) return false;
    this.#release(hold, { requests: 0n, tokens: 0n, money: zero });
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

  async credit(walletId: string, credited: Amount, creditSeq: bigint): Promise<'applied' | 'repeated' | 'missing'> {
    const wallet = this.#wallets.get(walletId);
    if (wallet === undefined || creditSeq > wallet.creditSeq + 1n) return 'missing';
    if (creditSeq <= wallet.creditSeq) return 'repeated';
    wallet.balance = amount(wallet.balance + credited);
    wallet.creditSeq = creditSeq;
    return 'applied';
  }

  async resync({ wallets, counters, registers }: LedgerTruth): Promise<boolean> {
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

  async outbox(limit: number): Promise<readonly ChargeEntry[]> {
    return this.#outbox.oldest(limit);
  }

  async outboxSize(): Promise<number> {
    return this.#outbox.size;
  }

  async confirm(eventIds: readonly string[]): Promise<void> {
    this.#outbox.confirm(eventIds);
  }

  #take(wallet: Wallet, request: HoldRequest, granted: Amount, nowMs: number): HoldOutcome {
    const { requestId, budgets, rates, slots, tokens } = request;
    wallet.held = amount(wallet.held + granted);
    const answer: HoldOutcome = { kind: 'held', granted, available: subtract(wallet.balance, wallet.held) };
    this.#budgets.take(budgets, granted);
    this.#budgets.sweep(nowMs);
    this.#limiter.takeSlots(slots);
    this.#limiter.sweep(nowMs);
    if (rates.length > 0) this.#limiter.count(rates, { requests: 1n, tokens, money: granted }, nowMs, nowMs);
    this.#holds.set(requestId, {
      request,
      wallet,
      answer,
      heldAtMs: nowMs,
      call: undefined,
      granted,
      tokens,
      extension: undefined,
      leaseEndMs: nowMs + request.leaseMs,
      checkpoint: undefined,
    });
    return answer;
  }

  #end(hold: LiveHold, entry: ChargeEntry, state: 'settled' | 'reaped', tokens: bigint): SettleOutcome {
    this.#mustFit(hold.wallet, entry, entry.total);
    this.#release(hold, { requests: 1n, tokens, money: entry.total });
    return this.#post(hold.wallet, entry, entry.total, state);
  }

  /** Gives back money, slots, and what the windows counted too much. */
  #release(hold: LiveHold, consumed: Consumption): void {
    const { wallet, request, granted } = hold;
    this.#holds.delete(request.requestId);
    wallet.held = subtract(wallet.held, granted);
    this.#budgets.release(request.budgets, granted);
    this.#limiter.freeSlots(request.slots);
    if (request.rates.length > 0) this.#limiter.correct(hold, consumed, this.#clock.now());
  }

  /** Books a charge and tells the ledger. */
  #post(wallet: Wallet, entry: ChargeEntry, charge: Amount, state: 'settled' | 'reaped'): SettleOutcome {
    this.#mustFit(wallet, entry, charge);
    const { eventId, call, total, cost, costCurrency, final, revision } = entry;
    wallet.balance = subtract(wallet.balance, charge);
    this.#budgets.spend(call.counters, charge);
    this.#outbox.append(entry);
    const { balance } = wallet;
    const outcome: SettleOutcome = { kind: 'settled', balance, available: subtract(balance, wallet.held) };
    const { provider } = call;
    this.#ended.remember(
      call.requestId,
      { state, eventId, outcome, total, cost, costCurrency, provider, final, revision },
      this.#clock.now(),
    );
    return outcome;
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
    if (entry.total < 0n) throw new RangeError(`The entry ${entry.eventId} charges less than nothing: ${entry.total}.`);
    subtract(wallet.balance, charge);
    this.#budgets.mustFit(entry.call.counters, charge);
  }
}

function isSame(left: Counter, right: Counter): boolean {
  return left.scope === right.scope && left.period === right.period;
}
