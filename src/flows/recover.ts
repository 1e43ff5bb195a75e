// After a start: what an earlier life of this process left in its journal becomes charges, before any call is taken.
import type { Directory } from '#ports/directory.ts';
import { deliver } from './deliver.ts';
import { estimateEntries, type Unreturned } from './estimate.ts';
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
  for (let start = 0; start < unfinished.length; start += batchMax) {
    const batch = unfinished.slice(start, start + batchMax);
    const known = batch.flatMap(({ entry }) => (entry ? [entry] : []));
    const lost: Unreturned[] = batch.filter(({ entry }) => !entry);
    const estimates = await estimateEntries(directory, lost, clock.now());
    const { committed, refused } = await deliver(ledger, [...known, ...estimates]);
    await journal.forget(committed.map(({ call }) => call.requestId));
    for (const { entry, error } of refused) {
      log.error(
        { error, request_id: entry.call.requestId },
        'a charge cannot be booked as it is; the journal keeps it',
      );
    }
    settled += committed.filter((entry) => entry.final).length;
    estimated += committed.filter((entry) => !entry.final).length;
  }
  if (settled + estimated > 0) log.info({ settled, estimated }, 'charged the calls that an earlier run left open');
  return { settled, estimated };
}
