// Ranking has no dialect of OpenAI's: at `/v1/rerank` it is asked and answered as most who offer it do.
import { readRerank } from '#core/call/read-rerank.ts';
import { type Fields, isFields } from '#core/usage/counts.ts';
import type { Usage } from '#core/usage/usage.ts';
import type { DialectRerankTranslation } from '#ports/dialect.ts';

export const rerankTranslation: DialectRerankTranslation = {
  read: ({ body }) => readRerank(body, 'return_documents'),
  answer: ({ id, results }, { call, requestId }, usage) => {
    const asked: unknown = JSON.parse(call.body);
    const documents = isFields(asked) && asked['return_documents'] === true ? asked['documents'] : undefined;
    return JSON.stringify({
      id: id ?? requestId,
      model: call.name,
      results: results.map(({ index, score }) => ({
        index,
        relevance_score: score,
        ...(Array.isArray(documents) ? { document: wrapped(documents[index]) } : {}),
      })),
      ...told(usage),
    });
  },
};

function wrapped(document: unknown): unknown {
  return typeof document === 'string' ? { text: document } : document;
}

/** In the words of whichever was counted. */
function told({ quantities, total_tokens }: Usage): Fields {
  const units = quantities?.search_unit;
  return {
    ...(units === undefined ? {} : { meta: { billed_units: { search_units: Number(units) } } }),
    ...(total_tokens === 0 ? {} : { usage: { total_tokens } }),
  };
}
