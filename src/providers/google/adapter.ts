// Google's Gemini API. The body passes through but for the limit that is held for: the model stands in the address.
import type { ModelCall } from '#core/call/model-call.ts';
import { fieldText, spliceFields, spliceInner, spliceItems } from '#core/call/splice.ts';
import type { WireFormat } from '#core/call/wire-format.ts';
import { isFields } from '#core/usage/counts.ts';
import { parseFields } from '#core/usage/parse-fields.ts';
import { missingUsage, notBillable, type Usage } from '#core/usage/usage.ts';
import { addressOf } from '#providers/openai-compatible/address.ts';
import type { ProviderAdapter, ProviderRequestPlan } from '#ports/provider.ts';
import type { UpstreamRequest } from '#ports/upstream.ts';
import { geminiTranslation } from './chat/translation.ts';
import { geminiEmbedding } from './embeddings.ts';
import { googleFailure } from './failure.ts';
import { withoutForeignThoughts } from './foreign-thoughts.ts';
import { googleImages } from './images.ts';
import { googleListing } from './listing.ts';
import { chunkStreamReader } from './stream-reader.ts';
import { normalizeEmbedding, normalizeGenerate } from './usage.ts';

const formats: ReadonlySet<WireFormat> = new Set(['generate-content', 'embed-content', 'batch-embed-contents']);

const normalizer = { id: 'gemini', version: '1' };

export function googleProvider(): ProviderAdapter {
  return {
    name: 'google',
    speaks: formats,
    translation: geminiTranslation,
    embedding: geminiEmbedding,
    request: (call, plan) => googleRequest(call, plan, askedBy(call, plan)),
    counting: {
      field: 'totalTokens',
      request: (call, plan) => googleRequest(call, plan, { deed: 'countTokens', body: countingBody(call, plan) }),
    },
    listing: googleListing,
    media: { image: googleImages },
    probe({ baseUrl, credential }) {
      const { origin, path } = addressOf(baseUrl);
      const headers = { accept: 'application/json', 'x-goog-api-key': credential };
      return { origin, path: `${path}/models?pageSize=1`, headers };
    },
    usageOf(call, answer) {
      const parsed = parseFields(answer);
      if (!parsed) return missingUsage({ normalizer, raw: null });
      if (isFields(parsed['error'])) {
        return notBillable({ normalizer, raw: parsed['error'], flags: ['error_as_answer'] });
      }
      const body = { ...parsed, usageMetadata: parsed['usageMetadata'] ?? null };
      return (call.kind === 'embedding' ? normalizeEmbedding : normalizeGenerate)(body, {}).usage;
    },
    usageOfStream: streamUsage,
    usageOfBrokenStream: cutShort,
    stream: chunkStreamReader,
    failure: googleFailure,
  };
}

function streamUsage(raw: unknown): Usage {
  return normalizeGenerate({ usageMetadata: raw }, {}).usage;
}

/** Every chunk repeats the counts so far; the first ones may be without that of the output. */
function cutShort(raw: unknown): Usage {
  const usage = streamUsage(raw);
  const isCounted = isFields(raw) && typeof raw['candidatesTokenCount'] === 'number';
  if (isCounted || usage.status !== 'reported') return usage;
  return { ...usage, status: 'partial', flags: [...usage.flags, 'COMPLETION_TOKENS_MISSING'] };
}

interface Asked {
  /** What stands behind the colon of the address. */
  readonly deed: string;
  readonly body: string;
}

function askedBy(call: ModelCall, plan: ProviderRequestPlan): Asked {
  const { format, streamed, body } = call;
  if (format === 'generate-content') {
    const deed = streamed ? 'streamGenerateContent?alt=sse' : 'generateContent';
    return { deed, body: generateBody(call, plan) };
  }
  if (format === 'embed-content') return { deed: 'embedContent', body: withModel(body, plan) };
  if (format === 'batch-embed-contents') return { deed: 'batchEmbedContents', body: batchBody(call, plan) };
  throw new Error(`A call written as ${format} was sent where nobody reads it.`);
}

function generateBody({ body }: ModelCall, { outputLimit, target }: ProviderRequestPlan): string {
  const named = spliceFields(body, new Map([['model', undefined], ...withoutForeignThoughts(body, target)]));
  if (outputLimit === undefined) return named;
  const config = fieldText(body, 'generation_config') === undefined ? 'generationConfig' : 'generation_config';
  const limit = new Map([
    ['maxOutputTokens', String(outputLimit)],
    ['max_output_tokens', undefined],
  ]);
  return spliceInner(named, config, limit);
}

function withModel(body: string, { target }: ProviderRequestPlan): string {
  return spliceFields(body, new Map([['model', JSON.stringify(resourceOf(target.model))]]));
}

/** Each of the requests names the model again. */
function batchBody({ body }: ModelCall, plan: ProviderRequestPlan): string {
  const requests = spliceItems(fieldText(body, 'requests') ?? '[]', (request) => withModel(request, plan));
  return spliceFields(body, new Map([['requests', requests]]));
}

/** Only a whole request is counted with its instructions and tools. */
function countingBody({ body }: ModelCall, plan: ProviderRequestPlan): string {
  const nested = fieldText(body, 'generateContentRequest') ?? fieldText(body, 'generate_content_request') ?? body;
  return `{"generateContentRequest":${withModel(nested, plan)}}`;
}

/** Tuned models have a place of their own. */
function resourceOf(model: string): string {
  return model.includes('/') ? model : `models/${model}`;
}

function googleRequest(call: ModelCall, plan: ProviderRequestPlan, { deed, body }: Asked): UpstreamRequest {
  const { target, credential } = plan;
  const base = addressOf(target.provider.baseUrl);
  const resource = resourceOf(target.model).split('/').map(encodeURIComponent).join('/');
  const search = deed.includes('?') ? base.search.replace('?', '&') : base.search;
  return {
    origin: base.origin,
    path: `${base.path}/${resource}:${deed}${search}`,
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: call.streamed ? 'text/event-stream' : 'application/json',
      'accept-encoding': 'identity',
      ...(credential === undefined ? {} : { 'x-goog-api-key': credential }),
    },
    body,
    headTimeoutMs: target.provider.headTimeoutMs,
    idleTimeoutMs: target.provider.idleTimeoutMs,
  };
}
