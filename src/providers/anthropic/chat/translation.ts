// Between our words and Anthropic's messages.
import type { ChatTranslation } from '#ports/provider.ts';
import { messageEventReader } from './read-events.ts';
import { readMessage } from './read-message.ts';
import { writeMessages } from './write.ts';

export const anthropicTranslation: ChatTranslation = {
  format: 'messages',
  write: writeMessages,
  answer: readMessage,
  events: messageEventReader,
};
