// The doors of films and songs: they are begun, asked about, fetched and deleted.
import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { readJsonBody } from '#core/call/json-body.ts';
import type { Form } from '#core/call/media.ts';
import { Failure } from '#core/failure.ts';
import { openAiDialect } from '#dialects/openai/dialect.ts';
import { WrongField } from '#dialects/openai/media/fields.ts';
import { FormImage, type MediaFields, parseMedia, parseRemix } from '#dialects/openai/media/parse.ts';
import { readForm, UnreadableForm } from '#dialects/openai/media/read-form.ts';
import { jobBody, jobListBody, removedBody } from '#dialects/openai/media/render.ts';
import { authenticate } from '#flows/authenticate.ts';
import { createJob } from '#flows/media/create-job.ts';
import type { MediaDesk } from '#flows/media/desk.ts';
import { fetchContent } from '#flows/media/fetch-content.ts';
import type { JobKeeper, SeenJob } from '#flows/media/keep-jobs.ts';
import { findJob, jobIdOf, listJobs, removeJob, requestIdIn } from '#flows/media/show-jobs.ts';
import type { HttpDoor } from './http-door.ts';
import type { JobPath } from './job-paths.ts';
import { keyOf } from './key-of.ts';
import { readBody } from './read-body.ts';

export interface JobDoors {
  readonly desk: MediaDesk;
  readonly keeper: JobKeeper;
}

export interface JobExchange {
  readonly request: IncomingMessage;
  readonly door: HttpDoor;
  readonly requestId: string;
  readonly path: JobPath;
  readonly query: string;
  readonly draining: () => boolean;
  readonly bodySilenceMsMax: number | undefined;
}

const pageMax = 100;
const pageByDefault = 20;

export async function answerJob(doors: JobDoors, asked: JobExchange): Promise<void> {
  const { request, path } = asked;
  const method = request.method === 'HEAD' ? 'GET' : (request.method ?? '');
  const deed = `${method}${path.id === undefined ? '' : ' one'}${path.part === undefined ? '' : ` ${path.part}`}`;
  switch (deed) {
    case 'POST':
      return create(doors, asked);
    case 'GET':
      return list(doors, asked);
    case 'GET one':
      return show(doors, asked);
    case 'GET one content':
      return content(doors, asked);
    case 'POST one remix':
      return remix(doors, asked);
    case 'DELETE one':
      return remove(doors, asked);
    default:
      throw new Failure('method_not_allowed', `This address does not take ${method === '' ? 'nothing' : method}.`);
  }
}

async function create({ desk, keeper }: JobDoors, asked: JobExchange): Promise<void> {
  const { request, door, requestId, path } = asked;
  const said = await readFields(asked);
  const parsed = parseMedia(path.kind, said);
  if (parsed.kind === 'malformed') throw malformed(parsed);
  const caller = await authenticate(desk.house, keyOf(request));
  const { name, request: wanted } = parsed;
  const incoming = { requestId, caller, dialect: openAiDialect, name, request: wanted };
  const job = await createJob(desk, keeper, { ...incoming, extraHeaders: simulatorHeaders(request) });
  door.json(200, shownOf(keeper.get(requestId) ?? { job, progress: 0 }));
}

async function remix({ desk, keeper }: JobDoors, asked: JobExchange): Promise<void> {
  const { request, door, requestId, path } = asked;
  const said = parseRemix(await readFields(asked));
  if ('kind' in said) throw malformed(said);
  const caller = await authenticate(desk.house, keyOf(request));
  const { job } = await findJob(desk, keeper, caller, nameOf(path));
  if (job.end?.state !== 'completed') {
    throw new Failure('conflict', 'Only a job that is completed can be made anew.');
  }
  if (job.kind === 'batch') throw new Error('A batch was found among films.');
  const { duration: seconds, size, resolution, quality } = job.shown;
  const made = await createJob(desk, keeper, {
    requestId,
    caller,
    dialect: openAiDialect,
    name: job.call.name,
    provider: job.call.provider,
    ...(job.providerKeyId === undefined ? {} : { providerKeyId: job.providerKeyId }),
    remixedFrom: jobIdOf(job),
    request: {
      kind: job.kind,
      prompt: said.prompt,
      remixOf: job.upstreamId,
      ...(seconds === undefined ? {} : { seconds }),
      ...(size === undefined ? {} : { size }),
      ...(resolution === undefined || size !== undefined ? {} : { resolution }),
      ...(quality === undefined ? {} : { quality }),
    },
    extraHeaders: simulatorHeaders(request),
  });
  door.json(200, shownOf(keeper.get(requestId) ?? { job: made, progress: 0 }));
}

