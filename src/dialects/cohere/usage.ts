// What was consumed, in Cohere's words: what is billed, and what was counted.
import type { Fields } from '#core/usage/counts.ts';
import type { Usage } from '#core/usage/usage.ts';

export function usageOf({ prompt_tokens, completion_tokens, raw_tokens, cache_read_input_tokens }: Usage): Fields {
  return {
    billed_units: { input_tokens: prompt_tokens, output_tokens: completion_tokens },
    tokens: {
      input_tokens: raw_tokens?.input_tokens ?? prompt_tokens,
      output_tokens: raw_tokens?.output_tokens ?? completion_tokens,
    },
    cached_tokens: cache_read_input_tokens,
  };
}

export const apiVersion = { version: '2' };
