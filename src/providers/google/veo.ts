// Veo: a long-running operation, whose film is fetched with our key.
import { untranslatable } from '#core/call/untranslatable.ts';
import type { JobRequest } from '#core/call/job-request.ts';
import { parseDecimal, rational, times } from '#core/money/rational.ts';
import { exactText } from '#core/pricing/decimal.ts';
import { type Fields, listOf, partOf, wordOf } from '#core/usage/counts.ts';
import { jobUsage, nothingMade } from '#core/usage/job-usage.ts';
import { parseFields } from '#core/usage/parse-fields.ts';
import { openAiFailure } from '#providers/openai-compatible/failure.ts';
import { fileAt, frameOf, jsonRequest, oneOf, unknownField } from '#providers/openai-compatible/jobs/requests.ts';
import type { JobAsked, JobPlace, JobReading, MediaJobs } from '#ports/media-jobs.ts';

const known = new Set<keyof JobRequest>([
  'seconds',
  'size',
  'resolution',
  'aspectRatio',
  'audio',
  'negativePrompt',
  'seed',
  'image',
]);

const normalizer = { id: 'veo', version: '1' };
const pieces = { normalizer, unit: 'second' } as const;

export function veoJobs(): MediaJobs {
  return {
    name: 'google',
    kinds: new Set(['video']),
    plan(request) {
      const unknown = unknownField(request, known, 'Veo');
      if (unknown) return unknown;
      if (request.audio === false) return untranslatable('audio', 'cannot be switched off: Veo films have sound.');
      if (request.image?.kind === 'url') return untranslatable('input_reference', 'must be sent as a file to Veo.');
      const frame = request.size === undefined ? undefined : frameOf(request.size);
      if (request.size !== undefined && !frame) return untranslatable('size', 'is of no shape that Veo makes.');
      const seconds = request.seconds ?? '8';
      const resolution = request.resolution ?? frame?.resolution ?? '720p';
      const aspectRatio = request.aspectRatio ?? frame?.aspectRatio ?? '16:9';
      const wrong =
        oneOf('seconds', seconds, ['4', '5', '6', '8']) ??
        oneOf('resolution', resolution, ['720p', '1080p', '4k']) ??
        oneOf('aspect_ratio', aspectRatio, ['16:9', '9:16']);
      if (wrong) return wrong;
      return {
        kind: 'plan',
        request: { ...request, seconds, resolution, aspectRatio },
        facts: {
          resolution,
          duration: seconds,
          audio: true,
          ...(request.size === undefined ? {} : { size: request.size }),
        },
        quantities: { video_second: seconds, video_clip: '1' },
      };
    },
    submit(request, place) {
      const { prompt, image, seconds, resolution, aspectRatio, negativePrompt, seed } = request;
      const picture = image?.kind === 'base64' && { bytesBase64Encoded: image.data, mimeType: image.mediaType };
      return jsonRequest(at(place), {
        path: `/models/${encodeURIComponent(place.model)}:predictLongRunning`,
        headers: keyOf(place),
        body: {
          instances: [{ prompt, ...(picture ? { image: picture } : {}) }],
          parameters: { durationSeconds: Number(seconds), resolution, aspectRatio, negativePrompt, seed },
        },
      });
    },
    accepted(body, asked) {
      const operation = parseFields(body);
      const upstreamId = operation && wordOf(operation, 'name');
      if (!operation || upstreamId === undefined || !/^[\w./-]+$/.test(upstreamId)) return undefined;
      return { upstreamId, reading: readingOf(operation, asked) };
    },
    poll: ({ upstreamId }, place) => jsonRequest(at(place), { path: `/${upstreamId}`, headers: keyOf(place) }),
    read(body, asked) {
      const operation = parseFields(body);
      return operation && wordOf(operation, 'name') !== undefined ? readingOf(operation, asked) : undefined;
    },
    content({ result }, variant, place) {
      return variant === 'video' ? fileAt(result, at(place), keyOf(place)) : undefined;
    },
    failure: openAiFailure,
  };
}

/** The catalogue may have the address at which it speaks OpenAI's dialect, which has no films. */
function at(place: JobPlace): JobPlace {
  return { ...place, baseUrl: place.baseUrl.replace(/\/openai\/?$/, '') };
}

function keyOf({ credential }: JobPlace): Readonly<Record<string, string>> {
  return credential === undefined ? {} : { 'x-goog-api-key': credential };
}

function readingOf(operation: Fields, { quantities, seconds = '0' }: JobAsked): JobReading {
  if (operation['done'] !== true) return { kind: 'running' };
  const raw = { name: operation['name'], done: true };
  const { error } = operation;
  if (error !== undefined && error !== null) {
    const message = wordOf(partOf(operation, 'error'), 'message') ?? 'The provider could not make it.';
    return { kind: 'failed', usage: nothingMade({ ...pieces, raw }), message };
  }
  const response = partOf(partOf(operation, 'response'), 'generateVideoResponse');
  const films = listOf(response['generatedSamples']).map((sample) => partOf(sample, 'video'));
  const [first] = films;
  if (!first) {
    const reasons: readonly unknown[] = Array.isArray(response['raiMediaFilteredReasons'])
      ? response['raiMediaFilteredReasons']
      : [];
    const why = reasons.find((each) => typeof each === 'string');
    const message = why ?? 'The film was withheld by the provider.';
    return { kind: 'failed', usage: nothingMade({ ...pieces, raw }), message };
  }
  const count = BigInt(films.length);
  const video_second = exactText(times(parseDecimal(seconds), rational(count)));
  const measured = { video_second, video_clip: String(count) };
  const usage = jobUsage({ ...pieces, raw: { ...raw, samples: films.length }, quantities, measured });
  return { kind: 'completed', usage, result: first['uri'] };
}
