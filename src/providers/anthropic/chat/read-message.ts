// A message in our words.
import type { AssistantPart, ChatAnswer } from '#core/call/chat.ts';
import type { Seal } from '#core/call/seal.ts';
import { type Fields, listOf, wordOf } from '#core/usage/counts.ts';
import { parseFields } from '#core/usage/parse-fields.ts';
import { stopOf } from './stop-reason.ts';

export function readMessage(body: Buffer): ChatAnswer | undefined {
  const message = parseFields(body);
  if (message?.['type'] !== 'message') return undefined;
  const { reason, stopSequence } = stopOf(message);
  return {
    id: wordOf(message, 'id') ?? 'answer',
    parts: listOf(message['content']).flatMap(partOfBlock),
    stop: reason,
    ...(stopSequence === undefined ? {} : { stopSequence }),
  };
}

function partOfBlock(block: Fields): readonly AssistantPart[] {
  const { type } = block;
  if (type === 'text') return [{ kind: 'text', text: wordOf(block, 'text') ?? '' }];
  if (type === 'thinking') {
    const signature = wordOf(block, 'signature');
    const text = wordOf(block, 'thinking') ?? '';
    return [{ kind: 'thought', text, ...(signature ? { seal: { maker: 'messages', data: signature } } : {}) }];
  }
  if (type === 'redacted_thinking') return [{ kind: 'thought', text: '', seal: redactedSeal(block) }];
  if (type !== 'tool_use') return [];
  const [id, name] = [wordOf(block, 'id') ?? '', wordOf(block, 'name') ?? ''];
  return [{ kind: 'tool-call', id, name, arguments: JSON.stringify(block['input'] ?? {}) }];
}

export function redactedSeal(block: Fields): Seal {
  return { maker: 'messages', data: wordOf(block, 'data') ?? '', redacted: true };
}
