// Between our words for texts to be embedded and OpenAI's dialect.
import { unheededOption, vectorsOf } from '#core/call/embedding.ts';
import { listOf } from '#core/usage/counts.ts';
import { parseFields } from '#core/usage/parse-fields.ts';
import type { EmbeddingTranslation } from '#ports/provider.ts';

export const openAiEmbedding: EmbeddingTranslation = {
  format: 'embeddings',
  write(request) {
    const { texts, dimensions, user } = request;
    return (
      unheededOption(request, 'purpose', 'title', 'truncate') ??
      JSON.stringify({ input: texts, encoding_format: 'float', dimensions, user })
    );
  },
  answer(body) {
    const data = [...listOf(parseFields(body)?.['data'])];
    // They say which text each belongs to, and need not keep the order.
    const placed = data.toSorted((left, right) => Number(left['index'] ?? 0) - Number(right['index'] ?? 0));
    return vectorsOf(placed.map(({ embedding }) => embedding));
  },
};
