// The events of a streamed answer in our words.
import type { ChatEvent } from '#core/call/chat.ts';
import { type Fields, isFields, partOf, wordOf } from '#core/usage/counts.ts';
import { retoldEvent } from '../retold-event.ts';
import { redactedSeal } from './read-answer.ts';
import { stopReasonOf } from './stop-reason.ts';

export function converseEventReader(): (event: Buffer) => readonly ChatEvent[] {
  /** Blocks that call tools, and whether their arguments have begun. */
  const calls = new Map<unknown, { readonly call: number; begun: boolean }>();
  return (bytes) => {
    const event = retoldEvent(bytes);
    if (event.failed) {
      return [{ kind: 'failure', message: wordOf(event.data(), 'message') ?? 'The provider broke the answer off.' }];
    }
    if (event.name === '') return [];
    const data = event.data();
    const called = calls.get(data['contentBlockIndex']);
    switch (event.name) {
      case 'messageStart':
        return [{ kind: 'answer-start', id: 'answer' }];
      case 'contentBlockStart': {
        const { toolUse } = partOf(data, 'start');
        if (!isFields(toolUse)) return [];
        const call = calls.size;
        calls.set(data['contentBlockIndex'], { call, begun: false });
        const [id, name] = [wordOf(toolUse, 'toolUseId') ?? '', wordOf(toolUse, 'name') ?? ''];
        return [{ kind: 'tool-call-start', call, id, name }];
      }
      case 'contentBlockDelta': {
        const delta = partOf(data, 'delta');
        const text = wordOf(partOf(delta, 'toolUse'), 'input');
        if (!called || text === undefined) return wordsOf(delta);
        called.begun = true;
        return [{ kind: 'tool-call-delta', call: called.call, text }];
      }
      // A tool without arguments is called with none, where others write an empty object.
      case 'contentBlockStop':
        return called && !called.begun ? [{ kind: 'tool-call-delta', call: called.call, text: '{}' }] : [];
      case 'messageStop':
        return [{ kind: 'answer-stop', reason: stopReasonOf(data['stopReason']) }];
      default:
        return [];
    }
  };
}

function wordsOf(delta: Fields): readonly ChatEvent[] {
  const text = wordOf(delta, 'text');
  const reasoning = partOf(delta, 'reasoningContent');
  const thought = wordOf(reasoning, 'text');
  const signature = wordOf(reasoning, 'signature');
  const redacted = wordOf(reasoning, 'redactedContent');
  return [
    ...(text === undefined ? [] : [{ kind: 'text-delta', text } as const]),
    ...(thought === undefined ? [] : [{ kind: 'thought-delta', text: thought } as const]),
    ...(signature === undefined
      ? []
      : [{ kind: 'thought-seal', seal: { maker: 'converse', data: signature } } as const]),
    ...(redacted === undefined ? [] : [{ kind: 'thought-seal', seal: redactedSeal(redacted) } as const]),
  ];
}
