// OpenAI's chat and embeddings, as their callers hear them.
import type { Dialect } from '#ports/dialect.ts';
import type { StreamWords } from '#ports/door.ts';
import { completionOf } from './chat/completion.ts';
import { readChat } from './chat/read.ts';
import { SpokenCompletion } from './chat/spoken-stream.ts';
import { doneEvent, failureBody, failureEvent, lengthEvent, usageEvent, withFare } from './render.ts';

const passing: Omit<StreamWords, 'failure'> = {
  cutOff: lengthEvent,
  usage: usageEvent,
  withFare: (event, _usage, fare) => withFare(event, fare),
  done: doneEvent,
};

export const openAiDialect: Dialect = {
  name: 'openai',
  failure: failureBody,
  words: (requestId) => ({ ...passing, failure: (failure) => failureEvent(failure, requestId) }),
  translation: {
    read: ({ body }) => readChat(body),
    answer: completionOf,
    stream: (speaking) => new SpokenCompletion(speaking),
  },
};
