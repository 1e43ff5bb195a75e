// Finds the jobs that a caller may see: those of its wallet and of its organization.
import { Failure } from '#core/failure.ts';
import type { Caller } from '#core/keys/caller.ts';
import type { WorkKind, MediaJob } from '#core/call/media-job.ts';
import type { JobPage } from '#ports/job-book.ts';
import type { MediaDesk } from './desk.ts';
import type { JobKeeper, SeenJob } from './keep-jobs.ts';
import { referenceOf, siteOf } from './place.ts';

/** Whoever asks does not wait longer than this for the provider's word. */
const patienceMs = 5_000;

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export interface JobName {
  readonly kind: WorkKind;
  /** As the caller wrote it. */
  readonly id: string;
}

/** Ours, never the provider's. */
export function jobIdOf({ kind, call }: Pick<MediaJob, 'kind' | 'call'>): string {
  return `${kind}_${call.requestId}`;
}

export function requestIdIn({ kind, id }: JobName): string | undefined {
  const requestId = id.startsWith(`${kind}_`) ? id.slice(kind.length + 1) : '';
  return uuid.test(requestId) ? requestId : undefined;
}

/**
 * With the provider's newest word, if it can be had at once.
 * @throws Failure `not_found`, the same for a job that is not there and one of others.
 */
export async function findJob(desk: MediaDesk, keeper: JobKeeper, caller: Caller, name: JobName): Promise<SeenJob> {
  const requestId = requestIdIn(name);
  const unknown = () => new Failure('not_found', `There is no job "${name.id.slice(0, 64)}".`, { param: 'id' });
  if (requestId === undefined) throw unknown();
  const open = keeper.get(requestId);
  if (open && mayRead(caller, open.job, name.kind)) {
    await Promise.race([keeper.refresh(requestId), desk.house.clock.sleep(patienceMs)]);
    const newer = keeper.get(requestId);
    if (newer) return newer;
  }
  const job = await desk.book.find(requestId);
  if (!job || !mayRead(caller, job, name.kind)) throw unknown();
  return { job, progress: 0 };
}

export async function listJobs(
  desk: MediaDesk,
  keeper: JobKeeper,
  caller: Caller,
  page: JobPage,
): Promise<readonly SeenJob[]> {
  const { walletId, organizationId } = caller;
  const owner = organizationId === undefined ? { walletId } : { walletId, organizationId };
  const jobs = await desk.book.list(owner, page);
  return jobs.map((job) => keeper.get(job.call.requestId) ?? { job, progress: 0 });
}

/** @throws Failure `conflict` while it is under way: it will be billed, and somebody has to hear of it. */
export async function removeJob(desk: MediaDesk, { job }: SeenJob): Promise<void> {
  const { house, book } = desk;
  const { requestId } = job.call;
  if (!job.end) {
    throw new Failure('conflict', 'This job is still under way; it can be deleted when it is completed or has failed.');
  }
  try {
    const { adapter, place } = siteOf(desk, job);
    const request = job.end.state === 'completed' ? adapter.remove?.(referenceOf(job), place) : undefined;
    if (request) (await house.upstream.send(request)).body.close();
  } catch (error) {
    house.log.warn(
      { error, request_id: requestId },
      'a provider was not told that a job was deleted; it forgets by itself',
    );
  }
  await book.remove(requestId);
}

function mayRead(caller: Caller, { call, kind }: MediaJob, wanted: WorkKind): boolean {
  const { walletId, organizationId } = caller;
  if (kind !== wanted) return false;
  return call.walletId === walletId || (organizationId !== undefined && call.organizationId === organizationId);
}
