// Between our words for texts to be embedded and Gemini's, which takes many at once as requests of their own.
import { type EmbeddingPurpose, unheededOption, vectorsOf } from '#core/call/embedding.ts';
import { listOf, partOf } from '#core/usage/counts.ts';
import { parseFields } from '#core/usage/parse-fields.ts';
import type { EmbeddingTranslation } from '#ports/provider.ts';

export const geminiEmbedding: EmbeddingTranslation = {
  format: 'batch-embed-contents',
  write(request) {
    const { texts, dimensions, purpose, title } = request;
    const unheeded = unheededOption(request, 'truncate');
    if (unheeded) return unheeded;
    const requests = texts.map((text) => ({
      content: { parts: [{ text }] },
      taskType: purpose && taskTypes[purpose],
      title,
      outputDimensionality: dimensions,
    }));
    return JSON.stringify({ requests });
  },
  answer(body) {
    const answer = parseFields(body);
    if (!answer) return undefined;
    const all = 'embedding' in answer ? [partOf(answer, 'embedding')] : listOf(answer['embeddings']);
    return vectorsOf(all.map(({ values }) => values));
  },
};

const taskTypes = {
  query: 'RETRIEVAL_QUERY',
  document: 'RETRIEVAL_DOCUMENT',
  similarity: 'SEMANTIC_SIMILARITY',
  classification: 'CLASSIFICATION',
  clustering: 'CLUSTERING',
  'question-answering': 'QUESTION_ANSWERING',
  'fact-verification': 'FACT_VERIFICATION',
  'code-query': 'CODE_RETRIEVAL_QUERY',
} as const satisfies Record<EmbeddingPurpose, string>;
