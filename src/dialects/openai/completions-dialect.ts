// OpenAI's older completions, as their callers hear them. Nobody translates them: what has no turns is no conversation.
import { parseData } from '#core/usage/parse-fields.ts';
import type { Dialect } from '#ports/dialect.ts';
import { openAiDialect } from './dialect.ts';

const { translation: _translation, ...openAi } = openAiDialect;

export const completionsDialect: Dialect = {
  ...openAi,
  words: (requestId) => ({ ...openAi.words(requestId), cutOff: lengthEvent }),
};

/** Ends every choice as if the output limit had been reached; made in the likeness of one that came before. */
function lengthEvent(last: Buffer | undefined, choices: number): string {
  const { id = 'cmpl-cut', created = 0, model = '' } = parseData(last) ?? {};
  const ended = Array.from({ length: choices }, (_, index) => ({
    text: '',
    index,
    logprobs: null,
    finish_reason: 'length',
  }));
  return `data: ${JSON.stringify({ id, object: 'text_completion', created, model, choices: ended })}\n\n`;
}
