// Ends the holds whose calls have stopped answering: never sent, given back; sent, charged as far as anyone knows.
import type { Directory } from '#ports/directory.ts';
import { estimateEntries, type Unreturned } from '../estimate.ts';
import type { House } from '../house.ts';

const everyMs = 1_000;
const batchMax = 200;

export async function reapHolds(house: House, directory: Directory, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await house.clock.sleep(everyMs, signal);
    if (signal.aborted) return;
    await reapOnce(house, directory).catch((error: unknown) => {
      house.log.warn(
        { error },
        'holds whose lease is over could not be ended; they stay set aside and are tried again',
      );
    });
  }
}

/** How many holds ended. */
export async function reapOnce(house: House, directory: Directory): Promise<number> {
  const expired = await house.store.expired(batchMax);
  if (expired.length === 0) return 0;
  const sent: Unreturned[] = [];
  let ended = 0;
  for (const hold of expired) {
    if (hold.state === 'dispatched') sent.push(hold);
    else if (await house.store.void(hold.requestId)) ended += 1;
  }
  for (const entry of await estimateEntries(directory, sent, house.clock.now())) {
    await house.journal.append({ kind: 'settle', entry });
    if (await house.store.reap(entry)) ended += 1;
  }
  if (ended > 0) house.log.warn({ ended }, 'ended holds whose calls never came back');
  return ended;
}
