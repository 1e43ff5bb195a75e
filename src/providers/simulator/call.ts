import { fingerprint, hexOf } from './chance.ts';
import type { Fingerprint } from './chance.ts';
import type { ChatCall, ChatForm } from './chat-call.ts';
import { readChatCall } from './chat-call.ts';
import { readCompletionCall } from './completion-call.ts';
import type { EmbeddingCall } from './embedding-call.ts';
import { readEmbeddingCall } from './embedding-call.ts';
import { readGeminiCall } from './gemini-call.ts';
import type { JsonObject } from './fields.ts';
import { isObject, objectField, textField } from './fields.ts';
import type { KnobSources } from './knob-sources.ts';
import type { Knobs } from './knobs.ts';
import { readKnobs } from './knobs.ts';
import { isForm, readForm } from './form.ts';
import {
  type ImageCall,
  readImageCall,
  readSpeechCall,
  readTranscriptionCall,
  type SpeechCall,
  type TranscriptionCall,
} from './media-call.ts';
import type { SimulatedModel } from './model.ts';
import { findModel } from './model.ts';
import type { ModerationCall } from './moderation.ts';
import { readModerationCall } from './moderation.ts';
import { Refusal } from './refusal.ts';
import type { RerankCall } from './rerank-call.ts';
import { readRerankCall } from './rerank-call.ts';
import { readResponseCall } from './response-call.ts';

/** Where a model answers at once. */
type SimulatorEndpoint = Exclude<SimulatedModel['endpoint'], 'video' | 'music'>;

/** A request that a model answers. */
export type SimulatorCall =
  | CallOf<'chat', ChatCall>
  | CallOf<'embeddings', EmbeddingCall>
  | CallOf<'rerank', RerankCall>
  | CallOf<'moderations', ModerationCall>
  | CallOf<'images', ImageCall>
  | CallOf<'speech', SpeechCall>
  | CallOf<'transcriptions', TranscriptionCall>;

interface CallOf<Kind extends SimulatorEndpoint, Request> {
  readonly kind: Kind;
  readonly request: Request;
  readonly model: SimulatedModel;
  readonly knobs: Knobs;
  readonly seed: Fingerprint;
  readonly id: string;
}

export type CallHeaders = KnobSources['headers'];

const chatReaders = {
  chat: readChatCall,
  responses: readResponseCall,
  completions: readCompletionCall,
  gemini: readGeminiCall,
} as const satisfies Record<ChatForm['kind'], (body: JsonObject, asked: Asked) => ChatCall>;

export interface Asked {
  readonly endpoint: SimulatorEndpoint;
  /** Of text that is asked for. */
  readonly form?: ChatForm['kind'];
  /** What the address says, where the body does not. */
  readonly model?: string;
  readonly streamed?: boolean;
}

/** As text, unless it is a form. */
export interface CallBody {
  readonly text: string;
  readonly bytes?: Uint8Array | undefined;
}

export function readCall(
  asked: Asked,
  headers: CallHeaders,
  { text, bytes = Buffer.from(text) }: CallBody,
): SimulatorCall {
  const { endpoint, form: spoken = 'chat' } = asked;
  const contentType = headers['content-type'];
  const form = isForm(contentType) ? readForm(bytes, contentType) : undefined;
  const body = form?.fields ?? parseBody(text);
  const model = readModel(asked.model ?? textField(body, 'model') ?? '', endpoint);
  const knobsFrom = (message: string): Knobs => readKnobs({ headers, body: objectField(body, 'sim'), message });
  switch (endpoint) {
    case 'chat': {
      const request = chatReaders[spoken](body, asked);
      const knobs = knobsFrom(request.conversation.lastUserText);
      const seed = fingerprint(`${knobs.seed ?? request.seed ?? '0'}\n${model.id}\n${request.conversation.text}`);
      return { kind: 'chat', request, model, knobs, seed, id: `chatcmpl-${hexOf(seed)}` };
    }
    case 'moderations': {
      const request = readModerationCall(body);
      const knobs = knobsFrom(request.inputs.at(-1) ?? '');
      const seed = fingerprint(JSON.stringify(request.inputs));
      return { kind: 'moderations', request, model, knobs, seed, id: `modr-${hexOf(seed)}` };
    }
    case 'embeddings': {
      const request = readEmbeddingCall(body);
      const knobs = knobsFrom(request.inputs.findLast((input) => typeof input === 'string') ?? '');
      const seed = fingerprint(JSON.stringify(request.inputs));
      return { kind: 'embeddings', request, model, knobs, seed, id: `embd-${hexOf(seed)}` };
    }
    case 'rerank': {
      const request = readRerankCall(body);
      const seed = fingerprint(JSON.stringify(request));
      return { kind: 'rerank', request, model, knobs: knobsFrom(request.query), seed, id: `rank-${hexOf(seed)}` };
    }
    case 'images': {
      const request = readImageCall(body, form);
      const knobs = knobsFrom(request.prompt);
      const seed = fingerprint(`${knobs.seed ?? '0'}\n${request.prompt}`);
      return { kind: 'images', request, model, knobs, seed, id: `img-${hexOf(seed)}` };
    }
    case 'speech': {
      const request = readSpeechCall(body);
      const seed = fingerprint(request.text);
      return { kind: 'speech', request, model, knobs: knobsFrom(request.text), seed, id: `voice-${hexOf(seed)}` };
    }
    case 'transcriptions': {
      const request = readTranscriptionCall(body, form);
      const seed = fingerprint(`${request.recording.length}\n${request.prompt}`);
      const knobs = knobsFrom(request.prompt);
      return { kind: 'transcriptions', request, model, knobs, seed, id: `heard-${hexOf(seed)}` };
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

function readModel(id: string, endpoint: SimulatedModel['endpoint']): SimulatedModel {
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
