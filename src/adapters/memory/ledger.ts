// The memory twin of the ledger: the same bookkeeping over tables in memory. Every deed is atomic, since none awaits.
import { hash } from 'node:crypto';
import { type AdjustedCall, type Adjustment, bookAdjustment } from '#core/ledger/adjustment.ts';
import type { FxRateRow } from '#core/ledger/audit-rows.ts';
import { book, type BooksChange } from '#core/ledger/book.ts';
import type { ChargeEntry, Counter, DispatchedCall } from '#core/ledger/entry.ts';
import { appendEvent, type BillingEvent, type WalletHead } from '#core/ledger/event.ts';
import { postingsOf } from '#core/ledger/posting.ts';
import { afterMove, unitsGiven, type UnitsTaken } from '#core/ledger/unit-counter.ts';
import { type BudgetPeriod, periodId } from '#core/limits/period.ts';
import { amount, amountMax, zero } from '#core/money/amount.ts';
import type { PriceVersion } from '#core/pricing/component.ts';
import type { Books } from '#ports/books.ts';
import type { Clock } from '#ports/clock.ts';
import type { Adjusted, Credited, Ledger, TopUp, TopUpOutcome, WriteOutcome } from '#ports/ledger.ts';
import { memoryBooks } from './ledger-books.ts';
import { counterKey, emptyTables, type LedgerTables, topUpKey } from './ledger-tables.ts';

export class MemoryLedger implements Ledger {
  readonly tables: LedgerTables = emptyTables();
  readonly books: Books = memoryBooks(this.tables);
  readonly #clock: Pick<Clock, 'now'>;

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  createWallet(walletId: string, currency: string): void {
    if (this.tables.wallets.has(walletId)) throw new Error(`The wallet ${walletId} exists already.`);
    this.tables.wallets.set(walletId, { walletId, currency, balance: zero, seq: 0n, hash: '', creditSeq: 0n });
  }

  /** An audit rates again by the versions that the entries pin. */
  publish(version: PriceVersion): void {
    this.tables.priceVersions.set(version.id, version);
  }

  setRate(rate: FxRateRow): void {
    this.tables.fxRates.set(rate.fxRateId, rate);
  }

  async write(entries: readonly ChargeEntry[]): Promise<WriteOutcome> {
    const { wallets, registers, usageRecords } = this.tables;
    const given = { get: (requestId: string) => registers.get(requestId)?.given };
    this.#take(book({ heads: wallets, registers, knownEvents: usageRecords, given }, entries, sha256));
    return { committed: [...new Set(entries.map((entry) => entry.eventId))] };
  }

  async topUp(topUp: TopUp): Promise<TopUpOutcome> {
    const { wallets, events, postings, topUps } = this.tables;
    const { walletId, currency, reference } = topUp;
    const wallet = wallets.get(walletId);
    if (!wallet) return { kind: 'unknown-wallet' };
    if (wallet.currency !== currency) return { kind: 'currency-mismatch', walletCurrency: wallet.currency };
    const earlier = topUps.get(topUpKey(topUp));
    if (earlier) {
      if (earlier.walletId !== walletId || earlier.amount !== topUp.amount) return { kind: 'conflict' };
      const { balance, creditSeq } = wallet;
      return { kind: 'repeated', balance, creditSeq, topUpId: earlier.topUpId, amount: earlier.amount };
    }
    const change = { eventId: topUp.eventId, amount: topUp.amount, reference, occurredAt: topUp.occurredAt };
    const { event, head } = appendEvent(wallet, { ...change, kind: 'top_up' }, sha256);
    const creditSeq = wallet.creditSeq + 1n;
    wallets.set(walletId, { ...head, creditSeq });
    events.push(event);
    postings.push(...postingsOf(event));
    topUps.set(topUpKey(topUp), topUp);
    return { kind: 'credited', balance: head.balance, creditSeq, topUpId: topUp.topUpId, amount: topUp.amount };
  }

  async adjust(adjustment: Adjustment): Promise<Adjusted> {
    const { wallets, registers, adjustments, events, postings } = this.tables;
    const { walletId, rerateId } = adjustment;
    const wallet = wallets.get(walletId);
    if (!wallet) throw new Error(`The adjustment names the wallet ${walletId}, which the ledger does not know.`);
    const ofRerate = adjustments.filter((line) => line.rerateId === rerateId);
    const known = new Set(ofRerate.map(({ requestId }) => requestId));
    const records = this.#standingRecords();
    const { change, stale } = bookAdjustment({ head: wallet, registers, records, known }, adjustment, sha256);
    if (!change) return { creditSeq: wallet.creditSeq, booked: [], stale };
    const creditSeq = wallet.creditSeq + 1n;
    events.push(change.event);
    postings.push(...change.postings);
    for (const line of change.lines) {
      const register = registers.get(line.requestId);
      const { total, cost, costCurrency } = line.after;
      if (register) registers.set(line.requestId, { ...register, total, cost, costCurrency });
      adjustments.push({ ...line, rerateId, walletId, seq: change.event.seq });
    }
    this.#spend(change.spent);
    wallets.set(walletId, { ...change.head, creditSeq });
    return { creditSeq, booked: change.lines.map(({ requestId }) => requestId), stale };
  }

  async load(walletIds?: readonly string[]): ReturnType<Ledger['load']> {
    const wanted = walletIds && new Set(walletIds);
    const touched = wanted && this.#countersOf(wanted);
    const nowMs = this.#clock.now();
    return {
      wallets: [...this.tables.wallets.values()]
        .filter(({ walletId }) => !wanted || wanted.has(walletId))
        .map(({ walletId, balance, creditSeq }) => ({ walletId, balance, creditSeq })),
      counters: [...this.tables.counters]
        .filter(([key, { period }]) => !hasEnded(period, nowMs) && (!touched || touched.has(key)))
        .map(([, { scope, period, spent }]) => ({
          scope,
          period,
          spent: amount(spent > amountMax ? amountMax : spent),
        })),
      units: [...this.tables.unitCounters.values()].filter(
        ({ scope, period }) => !hasEnded(period, nowMs - unitsKeptMs) && (!wanted || isOfWallets(scope, wanted)),
      ),
    };
  }

