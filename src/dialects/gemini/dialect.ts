// Gemini's models, as their callers hear them.
import type { Dialect } from '#ports/dialect.ts';
import { responseOf } from './answer.ts';
import { embeddingTranslation } from './embeddings.ts';
import { listModels, modelOf } from './models.ts';
import { readChat } from './read-chat.ts';
import { failureBody, passingWords } from './render.ts';
import { SpokenChunks } from './spoken-stream.ts';

export const geminiDialect: Dialect = {
  name: 'gemini',
  failure: failureBody,
  words: passingWords,
  models: { list: listModels, one: modelOf },
  translation: {
    read: ({ body }) => readChat(body),
    answer: (answer, { call }, usage) => responseOf(answer, call, usage),
    stream: (speaking) => new SpokenChunks(speaking),
  },
  embedding: embeddingTranslation,
};
