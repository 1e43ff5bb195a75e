// A whole answer in our words.
import type { AssistantPart, ChatAnswer } from '#core/call/chat.ts';
import type { Seal } from '#core/call/seal.ts';
import { type Fields, isFields, listOf, partOf, wordOf } from '#core/usage/counts.ts';
import { parseFields } from '#core/usage/parse-fields.ts';
import { stopReasonOf } from './stop-reason.ts';

export function readAnswer(body: Buffer): ChatAnswer | undefined {
  const answer = parseFields(body) ?? {};
  const { message } = partOf(answer, 'output');
  if (!isFields(message)) return undefined;
  // It has no name of its own.
  return {
    id: 'answer',
    parts: listOf(message['content']).flatMap(partsOfBlock),
    stop: stopReasonOf(answer['stopReason']),
  };
}

function partsOfBlock(block: Fields): readonly AssistantPart[] {
  const text = wordOf(block, 'text');
  if (text !== undefined) return [{ kind: 'text', text }];
  const { toolUse, reasoningContent } = block;
  if (isFields(toolUse)) {
    const [id, name] = [wordOf(toolUse, 'toolUseId') ?? '', wordOf(toolUse, 'name') ?? ''];
    return [{ kind: 'tool-call', id, name, arguments: JSON.stringify(toolUse['input'] ?? {}) }];
  }
  return isFields(reasoningContent) ? [thoughtOf(reasoningContent)] : [];
}

function thoughtOf(reasoning: Fields): AssistantPart {
  const redacted = wordOf(reasoning, 'redactedContent');
  if (redacted !== undefined) return { kind: 'thought', text: '', seal: redactedSeal(redacted) };
  const said = partOf(reasoning, 'reasoningText');
  const signature = wordOf(said, 'signature');
  const text = wordOf(said, 'text') ?? '';
  return {
    kind: 'thought',
    text,
    ...(signature === undefined ? {} : { seal: { maker: 'converse', data: signature } }),
  };
}

export function redactedSeal(data: string): Seal {
  return { maker: 'converse', data, redacted: true };
}