  async unitsTaken(counters: readonly Counter[]): Promise<readonly UnitsTaken[]> {
    return counters.flatMap((counter) => this.tables.unitCounters.get(counterKey(counter)) ?? []);
  }

  async creditsAfter(walletId: string, creditSeq: bigint): Promise<readonly Credited[]> {
    const credits = this.tables.events.filter((event) => event.walletId === walletId && event.kind !== 'charge');
    return credits
      .map((event, index) => ({
        creditSeq: BigInt(index) + 1n,
        amount: event.amount,
        ...(event.kind === 'adjustment' ? { adjusted: this.#adjustedBy(event) } : {}),
      }))
      .slice(Number(creditSeq));
  }

  async openGateway(gatewayId: string): Promise<void> {
    if (!this.tables.gateways.has(gatewayId)) this.tables.gateways.set(gatewayId, { gatewayId });
  }

  async closeGateway(gatewayId: string, lastDispatchNo: number): Promise<void> {
    const before = this.tables.gateways.get(gatewayId);
    this.tables.gateways.set(gatewayId, {
      gatewayId,
      lastDispatchNo: BigInt(Math.max(lastDispatchNo, Number(before?.lastDispatchNo ?? 0n))),
      endedAt: before?.endedAt ?? this.#clock.now(),
    });
  }

  async head(walletId: string): Promise<WalletHead | undefined> {
    const wallet = this.tables.wallets.get(walletId);
    if (!wallet) return undefined;
    const { creditSeq: _, ...head } = wallet;
    return head;
  }

  #take(change: BooksChange): void {
    const { wallets, events, postings, registers, usageRecords, unitCounters } = this.tables;
    for (const event of change.events) events.push(event);
    for (const posting of change.postings) postings.push(posting);
    for (const recorded of change.recorded) usageRecords.set(recorded.entry.eventId, recorded);
    for (const [requestId, { entry, register }] of change.registers) {
      registers.set(requestId, {
        ...(registers.get(requestId) ?? pinnedBy(entry.call)),
        ...register,
        given: unitsGiven(entry),
      });
    }
    this.#spend(change.spent);
    for (const move of change.units) {
      const { scope, period } = move;
      const key = counterKey(move);
      unitCounters.set(key, { scope, period, taken: afterMove(unitCounters.get(key)?.taken ?? [], move) });
    }
    for (const [walletId, head] of change.heads) {
      wallets.set(walletId, { ...head, creditSeq: wallets.get(walletId)?.creditSeq ?? 0n });
    }
  }

  #standingRecords(): ReadonlyMap<string, string> {
    const { usageRecords, registers } = this.tables;
    const standing = [...usageRecords.values()].filter(({ entry, applied }) => {
      const register = registers.get(entry.call.requestId);
      return applied && register?.final === entry.final && register.revision === entry.revision;
    });
    return new Map(standing.map(({ entry }) => [entry.call.requestId, entry.eventId]));
  }

  #adjustedBy({ walletId, seq }: Pick<BillingEvent, 'walletId' | 'seq'>): readonly AdjustedCall[] {
    const { adjustments, usageRecords, registers } = this.tables;
    return adjustments
      .filter((line) => line.walletId === walletId && line.seq === seq)
      .flatMap(({ requestId, recordId, before, after }) => {
        const entry = usageRecords.get(recordId)?.entry;
        if (!entry) return [];
        const { final, revision } = entry;
        const counters = registers.get(requestId)?.counters ?? [];
        return [{ requestId, final, revision, before: before.total, after: after.total, counters }];
      })
      .toSorted((left, right) => (left.requestId < right.requestId ? -1 : 1));
  }

  #spend(spent: BooksChange['spent']): void {
    const { counters } = this.tables;
    for (const { counter, amount: moved } of spent) {
      const key = counterKey(counter);
      counters.set(key, { ...counter, spent: (counters.get(key)?.spent ?? 0n) + moved });
    }
  }

  /** Those that the wallets' calls have named so far. */
  #countersOf(wallets: ReadonlySet<string>): ReadonlySet<string> {
    const registers = [...this.tables.registers.values()].filter(({ walletId }) => wallets.has(walletId));
    return new Set(registers.flatMap(({ counters }) => counters.map(counterKey)));
  }
}

/** What stays with a register from its first entry on. */
function pinnedBy(call: DispatchedCall) {
  const { requestId, walletId, counters, gatewayId, dispatchNo, startedAt } = call;
  return { requestId, walletId, counters, gatewayId, dispatchNo: BigInt(dispatchNo), startedAt };
}

/** Calls that began in a period may settle after its end. */
const unitsKeptMs = 2 * 86_400_000;

function isOfWallets(scope: string, wallets: ReadonlySet<string>): boolean {
  const [kind, owner = ''] = scope.split(':');
  return kind === 'provider' || wallets.has(owner);
}

function hasEnded(period: string, nowMs: number): boolean {
  const kind = kindOf(period);
  return kind !== 'total' && period < periodId(kind, nowMs);
}

function kindOf(period: string): BudgetPeriod {
  if (period === 'total') return 'total';
  if (period.includes('W')) return 'week';
  return period.length === '2026-11'.length ? 'month' : 'day';
}

function sha256(text: string): string {
  return hash('sha256', text);
}
