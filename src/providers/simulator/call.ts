import { fingerprint, hexOf } from './chance.ts';
import type { Fingerprint } from './chance.ts';
import type { ChatCall } from './chat-call.ts';
import { readChatCall } from './chat-call.ts';
import type { EmbeddingCall } from './embedding-call.ts';
import { readEmbeddingCall } from './embedding-call.ts';
import type { JsonObject } from './fields.ts';
import { isObject, objectField, textField } from './fields.ts';
import type { KnobSources } from './knob-sources.ts';
import type { Knobs } from './knobs.ts';
import { readKnobs } from './knobs.ts';
import type { SimulatedModel } from './model.ts';
import { findModel } from './model.ts';
import { Refusal } from './refusal.ts';

/** Where a model answers at once. */
type SimulatorEndpoint = 'chat' | 'embeddings';

/** A request that a model answers. */
export type SimulatorCall = CallOf<'chat', ChatCall> | CallOf<'embeddings', EmbeddingCall>;

interface CallOf<Kind extends SimulatorEndpoint, Request> {
  readonly kind: Kind;
  readonly request: Request;
  readonly model: SimulatedModel;
  readonly knobs: Knobs;
  readonly seed: Fingerprint;
  readonly id: string;
}

export type CallHeaders = KnobSources['headers'];

export function readCall(endpoint: SimulatorEndpoint, headers: CallHeaders, bodyText: string): SimulatorCall {
  const body = parseBody(bodyText);
  const model = readModel(body, endpoint);
  const knobsFrom = (message: string): Knobs => readKnobs({ headers, body: objectField(body, 'sim'), message });
  switch (endpoint) {
    case 'chat': {
      const request = readChatCall(body);
      const knobs = knobsFrom(request.conversation.lastUserText);
      const seed = fingerprint(`${knobs.seed ?? request.seed ?? '0'}\n${model.id}\n${request.conversation.text}`);
      return { kind: 'chat', request, model, knobs, seed, id: `chatcmpl-${hexOf(seed)}` };
    }
    case 'embeddings': {
      const request = readEmbeddingCall(body);
      const knobs = knobsFrom(request.inputs.findLast((input) => typeof input === 'string') ?? '');
      const seed = fingerprint(JSON.stringify(request.inputs));
      return { kind: 'embeddings', request, model, knobs, seed, id: `embd-${hexOf(seed)}` };
    }
  }
}

function parseBody(text: string): JsonObject {
  const body = parseJson(text);
  if (isObject(body)) return body;
  throw new Refusal(400, 'We could not parse the JSON body of your request: it must be a JSON object.');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(400, 'We could not parse the JSON body of your request: it is not valid JSON.');
  }
}

function readModel(body: JsonObject, endpoint: SimulatedModel['endpoint']): SimulatedModel {
  const id = textField(body, 'model') ?? '';
  if (id === '') throw new Refusal(400, 'you must provide a model parameter', { param: 'model' });
  const model = findModel(id);
  if (model === undefined) throw unknownModel(id);
  if (model.endpoint === endpoint) return model;
  throw new Refusal(404, `The model \`${id}\` is not supported by this endpoint.`, { param: 'model' });
}

export function unknownModel(id: string): Refusal {
  const message = `The model \`${id}\` does not exist or you do not have access to it.`;
  return new Refusal(404, message, { code: 'model_not_found' });
}
