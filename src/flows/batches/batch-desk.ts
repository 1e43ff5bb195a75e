// What callers do with their files and batches: all of it within their own wallet.
import type { BatchResult, BatchSaid } from '#core/call/batch.ts';
import type { MediaJob } from '#core/call/media-job.ts';
import { Failure } from '#core/failure.ts';
import type { Caller } from '#core/keys/caller.ts';
import type { BatchFile, BatchFilePage } from '#ports/batch-files.ts';
import type { Door } from '#ports/door.ts';
import { UpstreamError } from '#ports/upstream.ts';
import { beginJob } from '../media/create-job.ts';
import type { MediaDesk } from '../media/desk.ts';
import { passFile } from '../media/fetch-content.ts';
import type { JobKeeper, SeenJob } from '../media/keep-jobs.ts';
import { batchSiteOf } from '../media/place.ts';
import { findJob, listJobs } from '../media/show-jobs.ts';
import { type IncomingBatch, planBatch } from './plan-batch.ts';
import { askBatch } from './read-batch.ts';

export const fileBytesMax = 32 * 1_048_576;
const walletBytesMax = 512 * 1_048_576;
const fileDays = 30;
export const fileLifeMs = fileDays * 86_400_000;

export interface BatchDesk {
  readonly desk: MediaDesk;
  readonly keeper: JobKeeper;
}

/** Others of its organization see the same films, and no file of others. */
function own({ organizationId: _organization, ...caller }: Caller): Caller {
  return caller;
}

export async function keepFile({ desk }: BatchDesk, file: BatchFile, content: Buffer): Promise<void> {
  const room = { bytesMax: walletBytesMax, keptSince: file.createdAt - fileLifeMs };
  if (await desk.files.put(file, content, room)) return;
  const message = `The files of this wallet may have ${walletBytesMax / 1_048_576} MiB together. Delete some first.`;
  throw new Failure('too_large_for_limit', message, { limitSource: 'files' });
}

/** @throws Failure `not_found`, the same for a file that is not there and one of others. */
export async function findFile({ desk }: BatchDesk, { walletId }: Caller, id: string): Promise<BatchFile> {
  const file = await desk.files.find(walletId, id);
  if (!file || file.createdAt < desk.house.clock.now() - fileLifeMs) throw noFile();
  return file;
}

export async function contentOf(batches: BatchDesk, caller: Caller, id: string): Promise<Buffer> {
  await findFile(batches, caller, id);
  const content = await batches.desk.files.content(caller.walletId, id);
  if (!content) throw noFile();
  return content;
}

export async function removeFile(batches: BatchDesk, caller: Caller, id: string): Promise<void> {
  if (!(await batches.desk.files.remove(caller.walletId, id))) throw noFile();
}

export async function listFiles(
  { desk }: BatchDesk,
  { walletId }: Caller,
  page: BatchFilePage,
): Promise<readonly BatchFile[]> {
  const since = desk.house.clock.now() - fileLifeMs;
  return (await desk.files.list(walletId, page)).filter(({ createdAt }) => createdAt >= since);
}

export function noFile(): Failure {
  return new Failure('not_found', 'There is no such file.', { param: 'id' });
}

/** @throws Failure as `createJob`. */
export async function createBatch({ desk, keeper }: BatchDesk, incoming: IncomingBatch): Promise<SeenJob> {
  const job = await beginJob(desk, keeper, () => planBatch(desk, incoming), incoming.requestId);
  return keeper.get(incoming.requestId) ?? { job, progress: 0 };
}

/** @throws Failure `not_found`, the same for a batch that is not there and one of others. */
export function findBatch({ desk, keeper }: BatchDesk, caller: Caller, id: string): Promise<SeenJob> {
  return findJob(desk, keeper, own(caller), { kind: 'batch', id });
}

export function listBatches(
  { desk, keeper }: BatchDesk,
  caller: Caller,
  page: { readonly limit: number; readonly after?: string },
): Promise<readonly SeenJob[]> {
  return listJobs(desk, keeper, own(caller), { kind: 'batch', order: 'desc', ...page });
}

/** What has been answered until it stops is billed: it goes on being asked about. */
export async function cancelBatch(batches: BatchDesk, caller: Caller, id: string): Promise<SeenJob> {
  const { desk, keeper } = batches;
  const seen = await findBatch(batches, caller, id);
  if (seen.job.end) throw new Failure('conflict', 'This batch has come to its end already.');
  const { batches: wire, place } = batchSiteOf(desk, seen.job);
  let said: BatchSaid | undefined;
  try {
    said = await askBatch(desk, { batches: wire, place }, wire.cancel(seen.job.upstreamId, place));
  } catch (error) {
    if (error instanceof UpstreamError) throw new Failure('upstream_failed', error.message, { cause: error });
    throw error;
  }
  if (said) keeper.note(seen.job.call.requestId, said);
  return keeper.get(seen.job.call.requestId) ?? seen;
}

export type BatchFileKind = 'output' | 'error';

/** The provider's id of one of its files, once the batch has come to its end. */
export function answersOf({ end }: MediaJob, kind: BatchFileKind): string | undefined {
  const result = end?.result as BatchResult | undefined;
  return kind === 'output' ? result?.outputFile : result?.errorFile;
}

/** Streamed from the provider, free. @throws Failure while nothing of it has left. */
export async function passAnswers(
  batches: BatchDesk,
  { job }: SeenJob,
  kind: BatchFileKind,
  door: Door,
): Promise<void> {
  const file = answersOf(job, kind);
  if (file === undefined) throw noFile();
  const { batches: wire, place } = batchSiteOf(batches.desk, job);
  await passFile(batches.desk, wire.file(file, place), door);
}
