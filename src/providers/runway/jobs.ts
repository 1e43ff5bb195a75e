// Runway: tasks, which say what they cost in credits; the addresses of their films are good for a day.
import { untranslatable } from '#core/call/untranslatable.ts';
import type { JobRequest } from '#core/call/job-request.ts';
import { Counts, type Fields, partOf, wordOf } from '#core/usage/counts.ts';
import { jobUsage, nothingMade } from '#core/usage/job-usage.ts';
import { parseFields } from '#core/usage/parse-fields.ts';
import { openAiFailure } from '#providers/openai-compatible/failure.ts';
import {
  bearer,
  fileAt,
  jsonRequest,
  unknownField,
  urlOf,
  stateOf,
} from '#providers/openai-compatible/jobs/requests.ts';
import type { JobAsked, JobPlace, JobReading, MediaJobs } from '#ports/media-jobs.ts';

const apiVersion = '2024-11-06';

const known = new Set<keyof JobRequest>(['seconds', 'size', 'aspectRatio', 'seed', 'image']);

/** The maker's list; with sound where a model may make it. */
const creditsPerSecond: ReadonlyMap<string, bigint> = new Map([
  ['gen4.5', 12n],
  ['gen4_turbo', 5n],
  ['gen3a_turbo', 5n],
  ['veo3', 40n],
  ['veo3.1', 40n],
  ['veo3.1_fast', 15n],
]);

const sizes: Readonly<Record<string, string>> = { '16:9': '1280x720', '9:16': '720x1280' };

const normalizer = { id: 'runway', version: '1' };

export function runwayJobs(): MediaJobs {
  return {
    name: 'runway',
    kinds: new Set(['video']),
    plan(request, model) {
      const unknown = unknownField(request, known, 'Runway');
      if (unknown) return unknown;
      const size = request.size ?? sizes[request.aspectRatio ?? '16:9'];
      if (size === undefined) return untranslatable('aspect_ratio', 'must be 16:9 or 9:16 for this model.');
      const seconds = request.seconds ?? (model.startsWith('veo') ? '8' : '5');
      const credits = creditsPerSecond.get(model);
      const [width = 0, height = 0] = size.split('x').map(Number);
      return {
        kind: 'plan',
        request: { ...request, seconds, size },
        facts: { size, resolution: `${Math.min(width, height)}p`, duration: seconds },
        quantities: {
          video_second: seconds,
          video_clip: '1',
          ...(credits === undefined ? {} : { credit: String(credits * BigInt(seconds)) }),
        },
      };
    },
    submit({ prompt, seconds, size, seed, image }, place) {
      return jsonRequest(place, {
        path: image ? '/image_to_video' : '/text_to_video',
        headers: headersOf(place),
        body: {
          model: place.model,
          promptText: prompt,
          ...(image ? { promptImage: urlOf(image) } : {}),
          ratio: size?.replace('x', ':'),
          duration: Number(seconds),
          seed,
        },
      });
    },
    accepted(body) {
      const task = parseFields(body);
      const upstreamId = task && wordOf(task, 'id');
      return upstreamId === undefined ? undefined : { upstreamId };
    },
    poll: ({ upstreamId }, place) =>
      jsonRequest(place, { path: `/tasks/${encodeURIComponent(upstreamId)}`, headers: headersOf(place) }),
    read(body, asked) {
      const task = parseFields(body);
      return task && wordOf(task, 'status') !== undefined ? readingOf(task, asked) : undefined;
    },
    asksAgain: true,
    content: ({ result }, variant, place) =>
      variant === 'video' ? fileAt(result, place, headersOf(place)) : undefined,
    failure: openAiFailure,
  };
}

function headersOf(place: JobPlace): Readonly<Record<string, string>> {
  return { ...bearer(place), 'x-runway-version': apiVersion };
}

function readingOf(task: Fields, { quantities }: JobAsked): JobReading {
  const credits = new Counts().readDecimal(partOf(task, 'cost'), 'credits');
  const raw = { id: task['id'], status: task['status'], cost: task['cost'] };
  const pieces = { normalizer, raw, unit: 'second' } as const;
  const measured = credits === undefined ? {} : { credit: credits };
  switch (stateOf(task)) {
    case 'unfinished': {
      const { progress } = task;
      return { kind: 'running', ...(typeof progress === 'number' ? { progress: progress * 100 } : {}) };
    }
    case 'failed': {
      const message = wordOf(task, 'failure') ?? 'The provider could not make it.';
      // It says so when it bills a failure all the same.
      const billed = credits !== undefined && credits !== '0';
      const usage = billed ? jobUsage({ ...pieces, unit: 'credit', quantities: {}, measured }) : nothingMade(pieces);
      return { kind: 'failed', usage, message };
    }
    case 'done': {
      const output: unknown = Array.isArray(task['output']) ? task['output'][0] : undefined;
      return { kind: 'completed', usage: jobUsage({ ...pieces, quantities, measured }), result: output };
    }
  }
}
