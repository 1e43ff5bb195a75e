// Luma: generations, of a film in one size and length.
import { untranslatable } from '#core/call/untranslatable.ts';
import type { JobRequest } from '#core/call/job-request.ts';
import { type Fields, partOf, wordOf } from '#core/usage/counts.ts';
import { jobUsage, nothingMade } from '#core/usage/job-usage.ts';
import { parseFields } from '#core/usage/parse-fields.ts';
import {
  failureSaidIn,
  fileAt,
  frameOf,
  jsonRequest,
  oneOf,
  unknownField,
  stateOf,
} from '#providers/openai-compatible/jobs/requests.ts';
import type { JobAsked, JobReading, MediaJobs } from '#ports/media-jobs.ts';

const known = new Set<keyof JobRequest>(['seconds', 'size', 'resolution', 'aspectRatio', 'image']);

const normalizer = { id: 'luma', version: '1' };

export function lumaJobs(): MediaJobs {
  return {
    name: 'luma',
    kinds: new Set(['video']),
    plan(request) {
      const unknown = unknownField(request, known, 'Luma');
      if (unknown) return unknown;
      if (request.image?.kind === 'base64') {
        return untranslatable('input_reference', 'must be an address: Luma takes no files.');
      }
      const frame = request.size === undefined ? undefined : frameOf(request.size);
      if (request.size !== undefined && !frame) return untranslatable('size', 'is of no shape that Luma makes.');
      const seconds = request.seconds ?? '5';
      const resolution = request.resolution ?? frame?.resolution ?? '720p';
      const aspectRatio = request.aspectRatio ?? frame?.aspectRatio ?? '16:9';
      const wrong =
        oneOf('seconds', seconds, ['5', '9', '10']) ??
        oneOf('resolution', resolution, ['540p', '720p', '1080p', '4k']) ??
        oneOf('aspect_ratio', aspectRatio, ['1:1', '16:9', '9:16', '4:3', '3:4', '21:9', '9:21']);
      if (wrong) return wrong;
      return {
        kind: 'plan',
        request: { ...request, seconds, resolution, aspectRatio },
        facts: { resolution, duration: seconds, ...(request.size === undefined ? {} : { size: request.size }) },
        quantities: { video_second: seconds, video_clip: '1' },
      };
    },
    submit({ prompt, seconds = '5', resolution, aspectRatio, image }, place) {
      return jsonRequest(place, {
        path: '/generations',
        body: {
          model: place.model,
          prompt,
          resolution,
          duration: `${seconds}s`,
          aspect_ratio: aspectRatio,
          ...(image?.kind === 'url' ? { keyframes: { frame0: { type: 'image', url: image.url } } } : {}),
        },
      });
    },
    accepted(body, asked) {
      const generation = parseFields(body);
      const upstreamId = generation && wordOf(generation, 'id');
      if (!generation || upstreamId === undefined) return undefined;
      return { upstreamId, reading: readingOf(generation, asked) };
    },
    poll: ({ upstreamId }, place) => jsonRequest(place, { path: `/generations/${encodeURIComponent(upstreamId)}` }),
    read(body, asked) {
      const generation = parseFields(body);
      return generation && wordOf(generation, 'state') !== undefined ? readingOf(generation, asked) : undefined;
    },
    asksAgain: true,
    content: ({ result }, variant, place) => (variant === 'video' ? fileAt(result, place) : undefined),
    failure: failureSaidIn('detail'),
  };
}

function readingOf(generation: Fields, { quantities }: JobAsked): JobReading {
  const pieces = { normalizer, raw: { id: generation['id'], state: generation['state'] }, unit: 'second' } as const;
  if (wordOf(generation, 'state') === undefined) return { kind: 'running' };
  switch (stateOf(generation)) {
    case 'unfinished':
      return { kind: 'running' };
    case 'failed': {
      const message = wordOf(generation, 'failure_reason') ?? 'The provider could not make it.';
      return { kind: 'failed', usage: nothingMade(pieces), message };
    }
    case 'done':
      return {
        kind: 'completed',
        usage: jobUsage({ ...pieces, quantities }),
        result: partOf(generation, 'assets')['video'],
      };
  }
}
