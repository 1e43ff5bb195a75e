// OpenAI's responses, as their callers hear them.
import type { Dialect } from '#ports/dialect.ts';
import { failureBody } from '../render.ts';
import { responseOf } from './answer.ts';
import { PassingResponse } from './passing-words.ts';
import { readChat } from './read-chat.ts';
import { SpokenResponse } from './spoken-stream.ts';

export const responsesDialect: Dialect = {
  name: 'openai',
  failure: failureBody,
  words: (requestId) => new PassingResponse(requestId),
  translation: {
    read: ({ body }) => readChat(body),
    answer: responseOf,
    stream: (speaking) => new SpokenResponse(speaking),
  },
};
