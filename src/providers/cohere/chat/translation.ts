// Between our words and Cohere's chat.
import type { ChatTranslation } from '#ports/provider.ts';
import { readAnswer } from './read-answer.ts';
import { chatEventReader } from './read-events.ts';
import { writeChat } from './write.ts';

export const chatTranslation: ChatTranslation = {
  format: 'chat-v2',
  write: writeChat,
  answer: readAnswer,
  events: chatEventReader,
};
