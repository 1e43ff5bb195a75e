// A conversation in Anthropic's dialect, in our words; what has no word there is refused by its name.
import {
  type AssistantPart,
  type ChatMessage,
  type ChatReading,
  type ChatRequest,
  type ImagePart,
  type TextPart,
  untranslatable,
  type UserPart,
} from '#core/call/chat.ts';
import { type Fields, isFields, wordOf } from '#core/usage/counts.ts';
import { readOptions } from './read-options.ts';
import { Unreadable } from './unreadable.ts';

export function readChat(body: string): ChatReading {
  const fields: unknown = JSON.parse(body);
  if (!isFields(fields)) return untranslatable('messages', 'is missing.');
  try {
    const chat: ChatRequest = {
      system: fields['system'] === undefined ? [] : textsOf(fields['system'], 'system'),
      messages: readMessages(fields['messages']),
      ...readOptions(fields),
    };
    return { kind: 'chat', chat };
  } catch (error) {
    if (error instanceof Unreadable) return error.said;
    throw error;
  }
}

const noWord = 'has no counterpart at the provider of this model.';

function readMessages(messages: unknown): readonly ChatMessage[] {
  if (!Array.isArray(messages)) throw new Unreadable('messages', 'must be a list.');
  return messages.map((message: unknown, index): ChatMessage => {
    const at = `messages.${index}`;
    if (!isFields(message)) throw new Unreadable(at, 'must be an object.');
    const blocks = blocksOf(message['content'], `${at}.content`);
    if (message['role'] === 'user') return { role: 'user', parts: blocks.map(readUserPart) };
    if (message['role'] === 'system') return { role: 'system', parts: blocks.map(textOf) };
    if (message['role'] !== 'assistant') throw new Unreadable(`${at}.role`, noWord);
    return { role: 'assistant', parts: blocks.flatMap(readAssistantPart) };
  });
}

interface Block {
  readonly fields: Fields;
  readonly at: string;
}

/** A text alone is short for one block of it. */
function blocksOf(content: unknown, at: string): readonly Block[] {
  if (typeof content === 'string') return [{ fields: { type: 'text', text: content }, at }];
  if (!Array.isArray(content)) throw new Unreadable(at, 'must be a text or a list.');
  return content.map((fields: unknown, index) => {
    if (!isFields(fields)) throw new Unreadable(`${at}.${index}`, 'must be an object.');
    return { fields, at: `${at}.${index}` };
  });
}

function readUserPart(block: Block): UserPart {
  const { fields, at } = block;
  if (fields['type'] !== 'tool_result') return readContent(block);
  const { content = '' } = fields;
  return {
    kind: 'tool-result',
    callId: needed(fields, 'tool_use_id', at),
    parts: blocksOf(content, `${at}.content`).map(readContent),
    failed: fields['is_error'] === true,
  };
}

function readContent({ fields, at }: Block): TextPart | ImagePart {
  if (fields['type'] === 'text') return textOf({ fields, at });
  if (fields['type'] !== 'image') throw new Unreadable(`${at}.type`, noWord);
  const source = isFields(fields['source']) ? fields['source'] : {};
  if (source['type'] === 'url') return { kind: 'image', source: { kind: 'url', url: needed(source, 'url', at) } };
  if (source['type'] !== 'base64') throw new Unreadable(`${at}.source.type`, noWord);
  const [mediaType, data] = [needed(source, 'media_type', at), needed(source, 'data', at)];
  return { kind: 'image', source: { kind: 'base64', mediaType, data } };
}

function readAssistantPart({ fields, at }: Block): readonly AssistantPart[] {
  switch (fields['type']) {
    case 'text':
      return [textOf({ fields, at })];
    case 'thinking': {
      const signature = wordOf(fields, 'signature');
      const text = needed(fields, 'thinking', at);
      return [{ kind: 'thought', text, ...(signature === undefined ? {} : { signature }) }];
    }
    // Its maker alone can read it.
    case 'redacted_thinking':
      return [{ kind: 'thought', text: '', signature: needed(fields, 'data', at) }];
    case 'tool_use':
      return [
        {
          kind: 'tool-call',
          id: needed(fields, 'id', at),
          name: needed(fields, 'name', at),
          arguments: JSON.stringify(fields['input'] ?? {}),
        },
      ];
    default:
      throw new Unreadable(`${at}.type`, noWord);
  }
}

function textsOf(content: unknown, at: string): readonly TextPart[] {
  return blocksOf(content, at).map(textOf);
}

function textOf({ fields, at }: Block): TextPart {
  const { type, text, citations } = fields;
  if (type !== 'text' || typeof text !== 'string') throw new Unreadable(`${at}.text`, 'must be a text.');
  if (Array.isArray(citations) && citations.length > 0) throw new Unreadable(`${at}.citations`, noWord);
  return { kind: 'text', text };
}

function needed(fields: Fields, name: string, at: string): string {
  const value = fields[name];
  if (typeof value !== 'string') throw new Unreadable(`${at}.${name}`, 'must be a text.');
  return value;
}
