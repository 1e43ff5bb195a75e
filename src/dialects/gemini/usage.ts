// Usage as Gemini's callers count it: what was thought stands beside the candidates, what was cached within the prompt.
import type { Fields } from '#core/usage/counts.ts';
import type { Usage } from '#core/usage/usage.ts';

export function usageMetadata(usage: Usage): Fields {
  const { prompt_tokens, completion_tokens, total_tokens, cache_read_input_tokens } = usage;
  const thought = usage.completion_tokens_details?.reasoning_tokens ?? 0;
  return {
    promptTokenCount: prompt_tokens,
    candidatesTokenCount: Math.max(0, completion_tokens - thought),
    totalTokenCount: total_tokens,
    ...(thought === 0 ? {} : { thoughtsTokenCount: thought }),
    ...(cache_read_input_tokens === 0 ? {} : { cachedContentTokenCount: cache_read_input_tokens }),
  };
}
