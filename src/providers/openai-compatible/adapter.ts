// Any upstream that speaks OpenAI's dialect. The body passes through but for the model and what the hold needs.
import type { ModelCall } from '#core/call/model-call.ts';
import { type FieldEdits, spliceFields } from '#core/call/splice.ts';
import { parseFields } from '#core/usage/parse-fields.ts';
import { missingUsage, notBillable } from '#core/usage/usage.ts';
import type { ProviderAdapter, ProviderRequestPlan } from '#ports/provider.ts';
import type { UpstreamRequest } from '#ports/upstream.ts';
import { addressOf } from './address.ts';
import { openAiTranslation } from './chat/translation.ts';
import { editsFor } from './edits.ts';
import { openAiEmbedding } from './embeddings.ts';
import { openAiFailure } from './failure.ts';
import { withoutForeignThoughts } from './foreign-thoughts.ts';
import { headersFor } from './headers.ts';
import { mediaFacts, mediaFormats, mediaRequest, mediaStreamUsage, mediaUsage } from './media.ts';
import { mediaStreamReader } from './media-stream.ts';
import { rerankUsage } from './rerank.ts';
import { openAiStreamReader } from './stream-reader.ts';
import { withoutUnaskedUsage } from './unasked-usage.ts';
import { normalizeOpenAiUsage } from './usage.ts';

const normalizer = { id: 'openai-compatible', version: '1' };

const paths = {
  'chat-completions': '/chat/completions',
  completions: '/completions',
  embeddings: '/embeddings',
  rerank: '/rerank',
} as const;

export function openAiCompatible(): ProviderAdapter {
  return {
    name: 'openai-compatible',
    speaks: new Set([...(Object.keys(paths) as (keyof typeof paths)[]), ...mediaFormats]),
    translation: openAiTranslation,
    embedding: openAiEmbedding,
    request: openAiRequest,
    usageOf(call, answer) {
      if (call.media) return mediaUsage(call, call.media, answer);
      const endpoint = call.kind === 'chat' ? 'chat' : 'embeddings';
      const parsed = parseFields(answer);
      if (!parsed) return missingUsage({ normalizer, raw: null });
      // Some say in a body of status 200 that there is no answer.
      if (isRefusal(parsed)) return notBillable({ normalizer, raw: parsed['error'], flags: ['error_as_answer'] });
      if (call.kind === 'rerank') return rerankUsage(parsed);
      return normalizeOpenAiUsage(parsed['usage'], { endpoint });
    },
    usageOfStream(raw, call) {
      if (call.media) return mediaStreamUsage(call, call.media, raw);
      return normalizeOpenAiUsage(raw, { endpoint: 'chat' });
    },
    stream({ format, usageWanted, media, choices }) {
      if (media) return mediaStreamReader(choices);
      const reader = openAiStreamReader(format === 'completions' ? 'completions' : 'chat');
      return usageWanted ? reader : withoutUnaskedUsage(reader);
    },
    probe({ baseUrl, credential }) {
      const base = addressOf(baseUrl);
      return {
        origin: base.origin,
        path: `${base.path}/models${base.search}`,
        headers: { accept: 'application/json', authorization: `Bearer ${credential}` },
      };
    },
    answeredFacts: mediaFacts,
    failure: openAiFailure,
  };
}

export function openAiRequest(call: ModelCall, plan: ProviderRequestPlan): UpstreamRequest {
  if (call.media) return mediaRequest(call, call.media, plan);
  const foreign = call.format === 'chat-completions' ? withoutForeignThoughts(call.body) : [];
  return openAiPost(call, plan, { path: pathOf(call), edits: new Map([...editsFor(call, plan), ...foreign]) });
}

export interface Posted {
  readonly path: string;
  readonly edits: FieldEdits;
}

/** The body as it came, at one of the provider's addresses. */
export function openAiPost(
  call: ModelCall,
  plan: ProviderRequestPlan,
  { path, edits: changed }: Posted,
): UpstreamRequest {
  const { target } = plan;
  const base = addressOf(target.provider.baseUrl);
  return {
    origin: base.origin,
    path: `${base.path}${path}${base.search}`,
    method: 'POST',
    headers: headersFor(call, plan),
    body: spliceFields(call.body, changed),
    headTimeoutMs: target.provider.headTimeoutMs,
    idleTimeoutMs: target.provider.idleTimeoutMs,
  };
}

function pathOf({ format }: ModelCall): string {
  if (format in paths) return paths[format as keyof typeof paths];
  throw new Error(`A call written as ${format} was sent where nobody reads it.`);
}

function isRefusal(answer: Readonly<Record<string, unknown>>): boolean {
  const { error, usage, choices, data, results } = answer;
  return typeof error === 'object' && error !== null && !usage && !choices && !data && !results;
}
