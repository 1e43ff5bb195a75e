// Between our words for texts to be embedded and Voyage's.
import { unheededOption, vectorsOf } from '#core/call/embedding.ts';
import { untranslatable } from '#core/call/untranslatable.ts';
import { listOf } from '#core/usage/counts.ts';
import { parseFields } from '#core/usage/parse-fields.ts';
import type { EmbeddingTranslation } from '#ports/provider.ts';

export const embeddingTranslation: EmbeddingTranslation = {
  format: 'embeddings',
  write(request) {
    const { texts, purpose, dimensions, truncate, names } = request;
    const unheeded = unheededOption(request, 'title', 'user');
    if (unheeded) return unheeded;
    if (purpose !== undefined && purpose !== 'query' && purpose !== 'document') {
      return untranslatable(names.purpose ?? 'purpose');
    }
    return JSON.stringify({ input: texts, input_type: purpose, output_dimension: dimensions, truncation: truncate });
  },
  answer(body) {
    const data = [...listOf(parseFields(body)?.['data'])];
    const placed = data.toSorted((left, right) => Number(left['index'] ?? 0) - Number(right['index'] ?? 0));
    return vectorsOf(placed.map(({ embedding }) => embedding));
  },
};
