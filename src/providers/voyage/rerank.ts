// Between our words for documents to be ranked and Voyage's.
import type { RankedDocument } from '#core/call/rerank.ts';
import { untranslatable } from '#core/call/untranslatable.ts';
import { type Fields, listOf } from '#core/usage/counts.ts';
import { parseFields } from '#core/usage/parse-fields.ts';
import type { RerankTranslation } from '#ports/provider.ts';

export const rerankTranslation: RerankTranslation = {
  format: 'rerank',
  write({ query, documents, topN, tokensPerDocument }) {
    if (tokensPerDocument !== undefined) return untranslatable('max_tokens_per_doc');
    return JSON.stringify({ query, documents, top_k: topN });
  },
  answer(body) {
    const data = parseFields(body)?.['data'];
    return Array.isArray(data) ? { results: listOf(data).flatMap(ranked) } : undefined;
  },
};

function ranked({ index, relevance_score: score }: Fields): readonly RankedDocument[] {
  return typeof index === 'number' && typeof score === 'number' ? [{ index, score }] : [];
}
