import type { CallHeaders } from './call.ts';
import { isList, isObject } from './fields.ts';
import type { JsonObject } from './fields.ts';
import { readRequest } from './read-request.ts';
import type { Frame, Reply } from './reply.ts';
import { replyToCall } from './reply-to-call.ts';

/** Asks the simulator without a server, for the tests of this folder. */
export interface Asked {
  readonly path?: string;
  readonly headers?: CallHeaders;
  readonly body: object;
  readonly earlierCalls?: number;
}

export function replyFor({ path = '/v1/chat/completions', headers = {}, body, earlierCalls = 0 }: Asked): Reply {
  const reading = readRequest({ method: 'POST', path, headers, body: JSON.stringify(body) });
  return reading.kind === 'reply' ? reading.reply : replyToCall(reading.call, earlierCalls);
}

export function chatBody(content: string, more: object = {}): object {
  return { model: 'echo', messages: [{ role: 'user', content }], ...more };
}

/** The status and the JSON of a reply that is one body. */
export function bodyFor(asked: Asked): { readonly status: number; readonly json: JsonObject; readonly atMs: number } {
  const reply = replyFor(asked);
  if (reply.kind !== 'whole') throw new Error(`A ${reply.kind} reply has no body.`);
  return { status: reply.status, json: toObject(JSON.parse(String(reply.body))), atMs: reply.atMs };
}

export interface Streamed {
  readonly frames: readonly Frame[];
  /** The data of every event but the last [DONE]. */
  readonly chunks: readonly JsonObject[];
  readonly done: boolean;
  readonly ending: string;
}

export function streamFor(asked: Asked): Streamed {
  const reply = replyFor({ ...asked, body: { stream: true, ...asked.body } });
  if (reply.kind !== 'stream') throw new Error(`A ${reply.kind} reply has no frames.`);
  const frames = [...reply.frames];
  const events = frames
    .flatMap((frame) => frame.text.split('\n\n'))
    .filter((event) => event !== '')
    .map((event) => event.replace(/^(?:event: error\n)?data: /, ''));
  const done = events.at(-1) === '[DONE]';
  const chunks = (done ? events.slice(0, -1) : events).map((event) => toObject(JSON.parse(event)));
  return { frames, chunks, done, ending: reply.ending };
}

/** Follows field names and list positions into JSON. */
export function at(json: unknown, ...steps: readonly (string | number)[]): unknown {
  return steps.reduce<unknown>((value, step) => {
    if (typeof step === 'number') return isList(value) ? value.at(step) : undefined;
    return isObject(value) ? value[step] : undefined;
  }, json);
}

function toObject(json: unknown): JsonObject {
  if (isObject(json)) return json;
  throw new Error('The JSON is not an object.');
}
