// The events of a streamed message in our words.
import type { ChatEvent } from '#core/call/chat.ts';
import { type Fields, partOf, wordOf } from '#core/usage/counts.ts';
import { parseData } from '#core/usage/parse-fields.ts';
import { redactedSeal } from './read-message.ts';
import { stopOf } from './stop-reason.ts';

export function messageEventReader(): (event: Buffer) => readonly ChatEvent[] {
  /** Blocks that call tools, and whether their arguments have begun. */
  const calls = new Map<number, { readonly call: number; begun: boolean }>();
  return (bytes) => {
    const event = parseData(bytes);
    if (!event) return [];
    const { index } = event;
    const called = typeof index === 'number' ? calls.get(index) : undefined;
    switch (event['type']) {
      case 'message_start':
        return [{ kind: 'answer-start', id: wordOf(partOf(event, 'message'), 'id') ?? 'answer' }];
      case 'content_block_start': {
        const block = partOf(event, 'content_block');
        if (block['type'] === 'redacted_thinking') return [{ kind: 'thought-seal', seal: redactedSeal(block) }];
        if (block['type'] !== 'tool_use' || typeof index !== 'number') return wordsOf(block);
        const call = calls.size;
        calls.set(index, { call, begun: false });
        const [id, name] = [wordOf(block, 'id') ?? '', wordOf(block, 'name') ?? ''];
        return [{ kind: 'tool-call-start', call, id, name }];
      }
      case 'content_block_delta': {
        const delta = partOf(event, 'delta');
        const text = wordOf(delta, 'partial_json');
        if (!called || text === undefined) return wordsOf(delta);
        called.begun = true;
        return [{ kind: 'tool-call-delta', call: called.call, text }];
      }
      // A tool without arguments is called with none, where others write an empty object.
      case 'content_block_stop':
        return called && !called.begun ? [{ kind: 'tool-call-delta', call: called.call, text: '{}' }] : [];
      case 'message_delta': {
        const delta = partOf(event, 'delta');
        return wordOf(delta, 'stop_reason') === undefined ? [] : [{ kind: 'answer-stop', ...stopOf(delta) }];
      }
      case 'error': {
        const message = wordOf(partOf(event, 'error'), 'message');
        return [{ kind: 'failure', message: message ?? 'The provider broke the answer off.' }];
      }
      default:
        return [];
    }
  };
}

function wordsOf(fields: Fields): readonly ChatEvent[] {
  const text = wordOf(fields, 'text');
  const thought = wordOf(fields, 'thinking');
  const signature = wordOf(fields, 'signature');
  return [
    ...(text === undefined ? [] : [{ kind: 'text-delta', text } as const]),
    ...(thought === undefined ? [] : [{ kind: 'thought-delta', text: thought } as const]),
    ...(signature ? [{ kind: 'thought-seal', seal: { maker: 'messages', data: signature } } as const] : []),
  ];
}
