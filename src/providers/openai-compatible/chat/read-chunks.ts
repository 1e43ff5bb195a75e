// The chunks of a streamed chat completion in our words.
import type { ChatEvent } from '#core/call/chat.ts';
import { type Fields, isFields, listOf, partOf, wordOf } from '#core/usage/counts.ts';
import { parseEvent } from '#core/usage/parse-fields.ts';
import { stopReasonOf } from './stop-reason.ts';

export function chunkReader(): (event: Buffer) => readonly ChatEvent[] {
  const calls = new Set<number>();
  let begun = false;
  return (bytes) => {
    const chunk = parseEvent(bytes);
    if (!chunk) return [];
    if (isFields(chunk['error'])) {
      return [{ kind: 'failure', message: wordOf(chunk['error'], 'message') ?? 'The provider broke the answer off.' }];
    }
    const events: ChatEvent[] = [];
    if (!begun) events.push({ kind: 'answer-start', id: wordOf(chunk, 'id') ?? 'answer' });
    begun = true;
    const [choice] = listOf(chunk['choices']);
    if (!choice) return events;
    events.push(...eventsOfDelta(partOf(choice, 'delta'), calls));
    const finish = wordOf(choice, 'finish_reason');
    if (finish !== undefined) events.push({ kind: 'answer-stop', reason: stopReasonOf(finish, calls.size > 0) });
    return events;
  };
}

function* eventsOfDelta(delta: Fields, calls: Set<number>): Generator<ChatEvent> {
  const thought = wordOf(delta, 'reasoning_content') ?? wordOf(delta, 'reasoning');
  if (thought !== undefined) yield { kind: 'thought-delta', text: thought };
  const text = wordOf(delta, 'content') ?? wordOf(delta, 'refusal');
  if (text !== undefined) yield { kind: 'text-delta', text };
  for (const [position, part] of listOf(delta['tool_calls']).entries()) {
    const { index } = part;
    const call = typeof index === 'number' ? index : position;
    const called = partOf(part, 'function');
    if (!calls.has(call)) {
      calls.add(call);
      yield {
        kind: 'tool-call-start',
        call,
        id: wordOf(part, 'id') ?? `call_${call}`,
        name: wordOf(called, 'name') ?? '',
      };
    }
    const more = wordOf(called, 'arguments');
    if (more !== undefined) yield { kind: 'tool-call-delta', call, text: more };
  }
}
