// The database behind a network: away at times, slow, and sometimes its answer is lost though it has committed. What was
// sent to it may arrive after its sender has died, arrive again, in parts, and in another order.
import { MemoryLedger } from '#adapters/memory/ledger.ts';
import type { ChargeEntry } from '#core/ledger/entry.ts';
import type { Amount } from '#core/money/amount.ts';
import { LedgerAway, type TopUp, type TopUpOutcome, type WriteOutcome } from '#ports/ledger.ts';
import type { Chance } from './chance.ts';
import type { Probes } from './probes.ts';
import type { VirtualClock } from './virtual-clock.ts';

export interface DatabaseOptions {
  readonly clock: VirtualClock;
  readonly chance: Chance;
  readonly probes: Probes;
  /** What becomes of a delivered batch before it is booked: nothing, unless a fault is switched on. */
  readonly landing: (entries: readonly ChargeEntry[]) => readonly ChargeEntry[];
  /** Told of every entry that has just changed a register. */
  readonly onBooked: (entry: ChargeEntry) => void;
}

/** Enough to be redelivered late; the oldest are the most telling. */
const batchesKept = 200;

export class Database {
  readonly ledger: MemoryLedger;
  away = false;
  answersToLose = 0;
  /** By wallet, what each credit added, the first under 1. */
  readonly credits = new Map<string, Amount[]>();
  readonly batches: (readonly ChargeEntry[])[] = [];
  readonly #options: DatabaseOptions;

  constructor(options: DatabaseOptions) {
    this.#options = options;
    this.ledger = new MemoryLedger(options.clock);
  }

  /** A request that has left its sender: it arrives whatever becomes of that one. */
  ask<Result>(deed: () => Promise<Result>, delayMs: number): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#options.clock.after(delayMs, () => {
        this.#arrive(deed).then(resolve, reject);
      });
    });
  }

  async #arrive<Result>(deed: () => Promise<Result>): Promise<Result> {
    if (this.away) {
      this.#options.probes.saw('database away');
      throw new LedgerAway('It does not answer.');
    }
    const result = await deed();
    if (this.answersToLose > 0) {
      this.answersToLose -= 1;
      this.#options.probes.saw('committed, and the answer lost');
      throw new LedgerAway('The connection broke before the answer.');
    }
    return result;
  }

  send(entries: readonly ChargeEntry[], delayMs: number): Promise<WriteOutcome> {
    if (this.batches.length < batchesKept) this.batches.push(entries);
    return this.ask(() => this.write(entries), delayMs);
  }

  async write(entries: readonly ChargeEntry[]): Promise<WriteOutcome> {
    const { usageRecords } = this.ledger.tables;
    const landed = this.#options.landing(entries);
    const fresh = landed.filter((entry) => !usageRecords.has(entry.eventId));
    const known = landed.length - fresh.length;
    if (known > 0) this.#options.probes.saw('entries delivered again', known);
    await this.ledger.write(landed);
    for (const entry of new Set(fresh)) {
      if (usageRecords.get(entry.eventId)?.applied) this.#options.onBooked(entry);
    }
    return { committed: entries.map((entry) => entry.eventId) };
  }

  async topUp(topUp: TopUp): Promise<TopUpOutcome> {
    const outcome = await this.ledger.topUp(topUp);
    if (outcome.kind === 'credited') {
      const credits = this.credits.get(topUp.walletId) ?? [];
      this.credits.set(topUp.walletId, [...credits, outcome.amount]);
    }
    if (outcome.kind === 'repeated') this.#options.probes.saw('top-up repeated');
    return outcome;
  }

  /** Some of what was ever sent, as somebody else might deliver it: again, mixed, in parts, backwards. */
  async redeliver(chance: Chance): Promise<void> {
    if (this.away || this.batches.length === 0) return;
    const chosen = Array.from({ length: chance.between(1, 3) }, () => chance.pick(this.batches)).flat();
    const mixed = chance.odds(0.5) ? chance.shuffled(chosen) : chosen.toReversed();
    const parts = chance.between(1, 3);
    for (let part = 0; part < parts; part += 1) {
      const entries = mixed.filter((_, index) => index % parts === part);
      if (entries.length === 0) continue;
      this.#options.probes.saw('batches redelivered');
      await this.write(entries);
    }
  }
}