async function show({ desk, keeper }: JobDoors, { request, door, path }: JobExchange): Promise<void> {
  const caller = await authenticate(desk.house, keyOf(request));
  door.json(200, shownOf(await findJob(desk, keeper, caller, nameOf(path))));
}

async function list({ desk, keeper }: JobDoors, { request, door, path, query }: JobExchange): Promise<void> {
  const caller = await authenticate(desk.house, keyOf(request));
  const said = new URLSearchParams(query);
  const limit = Number(said.get('limit') ?? pageByDefault);
  if (!Number.isInteger(limit) || limit < 1 || limit > pageMax) {
    throw new Failure('invalid_parameter', `"limit" must be a whole number from 1 to ${pageMax}.`, { param: 'limit' });
  }
  const order = said.get('order') ?? 'desc';
  if (order !== 'asc' && order !== 'desc') {
    throw new Failure('invalid_parameter', '"order" must be asc or desc.', { param: 'order' });
  }
  const cursor = said.get('after');
  const after = cursor === null ? undefined : requestIdIn({ kind: path.kind, id: cursor });
  if (cursor !== null && after === undefined) {
    throw new Failure('invalid_parameter', '"after" must be the id of a job.', { param: 'after' });
  }
  const page = { kind: path.kind, limit: limit + 1, order, ...(after === undefined ? {} : { after }) } as const;
  const found = await listJobs(desk, keeper, caller, page);
  const jobs = found.slice(0, limit).map((seen) => ({ id: jobIdOf(seen.job), ...seen }));
  door.json(200, jobListBody(jobs, found.length > limit));
}

async function content({ desk, keeper }: JobDoors, { request, door, path, query }: JobExchange): Promise<void> {
  const caller = await authenticate(desk.house, keyOf(request));
  const { job } = await findJob(desk, keeper, caller, nameOf(path));
  await fetchContent(desk, job, new URLSearchParams(query).get('variant') ?? path.kind, door);
}

async function remove({ desk, keeper }: JobDoors, { request, door, path }: JobExchange): Promise<void> {
  const caller = await authenticate(desk.house, keyOf(request));
  const seen = await findJob(desk, keeper, caller, nameOf(path));
  await removeJob(desk, seen);
  door.json(200, removedBody({ id: jobIdOf(seen.job), job: seen.job }));
}

function nameOf({ kind, id = '' }: JobPath) {
  return { kind, id };
}

function shownOf(seen: SeenJob): object {
  return jobBody({ id: jobIdOf(seen.job), ...seen });
}

async function readFields({ request, draining, bodySilenceMsMax }: JobExchange): Promise<MediaFields> {
  const body = await readBody(request, bodySilenceMsMax);
  if (draining()) {
    throw new Failure('draining', 'This gateway is about to stop. Send the call again.', { retryAfterMs: 1_000 });
  }
  const type = request.headers['content-type'] ?? '';
  if (/^multipart\//i.test(type)) return formFields(body, type);
  if (!isUtf8(body)) throw new Failure('malformed_request', 'The body is not valid UTF-8.');
  const fields = readJsonBody(body.toString('utf8'));
  if (typeof fields === 'string') throw new Failure('malformed_request', fields);
  return fields;
}

async function formFields(body: Buffer, type: string): Promise<MediaFields> {
  const { fields, files } = await formOf(body, type);
  const named: Map<string, string | FormImage> = new Map(fields);
  for (const { field, mediaType, bytes } of files) {
    const param = field.slice(0, 64);
    if (named.has(field)) throw new Failure('invalid_parameter', `"${param}" is there twice.`, { param });
    named.set(field, new FormImage(mediaType, Buffer.from(bytes)));
  }
  return Object.fromEntries(named);
}

async function formOf(body: Buffer, type: string): Promise<Form> {
  try {
    return (await readForm(body, type)).form;
  } catch (error) {
    if (error instanceof UnreadableForm) throw new Failure('malformed_request', error.message);
    if (error instanceof WrongField) throw malformed(error);
    throw error;
  }
}

function malformed({ message, param }: { readonly message: string; readonly param: string }): Failure {
  return new Failure('invalid_parameter', message, { param });
}

function simulatorHeaders({ headers }: IncomingMessage): Readonly<Record<string, string>> {
  const own = Object.entries(headers).filter(
    (entry): entry is [string, string] => entry[0].startsWith('x-sim-') && typeof entry[1] === 'string',
  );
  return Object.fromEntries(own);
}
