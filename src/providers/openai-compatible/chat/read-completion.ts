// A chat completion in our words.
import type { AssistantPart, ChatAnswer } from '#core/call/chat.ts';
import { type Fields, listOf, partOf, wordOf } from '#core/usage/counts.ts';
import { parseFields } from '#core/usage/parse-fields.ts';
import { stopReasonOf } from './stop-reason.ts';

export function readCompletion(body: Buffer): ChatAnswer | undefined {
  const completion = parseFields(body);
  const [choice] = listOf(completion?.['choices']);
  if (!completion || !choice) return undefined;
  const message = partOf(choice, 'message');
  const calls = listOf(message['tool_calls']).map(toolCallOf);
  const refusal = wordOf(message, 'refusal');
  return {
    id: wordOf(completion, 'id') ?? 'answer',
    parts: [...thoughtsOf(message), ...textOf(wordOf(message, 'content') ?? refusal), ...calls],
    stop: refusal === undefined ? stopReasonOf(choice['finish_reason'], calls.length > 0) : 'refusal',
  };
}

function thoughtsOf(message: Fields): readonly AssistantPart[] {
  const text = wordOf(message, 'reasoning_content') ?? wordOf(message, 'reasoning');
  return text === undefined ? [] : [{ kind: 'thought', text }];
}

function textOf(text: string | undefined): readonly AssistantPart[] {
  return text === undefined ? [] : [{ kind: 'text', text }];
}

function toolCallOf(call: Fields, index: number): AssistantPart {
  const called = partOf(call, 'function');
  return {
    kind: 'tool-call',
    id: wordOf(call, 'id') ?? `call_${index}`,
    name: wordOf(called, 'name') ?? '',
    arguments: wordOf(called, 'arguments') ?? '',
  };
}
