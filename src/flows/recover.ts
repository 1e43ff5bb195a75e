// After a start: what an earlier life of this process left in its journal becomes charges, before any call is taken.
import type { ChargeEntry } from '#core/ledger/entry.ts';
import type { Directory } from '#ports/directory.ts';
import { deliver } from './deliver.ts';
import { estimateEntries, type Unreturned } from './estimate.ts';
import { UnitsForNow } from './estimate-units.ts';
import type { House } from './house.ts';

const batchMax = 500;

export interface Recovered {
  readonly settled: number;
  readonly estimated: number;
}

/** Safe to be killed in, and to be run again: the ledger books each call once. */
export async function recover(
  { journal, ledger, clock, log }: Pick<House, 'journal' | 'ledger' | 'clock' | 'log'>,
  directory: Directory,
): Promise<Recovered> {
  const unfinished = await journal.unfinished();
  let settled = 0;
  let estimated = 0;
  const book = async (entries: readonly ChargeEntry[]): Promise<void> => {
    const { committed, refused } = await deliver(ledger, entries);
    await journal.forget(committed.map(({ call }) => call.requestId));
    for (const { entry, error } of refused) {
      log.error(
        { error, request_id: entry.call.requestId },
        'a charge cannot be booked as it is; the journal keeps it',
      );
    }
    settled += committed.filter((entry) => entry.final).length;
    estimated += committed.filter((entry) => !entry.final).length;
  };
  // First what is known: an estimate is rated by units of counters that nobody has.
  const known = unfinished.flatMap(({ entry }) => entry ?? []);
  for (const batch of batches(known)) await book(batch);
  const lost: readonly Unreturned[] = unfinished.filter(({ entry }) => !entry);
  // The counters of the periods in which they began, however long ago.
  const units = new UnitsForNow((counters) => ledger.unitsTaken(counters));
  for (const batch of batches(lost)) {
    await book(await estimateEntries(directory, batch, { nowMs: clock.now(), units }));
  }
  if (settled + estimated > 0) log.info({ settled, estimated }, 'charged the calls that an earlier run left open');
  return { settled, estimated };
}

function* batches<Item>(items: readonly Item[]): Generator<readonly Item[]> {
  for (let start = 0; start < items.length; start += batchMax) yield items.slice(start, start + batchMax);
}
