// What the store should hold, reckoned a second time: from the ledger, and from the store's deeds as they were answered.
import type { ChargeEntry, Counter } from '#core/ledger/entry.ts';
import type { HoldRequest } from '#ports/fast-store.ts';
import type { Database } from './network.ts';

export interface ShadowHold {
  readonly request: HoldRequest;
  readonly firstGranted: bigint;
  granted: bigint;
  tokens: bigint;
  ended: { readonly tokens: bigint; readonly money: bigint } | undefined;
  readonly atMs: number;
  dispatched: boolean;
  leaseEndMs: number;
}

export class Shadow {
  readonly holds = new Map<string, ShadowHold>();
  /** Holds and ended calls that the windows may still count. */
  readonly admitted: ShadowHold[] = [];
  /** Not yet confirmed, oldest first. */
  readonly outbox = new Map<string, ChargeEntry>();
  /** By wallet, how many credits the store has seen; wallets that it does not know are missing. */
  readonly creditSeqs = new Map<string, bigint>();
  /**
   * Wallets of which the ledger has learned something past this store, so that the store is wrong until it is set right
   * from the ledger: what a dead process had sent, what was replayed from a journal.
   */
  readonly drifted = new Set<string>();
  readonly #posted = new Set<string>();
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** The store has charged it in full, or the difference to what it charged before. */
  post(entry: ChargeEntry): void {
    const { requestId, walletId } = entry.call;
    const known = this.#database.ledger.tables.registers.has(requestId);
    if (known && !this.#posted.has(requestId)) this.drifted.add(walletId);
    this.#posted.add(requestId);
    this.outbox.set(entry.eventId, entry);
  }

  /** Nobody knows what became of what was under way. */
  drift(): void {
    for (const walletId of this.creditSeqs.keys()) this.drifted.add(walletId);
  }

  /** The ledger has booked an entry. */
  booked(entry: ChargeEntry): void {
    if (!this.outbox.has(entry.eventId)) this.drifted.add(entry.call.walletId);
  }

  balanceOf(walletId: string): bigint {
    const { ledger, credits } = this.#database;
    const booked = ledger.tables.wallets.get(walletId)?.balance ?? 0n;
    const seen = this.creditSeqs.get(walletId) ?? 0n;
    const unseen = (credits.get(walletId) ?? []).slice(Number(seen));
    const waiting = this.#waiting((entry) => entry.call.walletId === walletId);
    return unseen.reduce((left, credit) => left - credit, booked - waiting);
  }

  spentOf(counter: Counter): bigint {
    const booked = this.#database.ledger.tables.counters.get(`${counter.scope} ${counter.period}`)?.spent ?? 0n;
    return booked + this.#waiting(({ call }) => call.counters.some((each) => isSame(each, counter)));
  }

  heldOf(walletId: string): bigint {
    let held = 0n;
    for (const hold of this.holds.values()) if (hold.request.walletId === walletId) held += hold.granted;
    return held;
  }

  heldUnder(counter: Counter): bigint {
    let held = 0n;
    for (const hold of this.holds.values()) {
      if (hold.request.budgets.some((each) => isSame(each, counter))) held += hold.granted;
    }
    return held;
  }

  /** How many hold a slot. */
  taken(scope: string): number {
    let taken = 0;
    for (const { request } of this.holds.values()) if (request.slots.some((each) => each.scope === scope)) taken += 1;
    return taken;
  }

  /** What a window over the time after that instant counts. */
  countedSince(atMs: number, scope: string): readonly ShadowHold[] {
    return this.admitted.filter((hold) => hold.atMs > atMs && hold.request.rates.some((each) => each.scope === scope));
  }

  /** What the ledger will book of those entries in the outbox: the best word on each request, less what is booked. */
  #waiting(concerned: (entry: ChargeEntry) => boolean): bigint {
    const best = new Map<string, ChargeEntry>();
    for (const entry of this.outbox.values()) {
      if (!concerned(entry)) continue;
      const known = best.get(entry.call.requestId);
      if (!known || (!known.final && entry.final)) best.set(entry.call.requestId, entry);
    }
    let waiting = 0n;
    for (const [requestId, entry] of best) {
      const booked = this.#database.ledger.tables.registers.get(requestId);
      if (booked && (booked.final || !entry.final)) continue;
      waiting += entry.total - (booked?.total ?? 0n);
    }
    return waiting;
  }
}

function isSame(left: Counter, right: Counter): boolean {
  return left.scope === right.scope && left.period === right.period;
}
