// Usage as Anthropic's callers count it: what the cache took and gave is not part of the input.
import type { Usage } from '#core/usage/usage.ts';

export function anthropicUsage(usage: Usage): Readonly<Record<string, unknown>> {
  const { prompt_tokens, completion_tokens, cache_read_input_tokens, cache_creation_input_tokens } = usage;
  const thought = usage.completion_tokens_details?.reasoning_tokens;
  return {
    input_tokens: Math.max(0, prompt_tokens - cache_read_input_tokens - cache_creation_input_tokens),
    cache_creation_input_tokens,
    cache_read_input_tokens,
    output_tokens: completion_tokens,
    output_tokens_details: thought === undefined ? null : { thinking_tokens: thought },
    server_tool_use: null,
  };
}
