// Cohere's second version: chat, embeddings and ranking, billed in units of its own.
import type { ModelCall } from '#core/call/model-call.ts';
import { type FieldEdits, spliceFields } from '#core/call/splice.ts';
import type { WireFormat } from '#core/call/wire-format.ts';
import { parseFields } from '#core/usage/parse-fields.ts';
import { missingUsage } from '#core/usage/usage.ts';
import { addressOf } from '#providers/openai-compatible/address.ts';
import { openAiFailure } from '#providers/openai-compatible/failure.ts';
import { headersFor } from '#providers/openai-compatible/headers.ts';
import type { ProviderAdapter, ProviderRequestPlan } from '#ports/provider.ts';
import { chatTranslation } from './chat/translation.ts';
import { embeddingTranslation } from './embeddings.ts';
import { modelListing } from './listing.ts';
import { rerankTranslation } from './rerank.ts';
import { chatStreamReader } from './stream-reader.ts';
import { normalizeBilled } from './usage.ts';

const paths: Readonly<Partial<Record<WireFormat, string>>> = {
  'chat-v2': '/v2/chat',
  'embed-v2': '/v2/embed',
  rerank: '/v2/rerank',
};

export function cohereProvider(): ProviderAdapter {
  return {
    name: 'cohere',
    speaks: new Set(['chat-v2', 'embed-v2']),
    translation: chatTranslation,
    embedding: embeddingTranslation,
    rerank: rerankTranslation,
    listing: modelListing,
    request(call, plan) {
      const { provider } = plan.target;
      const base = addressOf(provider.baseUrl);
      return {
        origin: base.origin,
        path: `${base.path}${pathOf(call)}${base.search}`,
        method: 'POST',
        headers: headersFor(call, plan),
        body: spliceFields(call.body, editsFor(plan)),
        headTimeoutMs: provider.headTimeoutMs,
        idleTimeoutMs: provider.idleTimeoutMs,
      };
    },
    usageOf(_call, answer) {
      const fields = parseFields(answer);
      const said = fields?.['usage'] ?? fields?.['meta'];
      if (said === undefined) return missingUsage({ normalizer: { id: 'cohere', version: '1' }, raw: null });
      return normalizeBilled({ usage: said }, {}).usage;
    },
    usageOfStream: (usage) => normalizeBilled({ usage }, {}).usage,
    stream: chatStreamReader,
    failure: openAiFailure,
  };
}

function pathOf({ format }: ModelCall): string {
  const path = paths[format];
  if (path === undefined) throw new Error(`A call written as ${format} was sent where nobody reads it.`);
  return path;
}

function editsFor({ target, outputLimit }: ProviderRequestPlan): FieldEdits {
  const model = ['model', JSON.stringify(target.model)] as const;
  return new Map(outputLimit === undefined ? [model] : [model, ['max_tokens', String(outputLimit)]]);
}
