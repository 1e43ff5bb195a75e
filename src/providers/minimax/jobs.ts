// MiniMax: films (Hailuo) as tasks whose file is asked for by its id; songs in one answer, by address.
import { untranslatable } from '#core/call/untranslatable.ts';
import type { JobKind, JobRequest } from '#core/call/job-request.ts';
import { type Fields, partOf, wordOf } from '#core/usage/counts.ts';
import { jobUsage, nothingMade } from '#core/usage/job-usage.ts';
import { parseFields } from '#core/usage/parse-fields.ts';
import { openAiFailure } from '#providers/openai-compatible/failure.ts';
import {
  fileAt,
  jsonRequest,
  oneOf,
  unknownField,
  urlOf,
  stateOf,
} from '#providers/openai-compatible/jobs/requests.ts';
import type { JobAsked, JobReading, MediaJobs } from '#ports/media-jobs.ts';

const known: Readonly<Record<JobKind, ReadonlySet<keyof JobRequest>>> = {
  video: new Set<keyof JobRequest>(['seconds', 'resolution', 'image']),
  music: new Set<keyof JobRequest>(['lyrics']),
};

const normalizer = { id: 'minimax-media', version: '1' };

export function minimaxJobs(): MediaJobs {
  return {
    name: 'minimax',
    kinds: new Set(['video', 'music']),
    plan(request, model) {
      const unknown = unknownField(request, known[request.kind], 'MiniMax');
      if (unknown) return unknown;
      if (request.kind === 'music') {
        if (request.lyrics === undefined) return untranslatable('lyrics', 'must be there: MiniMax sings.');
        return { kind: 'plan', request, facts: {}, quantities: { song: '1' } };
      }
      const seconds = request.seconds ?? '6';
      // The smallest is for what is made from an image.
      const resolution = (request.resolution ?? '768P').toUpperCase();
      const wrong =
        oneOf('seconds', seconds, ['6', '10']) ?? oneOf('resolution', resolution, ['512P', '720P', '768P', '1080P']);
      if (wrong) return wrong;
      if (resolution === '512P' && !request.image) {
        return untranslatable('resolution', `of 512P needs an input_reference with ${model}.`);
      }
      return {
        kind: 'plan',
        request: { ...request, seconds, resolution },
        facts: { resolution, duration: seconds },
        quantities: { video_second: seconds, video_clip: '1' },
      };
    },
    submit({ kind, prompt, seconds, resolution, image, lyrics }, place) {
      if (kind === 'music') {
        const body = { model: place.model, ...(prompt === '' ? {} : { prompt }), lyrics, output_format: 'url' };
        return jsonRequest(place, { path: '/music_generation', body });
      }
      const picture = image ? { first_frame_image: urlOf(image) } : {};
      const body = { model: place.model, prompt, duration: Number(seconds), resolution, ...picture };
      return jsonRequest(place, { path: '/video_generation', body });
    },
    accepted(body, asked) {
      const answer = parseFields(body);
      if (!answer) return undefined;
      const refusal = refusalIn(answer);
      if (refusal !== undefined) return { message: refusal };
      if (asked.kind === 'music') return songIn(answer, asked);
      const upstreamId = wordOf(answer, 'task_id');
      return upstreamId === undefined ? undefined : { upstreamId };
    },
    poll: ({ upstreamId }, place) =>
      jsonRequest(place, { path: `/query/video_generation?task_id=${encodeURIComponent(upstreamId)}` }),
    read(body, asked) {
      const task = parseFields(body);
      return task && wordOf(task, 'status') !== undefined ? readingOf(task, asked) : undefined;
    },
    content({ kind, result }, variant, place) {
      if (variant !== kind) return undefined;
      if (kind === 'music') return fileAt(result, place);
      if (typeof result !== 'string') return undefined;
      return {
        kind: 'ask',
        request: jsonRequest(place, { path: `/files/retrieve?file_id=${encodeURIComponent(result)}` }),
        read: (body) => fileAt(partOf(parseFields(body) ?? {}, 'file')['download_url'], place),
      };
    },
    failure: openAiFailure,
  };
}

/** It refuses with a status of success, and a code of its own. */
function refusalIn(answer: Fields): string | undefined {
  const base = partOf(answer, 'base_resp');
  const { status_code: code } = base;
  if (code === undefined || code === 0) return undefined;
  return wordOf(base, 'status_msg') ?? 'The provider refuses the request.';
}

/** A song is whole in the first answer. */
function songIn(answer: Fields, { quantities }: JobAsked) {
  const address = wordOf(partOf(answer, 'data'), 'audio');
  const upstreamId = wordOf(answer, 'trace_id') ?? 'song';
  if (address === undefined) return undefined;
  const usage = jobUsage({ normalizer, raw: { trace_id: upstreamId }, unit: 'song', quantities });
  return { upstreamId, reading: { kind: 'completed', usage, result: address } as const };
}

function readingOf(task: Fields, { quantities }: JobAsked): JobReading {
  const pieces = { normalizer, raw: { task_id: task['task_id'], status: task['status'] }, unit: 'second' } as const;
  switch (stateOf(task)) {
    case 'unfinished':
      return { kind: 'running' };
    case 'failed': {
      const message = refusalIn(task) ?? 'The provider could not make it.';
      return { kind: 'failed', usage: nothingMade(pieces), message };
    }
    case 'done':
      return { kind: 'completed', usage: jobUsage({ ...pieces, quantities }), result: task['file_id'] };
  }
}
