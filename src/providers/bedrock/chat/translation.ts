// Between our words and Converse.
import type { ChatTranslation } from '#ports/provider.ts';
import { readAnswer } from './read-answer.ts';
import { converseEventReader } from './read-events.ts';
import { writeConverse } from './write.ts';

export const converseTranslation: ChatTranslation = {
  format: 'converse',
  write: writeConverse,
  answer: readAnswer,
  events: converseEventReader,
};
