// A conversation that another maker's model began: its seals came to the caller marked, and are refused or told to a stranger here.
import type { FieldEdits } from '#core/call/splice.ts';
import { readSeal } from '#core/call/seal.ts';
import { type Fields, isFields, listOf, wordOf } from '#core/usage/counts.ts';

const nothing: FieldEdits = new Map();

/** Leaves them out; the body is only looked into when there may be one. */
export function withoutForeignThoughts(body: string): FieldEdits {
  if (!body.includes('"faregate:')) return nothing;
  const fields: unknown = JSON.parse(body);
  const messages = isFields(fields) ? fields['messages'] : undefined;
  if (!Array.isArray(messages)) return nothing;
  const own = messages.map(ownMessage);
  return own.every((message, index) => message === messages[index])
    ? nothing
    : new Map([['messages', JSON.stringify(own)]]);
}

/** One seal of another maker says whose all of a message's thoughts are. */
function ownMessage(message: unknown): unknown {
  const details = isFields(message) ? listOf(message['reasoning_details']) : [];
  if (!isFields(message) || !details.some(isForeign)) return message;
  const { reasoning_details: _, ...said } = message;
  return said;
}

function isForeign(detail: Fields): boolean {
  const sealed = wordOf(detail, 'signature') ?? wordOf(detail, 'data');
  return sealed !== undefined && readSeal(sealed, 'chat-completions').maker !== 'chat-completions';
}
