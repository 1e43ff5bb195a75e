// Files and batches as their caller reads them, in the shape of OpenAI's objects.
import { batchEnds, type BatchResult, type BatchSaid, type BatchState } from '#core/call/batch.ts';
import type { MediaJob } from '#core/call/media-job.ts';

export interface ShownFile {
  readonly id: string;
  readonly fileName: string;
  readonly purpose: 'batch' | 'batch_output';
  /** `undefined`: nobody has counted them. */
  readonly bytes: number | undefined;
  readonly createdAt: number;
  readonly expiresAt?: number;
}

export function fileBody({ id, fileName, purpose, bytes, createdAt, expiresAt }: ShownFile): object {
  return {
    id,
    object: 'file',
    bytes: bytes ?? null,
    created_at: seconds(createdAt),
    expires_at: expiresAt === undefined ? null : seconds(expiresAt),
    filename: fileName,
    purpose,
    status: 'processed',
    status_details: null,
  };
}

export interface ShownBatch {
  readonly id: string;
  readonly job: MediaJob;
  readonly said?: BatchSaid | undefined;
  /** Ours. */
  readonly outputFileId: string;
  readonly errorFileId: string;
}

export function batchBody({ id, job, said: heard, outputFileId, errorFileId }: ShownBatch): object {
  const { call, end, batch } = job;
  const said: BatchSaid | undefined = end ? (end.result as BatchResult | undefined) : heard;
  const { times = {}, counts, errors } = said ?? {};
  const ended = end !== undefined;
  const failed = end?.state === 'failed' ? [{ code: 'batch_failed', message: end.message ?? 'It has failed.' }] : [];
  const told = (errors ?? failed).map((each) => ({ param: null, line: null, ...each }));
  return {
    id,
    object: 'batch',
    endpoint: batch?.endpoint ?? null,
    model: call.name,
    errors: ended && told.length > 0 ? { object: 'list', data: told } : null,
    input_file_id: batch?.inputFileId ?? null,
    completion_window: '24h',
    status: end ? (said?.status ?? end.state) : statusOf(said),
    output_file_id: ended && said?.outputFile !== undefined ? outputFileId : null,
    error_file_id: ended && said?.errorFile !== undefined ? errorFileId : null,
    created_at: seconds(call.startedAt),
    in_progress_at: null,
    expires_at: null,
    finalizing_at: null,
    completed_at: null,
    failed_at: end?.state === 'failed' ? seconds(end.at) : null,
    expired_at: null,
    cancelling_at: null,
    cancelled_at: null,
    ...times,
    request_counts: counts ?? { total: batch?.lines ?? 0, completed: 0, failed: 0 },
    metadata: batch?.metadata ?? null,
    request_id: call.requestId,
  };
}

/** Done is what is charged too; until then its answers are being counted. */
function statusOf(said: BatchSaid | undefined): BatchState {
  if (!said) return 'validating';
  if (!batchEnds.has(said.status)) return said.status;
  return said.status === 'cancelled' ? 'cancelling' : 'finalizing';
}

export function listBody<Item>(items: readonly Item[], idOf: (item: Item) => string, hasMore: boolean): object {
  const [first, last] = [items[0], items.at(-1)];
  return {
    object: 'list',
    data: items,
    first_id: first === undefined ? null : idOf(first),
    last_id: last === undefined ? null : idOf(last),
    has_more: hasMore,
  };
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}
