// Files and batches of the simulator: kept in memory, answered by the same simulator, as late as it is asked to.
import { fingerprint, hexOf } from './chance.ts';
import { isObject, type JsonObject, textField } from './fields.ts';
import { readKnobs } from './knobs.ts';
import type { SimulatedJobRequest } from './media-job.ts';
import { readRequest } from './read-request.ts';
import { errorOfStatus, Refusal, renderError } from './refusal.ts';
import { type Reply, jsonReply } from './reply.ts';
import { replyToCall } from './reply-to-call.ts';

interface Batch {
  readonly id: string;
  readonly endpoint: string;
  readonly inputFile: string;
  readonly atMs: number;
  readonly batchMs: number;
  readonly silentMs: number;
  readonly fails: boolean;
  readonly lines: readonly JsonObject[];
  cancelledAtMs?: number;
}

interface Line {
  readonly text: string;
  readonly failed: boolean;
}

const batchMsByDefault = 1_500;
const ownId = /^batch_[0-9a-f]+$/;

/** A simulator that has begun anew knows neither files nor batches of before. */
export class SimulatedBatches {
  readonly #files = new Map<string, string>();
  readonly #batches = new Map<string, Batch>();

  /** `undefined` for what is no address of files and batches. */
  answer(request: SimulatedJobRequest, nowMs: number): Reply | undefined {
    const [path = ''] = request.path.split('?');
    const [, , collection, id, part] = path.split('/');
    if (!path.startsWith('/v1/') || (collection !== 'files' && collection !== 'batches')) return undefined;
    try {
      return collection === 'files'
        ? this.#file(request, { id, part, nowMs })
        : this.#batch(request, { id, part, nowMs });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return jsonReply(renderError(error.error), { status: error.status });
    }
  }

  #file({ method, headers, body }: SimulatedJobRequest, { id, part, nowMs }: At): Reply {
    if (method === 'POST' && id === undefined) {
      const content = fileIn(headers['content-type'], body);
      const made = `file-${hexOf(fingerprint(content))}${this.#files.size}`;
      this.#files.set(made, content);
      return jsonReply(JSON.stringify(fileBody(made, content, nowMs)));
    }
    const content = id === undefined ? undefined : this.#contentOf(id, nowMs);
    if (id === undefined || content === undefined) throw new Refusal(404, `No such File object: ${id ?? ''}`);
    if (method === 'GET' && part === 'content') {
      return { ...jsonReply(content), headers: { 'content-type': 'application/octet-stream' } };
    }
    if (method === 'GET') return jsonReply(JSON.stringify(fileBody(id, content, nowMs)));
    throw new Refusal(405, `Invalid method (${method})`);
  }

  #contentOf(id: string, nowMs: number): string | undefined {
    const [, of = '', kind] = /^(batch_.*)-(output|error)$/.exec(id) ?? [];
    const batch = this.#batches.get(of);
    if (!batch) return this.#files.get(id);
    if (stateOf(batch, nowMs) === 'in_progress') return undefined;
    const lines = linesOf(batch).filter(({ failed }) => failed === (kind === 'error'));
    return lines.map(({ text }) => `${text}\n`).join('');
  }

  #batch({ method, headers, body }: SimulatedJobRequest, { id, part, nowMs }: At): Reply {
    if (method === 'POST' && id === undefined) return this.#begin(headers, body, nowMs);
    const batch = id === undefined ? undefined : this.#batches.get(id);
    if (!batch && id !== undefined && ownId.test(id)) return jsonReply(JSON.stringify(forgotten(id)));
    if (!batch) throw new Refusal(404, `No batch found with id '${id ?? ''}'.`);
    if (nowMs < batch.atMs + batch.silentMs) throw new Refusal(503, errorOfStatus(503, undefined).message);
    if (method === 'POST' && part === 'cancel' && stateOf(batch, nowMs) === 'in_progress') batch.cancelledAtMs = nowMs;
    return jsonReply(JSON.stringify(batchBody(batch, nowMs)));
  }

  #begin(headers: SimulatedJobRequest['headers'], body: string, nowMs: number): Reply {
    const fields = objectIn(body) ?? {};
    const inputFile = textField(fields, 'input_file_id') ?? '';
    const content = this.#files.get(inputFile);
    if (content === undefined) throw new Refusal(400, `No such File object: ${inputFile}`);
    const knobs = readKnobs({ headers, body: undefined, message: '' });
    const atMs = knobs.delayMs ?? 0;
    if (knobs.errorStatus !== undefined) {
      const { errorStatus: status, errorCode } = knobs;
      return jsonReply(renderError(errorOfStatus(status, errorCode)), { status, atMs });
    }
    const batch: Batch = {
      id: `batch_${hexOf(fingerprint(content))}${this.#batches.size}`,
      endpoint: textField(fields, 'endpoint') ?? '',
      inputFile,
      atMs: nowMs,
      batchMs: knobs.jobMs ?? batchMsByDefault,
      silentMs: knobs.jobSilentMs ?? 0,
      fails: knobs.jobError === 1,
      lines: content.split('\n').flatMap((line) => [objectIn(line)].filter((each) => each !== undefined)),
    };
    this.#batches.set(batch.id, batch);
    return knobs.disconnectAfter === undefined
      ? jsonReply(JSON.stringify(batchBody(batch, nowMs)), { atMs })
      : { kind: 'silent', atMs, ending: 'disconnect' };
  }
}

