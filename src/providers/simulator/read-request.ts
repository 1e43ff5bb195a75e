import type { Asked, CallHeaders, SimulatorCall } from './call.ts';
import { readCall, unknownModel } from './call.ts';
import type { SimulatedModel } from './model.ts';
import { CREATED_AT_S, findModel, simulatedModels } from './model.ts';
import { renderGeminiError } from './gemini-body.ts';
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
    const render = request.path.startsWith('/v1beta/') ? renderGeminiError : renderError;
    return { kind: 'reply', reply: jsonReply(render(error.error, error.status), { status: error.status }) };
  }
}

function route({ method, path, headers, body, bytes }: SimulatorRequest): Reading {
  const [pathname = ''] = path.split('?');
  const route = `${method} ${pathname}`;
  const asked = callRoutes[route] ?? generating(route);
  if (asked) return { kind: 'call', call: readCall(asked, headers, { text: body, bytes }) };
  if (route === 'GET /v1/models') return { kind: 'reply', reply: jsonReply(modelList()) };
  if (route.startsWith('GET /v1/models/')) return { kind: 'reply', reply: jsonReply(modelById(pathname)) };
  throw new Refusal(404, `Invalid URL (${route})`);
}

const callRoutes: Readonly<Partial<Record<string, Asked>>> = {
  'POST /v1/chat/completions': { endpoint: 'chat' },
  'POST /v1/responses': { endpoint: 'chat', form: 'responses' },
  'POST /v1/completions': { endpoint: 'chat', form: 'completions' },
  'POST /v1/embeddings': { endpoint: 'embeddings' },
  'POST /v1/moderations': { endpoint: 'moderations' },
  'POST /v1/rerank': { endpoint: 'rerank' },
  'POST /v1/images/generations': { endpoint: 'images' },
  'POST /v1/images/edits': { endpoint: 'images' },
  'POST /v1/audio/speech': { endpoint: 'speech' },
  'POST /v1/audio/transcriptions': { endpoint: 'transcriptions' },
  'POST /v1/audio/translations': { endpoint: 'transcriptions' },
};

/** The model stands in the address. */
function generating(route: string): Asked | undefined {
  const [, model, streamed] =
    /^POST \/v1beta\/models\/([\w.-]+):(?:generate|(streamGenerate))Content$/.exec(route) ?? [];
  return model === undefined
    ? undefined
    : { endpoint: 'chat', form: 'gemini', model, streamed: streamed !== undefined };
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
