// The doors of files and batches: uploaded, begun, asked about, fetched, cancelled and deleted.
import type { IncomingMessage } from 'node:http';
import { type BatchEndpoint, batchEndpoints, isBatchEndpoint } from '#core/call/batch.ts';
import { readJsonBody } from '#core/call/json-body.ts';
import { Failure } from '#core/failure.ts';
import type { Caller } from '#core/keys/caller.ts';
import { type Fields, isFields } from '#core/usage/counts.ts';
import { batchBody, fileBody, listBody } from '#dialects/openai/batches/render.ts';
import { openAiDialect } from '#dialects/openai/dialect.ts';
import { authenticate } from '#flows/authenticate.ts';
import {
  answersOf,
  type BatchDesk,
  type BatchFileKind,
  cancelBatch,
  contentOf,
  createBatch,
  fileBytesMax,
  fileLifeMs,
  findBatch,
  findFile,
  keepFile,
  listBatches,
  listFiles,
  noFile,
  passAnswers,
  removeFile,
} from '#flows/batches/batch-desk.ts';
import type { SeenJob } from '#flows/media/keep-jobs.ts';
import { jobIdOf, requestIdIn } from '#flows/media/show-jobs.ts';
import type { BatchFile } from '#ports/batch-files.ts';
import type { BatchPath } from './batch-paths.ts';
import { callPathOf } from './call-paths.ts';
import type { HttpDoor } from './http-door.ts';
import { keyOf } from './key-of.ts';
import { readBody } from './read-body.ts';

export interface BatchRequest {
  readonly request: IncomingMessage;
  readonly door: HttpDoor;
  readonly requestId: string;
  readonly path: BatchPath;
  readonly query: string;
  readonly draining: () => boolean;
  readonly bodySilenceMsMax: number | undefined;
}

const pageMax = 100;
const pageByDefault = 20;
const fileNameMax = 255;
const metadataMax = 16;

export async function answerBatch(doors: BatchDesk, asked: BatchRequest): Promise<void> {
  const { request, path } = asked;
  const method = request.method === 'HEAD' ? 'GET' : (request.method ?? '');
  const deed = [method, path.collection, ...(path.id === undefined ? [] : ['one']), ...(path.part ?? '').split(' ')];
  const does = deeds[deed.filter(Boolean).join(' ')];
  if (!does) {
    throw new Failure('method_not_allowed', `This address does not take ${method === '' ? 'nothing' : method}.`);
  }
  await does(doors, { ...asked, caller: await authenticate(doors.desk.house, keyOf(request)) });
}

interface Asked extends BatchRequest {
  readonly caller: Caller;
}

const deeds: Readonly<Partial<Record<string, (doors: BatchDesk, asked: Asked) => Promise<void>>>> = {
  'POST files': upload,
  'GET files': showFiles,
  'GET files one': showFile,
  'GET files one content': sendFile,
  'DELETE files one': deleteFile,
  'POST batches': create,
  'GET batches': showBatches,
  'GET batches one': showBatch,
  'POST batches one cancel': cancel,
};

async function upload(
  doors: BatchDesk,
  { request, door, requestId, caller, draining, bodySilenceMsMax }: Asked,
): Promise<void> {
  const body = await readBody(request, bodySilenceMsMax);
  refuseWhile(draining);
  const { content, fileName } = await readUpload(body, request.headers['content-type'] ?? '');
  const { walletId, virtualKeyId } = caller;
  const createdAt = doors.desk.house.clock.now();
  const file = { id: requestId, walletId, virtualKeyId, fileName, bytes: content.length, createdAt };
  await keepFile(doors, file, content);
  door.json(200, shownFile(file));
}

async function readUpload(body: Buffer, type: string): Promise<{ content: Buffer; fileName: string }> {
  if (!type.startsWith('multipart/form-data')) {
    throw new Failure('malformed_request', 'A file is uploaded as a form (multipart/form-data).');
  }
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } })
    .formData()
    .catch((error: unknown) => {
      throw new Failure('malformed_request', 'The form cannot be read: its parts do not fit together.', {
        cause: error,
      });
    });
  for (const name of form.keys()) {
    if (name !== 'file' && name !== 'purpose') throw wrong(name, 'is not known here');
    if (form.getAll(name).length > 1) throw wrong(name, 'is there twice');
  }
  if (form.get('purpose') !== 'batch') throw wrong('purpose', 'must be batch: files are taken for batches alone');
  const file = form.get('file');
  if (file === null || typeof file === 'string') throw wrong('file', 'must be a file');
  if (file.size === 0) throw wrong('file', 'is empty');
  if (file.size > fileBytesMax) {
    throw new Failure(
      'body_too_large',
      `The file is larger than ${fileBytesMax / 1_048_576} MiB, the most that is taken.`,
    );
  }
  return { content: Buffer.from(await file.arrayBuffer()), fileName: file.name.slice(0, fileNameMax) };
}