interface At {
  readonly id: string | undefined;
  readonly part: string | undefined;
  readonly nowMs: number;
}

type State = 'in_progress' | 'completed' | 'failed' | 'cancelled';

function stateOf({ atMs, batchMs, fails, cancelledAtMs }: Batch, nowMs: number): State {
  if (cancelledAtMs !== undefined) return 'cancelled';
  if (nowMs < atMs + batchMs) return 'in_progress';
  return fails ? 'failed' : 'completed';
}

/** How many are answered by now: all in the end, of one that is cancelled those until then. */
function answeredBy({ atMs, batchMs, lines, cancelledAtMs }: Batch, nowMs: number): number {
  const passed = Math.max(0, (cancelledAtMs ?? nowMs) - atMs);
  return batchMs === 0 ? lines.length : Math.min(lines.length, Math.floor((lines.length * passed) / batchMs));
}

function linesOf(batch: Batch, nowMs = Infinity): readonly Line[] {
  if (batch.fails) return [];
  return batch.lines.slice(0, answeredBy(batch, nowMs)).map((line) => answerOf(line, batch.endpoint));
}

function answerOf(line: JsonObject, endpoint: string): Line {
  const { custom_id, body } = line;
  const reading = readRequest({ method: 'POST', path: endpoint, headers: {}, body: JSON.stringify(body) });
  const reply = reading.kind === 'reply' ? reading.reply : replyToCall(reading.call, 0);
  const status = reply.kind === 'whole' ? reply.status : 500;
  const said: unknown = reply.kind === 'whole' ? JSON.parse(reply.body.toString()) : null;
  const id = `batch_req_${hexOf(fingerprint(JSON.stringify(line)))}`;
  const response = { status_code: status, request_id: id, body: said };
  return { text: JSON.stringify({ id, custom_id, response, error: null }), failed: status >= 300 };
}

function batchBody(batch: Batch, nowMs: number): object {
  const { id, endpoint, inputFile, atMs, lines } = batch;
  const status = stateOf(batch, nowMs);
  const answered = linesOf(batch, nowMs);
  const failed = answered.filter((line) => line.failed).length;
  const completed = answered.length - failed;
  const ended = status === 'completed' || status === 'cancelled';
  return {
    id,
    object: 'batch',
    endpoint,
    errors:
      status === 'failed'
        ? { object: 'list', data: [{ code: 'simulated', message: 'The simulator was asked to fail this batch.' }] }
        : null,
    input_file_id: inputFile,
    completion_window: '24h',
    status,
    output_file_id: ended && completed > 0 ? `${id}-output` : null,
    error_file_id: ended && failed > 0 ? `${id}-error` : null,
    created_at: Math.floor(atMs / 1000),
    in_progress_at: Math.floor(atMs / 1000),
    request_counts: { total: lines.length, completed, failed },
  };
}

/** Begun in an earlier life of this simulator. */
function forgotten(id: string): object {
  const message = 'The simulator was started anew, and has forgotten this batch.';
  return { id, object: 'batch', status: 'failed', errors: { object: 'list', data: [{ code: 'forgotten', message }] } };
}

function fileBody(id: string, content: string, nowMs: number): object {
  const bytes = Buffer.byteLength(content);
  const created_at = Math.floor(nowMs / 1000);
  return { id, object: 'file', bytes, created_at, filename: 'batch.jsonl', purpose: 'batch', status: 'processed' };
}

function objectIn(text: string): JsonObject | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return isObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function fileIn(type: unknown, body: string): string {
  const boundary = typeof type === 'string' ? /^multipart\/form-data;.*boundary="?([^";]+)/.exec(type)?.[1] : undefined;
  for (const part of boundary === undefined ? [] : body.split(`--${boundary}`)) {
    const [head = '', ...rest] = part.split('\r\n\r\n');
    if (head.includes('name="file"')) return rest.join('\r\n\r\n').replace(/\r\n$/, '');
  }
  throw new Refusal(400, 'There is no file in the form.', { param: 'file' });
}
