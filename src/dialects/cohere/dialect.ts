// Cohere's second version, as its callers hear it: chat, embeddings, ranking.
import type { Failure } from '#core/failure.ts';
import type { Dialect } from '#ports/dialect.ts';
import { answerOf } from './chat/answer.ts';
import { readChat } from './chat/read.ts';
import { SpokenChat } from './chat/spoken-stream.ts';
import { passingWords } from './chat/words.ts';
import { embeddingTranslation } from './embeddings.ts';
import { rerankTranslation } from './rerank.ts';

export const cohereDialect: Dialect = {
  name: 'cohere',
  failure: ({ kind, message, detail }: Failure, requestId) =>
    JSON.stringify({
      id: requestId,
      message,
      code: kind,
      ...(detail.param === undefined ? {} : { param: detail.param }),
      ...(detail.limitSource === undefined ? {} : { limit_source: detail.limitSource }),
      ...(detail.available === undefined ? {} : { available: detail.available }),
      ...(detail.needed === undefined ? {} : { needed: detail.needed }),
      ...(detail.currency === undefined ? {} : { currency: detail.currency }),
    }),
  words: passingWords,
  translation: {
    read: ({ body }) => readChat(body),
    answer: answerOf,
    stream: (speaking) => new SpokenChat(speaking),
  },
  embedding: embeddingTranslation,
  rerank: rerankTranslation,
};
