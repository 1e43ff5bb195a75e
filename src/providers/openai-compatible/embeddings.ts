// Between our words for texts to be embedded and OpenAI's dialect.
import { unheededOption, vectorsOf } from '#core/call/embedding.ts';
import { isFields, listOf } from '#core/usage/counts.ts';
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
    const answer = parse(body);
    const data = isFields(answer) ? [...listOf(answer['data'])] : [];
    // They say which text each belongs to, and need not keep the order.
    const placed = data.toSorted((left, right) => Number(left['index'] ?? 0) - Number(right['index'] ?? 0));
    return vectorsOf(placed.map(({ embedding }) => embedding));
  },
};

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
