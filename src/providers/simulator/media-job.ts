// Films and songs of the simulator. A job's id says all of it, so that it goes on whatever becomes of the server.
import { fingerprint, hexOf } from './chance.ts';
import type { CallHeaders } from './call.ts';
import { unknownModel } from './call.ts';
import { isObject, type JsonObject, objectField, textField } from './fields.ts';
import { readKnobs } from './knobs.ts';
import type { SimulatedModel } from './model.ts';
import { findModel } from './model.ts';
import { errorOfStatus, Refusal, renderError } from './refusal.ts';
import type { Reply } from './reply.ts';
import { jsonReply } from './reply.ts';

export interface SimulatedJobRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: CallHeaders;
  readonly body: string;
}

/** One that was begun is counted among the served. */
export interface BegunJob {
  readonly id: string;
  readonly model: string;
  readonly tag: string | undefined;
}

export interface SimulatedJobAnswer {
  readonly reply: Reply;
  readonly begun?: BegunJob;
}

type Kind = 'video' | 'music';

interface Job {
  readonly kind: Kind;
  readonly model: string;
  readonly atMs: number;
  /** How long it takes. */
  readonly jobMs: number;
  /** How long nothing is said about it. */
  readonly silentMs: number;
  readonly fails: boolean;
  readonly seconds: string;
  readonly size: string;
  readonly remixOf?: string;
}

const collections: readonly (readonly [path: string, kind: Kind])[] = [
  ['/v1/videos', 'video'],
  ['/v1/music/generations', 'music'],
];

const jobMsByDefault = 1_500;
const secondsByDefault = { video: '4', music: '30' } as const;
const contentTypes = { video: 'video/mp4', music: 'audio/mpeg' } as const;

/** `undefined` for what is no address of jobs. */
export function answerMedia(request: SimulatedJobRequest, nowMs: number): SimulatedJobAnswer | undefined {
  const [path = ''] = request.path.split('?');
  const found = collections.find(([collection]) => path === collection || path.startsWith(`${collection}/`));
  if (!found) return undefined;
  const [collection, kind] = found;
  try {
    return answer(request, { kind, rest: path.slice(collection.length + 1), nowMs });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { reply: jsonReply(renderError(error.error), { status: error.status }) };
  }
}

interface Asked {
  readonly kind: Kind;
  readonly rest: string;
  readonly nowMs: number;
}

function answer(request: SimulatedJobRequest, { kind, rest, nowMs }: Asked): SimulatedJobAnswer {
  const [id = '', part] = rest.split('/');
  const { method } = request;
  if (method === 'POST' && rest === '') return begin(request, { kind, nowMs });
  const job = jobIn(kind, id);
  if (method === 'POST' && part === 'remix' && kind === 'video') return begin(request, { kind, nowMs, before: job });
  if (method === 'DELETE' && part === undefined) {
    return { reply: jsonReply(JSON.stringify({ id, object: `${kind}.deleted`, deleted: true })) };
  }
  if (method !== 'GET') throw new Refusal(405, `Invalid method (${method})`);
  if (nowMs < job.atMs + job.silentMs) throw new Refusal(503, errorOfStatus(503, undefined).message);
  if (part === undefined) return { reply: jsonReply(bodyOf(job, id, nowMs)) };
  if (part !== 'content') throw new Refusal(404, `Invalid URL (${method} ${request.path})`);
  if (stateOf(job, nowMs) !== 'completed') throw new Refusal(404, 'There is no content yet.');
  return { reply: { ...jsonReply(contentOf(id)), headers: { 'content-type': contentTypes[kind] } } };
}

interface Beginning {
  readonly kind: Kind;
  readonly nowMs: number;
  readonly before?: Job;
}

