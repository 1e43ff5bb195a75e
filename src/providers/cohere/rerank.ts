// Between our words for documents to be ranked and Cohere's.
import type { RankedDocument } from '#core/call/rerank.ts';
import { type Fields, listOf, wordOf } from '#core/usage/counts.ts';
import type { RerankTranslation } from '#ports/provider.ts';
import { parse } from './parse.ts';

export const rerankTranslation: RerankTranslation = {
  format: 'rerank',
  write: ({ query, documents, topN, tokensPerDocument }) =>
    JSON.stringify({ query, documents, top_n: topN, max_tokens_per_doc: tokensPerDocument }),
  answer(body) {
    const answer = parse(body.toString('utf8'));
    if (!answer || !Array.isArray(answer['results'])) return undefined;
    const id = wordOf(answer, 'id');
    return { ...(id === undefined ? {} : { id }), results: listOf(answer['results']).flatMap(ranked) };
  },
};

function ranked({ index, relevance_score: score }: Fields): readonly RankedDocument[] {
  return typeof index === 'number' && typeof score === 'number' ? [{ index, score }] : [];
}
