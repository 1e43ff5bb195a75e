// Documents to be ranked, read into our words and told out of them.
import { readRerank } from '#core/call/read-rerank.ts';
import type { DialectRerankTranslation } from '#ports/dialect.ts';
import { apiVersion } from './usage.ts';

export const rerankTranslation: DialectRerankTranslation = {
  read: ({ body }) => readRerank(body),
  answer: ({ id, results }, { requestId }, { quantities, prompt_tokens }) => {
    const units = quantities?.search_unit;
    const billed = units === undefined ? { input_tokens: prompt_tokens } : { search_units: Number(units) };
    return JSON.stringify({
      id: id ?? requestId,
      results: results.map(({ index, score }) => ({ index, relevance_score: score })),
      meta: { api_version: apiVersion, billed_units: billed },
    });
  },
};