async function showFiles(doors: BatchDesk, { door, caller, query }: Asked): Promise<void> {
  const said = new URLSearchParams(query);
  const purpose = said.get('purpose') ?? 'batch';
  const order = said.get('order') ?? 'desc';
  if (order !== 'asc' && order !== 'desc') throw wrong('order', 'must be asc or desc');
  const { limit, after } = pageIn(said, (id) => inputFileId(id));
  const found = await listFiles(doors, caller, { limit: limit + 1, order, ...after });
  const files = purpose === 'batch' ? found.slice(0, limit).map(shownFile) : [];
  door.json(200, listBody(files, idOf, purpose === 'batch' && found.length > limit));
}

async function showFile(doors: BatchDesk, { door, caller, path }: Asked): Promise<void> {
  const answers = answersIn(path);
  if (!answers) {
    door.json(200, shownFile(await findFile(doors, caller, inputFileId(path.id) ?? failNoFile())));
    return;
  }
  const seen = await findAnswers(doors, caller, answers);
  const { end } = seen.job;
  const result = end?.result as { readonly outputBytes?: number } | undefined;
  door.json(
    200,
    fileBody({
      id: path.id ?? '',
      fileName: `${jobIdOf(seen.job)}_${answers.kind}.jsonl`,
      purpose: 'batch_output',
      bytes: answers.kind === 'output' ? result?.outputBytes : undefined,
      createdAt: end?.at ?? seen.job.call.startedAt,
    }),
  );
}

async function sendFile(doors: BatchDesk, { door, caller, path }: Asked): Promise<void> {
  const answers = answersIn(path);
  if (answers) {
    await passAnswers(doors, await findAnswers(doors, caller, answers), answers.kind, door);
    return;
  }
  const content = await contentOf(doors, caller, inputFileId(path.id) ?? failNoFile());
  door.start(200, { 'content-type': 'application/octet-stream', 'content-length': String(content.length) });
  door.end(content);
}

async function deleteFile(doors: BatchDesk, { door, caller, path }: Asked): Promise<void> {
  const answers = answersIn(path);
  if (answers) {
    await findAnswers(doors, caller, answers);
    throw new Failure('conflict', 'The answers of a batch are kept by its provider, and go when that forgets them.');
  }
  await removeFile(doors, caller, inputFileId(path.id) ?? failNoFile());
  door.json(200, { id: path.id, object: 'file', deleted: true });
}

async function create(
  doors: BatchDesk,
  { request, door, requestId, caller, draining, bodySilenceMsMax }: Asked,
): Promise<void> {
  const body = await readBody(request, bodySilenceMsMax);
  refuseWhile(draining);
  const fields = readJsonBody(body.toString('utf8'));
  if (typeof fields === 'string') throw new Failure('malformed_request', fields);
  const { endpoint, file, metadata } = readOrder(fields);
  const parsing = callPathOf(endpoint);
  if (!parsing) throw wrong('endpoint', 'has no address here');
  const content = await contentOf(doors, caller, file.id);
  const seen = await createBatch(doors, {
    requestId,
    caller,
    dialect: openAiDialect,
    endpoint,
    inputFileId: file.name,
    content,
    ...(metadata === undefined ? {} : { metadata }),
    extraHeaders: simulatorHeaders(request),
    parse: (line) => parsing.parse(line, {}),
  });
  door.json(200, shownBatch(seen));
}

interface Order {
  readonly endpoint: BatchEndpoint;
  readonly file: { readonly id: string; readonly name: string };
  readonly metadata?: Readonly<Record<string, string>>;
}

function readOrder(fields: Fields): Order {
  const { input_file_id: name, endpoint, completion_window: window, metadata, ...others } = fields;
  const [other] = Object.keys(others);
  if (other !== undefined) throw wrong(other, 'is not known here');
  if (!isBatchEndpoint(endpoint)) throw wrong('endpoint', `must be one of ${Object.keys(batchEndpoints).join(', ')}`);
  if (window !== '24h') throw wrong('completion_window', 'must be 24h');
  if (typeof name !== 'string') throw wrong('input_file_id', 'must be the id of a file');
  const id = inputFileId(name);
  if (id === undefined) throw noFile();
  const file = { id, name };
  if (metadata === undefined || metadata === null) return { endpoint, file };
  if (!isMetadata(metadata)) throw wrong('metadata', `must be an object of at most ${metadataMax} short texts`);
  return { endpoint, file, metadata };
}

