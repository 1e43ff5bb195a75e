// What a journal's records add up to, the same for every keeper: calls that were begun and that nobody has forgotten.
import type { ChargeEntry } from '#core/ledger/entry.ts';
import { register, type RequestCharge } from '#core/ledger/register.ts';
import type { JournalRecord, UnfinishedCall } from './journal.ts';

export class UnfinishedCalls {
  readonly #calls = new Map<string, UnfinishedCall>();

  /** The request that the record keeps open; a checkpoint alone keeps none. */
  take(record: JournalRecord): string | undefined {
    switch (record.kind) {
      case 'dispatch': {
        const { requestId } = record.call;
        this.#calls.set(requestId, { ...this.#calls.get(requestId), call: record.call });
        return requestId;
      }
      case 'checkpoint': {
        const { requestId, checkpoint } = record;
        const known = this.#calls.get(requestId);
        if (known === undefined) return undefined;
        this.#calls.set(requestId, { ...known, checkpoint });
        return requestId;
      }
      case 'job': {
        const { job } = record;
        const { requestId } = job.call;
        this.#calls.set(requestId, { call: job.call, ...this.#calls.get(requestId), job });
        return requestId;
      }
      case 'settle': {
        const { entry } = record;
        const { requestId } = entry.call;
        const known = this.#calls.get(requestId);
        if (isBetter(known?.entry, entry)) this.#calls.set(requestId, { call: entry.call, ...known, entry });
        return requestId;
      }
    }
  }

  forget(requestId: string): void {
    this.#calls.delete(requestId);
  }

  list(): readonly UnfinishedCall[] {
    return [...this.#calls.values()];
  }
}

// An estimate may stand beside the final word, in either order.
function isBetter(before: ChargeEntry | undefined, said: ChargeEntry): boolean {
  return register(before && registerOf(before), registerOf(said)).kind === 'booked';
}

function registerOf(entry: ChargeEntry): RequestCharge {
  return { ...entry, provider: entry.call.provider };
}
