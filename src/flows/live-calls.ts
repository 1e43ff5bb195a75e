// The calls that are under way in this process: touched while they live, so that only the dead are reaped.
import type { Checkpoint } from '#ports/fast-store.ts';
import type { House } from './house.ts';
import { leaseMs } from './hold.ts';

export interface LiveCall {
  readonly requestId: string;
  /** Only once it was dispatched; streams know more with every piece. */
  checkpoint(): Checkpoint | undefined;
}

const touchMs = 2_000;

export class LiveCalls {
  readonly #calls = new Map<string, LiveCall>();
  #onEmpty: (() => void) | undefined;

  get size(): number {
    return this.#calls.size;
  }

  enter(call: LiveCall): void {
    this.#calls.set(call.requestId, call);
  }

  leave(requestId: string): void {
    this.#calls.delete(requestId);
    if (this.#calls.size === 0) this.#onEmpty?.();
  }

  /** Resolves when no call is under way. */
  async empty(): Promise<void> {
    if (this.#calls.size === 0) return;
    await new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
    });
  }

  values(): IterableIterator<LiveCall> {
    return this.#calls.values();
  }
}

/** Extends every live call's lease and writes its checkpoint down, until the signal aborts. */
export async function touchLiveCalls(house: House, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await house.clock.sleep(touchMs, signal);
    await touchOnce(house);
  }
}

export async function touchOnce(house: House): Promise<void> {
  // All at once: one after the other, with a disk to wait for, many calls would outlast their own leases.
  await Promise.all(Array.from(house.live.values(), (call) => touchCall(house, call)));
}

async function touchCall({ journal, store, log }: House, call: LiveCall): Promise<void> {
  const { requestId } = call;
  const checkpoint = call.checkpoint();
  try {
    if (checkpoint) await journal.append({ kind: 'checkpoint', requestId, checkpoint });
    await store.touch(requestId, leaseMs, checkpoint);
  } catch (error) {
    // The call goes on; at worst its estimate is older than it could be.
    log.warn({ error, request_id: requestId }, 'a checkpoint could not be written down');
  }
}
