// How many calls were served, by who sent them and what they consumed; shared by all threads of a mock.
import { picodollarsFor, usages } from '../workload.ts';

/** The first letter of the path tells them apart. */
export const senders = ['gateway', 'bare', 'direct'] as const;
export type Sender = (typeof senders)[number];

export class Tally {
  readonly shared: SharedArrayBuffer;
  readonly #counts: Int32Array;

  constructor(shared = new SharedArrayBuffer(senders.length * usages.length * Int32Array.BYTES_PER_ELEMENT)) {
    this.shared = shared;
    this.#counts = new Int32Array(shared);
  }

  count(sender: Sender, usage: number): void {
    Atomics.add(this.#counts, senders.indexOf(sender) * usages.length + usage, 1);
  }

  /** Calls served, and what they cost by the price list. */
  served(sender: Sender): { readonly calls: number; readonly picodollars: bigint } {
    const first = senders.indexOf(sender) * usages.length;
    let calls = 0;
    let picodollars = 0n;
    for (const [index, usage] of usages.entries()) {
      const count = Atomics.load(this.#counts, first + index);
      calls += count;
      picodollars += BigInt(count) * picodollarsFor(usage);
    }
    return { calls, picodollars };
  }
}
