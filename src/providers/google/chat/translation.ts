// Between our words and Gemini's contents.
import type { ChatTranslation } from '#ports/provider.ts';
import { chunkReader } from './read-chunks.ts';
import { readResponse } from './read-response.ts';
import { writeContents } from './write.ts';

export const geminiTranslation: ChatTranslation = {
  format: 'generate-content',
  write: writeContents,
  answer: readResponse,
  events: chunkReader,
};
