// Voyage: embeddings and ranking, in words close to OpenAI's and not the same.
import type { ModelCall } from '#core/call/model-call.ts';
import { spliceFields } from '#core/call/splice.ts';
import { parseFields } from '#core/usage/parse-fields.ts';
import { missingUsage } from '#core/usage/usage.ts';
import { addressOf } from '#providers/openai-compatible/address.ts';
import { openAiFailure } from '#providers/openai-compatible/failure.ts';
import { headersFor } from '#providers/openai-compatible/headers.ts';
import { openAiStreamReader } from '#providers/openai-compatible/stream-reader.ts';
import type { ProviderAdapter } from '#ports/provider.ts';
import { embeddingTranslation } from './embeddings.ts';
import { rerankTranslation } from './rerank.ts';
import { normalizeEmbedding } from './usage.ts';

export function voyageProvider(): ProviderAdapter {
  return {
    name: 'voyage',
    speaks: new Set(),
    embedding: embeddingTranslation,
    rerank: rerankTranslation,
    request(call, plan) {
      const { target } = plan;
      const base = addressOf(target.provider.baseUrl);
      return {
        origin: base.origin,
        path: `${base.path}${pathOf(call)}${base.search}`,
        method: 'POST',
        headers: headersFor(call, plan),
        body: spliceFields(call.body, new Map([['model', JSON.stringify(target.model)]])),
        headTimeoutMs: target.provider.headTimeoutMs,
        idleTimeoutMs: target.provider.idleTimeoutMs,
      };
    },
    usageOf(_call, answer) {
      const said = parseFields(answer)?.['usage'];
      if (said === undefined) return missingUsage({ normalizer: { id: 'voyage', version: '1' }, raw: null });
      return normalizeEmbedding({ usage: said }, {}).usage;
    },
    // Nothing is streamed here.
    usageOfStream: (usage) => normalizeEmbedding({ usage }, {}).usage,
    stream: () => openAiStreamReader(),
    failure: openAiFailure,
  };
}

function pathOf({ kind }: ModelCall): string {
  return kind === 'rerank' ? '/rerank' : '/embeddings';
}
