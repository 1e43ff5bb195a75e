// Carries settled calls from the store's outbox into the ledger: written first, then confirmed, then forgotten by the journal.
import type { ChargeEntry } from '#core/ledger/entry.ts';
import { deliver } from '../deliver.ts';
import type { House } from '../house.ts';

const batchMax = 500;

/** Enough for a reader to find the call that just ended. */
const flushRoundsMax = 4;

/** An entry waits at most this long for company. */
const restMs = 25;

const retryMsMax = 2_000;

export interface WriterHealth {
  /** Since when nothing could be written; `undefined` while all is well. */
  readonly failingSince: number | undefined;
}

export class LedgerWriter {
  #failingSince: number | undefined;
  #writing: Promise<number> | undefined;
  readonly #setAside = new Set<string>();
  readonly #house: House;

  constructor(house: House) {
    this.#house = house;
  }

  get health(): WriterHealth {
    return { failingSince: this.#failingSince };
  }

  /** Until the signal aborts; what is left then stays in outbox and journal. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#house;
    let retryMs = restMs;
    while (!signal.aborted) {
      try {
        const written = await this.writeOnce();
        if (this.#failingSince !== undefined) log.info({}, 'the ledger can be written again');
        this.#failingSince = undefined;
        retryMs = restMs;
        if (written < batchMax) await clock.sleep(restMs, signal);
      } catch (error) {
        if (this.#failingSince === undefined)
          log.warn({ error }, 'the ledger cannot be written; charges wait and nothing is lost');
        this.#failingSince ??= clock.now();
        await clock.sleep(retryMs, signal);
        retryMs = Math.min(retryMs * 2, retryMsMax);
      }
    }
  }

  /** Writes until nothing waits, or for a bounded time when more keeps coming. Rejects when the ledger is out of reach. */
  async flush(roundsMax = flushRoundsMax): Promise<void> {
    for (let round = 0; round < roundsMax; round += 1) {
      if ((await this.#house.store.outboxSize()) <= this.#setAside.size) return;
      await this.writeOnce();
    }
  }

  /** One batch; how many entries it had. Two callers share one write. */
  writeOnce(): Promise<number> {
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
    });
    return this.#writing;
  }

  async #write(): Promise<number> {
    const { store, ledger, journal, failpoints } = this.#house;
    const entries = (await store.outbox(batchMax + this.#setAside.size)).filter(
      ({ eventId }) => !this.#setAside.has(eventId),
    );
    if (entries.length === 0) return 0;
    failpoints.reach('before-ledger-write');
    const { committed, refused } = await deliver(ledger, entries);
    failpoints.reach('after-ledger-write');
    await store.confirm(committed.map((entry) => entry.eventId));
    failpoints.reach('after-confirm');
    const { final = [], estimate = [] } = Object.groupBy(committed, (entry) => (entry.final ? 'final' : 'estimate'));
    await journal.forget(final.map(requestOf));
    await journal.forget(estimate.map(requestOf), 'estimate');
    for (const { entry, error } of refused) this.#putAside(entry, error);
    return entries.length;
  }

  // It keeps its place in outbox and journal, and is tried again after the next start, when its cause may be mended.
  #putAside({ eventId, call }: ChargeEntry, error: unknown): void {
    this.#setAside.add(eventId);
    this.#house.log.error(
      { error, request_id: call.requestId, event_id: eventId },
      'a charge cannot be booked as it is',
    );
  }
}

function requestOf(entry: ChargeEntry): string {
  return entry.call.requestId;
}
