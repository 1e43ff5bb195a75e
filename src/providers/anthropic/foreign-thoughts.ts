// A conversation that another maker's model began: its thoughts came to the caller marked or unsigned, and are refused here.
import type { FieldEdits } from '#core/call/splice.ts';
import { readSeal } from '#core/call/seal.ts';
import { type Fields, isFields, wordOf } from '#core/usage/counts.ts';

const nothing: FieldEdits = new Map();
const signs = ['"faregate:', '"signature":""', '"signature": ""'] as const;

/** Leaves them out; the body is only looked into when there may be one. */
export function withoutForeignThoughts(body: string): FieldEdits {
  if (!signs.some((sign) => body.includes(sign))) return nothing;
  const fields: unknown = JSON.parse(body);
  const messages = isFields(fields) ? fields['messages'] : undefined;
  if (!Array.isArray(messages)) return nothing;
  const own = messages.map(ownMessage);
  return own.every((message, index) => message === messages[index])
    ? nothing
    : new Map([['messages', JSON.stringify(own.filter((message) => message !== undefined))]]);
}

/** `undefined` where nothing is left of it. */
function ownMessage(message: unknown): unknown {
  const content = isFields(message) && message['role'] === 'assistant' ? message['content'] : undefined;
  if (!isFields(message) || !Array.isArray(content)) return message;
  const own = content.filter((block: unknown) => !(isFields(block) && isForeign(block)));
  if (own.length === content.length) return message;
  return own.length === 0 ? undefined : { ...message, content: own };
}

function isForeign(block: Fields): boolean {
  const { type } = block;
  if (type !== 'thinking' && type !== 'redacted_thinking') return false;
  const sealed = wordOf(block, type === 'thinking' ? 'signature' : 'data') ?? '';
  return sealed === '' || readSeal(sealed, 'messages').maker !== 'messages';
}
