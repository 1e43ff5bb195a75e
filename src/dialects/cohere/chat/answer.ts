// A whole answer in our words, as Cohere's chat says it.
import type { ChatAnswer } from '#core/call/chat.ts';
import type { Fields } from '#core/usage/counts.ts';
import type { Usage } from '#core/usage/usage.ts';
import type { Speaking } from '#ports/dialect.ts';
import { usageOf } from '../usage.ts';
import { finishReasons } from './finish-reasons.ts';

export function answerOf({ id, parts, stop }: ChatAnswer, _speaking: Speaking, usage: Usage): string {
  const content = parts.flatMap((part): readonly Fields[] => {
    if (part.kind === 'text') return [{ type: 'text', text: part.text }];
    // A seal alone says nothing here.
    return part.kind === 'thought' && part.text !== '' ? [{ type: 'thinking', thinking: part.text }] : [];
  });
  const calls = parts.filter((part) => part.kind === 'tool-call');
  const toolCalls = calls.map((call) => ({
    id: call.id,
    type: 'function',
    function: { name: call.name, arguments: call.arguments },
  }));
  return JSON.stringify({
    id,
    message: {
      role: 'assistant',
      ...(content.length === 0 ? {} : { content }),
      ...(toolCalls.length === 0 ? {} : { tool_calls: toolCalls }),
    },
    finish_reason: finishReasons[stop],
    usage: usageOf(usage),
  });
}
