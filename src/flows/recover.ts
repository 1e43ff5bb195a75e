// After a start: what an earlier life of this process left in its journal becomes charges, before any call is taken.
import type { Directory } from '#ports/directory.ts';
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
    await ledger.write([...known, ...estimates]);
    await journal.forget(batch.map(({ call }) => call.requestId));
    settled += known.length;
    estimated += estimates.length;
  }
  if (settled + estimated > 0) log.info({ settled, estimated }, 'charged the calls that an earlier run left open');
  return { settled, estimated };
}
