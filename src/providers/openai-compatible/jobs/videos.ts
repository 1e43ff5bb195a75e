// OpenAI's videos, and whatever else is begun, asked about and fetched as they are.
import { untranslatable } from '#core/call/untranslatable.ts';
import type { JobImage, JobKind, JobRequest } from '#core/call/job-request.ts';
import type { FormFile } from '#core/call/media.ts';
import { Counts, type Fields, partOf, wordOf } from '#core/usage/counts.ts';
import { jobUsage, nothingMade } from '#core/usage/job-usage.ts';
import { parseFields } from '#core/usage/parse-fields.ts';
import type { JobAsked, JobPlace, JobReading, JobReference, MediaJobs } from '#ports/media-jobs.ts';
import type { UpstreamRequest } from '#ports/upstream.ts';
import { addressOf } from '../address.ts';
import { openAiFailure } from '../failure.ts';
import { writeForm } from '../form.ts';
import { bearer, jsonRequest, unknownField, stateOf } from './requests.ts';

const collections = { video: '/videos', music: '/music/generations' } as const;

const known: Readonly<Record<JobKind, ReadonlySet<keyof JobRequest>>> = {
  video: new Set<keyof JobRequest>(['seconds', 'size', 'image', 'remixOf']),
  music: new Set<keyof JobRequest>(['seconds', 'lyrics', 'seed']),
};

/** What the provider does unless it is told; said to it, so that it is what is held for. */
const secondsByDefault = { video: '4', music: '30' } as const;
const sizeByDefault = '720x1280';

const normalizer = { id: 'openai-video', version: '1' };

export interface OpenAiJobsOptions {
  readonly name?: string;
  readonly kinds?: readonly JobKind[];
  /** It obeys the headers that are for it alone. */
  readonly hears?: boolean;
  /** Where it really is. */
  readonly at?: (place: JobPlace) => JobPlace;
}

export function openAiJobs({
  name = 'openai-compatible',
  kinds = ['video'],
  hears = false,
  at = (place) => place,
}: OpenAiJobsOptions = {}): MediaJobs {
  return {
    name,
    kinds: new Set(kinds),
    plan(request) {
      const unknown = unknownField(request, known[request.kind], 'this provider');
      if (unknown) return unknown;
      if (request.image?.kind === 'url') {
        return untranslatable(
          'input_reference',
          'must be sent as a file to this provider, which fetches no addresses.',
        );
      }
      const seconds = request.seconds ?? secondsByDefault[request.kind];
      if (request.kind === 'music') {
        const quantities = { song: '1', audio_second_out: seconds };
        return { kind: 'plan', request: { ...request, seconds }, facts: { duration: seconds }, quantities };
      }
      const size = request.size ?? sizeByDefault;
      const [width = 0, height = 0] = size.split('x').map(Number);
      return {
        kind: 'plan',
        request: { ...request, seconds, size },
        facts: { size, resolution: `${Math.min(width, height)}p`, duration: seconds },
        quantities: { video_second: seconds, video_clip: '1' },
      };
    },
    submit: (request, place) => submission(request, hears ? at(place) : { ...at(place), extraHeaders: {} }),
    accepted(body, asked) {
      const job = parseFields(body);
      if (!job) return undefined;
      const upstreamId = wordOf(job, 'id');
      return upstreamId === undefined ? undefined : { upstreamId, reading: readingOf(job, asked) };
    },
    poll: (job, place) => jsonRequest(at(place), { path: pathOf(job) }),
    read(body, asked) {
      const job = parseFields(body);
      return job && wordOf(job, 'id') !== undefined ? readingOf(job, asked) : undefined;
    },
    content(job, variant, place) {
      if (variant !== job.kind && !(job.kind === 'video' && (variant === 'thumbnail' || variant === 'spritesheet'))) {
        return undefined;
      }
      const query = variant === job.kind ? '' : `?variant=${variant}`;
      const request = jsonRequest(at(place), { path: `${pathOf(job)}/content${query}` });
      return { kind: 'file', request: { ...request, headers: { ...request.headers, accept: '*/*' } } };
    },
    remove: (job, place) => jsonRequest(at(place), { path: pathOf(job), method: 'DELETE' }),
    failure: openAiFailure,
  };
}

function pathOf({ kind, upstreamId }: Pick<JobReference, 'kind' | 'upstreamId'>): string {
  return `${collections[kind]}/${encodeURIComponent(upstreamId)}`;
}

function submission(request: JobRequest, place: JobPlace): UpstreamRequest {
  const { kind, prompt, seconds, size, lyrics, seed, image, remixOf } = request;
  if (remixOf !== undefined) {
    const path = `${pathOf({ kind, upstreamId: remixOf })}/remix`;
    return jsonRequest(place, { path, body: { prompt }, headers: { ...bearer(place), ...place.extraHeaders } });
  }
  const fields = Object.entries({
    model: place.model,
    prompt,
    ...(seconds === undefined ? {} : { seconds }),
    ...(size === undefined ? {} : { size }),
    ...(lyrics === undefined ? {} : { lyrics }),
    ...(seed === undefined ? {} : { seed: String(seed) }),
  });
  // As its own client sends it, with a file or without.
  const form = writeForm({ fields, files: image?.kind === 'base64' ? [referenceOf(image)] : [] });
  const base = addressOf(place.baseUrl);
  return {
    origin: base.origin,
    path: `${base.path}${collections[kind]}`,
    method: 'POST',
    headers: {
      accept: 'application/json',
      'accept-encoding': 'identity',
      'content-type': form.contentType,
      ...bearer(place),
      ...place.extraHeaders,
    },
    body: form.body,
    headTimeoutMs: place.headTimeoutMs,
    idleTimeoutMs: place.idleTimeoutMs,
  };
}

function readingOf(job: Fields, { kind, quantities }: JobAsked): JobReading {
  const raw = { id: job['id'], status: job['status'], seconds: job['seconds'], size: job['size'] };
  const unit = kind === 'music' ? 'song' : 'second';
  switch (stateOf(job)) {
    case 'unfinished': {
      const { progress } = job;
      return { kind: 'running', ...(typeof progress === 'number' ? { progress } : {}) };
    }
    case 'failed': {
      const message = wordOf(partOf(job, 'error'), 'message') ?? 'The provider could not make it.';
      return { kind: 'failed', usage: nothingMade({ normalizer, raw, unit }), message };
    }
    case 'done': {
      const seconds = kind === 'video' ? new Counts().readText(job, 'seconds') : undefined;
      const measured = seconds === undefined ? {} : { video_second: seconds };
      return { kind: 'completed', usage: jobUsage({ normalizer, raw, unit, quantities, measured }) };
    }
  }
}

function referenceOf({ mediaType, data }: Extract<JobImage, { readonly kind: 'base64' }>): FormFile {
  const ending = mediaType.replace(/^image\//, '').replaceAll(/[^a-z0-9]/g, '');
  const bytes = Buffer.from(data, 'base64');
  return { field: 'input_reference', fileName: `reference.${ending}`, mediaType, bytes };
}
