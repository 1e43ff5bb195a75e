// Between our words and OpenAI's chat completions.
import type { ChatTranslation } from '#ports/provider.ts';
import { readCompletion } from './read-completion.ts';
import { chunkReader } from './read-chunks.ts';
import { writeChat } from './write.ts';

export const openAiTranslation: ChatTranslation = {
  format: 'chat-completions',
  write: writeChat,
  answer: readCompletion,
  events: chunkReader,
};
