// The fast store as simply as it can be said: lists of what happened, from which everything is added up again each time.
import type { ChargeEntry, Counter, DispatchedCall } from '#core/ledger/entry.ts';
import { type Amount, amount, zero } from '#core/money/amount.ts';
import type {
  Checkpoint,
  ExpiredHold,
  ExtendOutcome,
  HoldOutcome,
  HoldRequest,
  SettleOutcome,
  SpentCounter,
  StoreWallet,
  WalletView,
} from './fast-store.ts';

interface ModelHold {
  readonly request: HoldRequest;
  readonly answer: HoldOutcome;
  granted: bigint;
  leaseEndMs: number;
  call?: DispatchedCall;
  checkpoint?: Checkpoint;
}

interface ModelWord {
  readonly entry: ChargeEntry;
  readonly state: 'settled' | 'reaped';
  readonly outcome: SettleOutcome;
}

export class FastStoreModel {
  readonly #outboxMax: number;
  readonly #wallets = new Map<
    string,
    { readonly initial: bigint; readonly firstSeq: bigint; readonly credits: bigint[] }
  >();
  readonly #counters = new Map<string, bigint>();
  readonly #live = new Map<string, ModelHold>();
  readonly #voided = new Set<string>();
  /** The word that counts, for each request that was charged. */
  readonly #words = new Map<string, ModelWord>();
  #outbox: ChargeEntry[] = [];
  #nowMs = 0;

  constructor(outboxMax: number) {
    this.#outboxMax = outboxMax;
  }

  advance(ms: number): void {
    this.#nowMs += ms;
  }

  load(wallets: readonly StoreWallet[], counters: readonly SpentCounter[]): void {
    for (const { walletId, balance, creditSeq } of wallets) {
      this.#wallets.set(walletId, { initial: balance, firstSeq: creditSeq, credits: [] });
    }
    for (const counter of counters) this.#counters.set(keyOf(counter), counter.spent);
  }

