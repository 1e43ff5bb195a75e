// Carries settled calls from the store's outbox into the ledger: written first, then confirmed, then forgotten by the journal.
import type { House } from '../house.ts';

const batchMax = 500;

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

  /** Writes until nothing waits. Rejects when the ledger is out of reach. */
  async flush(): Promise<void> {
    while ((await this.#house.store.outboxSize()) > 0) await this.writeOnce();
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
    const entries = await store.outbox(batchMax);
    if (entries.length === 0) return 0;
    failpoints.reach('before-ledger-write');
    const { committed } = await ledger.write(entries);
    failpoints.reach('after-ledger-write');
    await store.confirm(committed);
    failpoints.reach('after-confirm');
    const known = new Set(committed);
    await journal.forget(entries.filter((entry) => known.has(entry.eventId)).map((entry) => entry.call.requestId));
    return entries.length;
  }
}
