// The events of a streamed answer in our words.
import type { ChatEvent } from '#core/call/chat.ts';
import { type Fields, partOf, wordOf } from '#core/usage/counts.ts';
import { parseData } from '#core/usage/parse-fields.ts';
import { isFailed } from '../stream-reader.ts';
import { stopReasonOf } from './stop-reason.ts';

export function chatEventReader(): (event: Buffer) => readonly ChatEvent[] {
  /** By the index that they have among all blocks, and whether their arguments have begun. */
  const calls = new Map<unknown, { readonly call: number; begun: boolean }>();
  return (bytes) => {
    const data = parseData(bytes) ?? {};
    const delta = partOf(data, 'delta');
    const message = partOf(delta, 'message');
    const called = calls.get(data['index']);
    switch (data['type']) {
      case 'message-start':
        return [{ kind: 'answer-start', id: wordOf(data, 'id') ?? 'answer' }];
      case 'content-start':
      case 'content-delta':
        return wordsOf(partOf(message, 'content'));
      case 'tool-plan-delta': {
        const text = wordOf(message, 'tool_plan');
        return text === undefined ? [] : [{ kind: 'thought-delta', text }];
      }
      case 'tool-call-start': {
        const started = partOf(message, 'tool_calls');
        const named = partOf(started, 'function');
        const call = calls.size;
        const text = wordOf(named, 'arguments');
        calls.set(data['index'], { call, begun: text !== undefined });
        const [id, name] = [wordOf(started, 'id') ?? '', wordOf(named, 'name') ?? ''];
        return [
          { kind: 'tool-call-start', call, id, name },
          ...(text === undefined ? [] : [{ kind: 'tool-call-delta', call, text } as const]),
        ];
      }
      case 'tool-call-delta': {
        const text = wordOf(partOf(partOf(message, 'tool_calls'), 'function'), 'arguments');
        if (!called || text === undefined) return [];
        called.begun = true;
        return [{ kind: 'tool-call-delta', call: called.call, text }];
      }
      case 'tool-call-end':
        return called && !called.begun ? [{ kind: 'tool-call-delta', call: called.call, text: '{}' }] : [];
      case 'message-end':
        if (isFailed(delta)) {
          return [{ kind: 'failure', message: wordOf(delta, 'error') ?? 'The provider broke the answer off.' }];
        }
        return [{ kind: 'answer-stop', reason: stopReasonOf(delta['finish_reason']) }];
      default:
        return [];
    }
  };
}

function wordsOf(content: Fields): readonly ChatEvent[] {
  const thought = wordOf(content, 'thinking');
  if (thought !== undefined) return [{ kind: 'thought-delta', text: thought }];
  const text = wordOf(content, 'text');
  return text === undefined ? [] : [{ kind: 'text-delta', text }];
}
