// Images, speech and transcripts at whoever speaks OpenAI's dialect: what is sent, and what the answer says of its usage.
import { audioLengthOf } from '#core/call/audio-length.ts';
import type { MediaRequest } from '#core/call/media.ts';
import type { ModelCall } from '#core/call/model-call.ts';
import { spliceFields } from '#core/call/splice.ts';
import type { WireFormat } from '#core/call/wire-format.ts';
import { Counts, type Fields, isFields, wordOf } from '#core/usage/counts.ts';
import { factsOf } from '#core/usage/facts.ts';
import { parseFields } from '#core/usage/parse-fields.ts';
import { type Quantities, unitUsage } from '#core/usage/record.ts';
import { type CallFacts, missingUsage, notBillable, type Usage } from '#core/usage/usage.ts';
import type { ProviderRequestPlan } from '#ports/provider.ts';
import type { UpstreamRequest } from '#ports/upstream.ts';
import { addressOf } from './address.ts';
import { normalizeSpeech, normalizeTranscription } from './audio-usage.ts';
import { writeForm } from './form.ts';
import { normalizeImages } from './image-usage.ts';

const normalizer = { id: 'openai-compatible', version: '1' };

export const mediaFormats = ['images', 'image-edits', 'speech', 'transcriptions'] as const satisfies WireFormat[];

export function mediaRequest(call: ModelCall, media: MediaRequest, plan: ProviderRequestPlan): UpstreamRequest {
  const { target, credential } = plan;
  const base = addressOf(target.provider.baseUrl);
  const { contentType, body } = written(call, target.model);
  return {
    origin: base.origin,
    path: `${base.path}${pathOf(call, media)}${base.search}`,
    method: 'POST',
    headers: {
      'content-type': contentType,
      accept: call.streamed ? 'text/event-stream' : '*/*',
      'accept-encoding': 'identity',
      ...(credential === undefined ? {} : { authorization: `Bearer ${credential}` }),
    },
    body,
    headTimeoutMs: target.provider.headTimeoutMs,
    idleTimeoutMs: target.provider.idleTimeoutMs,
  };
}

function pathOf(call: ModelCall, media: MediaRequest): string {
  switch (media.kind) {
    case 'image':
      return call.format === 'image-edits' ? '/images/edits' : '/images/generations';
    case 'speech':
      return '/audio/speech';
    case 'transcription':
      return media.translated ? '/audio/translations' : '/audio/transcriptions';
  }
}

function written(
  { form, body }: ModelCall,
  model: string,
): { readonly contentType: string; readonly body: string | Buffer } {
  if (!form) {
    return {
      contentType: 'application/json',
      body: spliceFields(body, new Map([['model', JSON.stringify(model)]])),
    };
  }
  const others = form.fields.filter(([name]) => name !== 'model');
  return writeForm({ ...form, fields: [['model', model], ...others] });
}

export function mediaUsage(call: ModelCall, media: MediaRequest, answer: Buffer): Usage {
  const parsed = objectIn(answer);
  // Some say in a body of status 200 that there is no answer.
  if (parsed && isFields(parsed['error']) && !parsed['data'] && !parsed['text']) {
    return notBillable({ normalizer, raw: parsed['error'], flags: ['error_as_answer'] });
  }
  switch (media.kind) {
    case 'image':
      return parsed
        ? normalizeImages(withoutPictures(parsed), {}).usage
        : missingUsage({ normalizer, raw: null, unit: 'image' });
    case 'speech':
      return speechUsage(call, answer);
    case 'transcription':
      return parsed ? transcriptUsage(parsed) : missingUsage({ normalizer, raw: null, unit: 'second' });
  }
}

/** Of a stream the last event tells it. */
export function mediaStreamUsage(call: ModelCall, media: MediaRequest, raw: unknown): Usage {
  switch (media.kind) {
    case 'image':
      return normalizeImages({ usage: raw }, { results: call.choices }).usage;
    case 'speech':
      return normalizeSpeech({ usage: raw }, {}).usage;
    case 'transcription':
      return normalizeTranscription({ usage: raw }, {}).usage;
  }
}

/** What was left to the provider is known once it has answered. */
export function mediaFacts({ facts, media }: ModelCall, answer: Buffer): Partial<CallFacts> {
  if (media?.kind !== 'image' || (facts.size !== undefined && facts.quality !== undefined)) return {};
  const parsed = objectIn(answer) ?? {};
  const [size, quality] = [wordOf(parsed, 'size'), wordOf(parsed, 'quality')];
  return factsOf({ size: facts.size ?? size, quality: facts.quality ?? quality });
}

/** The record is kept, and the pictures are the caller's. */
function withoutPictures(body: Fields): Fields {
  const { data } = body;
  return Array.isArray(data) ? { ...body, data: data.map(() => ({})) } : body;
}

/** Sound says nothing of its usage: what was spoken is what is billed. */
function speechUsage({ expected }: ModelCall, answer: Buffer): Usage {
  const { character, credit } = expected?.quantities ?? {};
  const isWave = answer.subarray(0, 4).toString('latin1') === 'RIFF';
  const quantities: Quantities = {
    ...(character !== undefined && { character }),
    ...(credit !== undefined && { credit }),
    ...(isWave && { audio_second_out: String(audioLengthOf(answer).seconds) }),
  };
  const raw = { bytes: answer.length };
  return unitUsage({ normalizer, raw, unit: 'character', quantity: 'character', quantities }, new Counts());
}

function transcriptUsage(body: Fields): Usage {
  if (body['usage'] !== undefined && body['usage'] !== null) {
    return normalizeTranscription({ usage: body['usage'] }, {}).usage;
  }
  const counts = new Counts();
  const duration = counts.readText(body, 'duration');
  return unitUsage(
    {
      normalizer,
      raw: duration === undefined ? null : { duration: body['duration'] },
      unit: 'second',
      quantity: 'audio_second_in',
      quantities: duration === undefined ? {} : { audio_second_in: duration },
    },
    counts,
  );
}

/** Most answers here are sound or pictures, and not worth the try. */
function objectIn(answer: Buffer): Fields | undefined {
  return answer[0] === openBrace ? parseFields(answer) : undefined;
}

const openBrace = 0x7b;