function isMetadata(value: unknown): value is Readonly<Record<string, string>> {
  if (!isFields(value)) return false;
  const entries = Object.entries(value);
  return (
    entries.length <= metadataMax &&
    entries.every(([name, text]) => name.length <= 64 && typeof text === 'string' && text.length <= 512)
  );
}

async function showBatches(doors: BatchDesk, { door, caller, query }: Asked): Promise<void> {
  const { limit, after } = pageIn(new URLSearchParams(query), batchRequestId);
  const found = await listBatches(doors, caller, { limit: limit + 1, ...after });
  door.json(200, listBody(found.slice(0, limit).map(shownBatch), idOf, found.length > limit));
}

async function showBatch(doors: BatchDesk, { door, caller, path }: Asked): Promise<void> {
  door.json(200, shownBatch(await findBatch(doors, caller, path.id ?? '')));
}

async function cancel(doors: BatchDesk, { door, caller, path }: Asked): Promise<void> {
  door.json(200, shownBatch(await cancelBatch(doors, caller, path.id ?? '')));
}

function shownFile(file: BatchFile): object {
  const { id, fileName, bytes, createdAt } = file;
  const expiresAt = createdAt + fileLifeMs;
  return fileBody({ id: `${filePrefix}${id}`, fileName, purpose: 'batch', bytes, createdAt, expiresAt });
}

function shownBatch({ job, said }: SeenJob): object {
  const { requestId } = job.call;
  return batchBody({
    id: jobIdOf(job),
    job,
    said,
    outputFileId: `${filePrefix}${requestId}-output`,
    errorFileId: `${filePrefix}${requestId}-error`,
  });
}

function idOf(shown: object): string {
  return 'id' in shown && typeof shown.id === 'string' ? shown.id : '';
}

const filePrefix = 'file-';

function inputFileId(name = ''): string | undefined {
  return name.startsWith(filePrefix) ? batchRequestId(`batch_${name.slice(filePrefix.length)}`) : undefined;
}

function batchRequestId(id: string): string | undefined {
  return requestIdIn({ kind: 'batch', id });
}

interface Answers {
  readonly batchId: string;
  readonly kind: BatchFileKind;
}

/** Of a batch's own files the ids say whose they are. */
function answersIn({ id = '' }: BatchPath): Answers | undefined {
  const [, of = '', kind] = /^file-(.*)-(output|error)$/.exec(id) ?? [];
  return kind === 'output' || kind === 'error' ? { batchId: `batch_${of}`, kind } : undefined;
}

async function findAnswers(doors: BatchDesk, caller: Caller, { batchId, kind }: Answers): Promise<SeenJob> {
  const seen = await findBatch(doors, caller, batchId).catch((error: unknown) => {
    throw error instanceof Failure && error.kind === 'not_found' ? noFile() : error;
  });
  if (answersOf(seen.job, kind) === undefined) throw noFile();
  return seen;
}

function failNoFile(): never {
  throw noFile();
}

function pageIn(said: URLSearchParams, read: (id: string) => string | undefined) {
  const limit = Number(said.get('limit') ?? pageByDefault);
  if (!Number.isInteger(limit) || limit < 1 || limit > pageMax) {
    throw wrong('limit', `must be a whole number from 1 to ${pageMax}`);
  }
  const cursor = said.get('after');
  const after = cursor === null ? undefined : read(cursor);
  if (cursor !== null && after === undefined) throw wrong('after', 'must be an id from the list');
  return { limit, after: after === undefined ? {} : { after } };
}

function refuseWhile(draining: () => boolean): void {
  if (!draining()) return;
  throw new Failure('draining', 'This gateway is about to stop. Send the call again.', { retryAfterMs: 1_000 });
}

function wrong(name: string, why: string): Failure {
  const param = name.slice(0, 64);
  return new Failure('invalid_parameter', `"${param}" ${why}.`, { param });
}

function simulatorHeaders({ headers }: IncomingMessage): Readonly<Record<string, string>> {
  const own = Object.entries(headers).filter(
    (entry): entry is [string, string] => entry[0].startsWith('x-sim-') && typeof entry[1] === 'string',
  );
  return Object.fromEntries(own);
}
