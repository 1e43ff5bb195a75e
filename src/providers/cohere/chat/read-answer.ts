// A whole answer in our words; what it plans before it calls tools is a thought.
import type { AssistantPart, ChatAnswer } from '#core/call/chat.ts';
import { type Fields, isFields, listOf, partOf, wordOf } from '#core/usage/counts.ts';
import { parseFields } from '#core/usage/parse-fields.ts';
import { stopReasonOf } from './stop-reason.ts';

export function readAnswer(body: Buffer): ChatAnswer | undefined {
  const answer = parseFields(body);
  const message = answer?.['message'];
  // One that failed has a message that is a text.
  if (!answer || !isFields(message)) return undefined;
  const plan = wordOf(message, 'tool_plan');
  return {
    id: wordOf(answer, 'id') ?? 'answer',
    parts: [
      ...(plan === undefined ? [] : [{ kind: 'thought', text: plan } as const]),
      ...listOf(message['content']).flatMap(partsOf),
      ...listOf(message['tool_calls']).map(toolCallOf),
    ],
    stop: stopReasonOf(answer['finish_reason']),
  };
}

function partsOf(block: Fields): readonly AssistantPart[] {
  const thought = wordOf(block, 'thinking');
  if (thought !== undefined) return [{ kind: 'thought', text: thought }];
  const text = wordOf(block, 'text');
  return text === undefined ? [] : [{ kind: 'text', text }];
}

function toolCallOf(call: Fields): AssistantPart {
  const called = partOf(call, 'function');
  const [id, name] = [wordOf(call, 'id') ?? '', wordOf(called, 'name') ?? ''];
  return { kind: 'tool-call', id, name, arguments: wordOf(called, 'arguments') ?? '{}' };
}
