import type { JsonObject } from './fields.ts';
import { isObject, listField, textField } from './fields.ts';
import { Refusal } from './refusal.ts';

/** What a conversation says. */
export interface Conversation {
  /** Everything a prompt token is counted for. */
  readonly text: string;
  /** Of the last message that a user wrote. */
  readonly lastUserText: string;
  readonly endsWithToolResult: boolean;
}

const roles: ReadonlySet<string> = new Set(['system', 'developer', 'user', 'assistant', 'tool', 'function']);

export function readConversation(body: JsonObject): Conversation {
  const messages = listField(body, 'messages');
  if (messages === undefined) throw new Refusal(400, "Missing required parameter: 'messages'.", { param: 'messages' });
  if (messages.length === 0) throw new Refusal(400, "'messages' must not be empty.", { param: 'messages' });
  let text = '';
  let lastUserText = '';
  let lastRole = '';
  for (const [index, message] of messages.entries()) {
    const path = `messages[${index}]`;
    if (!isObject(message)) throw new Refusal(400, `Invalid type for '${path}': expected an object.`, { param: path });
    lastRole = textField(message, 'role') ?? '';
    if (!roles.has(lastRole)) {
      throw new Refusal(400, `Invalid value for '${path}.role'.`, { param: `${path}.role`, code: 'invalid_value' });
    }
    const said = contentText(message['content'] ?? '', path);
    text += said;
    if (lastRole === 'user') lastUserText = said;
  }
  return { text, lastUserText, endsWithToolResult: lastRole === 'tool' };
}

function contentText(content: unknown, path: string): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) {
    throw new Refusal(400, `Invalid type for '${path}.content'.`, { param: `${path}.content`, code: 'invalid_type' });
  }
  return content
    .map((part: unknown) => (isObject(part) && part['type'] === 'text' ? textField(part, 'text') : ''))
    .join('');
}