  hold(request: HoldRequest): HoldOutcome {
    const wallet = this.wallet(request.walletId);
    if (!wallet) return { kind: 'unknown-wallet' };
    const live = this.#live.get(request.requestId);
    if (live) return live.answer;
    const ended = this.#endedState(request.requestId);
    if (ended) return { kind: 'ended', state: ended };
    if (this.#outbox.length >= this.#outboxMax) return { kind: 'outbox-full' };
    for (const { scope, source, limit } of request.slots) {
      const taken = this.#holdsWhere((hold) => hold.request.slots.some((slot) => slot.scope === scope)).length;
      if (taken >= limit) return { kind: 'limited', source };
    }
    const afforded = this.#afford(request, request);
    if (afforded.kind === 'short') return afforded;
    const { granted } = afforded;
    const answer: HoldOutcome = { kind: 'held', granted, available: amount(wallet.available - granted) };
    this.#live.set(request.requestId, { request, answer, granted, leaseEndMs: this.#nowMs + request.leaseMs });
    return answer;
  }

  dispatch(call: DispatchedCall, leaseMs: number): boolean {
    const hold = this.#live.get(call.requestId);
    if (hold) Object.assign(hold, { call, leaseEndMs: this.#nowMs + leaseMs });
    return hold !== undefined;
  }

  touch(requestId: string, leaseMs: number, checkpoint?: Checkpoint): boolean {
    const hold = this.#live.get(requestId);
    if (hold) Object.assign(hold, { leaseEndMs: this.#nowMs + leaseMs }, checkpoint && { checkpoint });
    return hold !== undefined;
  }

  extend(requestId: string, more: { readonly amount: Amount; readonly minimum: Amount }): ExtendOutcome {
    const hold = this.#live.get(requestId);
    if (!hold) return { kind: 'gone' };
    const afforded = this.#afford(hold.request, more);
    if (afforded.kind === 'short') return { kind: 'refused', source: afforded.source };
    hold.granted += afforded.granted;
    return { kind: 'extended', granted: afforded.granted };
  }

  settle(entry: ChargeEntry): SettleOutcome {
    const before = this.#words.get(entry.call.requestId);
    if (before && (before.entry.final || (!entry.final && entry.revision <= before.entry.revision))) {
      return { ...before.outcome, kind: 'repeated' };
    }
    return this.#say(entry, 'settled');
  }

  void(requestId: string): boolean {
    const hold = this.#live.get(requestId);
    if (hold?.call) return false;
    if (hold) {
      this.#live.delete(requestId);
      this.#voided.add(requestId);
    }
    return this.#voided.has(requestId) && !this.#words.has(requestId);
  }

  reap(entry: ChargeEntry): boolean {
    const { requestId } = entry.call;
    const hold = this.#live.get(requestId);
    if (hold?.call && hold.leaseEndMs <= this.#nowMs) this.#say(entry, 'reaped');
    const word = this.#words.get(requestId);
    return word?.state === 'reaped' && word.entry.eventId === entry.eventId;
  }

  credit(walletId: string, credited: Amount, creditSeq: bigint): 'applied' | 'repeated' | 'missing' {
    const wallet = this.#wallets.get(walletId);
    if (!wallet) return 'missing';
    const next = wallet.firstSeq + BigInt(wallet.credits.length) + 1n;
    if (creditSeq !== next) return creditSeq < next ? 'repeated' : 'missing';
    wallet.credits.push(credited);
    return 'applied';
  }

  wallet(walletId: string): WalletView | undefined {
    const wallet = this.#wallets.get(walletId);
    if (!wallet) return undefined;
    const charged = this.#wordsWhere((call) => call.walletId === walletId);
    const balance = wallet.initial + sum(wallet.credits) - charged;
    const held = sum(this.#holdsWhere(({ request }) => request.walletId === walletId).map(({ granted }) => granted));
    return {
      balance: amount(balance),
      held: amount(held),
      available: amount(balance - held),
      creditSeq: wallet.firstSeq + BigInt(wallet.credits.length),
    };
  }

  spent(counter: Counter): Amount {
    const charged = this.#wordsWhere((call) => call.counters.some((each) => keyOf(each) === keyOf(counter)));
    return amount((this.#counters.get(keyOf(counter)) ?? 0n) + charged);
  }

  expired(): readonly ExpiredHold[] {
    return this.#holdsWhere(({ leaseEndMs }) => leaseEndMs <= this.#nowMs)
      .toSorted((left, right) => left.leaseEndMs - right.leaseEndMs)
      .map(({ request: { requestId }, call, checkpoint }) => {
        if (!call) return { state: 'held', requestId };
        return checkpoint ? { state: 'dispatched', call, checkpoint } : { state: 'dispatched', call };
      });
  }

  outbox(): readonly ChargeEntry[] {
    return this.#outbox;
  }

  confirm(eventIds: readonly string[]): void {
    this.#outbox = this.#outbox.filter(({ eventId }) => !eventIds.includes(eventId));
  }

  /** Whether the request has ever been held or charged. */
  knows(requestId: string): boolean {
    return this.#live.has(requestId) || this.#endedState(requestId) !== undefined;
  }

  /** The word that counts for the request. */
  wordOf(requestId: string): ChargeEntry | undefined {
    return this.#words.get(requestId)?.entry;
  }

  #say(entry: ChargeEntry, state: 'settled' | 'reaped'): SettleOutcome {
    const { requestId, walletId } = entry.call;
    this.#live.delete(requestId);
    const pending: SettleOutcome = { kind: 'settled', balance: zero, available: zero };
    this.#words.set(requestId, { entry, state, outcome: pending });
    const { balance, available } = this.wallet(walletId) ?? pending;
    const outcome: SettleOutcome = { kind: 'settled', balance, available };
    this.#words.set(requestId, { entry, state, outcome });
    this.#outbox.push(entry);
    return outcome;
  }

  #afford(
    { walletId, minBalance, budgets }: HoldRequest,
    wanted: { readonly amount: Amount; readonly minimum: Amount },
  ): { readonly kind: 'granted'; readonly granted: Amount } | Extract<HoldOutcome, { kind: 'short' }> {
    const available = this.wallet(walletId)?.available ?? zero;
    const rooms = [{ source: 'wallet', room: available - minBalance }];
    for (const { scope, period, source, limit } of budgets) {
      const key = keyOf({ scope, period });
      const sharing = this.#holdsWhere(({ request }) => request.budgets.some((each) => keyOf(each) === key));
      rooms.push({ source, room: limit - this.spent({ scope, period }) - sum(sharing.map(({ granted }) => granted)) });
    }
    const narrow = rooms.find(({ source, room }) => {
      const isOverdue = source === 'wallet' && available < 0n;
      return isOverdue || (wanted.minimum > 0n && room < wanted.minimum);
    });
    if (narrow) {
      return { kind: 'short', source: narrow.source, available: amount(narrow.room), needed: wanted.minimum };
    }
    const least = rooms.reduce<bigint>((left, { room }) => (room < left ? room : left), wanted.amount);
    return { kind: 'granted', granted: amount(least < 0n ? 0n : least) };
  }

  #endedState(requestId: string): 'settled' | 'reaped' | 'voided' | undefined {
    return this.#words.get(requestId)?.state ?? (this.#voided.has(requestId) ? 'voided' : undefined);
  }

  #holdsWhere(fits: (hold: ModelHold) => boolean): readonly ModelHold[] {
    return [...this.#live.values()].filter(fits);
  }

  #wordsWhere(fits: (call: DispatchedCall) => boolean): bigint {
    const words = [...this.#words.values()].filter(({ entry }) => fits(entry.call));
    return sum(words.map(({ entry }) => entry.total));
  }
}

function sum(values: readonly bigint[]): bigint {
  return values.reduce((total, each) => total + each, 0n);
}

function keyOf({ scope, period }: Counter): string {
  return `${scope} ${period}`;
}
