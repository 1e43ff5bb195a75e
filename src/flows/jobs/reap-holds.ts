// Ends the holds whose calls have stopped answering: never sent, given back; sent, charged as far as anyone knows.
import type { Directory } from '#ports/directory.ts';
import { estimateEntries, type Unreturned } from '../estimate.ts';
import { UnitsForNow } from '../estimate-units.ts';
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
  for (const hold of sent) if (await reap(house, directory, hold)) ended += 1;
  if (ended > 0) house.log.warn({ ended }, 'ended holds whose calls never came back');
  return ended;
}

// Each on its own: one that cannot be estimated leaves the others free to go.
async function reap(house: House, directory: Directory, hold: Unreturned): Promise<boolean> {
  try {
    const [entry] = await estimateEntries(directory, [hold], {
      nowMs: house.clock.now(),
      units: new UnitsForNow((counters) =>
        Promise.all(counters.map(async (each) => ({ ...each, taken: await house.store.taken(each) }))),
      ),
    });
    if (!entry) return false;
    await house.journal.append({ kind: 'settle', entry });
    return await house.store.reap(entry);
  } catch (error) {
    const { requestId } = hold.call;
    house.log.warn(
      { error, request_id: requestId },
      'a call that never came back cannot be charged yet; it is tried again',
    );
    return false;
  }
}
