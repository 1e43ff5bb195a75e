// The door of the call path: bare HTTP, because everything between the wire and the flow costs every call.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Failure } from '#core/failure.ts';
import { countTokens } from '#flows/count-tokens.ts';
import type { House } from '#flows/house.ts';
import { serve } from '#flows/serve.ts';
import { type AboutDependencies, answerAbout } from './about.ts';
import { type CallPath, callPathOf, dialectOf } from './call-paths.ts';
import { openAiDialect } from '#dialects/openai/dialect.ts';
import { HttpDoor } from './http-door.ts';
import { batchPathOf } from './batch-paths.ts';
import { answerBatch } from './batches.ts';
import { jobPathOf } from './job-paths.ts';
import { answerJob, type JobDoors } from './jobs.ts';
import { keyOf } from './key-of.ts';
import { readBody } from './read-body.ts';

export interface GatewayDependencies extends AboutDependencies {
  readonly house: House;
  /** No new calls: the process is about to stop. */
  readonly draining: () => boolean;
  readonly bodySilenceMsMax?: number;
  /** Films and songs; without it there are none. */
  readonly jobs?: JobDoors;
}

/** Whether the call path answers for this; at `/` only for clients who ask whether anybody is there. */
export function isGatewayRequest(path: string, method: string | undefined): boolean {
  const root = path.split('/', 2)[1];
  return (
    root === 'v1' || root === 'v1beta' || root === 'v1alpha' || root === 'v2' || (path === '/' && method === 'HEAD')
  );
}

export function gateway(dependencies: GatewayDependencies) {
  const { house, draining, bodySilenceMsMax, jobs } = dependencies;
  return (request: IncomingMessage, response: ServerResponse): void => {
    // Nothing is upgraded to here. Node answers such a request as any other one, and what is wrong behind it not at all.
    if (request.headers.upgrade !== undefined) response.shouldKeepAlive = false;
    const requestId = house.identifiers.next();
    const url = request.url ?? '/';
    const query = url.indexOf('?');
    const path = query < 0 ? url : url.slice(0, query);
    const asked = query < 0 ? '' : url.slice(query + 1);
    const called = callPathOf(path, asked);
    const job = called || !jobs ? undefined : jobPathOf(path);
    const batch = called || job || !jobs ? undefined : batchPathOf(path);
    const dialect = called?.dialect ?? (job || batch ? openAiDialect : dialectOf(request));
    const door = new HttpDoor(response, { dialect, requestId, framing: called?.framing });
    const answered = called
      ? answerCall(house, { request, door, requestId, called, draining, bodySilenceMsMax })
      : job && jobs
        ? answerJob(jobs, { request, door, requestId, path: job, query: asked, draining, bodySilenceMsMax })
        : batch && jobs
          ? answerBatch(jobs, { request, door, requestId, path: batch, query: asked, draining, bodySilenceMsMax })
          : answerAbout(dependencies, { request, door, path, query: asked });
    answered.catch((error: unknown) => door.fail(asFailure(house, requestId, error)));
  };
}

interface CallRequest {
  readonly request: IncomingMessage;
  readonly door: HttpDoor;
  readonly requestId: string;
  readonly called: CallPath;
  readonly draining: () => boolean;
  readonly bodySilenceMsMax: number | undefined;
}

async function answerCall(
  house: House,
  { request, door, requestId, called, draining, bodySilenceMsMax }: CallRequest,
): Promise<void> {
  if (request.method !== 'POST') {
    throw new Failure('method_not_allowed', `This address takes POST, not ${request.method ?? 'nothing'}.`);
  }
  const body = await readBody(request, bodySilenceMsMax);
  // Not before: what is still being uploaded when the stop is asked for would be cut off by it.
  if (draining()) {
    throw new Failure('draining', 'This gateway is about to stop. Send the call again.', { retryAfterMs: 1_000 });
  }
  const parsed = await called.parse(body, extraHeaders(request, called), request.headers['content-type']);
  if (parsed.kind === 'malformed') {
    const named = parsed.param === undefined ? {} : { param: parsed.param };
    throw new Failure(parsed.param === undefined ? 'malformed_request' : 'invalid_parameter', parsed.message, named);
  }
  const incoming = { requestId, key: keyOf(request), call: parsed.call };
  if (called.counting) door.json(200, called.counting(await countTokens(house, incoming)));
  else await serve(house, incoming, door);
}

const noHeaders: Readonly<Record<string, string>> = {};

function extraHeaders(request: IncomingMessage, { hears }: CallPath): Readonly<Record<string, string>> {
  let found: Record<string, string> | undefined;
  for (const name in request.headers) {
    if (!name.startsWith('x-sim-') && !hears.has(name)) continue;
    const value = request.headers[name];
    if (typeof value === 'string') (found ??= {})[name] = value;
  }
  return found ?? noHeaders;
}

/** A bug is not the caller's: it is logged whole, and told as one sentence. */
export function asFailure(house: Pick<House, 'log'>, requestId: string, error: unknown): Failure {
  if (error instanceof Failure) {
    if (error.status >= 500)
      house.log.warn(
        { request_id: requestId, kind: error.kind, error: error.cause ?? error.message },
        'a call was not answered',
      );
    return error;
  }
  house.log.error({ request_id: requestId, error }, 'a bug lost a call');
  return new Failure('internal', `Something went wrong here. Name the request ${requestId} when you ask about it.`);
}
