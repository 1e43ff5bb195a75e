// After a start: jobs that an earlier life left under way are no lost calls. Their money is set aside again, and they go on.
import type { House } from '../house.ts';
import type { MediaDesk } from './desk.ts';
import { type JobKeeper, jobLeaseMs } from './keep-jobs.ts';

/**
 * Before the journal is recovered: what a provider has taken is known by its job from then on, and is not charged as lost.
 * Safe to be killed in, and to be run again.
 */
export async function recoverJobs(
  { journal }: Pick<House, 'journal'>,
  { book }: Pick<MediaDesk, 'book'>,
): Promise<void> {
  const unfinished = await journal.unfinished();
  for (const { job } of unfinished) if (job) await book.put(job);
  // Also of those whose record of it did not survive, when Postgres had it.
  const open = unfinished.filter(({ call, entry }) => call.job && !entry).map(({ call }) => call.requestId);
  if (open.length === 0) return;
  const known = await book.known(open);
  await journal.forget(open.filter((requestId) => known.has(requestId)));
}

/** Before calls are taken, and after the wallets were loaded: their money is spoken for. */
export async function resumeJobs(desk: MediaDesk, keeper: JobKeeper): Promise<void> {
  const { house, book } = desk;
  const unbooked = await book.unbooked();
  for (const { job, charged } of unbooked) {
    if (!charged) await house.store.restore({ ...job.hold, call: job.call }, jobLeaseMs);
    keeper.resume(job, { settled: charged?.final === true });
  }
  if (unbooked.length > 0) house.log.info({ jobs: unbooked.length }, 'took up the jobs that an earlier run left open');
}