function begin({ headers, body }: SimulatedJobRequest, { kind, nowMs, before }: Beginning): SimulatedJobAnswer {
  const fields = fieldsOf(headers, body);
  const model = before ? findModel(before.model) : modelIn(fields, kind);
  const prompt = textField(fields, 'prompt') ?? '';
  const knobs = readKnobs({ headers, body: objectField(fields, 'sim'), message: prompt });
  const atMs = knobs.delayMs ?? 0;
  if (knobs.errorStatus !== undefined) {
    const { errorStatus: status, errorCode } = knobs;
    return { reply: jsonReply(renderError(errorOfStatus(status, errorCode)), { status, atMs }) };
  }
  const job: Job = {
    kind,
    model: model?.id ?? '',
    atMs: nowMs,
    jobMs: knobs.jobMs ?? jobMsByDefault,
    silentMs: knobs.jobSilentMs ?? 0,
    fails: knobs.jobError === 1,
    seconds: before?.seconds ?? textField(fields, 'seconds') ?? secondsByDefault[kind],
    size: before?.size ?? textField(fields, 'size') ?? '720x1280',
    ...(before ? { remixOf: idOf(before) } : {}),
  };
  const id = idOf(job);
  // As its own callers see it: taken, and then the answer may still be lost on the way.
  const reply: Reply =
    knobs.disconnectAfter === undefined
      ? jsonReply(bodyOf(job, id, nowMs), { atMs })
      : { kind: 'silent', atMs, ending: 'disconnect' };
  return { reply, begun: { id, model: job.model, tag: knobs.tag } };
}

function idOf(job: Job): string {
  return `${job.kind}_${Buffer.from(JSON.stringify(job)).toString('base64url')}`;
}

function jobIn(kind: Kind, id: string): Job {
  const text = id.startsWith(`${kind}_`) ? Buffer.from(id.slice(kind.length + 1), 'base64url').toString('utf8') : '';
  try {
    const job = JSON.parse(text) as Job;
    if (job.kind === kind) return job;
  } catch {
    // No id of ours.
  }
  throw new Refusal(404, `No such job: ${id.slice(0, 64)}`);
}

function stateOf({ atMs, jobMs, fails }: Job, nowMs: number): 'queued' | 'in_progress' | 'completed' | 'failed' {
  if (nowMs < atMs + jobMs / 4) return 'queued';
  if (nowMs < atMs + jobMs) return 'in_progress';
  return fails ? 'failed' : 'completed';
}

function bodyOf(job: Job, id: string, nowMs: number): string {
  const { kind, model, atMs, jobMs, seconds, size, remixOf } = job;
  const status = stateOf(job, nowMs);
  const ended = status === 'completed' || status === 'failed';
  return JSON.stringify({
    id,
    object: kind === 'video' ? 'video' : 'music.generation',
    model,
    status,
    progress: ended ? 100 : Math.min(99, Math.floor(((nowMs - atMs) * 100) / Math.max(1, jobMs))),
    created_at: Math.floor(atMs / 1000),
    completed_at: ended ? Math.floor((atMs + jobMs) / 1000) : null,
    expires_at: null,
    seconds,
    ...(kind === 'video' ? { size, remixed_from_video_id: remixOf ?? null } : {}),
    error: status === 'failed' ? { code: 'simulated', message: 'The simulator was asked to fail this job.' } : null,
  });
}

/** The same for the same job. */
function contentOf(id: string): string {
  return `${hexOf(fingerprint(id))}\n`.repeat(256);
}

function modelIn(fields: JsonObject, kind: Kind): SimulatedModel {
  const id = textField(fields, 'model') ?? '';
  if (id === '') throw new Refusal(400, 'you must provide a model parameter', { param: 'model' });
  const model = findModel(id);
  if (model === undefined) throw unknownModel(id);
  if (model.endpoint === kind) return model;
  throw new Refusal(404, `The model \`${id}\` is not supported by this endpoint.`, { param: 'model' });
}

function fieldsOf(headers: CallHeaders, body: string): JsonObject {
  const type = headers['content-type'];
  const boundary = typeof type === 'string' ? /^multipart\/form-data;.*boundary="?([^";]+)/.exec(type)?.[1] : undefined;
  if (boundary !== undefined) return formFields(body, boundary);
  try {
    const fields: unknown = JSON.parse(body);
    if (isObject(fields)) return fields;
  } catch {
    // Said below.
  }
  throw new Refusal(400, 'We could not parse the body of your request: it must be a form or a JSON object.');
}

/** Texts; of a file only that it is there. */
function formFields(body: string, boundary: string): JsonObject {
  const fields: Record<string, string> = {};
  for (const part of body.split(`--${boundary}`)) {
    const [head = '', ...rest] = part.split('\r\n\r\n');
    const name = /name="([^"]*)"/.exec(head)?.[1];
    if (name === undefined) continue;
    const value = rest.join('\r\n\r\n').replace(/\r\n$/, '');
    fields[name] = head.includes('filename=') ? `a file of ${value.length}` : value;
  }
  return fields;
}
