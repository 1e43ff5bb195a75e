import type { CallHeaders, SimulatorCall } from './call.ts';
import { readCall, unknownModel } from './call.ts';
import type { SimulatedModel } from './model.ts';
import { CREATED_AT_S, findModel, simulatedModels } from './model.ts';
import { Refusal, renderError } from './refusal.ts';
import type { Reply } from './reply.ts';
import { jsonReply } from './reply.ts';

/** A request as it came over HTTP; the names of its headers are in lower case. */
export interface SimulatorRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: CallHeaders;
  readonly body: string;
  /** The same before it was read as text, which a form's files do not survive. */
  readonly bytes?: Uint8Array;
}

/** Either a call for a model, or the answer to anything else. */
export type Reading =
  | { readonly kind: 'call'; readonly call: SimulatorCall }
  | { readonly kind: 'reply'; readonly reply: Reply };

export function readRequest(request: SimulatorRequest): Reading {
  try {
    return route(request);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { kind: 'reply', reply: jsonReply(renderError(error.error), { status: error.status }) };
  }
}

const endpoints: Readonly<Partial<Record<string, SimulatedModel['endpoint']>>> = {
  'POST /v1/chat/completions': 'chat',
  'POST /v1/embeddings': 'embeddings',
  'POST /v1/images/generations': 'images',
  'POST /v1/images/edits': 'images',
  'POST /v1/audio/speech': 'speech',
  'POST /v1/audio/transcriptions': 'transcriptions',
  'POST /v1/audio/translations': 'transcriptions',
};

function route({ method, path, headers, body, bytes }: SimulatorRequest): Reading {
  const [pathname = ''] = path.split('?');
  const route = `${method} ${pathname}`;
  const endpoint = endpoints[route];
  if (endpoint) return { kind: 'call', call: readCall(endpoint, headers, { text: body, bytes }) };
  if (route === 'GET /v1/models') return { kind: 'reply', reply: jsonReply(modelList()) };
  if (route.startsWith('GET /v1/models/')) return { kind: 'reply', reply: jsonReply(modelById(pathname)) };
  throw new Refusal(404, `Invalid URL (${route})`);
}

function modelList(): string {
  return JSON.stringify({ object: 'list', data: simulatedModels.map(describe) });
}

function modelById(pathname: string): string {
  const id = pathname.slice('/v1/models/'.length);
  const model = findModel(id);
  if (model === undefined) throw unknownModel(id);
  return JSON.stringify(describe(model));
}

function describe(model: SimulatedModel): object {
  return { id: model.id, object: 'model', created: CREATED_AT_S, owned_by: 'simulator' };
}
