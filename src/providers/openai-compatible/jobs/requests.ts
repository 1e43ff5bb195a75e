// What the providers of films and songs have in common on the wire: JSON asked and answered, files fetched.
import type { Untranslatable } from '#core/call/chat.ts';
import { untranslatable } from '#core/call/untranslatable.ts';
import type { JobImage, JobRequest } from '#core/call/job-request.ts';
import { type Fields, wordOf } from '#core/usage/counts.ts';
import { jobState, type JobState } from '#core/usage/job.ts';
import { parseFields } from '#core/usage/parse-fields.ts';
import type { ContentStep, JobPlace, MediaJobs } from '#ports/media-jobs.ts';
import type { UpstreamRequest } from '#ports/upstream.ts';
import { addressOf } from '../address.ts';
import { openAiFailure } from '../failure.ts';

export interface Asking {
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: UpstreamRequest['method'];
  readonly body?: object;
}

/** JSON, with a bearer's credential unless the headers say otherwise. */
export function jsonRequest(place: JobPlace, { path, headers, method, body }: Asking): UpstreamRequest {
  const base = addressOf(place.baseUrl);
  return {
    origin: base.origin,
    path: `${base.path}${path}`,
    method: method ?? (body ? 'POST' : 'GET'),
    headers: {
      accept: 'application/json',
      'accept-encoding': 'identity',
      ...(body ? { 'content-type': 'application/json' } : {}),
      ...(headers ?? bearer(place)),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
    headTimeoutMs: place.headTimeoutMs,
    idleTimeoutMs: place.idleTimeoutMs,
  };
}

export function bearer({ credential }: Pick<JobPlace, 'credential'>): Readonly<Record<string, string>> {
  return credential === undefined ? {} : { authorization: `Bearer ${credential}` };
}

/** Only where the provider itself is, or over an encrypted connection; `headers` are for the provider alone. */
export function fileAt(
  url: unknown,
  place: JobPlace,
  headers: Readonly<Record<string, string>> = {},
): ContentStep | undefined {
  const address = typeof url === 'string' ? URL.parse(url) : null;
  if (!address) return undefined;
  const own = address.origin === addressOf(place.baseUrl).origin;
  if (!own && address.protocol !== 'https:') return undefined;
  return {
    kind: 'file',
    request: {
      origin: address.origin,
      path: `${address.pathname}${address.search}`,
      method: 'GET',
      headers: { accept: '*/*', 'accept-encoding': 'identity', ...(own ? headers : {}) },
      headTimeoutMs: place.headTimeoutMs,
      idleTimeoutMs: place.idleTimeoutMs,
    },
  };
}

const doneWords: ReadonlySet<string> = new Set(['completed', 'succeeded', 'succeed', 'success']);

/** A job is over only when its provider says so in a word that is known: what is settled once cannot be taken back. */
export function stateOf(job: Fields): JobState {
  const word = ['status', 'task_status', 'state'].map((name) => wordOf(job, name)).find((each) => each !== undefined);
  const said = word?.toLowerCase() ?? 'unknown';
  if (said === 'unknown') return 'unfinished';
  const state = jobState(job);
  return state === 'done' && !doneWords.has(said) ? 'unfinished' : state;
}

/** For those who tell what is wrong in a field of their own. */
export function failureSaidIn(field: string): MediaJobs['failure'] {
  return (status, headers, body) => {
    const message = wordOf(parseFields(body) ?? {}, field);
    const told = message === undefined ? body : Buffer.from(JSON.stringify({ error: { message } }));
    return openAiFailure(status, headers, told);
  };
}

/** The first field that is there and that this provider has no word for. */
export function unknownField(
  request: JobRequest,
  known: ReadonlySet<keyof JobRequest>,
  provider: string,
): Untranslatable | undefined {
  for (const name of fieldNames) {
    if (request[name] !== undefined && request[name] !== '' && !known.has(name)) {
      return untranslatable(saidNames[name] ?? name, `is not known to ${provider}, which would not obey it.`);
    }
  }
  return undefined;
}

const fieldNames = [
  'seconds',
  'size',
  'resolution',
  'aspectRatio',
  'quality',
  'audio',
  'negativePrompt',
  'seed',
  'lyrics',
  'image',
  'remixOf',
] as const satisfies readonly (keyof JobRequest)[];

const saidNames: Readonly<Partial<Record<keyof JobRequest, string>>> = {
  aspectRatio: 'aspect_ratio',
  negativePrompt: 'negative_prompt',
  image: 'input_reference',
  remixOf: 'remix',
};

export function oneOf(param: string, value: string, allowed: readonly string[]): Untranslatable | undefined {
  if (allowed.includes(value)) return undefined;
  return untranslatable(param, `must be ${allowed.join(' or ')} for this model.`);
}

/** As a URL, if need be with the bytes in it. */
export function urlOf(image: JobImage): string {
  return image.kind === 'url' ? image.url : `data:${image.mediaType};base64,${image.data}`;
}

/** `1280x720` in lines and shape. */
export interface Frame {
  readonly resolution: string;
  readonly aspectRatio: string;
}

const usualRatios = ['16:9', '9:16', '1:1', '4:3', '3:4', '21:9'] as const;

/** `undefined` for a size of no usual shape. */
export function frameOf(size: string): Frame | undefined {
  const [width = 0, height = 0] = size.split('x').map(Number);
  const ratio = usualRatios.find((each) => {
    const [across = 1, down = 1] = each.split(':').map(Number);
    return Math.abs((width * down) / (height * across) - 1) < 0.02;
  });
  return ratio && { resolution: `${Math.min(width, height)}p`, aspectRatio: ratio };
}
