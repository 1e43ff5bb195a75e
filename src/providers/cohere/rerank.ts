// Between our words for documents to be ranked and Cohere's.
import type { RankedDocument } from '#core/call/rerank.ts';
import { type Fields, listOf, wordOf } from '#core/usage/counts.ts';
import { parseFields } from '#core/usage/parse-fields.ts';
import type { RerankTranslation } from '#ports/provider.ts';

export const rerankTranslation: RerankTranslation = {
  format: 'rerank',
  write: ({ query, documents, topN, tokensPerDocument }) =>
    JSON.stringify({ query, documents, top_n: topN, max_tokens_per_doc: tokensPerDocument }),
  answer(body) {
    const answer = parseFields(body);
    if (!answer || !Array.isArray(answer['results'])) return undefined;
    const id = wordOf(answer, 'id');
    return { ...(id === undefined ? {} : { id }), results: listOf(answer['results']).flatMap(ranked) };
  },
};

function ranked({ index, relevance_score: score }: Fields): readonly RankedDocument[] {
  return typeof index === 'number' && typeof score === 'number' ? [{ index, score }] : [];
}
