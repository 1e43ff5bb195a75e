// Any upstream that speaks OpenAI's dialect. The body passes through but for the model and what the hold needs.
import type { ModelCall } from '#core/call/model-call.ts';
import { type FieldEdits, spliceFields } from '#core/call/splice.ts';
import { missingUsage, notBillable } from '#core/usage/usage.ts';
import type { ProviderAdapter, ProviderRequestPlan } from '#ports/provider.ts';
import type { UpstreamRequest } from '#ports/upstream.ts';
import { addressOf } from './address.ts';
import { openAiTranslation } from './chat/translation.ts';
import { openAiFailure } from './failure.ts';
import { mediaFacts, mediaFormats, mediaRequest, mediaStreamUsage, mediaUsage } from './media.ts';
import { mediaStreamReader } from './media-stream.ts';
import { openAiStreamReader } from './stream-reader.ts';
import { normalizeOpenAiUsage } from './usage.ts';

const normalizer = { id: 'openai-compatible', version: '1' };

const paths = { 'chat-completions': '/chat/completions', embeddings: '/embeddings' } as const;

export function openAiCompatible(): ProviderAdapter {
  return {
    name: 'openai-compatible',
    speaks: new Set([...(Object.keys(paths) as (keyof typeof paths)[]), ...mediaFormats]),
    translation: openAiTranslation,
    request: openAiRequest,
    usageOf(call, answer) {
      if (call.media) return mediaUsage(call, call.media, answer);
      const endpoint = call.kind === 'chat' ? 'chat' : 'embeddings';
      const parsed = parseAnswer(answer);
      if (!parsed) return missingUsage({ normalizer, raw: null });
      // Some say in a body of status 200 that there is no answer.
      if (isRefusal(parsed)) return notBillable({ normalizer, raw: parsed['error'], flags: ['error_as_answer'] });
      return normalizeOpenAiUsage(parsed['usage'], { endpoint });
    },
    usageOfStream(raw, call) {
      if (call.media) return mediaStreamUsage(call, call.media, raw);
      return normalizeOpenAiUsage(raw, { endpoint: 'chat' });
    },
    stream: (call) => (call.media ? mediaStreamReader(call.choices) : openAiStreamReader()),
    answeredFacts: mediaFacts,
    failure: openAiFailure,
  };
}

export function openAiRequest(call: ModelCall, plan: ProviderRequestPlan): UpstreamRequest {
  if (call.media) return mediaRequest(call, call.media, plan);
  const { target, credential } = plan;
  const base = addressOf(target.provider.baseUrl);
  return {
    origin: base.origin,
    path: `${base.path}${pathOf(call)}${base.search}`,
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: call.streamed ? 'text/event-stream' : 'application/json',
      // The answer passes through as it comes, and its usage is read on the way.
      'accept-encoding': 'identity',
      ...(credential === undefined ? {} : { authorization: `Bearer ${credential}` }),
    },
    body: spliceFields(call.body, edits(call, plan)),
    headTimeoutMs: target.provider.headTimeoutMs,
    idleTimeoutMs: target.provider.idleTimeoutMs,
  };
}

function pathOf({ format }: ModelCall): string {
  if (format in paths) return paths[format as keyof typeof paths];
  throw new Error(`A call written as ${format} was sent where nobody reads it.`);
}

function edits(call: ModelCall, { target, outputLimit }: ProviderRequestPlan): FieldEdits {
  const changed = new Map<string, string | undefined>([['model', JSON.stringify(target.model)]]);
  if (outputLimit !== undefined) {
    const field = call.outputLimitField ?? target.provider.outputLimitField;
    changed.set(field, String(outputLimit));
    // A provider that reads the other one would not stop at what is held.
    changed.set(field === 'max_tokens' ? 'max_completion_tokens' : 'max_tokens', undefined);
  }
  // Without it a stream ends without a word about its usage.
  if (call.streamed) {
    changed.set('stream_options', JSON.stringify({ ...call.streamOptions, include_usage: true }));
  }
  return changed;
}

function isRefusal(answer: Readonly<Record<string, unknown>>): boolean {
  const { error, usage, choices, data } = answer;
  return typeof error === 'object' && error !== null && !usage && !choices && !data;
}

function parseAnswer(answer: Buffer): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(answer.toString('utf8'));
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
      ? (parsed as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
