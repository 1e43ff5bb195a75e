// The chunks of a streamed response in our words.
import type { AssistantPart, ChatEvent } from '#core/call/chat.ts';
import { isFields, listOf, partOf, wordOf } from '#core/usage/counts.ts';
import { parseEvent } from '#core/usage/parse-fields.ts';
import { PartReader } from './read-parts.ts';
import { stopReasonOf } from './stop-reason.ts';

export function chunkReader(): (event: Buffer) => readonly ChatEvent[] {
  const reader = new PartReader();
  let id: string | undefined;
  let begun = false;
  let calls = 0;
  const eventsOf = (part: AssistantPart): readonly ChatEvent[] => {
    switch (part.kind) {
      case 'text':
        return [{ kind: 'text-delta', text: part.text }];
      case 'thought':
        return [
          ...(part.text === '' ? [] : [{ kind: 'thought-delta', text: part.text } as const]),
          ...(part.seal ? [{ kind: 'thought-seal', seal: part.seal } as const] : []),
        ];
      case 'tool-call': {
        const call = calls;
        calls += 1;
        return [
          { kind: 'tool-call-start', call, id: part.id, name: part.name },
          { kind: 'tool-call-delta', call, text: part.arguments },
        ];
      }
    }
  };
  return (bytes) => {
    const chunk = parseEvent(bytes);
    if (!chunk) return [];
    if (isFields(chunk['error'])) {
      return [{ kind: 'failure', message: wordOf(chunk['error'], 'message') ?? 'The provider broke the answer off.' }];
    }
    const events: ChatEvent[] = [];
    const answerId = (id ??= wordOf(chunk, 'responseId') ?? 'answer');
    if (!begun) events.push({ kind: 'answer-start', id: answerId });
    begun = true;
    const [candidate] = listOf(chunk['candidates']);
    if (!candidate) {
      const isBlocked = wordOf(partOf(chunk, 'promptFeedback'), 'blockReason') !== undefined;
      return isBlocked ? [...events, { kind: 'answer-stop', reason: 'refusal' }] : events;
    }
    const parts = listOf(partOf(candidate, 'content')['parts']).flatMap((part) => reader.read(part, answerId));
    events.push(...parts.flatMap(eventsOf));
    const finish = wordOf(candidate, 'finishReason');
    if (finish !== undefined) events.push({ kind: 'answer-stop', reason: stopReasonOf(finish, reader.hasCalled) });
    return events;
  };
}
