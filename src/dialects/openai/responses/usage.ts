// Usage as callers of /v1/responses count it: the cache's part of the input is within it, what was thought in the output.
import type { Fields } from '#core/usage/counts.ts';
import type { Usage } from '#core/usage/usage.ts';

export function responseUsage(usage: Usage): Fields {
  const { prompt_tokens, completion_tokens, total_tokens, cache_read_input_tokens, cache_creation_input_tokens } =
    usage;
  return {
    input_tokens: prompt_tokens,
    input_tokens_details: { cached_tokens: cache_read_input_tokens, cache_write_tokens: cache_creation_input_tokens },
    output_tokens: completion_tokens,
    output_tokens_details: { reasoning_tokens: usage.completion_tokens_details?.reasoning_tokens ?? 0 },
    total_tokens,
  };
}
