// A message in our words.
import type { AssistantPart, ChatAnswer } from '#core/call/chat.ts';
import type { Seal } from '#core/call/seal.ts';
import { type Fields, isFields, listOf, wordOf } from '#core/usage/counts.ts';
import { stopOf } from './stop-reason.ts';

export function readMessage(body: Buffer): ChatAnswer | undefined {
  const message = parse(body.toString('utf8'));
  if (message?.['type'] !== 'message') return undefined;
  const { reason, stopSequence } = stopOf(message);
  return {
    id: wordOf(message, 'id') ?? 'answer',
    parts: listOf(message['content']).flatMap(partOfBlock),
    stop: reason,
    ...(stopSequence === undefined ? {} : { stopSequence }),
  };
}

export function parse(text: string): Fields | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return isFields(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
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
