// Between our words for texts to be embedded and Cohere's, which wants to be told what the vectors are for.
import { type EmbeddingPurpose, type EmbeddingRequest, unheededOption, vectorsOf } from '#core/call/embedding.ts';
import { untranslatable } from '#core/call/untranslatable.ts';
import { partOf } from '#core/usage/counts.ts';
import { parseFields } from '#core/usage/parse-fields.ts';
import type { EmbeddingTranslation } from '#ports/provider.ts';

/** More are refused. */
const textsMax = 96;

const inputTypes: Readonly<Partial<Record<EmbeddingPurpose, string>>> = {
  query: 'search_query',
  document: 'search_document',
  classification: 'classification',
  clustering: 'clustering',
};

/** Whoever does not say is likeliest to fill an index. */
const inputTypeByDefault = 'search_document';

export const embeddingTranslation: EmbeddingTranslation = {
  format: 'embed-v2',
  write(request) {
    const unheeded = unheededOption(request, 'title', 'user');
    if (unheeded) return unheeded;
    const inputType = request.purpose === undefined ? inputTypeByDefault : inputTypes[request.purpose];
    if (inputType === undefined) return untranslatable(request.names.purpose ?? 'purpose');
    if (request.texts.length > textsMax)
      return untranslatable('input', `has more than ${textsMax} texts for this model.`);
    return JSON.stringify(fieldsOf(request, inputType));
  },
  answer(body) {
    const answer = parseFields(body);
    const vectors = partOf(answer ?? {}, 'embeddings')['float'];
    return Array.isArray(vectors) ? vectorsOf(vectors) : undefined;
  },
};

function fieldsOf({ texts, dimensions, truncate }: EmbeddingRequest, input_type: string): object {
  return {
    texts,
    input_type,
    embedding_types: ['float'],
    output_dimension: dimensions,
    truncate: truncate === undefined ? undefined : truncate ? 'END' : 'NONE',
  };
}
