// An answer in our words, as a chat completion of OpenAI's dialect.
import type { ChatAnswer, StopReason } from '#core/call/chat.ts';
import type { Fields } from '#core/usage/counts.ts';
import type { Usage } from '#core/usage/usage.ts';
import type { Speaking } from '#ports/dialect.ts';
import { thoughtFields } from './thoughts.ts';

export const finishReasons = {
  end: 'stop',
  length: 'length',
  'tool-calls': 'tool_calls',
  'stop-sequence': 'stop',
  refusal: 'content_filter',
  pause: 'stop',
} as const satisfies Record<StopReason, string>;

export function completionOf({ id, parts, stop }: ChatAnswer, { call, startedAt }: Speaking, usage: Usage): string {
  const said = parts.flatMap((part) => (part.kind === 'text' ? [part.text] : []));
  const thoughts = parts.filter((part) => part.kind === 'thought');
  const calls = parts.filter((part) => part.kind === 'tool-call');
  const message = {
    role: 'assistant',
    content: said.length === 0 && calls.length > 0 ? null : said.join(''),
    refusal: null,
    ...thoughtFields(thoughts),
    ...(calls.length === 0
      ? {}
      : {
          tool_calls: calls.map((each) => ({
            id: each.id,
            type: 'function',
            function: { name: each.name, arguments: each.arguments },
          })),
        }),
  };
  return JSON.stringify({
    id,
    object: 'chat.completion',
    created: Math.floor(startedAt / 1000),
    model: call.name,
    choices: [{ index: 0, message, logprobs: null, finish_reason: finishReasons[stop] }],
    usage: completionUsage(usage),
  });
}

/** The cache's part of the prompt is within it, and what was thought within the completion. */
export function completionUsage(usage: Usage): Fields {
  const { prompt_tokens, completion_tokens, total_tokens, cache_read_input_tokens } = usage;
  return {
    prompt_tokens,
    completion_tokens,
    total_tokens,
    prompt_tokens_details: {
      cached_tokens: cache_read_input_tokens,
      cache_write_tokens: usage.cache_creation_input_tokens,
    },
    completion_tokens_details: { reasoning_tokens: usage.completion_tokens_details?.reasoning_tokens ?? 0 },
  };
}
