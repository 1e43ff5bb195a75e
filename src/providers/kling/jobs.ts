// Kling: tasks that deduct units. Its credential is a pair of keys, of which every request's own token is made.
import { createHmac } from 'node:crypto';
import { untranslatable } from '#core/call/untranslatable.ts';
import type { JobRequest } from '#core/call/job-request.ts';
import { parseDecimal, times } from '#core/money/rational.ts';
import { exactText } from '#core/pricing/decimal.ts';
import { Counts, type Fields, listOf, partOf, wordOf } from '#core/usage/counts.ts';
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
import type { JobAsked, JobPlace, JobReading, MediaJobs } from '#ports/media-jobs.ts';

const known = new Set<keyof JobRequest>([
  'seconds',
  'size',
  'aspectRatio',
  'quality',
  'audio',
  'negativePrompt',
  'image',
]);

/** Units a second of `kling-v2-6`, without sound and with it, by the maker's list. */
const unitsPerSecond = { silent: '0.5', sounding: '1' } as const;

const normalizer = { id: 'kling', version: '1' };

export function klingJobs(): MediaJobs {
  return {
    name: 'kling',
    kinds: new Set(['video']),
    plan(request, model) {
      const unknown = unknownField(request, known, 'Kling');
      if (unknown) return unknown;
      const frame = request.size === undefined ? undefined : frameOf(request.size);
      if (request.size !== undefined && !frame) return untranslatable('size', 'is of no shape that Kling makes.');
      const seconds = request.seconds ?? '5';
      const aspectRatio = request.aspectRatio ?? frame?.aspectRatio ?? '16:9';
      const quality = request.quality ?? 'pro';
      const audio = request.audio ?? false;
      const wrong =
        oneOf('seconds', seconds, ['5', '10']) ??
        oneOf('aspect_ratio', aspectRatio, ['16:9', '9:16', '1:1']) ??
        oneOf('quality', quality, ['std', 'pro']);
      if (wrong) return wrong;
      const perSecond = model.startsWith('kling-v2-6') ? unitsPerSecond[audio ? 'sounding' : 'silent'] : undefined;
      return {
        kind: 'plan',
        request: { ...request, seconds, aspectRatio, quality, audio },
        facts: { duration: seconds, quality, audio, ...(request.size === undefined ? {} : { size: request.size }) },
        quantities: {
          video_second: seconds,
          video_clip: '1',
          ...(perSecond === undefined
            ? {}
            : { credit: exactText(times(parseDecimal(perSecond), parseDecimal(seconds))) }),
        },
      };
    },
    submit({ prompt, seconds, aspectRatio, quality, audio, negativePrompt, image }, place) {
      return jsonRequest(place, {
        path: `/v1/videos/${addressFor(image !== undefined)}`,
        headers: headersOf(place),
        body: {
          model_name: place.model,
          prompt,
          negative_prompt: negativePrompt,
          duration: seconds,
          aspect_ratio: aspectRatio,
          mode: quality,
          ...(place.model.startsWith('kling-v2-6') ? { sound: audio ? 'on' : 'off' } : {}),
          ...(image ? { image: image.kind === 'url' ? image.url : image.data } : {}),
        },
      });
    },
    accepted(body, { fromImage }) {
      const answer = parseFields(body);
      if (!answer) return undefined;
      const { code } = answer;
      if (typeof code === 'number' && code !== 0) {
        return { message: wordOf(answer, 'message') ?? 'The provider refuses the request.' };
      }
      const upstreamId = wordOf(partOf(answer, 'data'), 'task_id');
      return upstreamId === undefined ? undefined : { upstreamId: `${addressFor(fromImage === true)}/${upstreamId}` };
    },
    poll: ({ upstreamId }, place) =>
      jsonRequest(place, {
        path: `/v1/videos/${upstreamId.split('/').map(encodeURIComponent).join('/')}`,
        headers: headersOf(place),
      }),
    read(body, asked) {
      const task = partOf(parseFields(body) ?? {}, 'data');
      return wordOf(task, 'task_status') === undefined ? undefined : readingOf(task, asked);
    },
    asksAgain: true,
    content: ({ result }, variant, place) => (variant === 'video' ? fileAt(result, place) : undefined),
    failure: failureSaidIn('message'),
  };
}

/** A task is asked about where it was begun. */
function addressFor(fromImage: boolean): string {
  return fromImage ? 'image2video' : 'text2video';
}

const tokenLifeS = 1_800;

/** Half an hour's token, signed with the secret key (RFC 7519, HS256). */
function headersOf({ credential = '', nowMs }: JobPlace): Readonly<Record<string, string>> {
  const [accessKey = '', secretKey = ''] = credential.split(':');
  const nowS = Math.floor(nowMs / 1000);
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const payload = { iss: accessKey, exp: nowS + tokenLifeS, nbf: nowS - 5 };
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(payload)}`;
  const signature = createHmac('sha256', secretKey).update(signed).digest('base64url');
  return { authorization: `Bearer ${signed}.${signature}` };
}

function readingOf(task: Fields, { quantities }: JobAsked): JobReading {
  const units = new Counts().readText(task, 'final_unit_deduction');
  const raw = { task_id: task['task_id'], task_status: task['task_status'], final_unit_deduction: units };
  const pieces = { normalizer, raw, unit: 'second' } as const;
  const measured = units === undefined ? {} : { credit: units };
  switch (stateOf(task)) {
    case 'unfinished':
      return { kind: 'running' };
    case 'failed': {
      const message = wordOf(task, 'task_status_msg') ?? 'The provider could not make it.';
      const billed = units !== undefined && units !== '0';
      const usage = billed ? jobUsage({ ...pieces, unit: 'credit', quantities: {}, measured }) : nothingMade(pieces);
      return { kind: 'failed', usage, message };
    }
    case 'done': {
      const [film] = listOf(partOf(task, 'task_result')['videos']);
      return { kind: 'completed', usage: jobUsage({ ...pieces, quantities, measured }), result: film?.['url'] };
    }
  }
}
