// Anthropic's messages, as their callers hear them.
import type { Dialect } from '#ports/dialect.ts';
import { messageOf } from './answer.ts';
import { listModels, modelOf } from './models.ts';
import { readChat } from './read-chat.ts';
import { failureBody, passingWords } from './render.ts';
import { SpokenMessage } from './spoken-stream.ts';

export const anthropicDialect: Dialect = {
  name: 'anthropic',
  requestIdHeader: 'request-id',
  failure: failureBody,
  words: passingWords,
  models: { list: listModels, one: modelOf },
  translation: {
    read: ({ body }) => readChat(body),
    answer: (answer, { call }, usage) => messageOf(answer, call.name, usage),
    stream: ({ call, requestId }) => new SpokenMessage(call, requestId),
  },
};
