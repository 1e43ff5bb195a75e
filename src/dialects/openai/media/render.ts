// A job as its caller reads it, in the shape of OpenAI's video object.
import type { MediaJob } from '#core/call/media-job.ts';

export interface ShownJob {
  readonly id: string;
  readonly job: MediaJob;
  /** Per cent. */
  readonly progress: number;
  readonly remixedFrom?: string;
}

const objects = { video: 'video', music: 'music.generation', batch: 'batch' } as const;

export function jobBody({ id, job, progress }: ShownJob): object {
  const { call, end, shown, kind, remixedFrom } = job;
  const status = end ? end.state : progress > 0 ? 'in_progress' : 'queued';
  return {
    id,
    object: objects[kind],
    model: call.name,
    status,
    progress: end?.state === 'completed' ? 100 : progress,
    created_at: Math.floor(call.startedAt / 1000),
    completed_at: end ? Math.floor(end.at / 1000) : null,
    // The provider's own affair, which it does not tell.
    expires_at: null,
    // Prompts are not kept.
    prompt: null,
    seconds: shown.duration ?? null,
    ...(kind === 'video'
      ? {
          size: shown.size ?? null,
          resolution: shown.resolution ?? null,
          quality: shown.quality ?? null,
          remixed_from_video_id: remixedFrom ?? null,
        }
      : {}),
    error: end?.state === 'failed' ? { code: 'generation_failed', message: end.message ?? 'It has failed.' } : null,
    request_id: call.requestId,
  };
}

export function jobListBody(jobs: readonly ShownJob[], hasMore: boolean): object {
  return {
    object: 'list',
    data: jobs.map(jobBody),
    first_id: jobs[0]?.id ?? null,
    last_id: jobs.at(-1)?.id ?? null,
    has_more: hasMore,
  };
}

export function removedBody({ id, job }: Pick<ShownJob, 'id' | 'job'>): object {
  return { id, object: `${objects[job.kind]}.deleted`, deleted: true };
}
