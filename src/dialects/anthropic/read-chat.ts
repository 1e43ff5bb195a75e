// A conversation in Anthropic's dialect, in our words; what has no word there is refused by its name.
import type {
  AssistantPart,
  CacheHint,
  ChatMessage,
  ChatReading,
  ContentPart,
  DocumentPart,
  MediaSource,
  TextPart,
  UserPart,
} from '#core/call/chat.ts';
import { readSeal } from '#core/call/seal.ts';
import { NoCounterpart, orUntranslatable, untranslatable } from '#core/call/untranslatable.ts';
import { type Fields, isFields, wordOf } from '#core/usage/counts.ts';
import { cacheHintOf } from './cache-hint.ts';
import { readOptions } from './read-options.ts';

export function readChat(body: string): ChatReading {
  const fields: unknown = JSON.parse(body);
  if (!isFields(fields)) return untranslatable('messages', 'is missing.');
  return orUntranslatable((): ChatReading => {
    const chat = {
      system: fields['system'] === undefined ? [] : textsOf(fields['system'], 'system'),
      messages: readMessages(fields['messages']),
      ...readOptions(fields),
    };
    return { kind: 'chat', chat };
  });
}

function readMessages(messages: unknown): readonly ChatMessage[] {
  if (!Array.isArray(messages)) throw new NoCounterpart('messages', 'must be a list.');
  return messages.map((message: unknown, index): ChatMessage => {
    const at = `messages.${index}`;
    if (!isFields(message)) throw new NoCounterpart(at, 'must be an object.');
    const blocks = blocksOf(message['content'], `${at}.content`);
    if (message['role'] === 'user') return { role: 'user', parts: blocks.map(readUserPart) };
    if (message['role'] === 'system') return { role: 'system', parts: blocks.map(textOf) };
    if (message['role'] !== 'assistant') throw new NoCounterpart(`${at}.role`);
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
  if (!Array.isArray(content)) throw new NoCounterpart(at, 'must be a text or a list.');
  return content.map((fields: unknown, index) => {
    if (!isFields(fields)) throw new NoCounterpart(`${at}.${index}`, 'must be an object.');
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
    ...cached(block),
  };
}

function readContent(block: Block): ContentPart {
  const { fields, at } = block;
  switch (fields['type']) {
    case 'text':
      return textOf(block);
    case 'image':
      return { kind: 'image', source: sourceOf(block), ...cached(block) };
    case 'document':
      return documentOf(block);
    default:
      throw new NoCounterpart(`${at}.type`);
  }
}

function documentOf(block: Block): DocumentPart {
  const { fields, at } = block;
  const { citations } = fields;
  if (isFields(citations) && citations['enabled'] === true) throw new NoCounterpart(`${at}.citations`);
  if (wordOf(fields, 'context') !== undefined) throw new NoCounterpart(`${at}.context`);
  const name = wordOf(fields, 'title');
  const source = isFields(fields['source']) ? fields['source'] : {};
  const content: DocumentPart['source'] =
    source['type'] === 'text' ? { kind: 'text', text: needed(source, 'data', at) } : sourceOf(block);
  return { kind: 'document', source: content, ...(name === undefined ? {} : { name }), ...cached(block) };
}

/** A file that lies with its maker cannot be sent to another one. */
function sourceOf({ fields, at }: Block): MediaSource {
  const source = isFields(fields['source']) ? fields['source'] : {};
  if (source['type'] === 'url') return { kind: 'url', url: needed(source, 'url', at) };
  if (source['type'] !== 'base64') throw new NoCounterpart(`${at}.source.type`);
  return { kind: 'base64', mediaType: needed(source, 'media_type', at), data: needed(source, 'data', at) };
}

function cached({ fields, at }: Block): { readonly cache?: CacheHint } {
  return cacheHintOf(fields, at);
}

function readAssistantPart({ fields, at }: Block): readonly AssistantPart[] {
  switch (fields['type']) {
    case 'text':
      return [textOf({ fields, at })];
    case 'thinking': {
      const signature = wordOf(fields, 'signature');
      const text = needed(fields, 'thinking', at);
      return [{ kind: 'thought', text, ...(signature ? { seal: readSeal(signature, 'messages') } : {}) }];
    }
    case 'redacted_thinking': {
      const seal = readSeal(needed(fields, 'data', at), 'messages');
      return [{ kind: 'thought', text: '', seal: { ...seal, redacted: true } }];
    }
    case 'tool_use':
      return [
        {
          kind: 'tool-call',
          id: needed(fields, 'id', at),
          name: needed(fields, 'name', at),
          arguments: JSON.stringify(fields['input'] ?? {}),
          ...cacheHintOf(fields, at),
        },
      ];
    default:
      throw new NoCounterpart(`${at}.type`);
  }
}

function textsOf(content: unknown, at: string): readonly TextPart[] {
  return blocksOf(content, at).map(textOf);
}

function textOf({ fields, at }: Block): TextPart {
  const { type, text, citations } = fields;
  if (type !== 'text' || typeof text !== 'string') throw new NoCounterpart(`${at}.text`, 'must be a text.');
  if (Array.isArray(citations) && citations.length > 0) throw new NoCounterpart(`${at}.citations`);
  return { kind: 'text', text, ...cacheHintOf(fields, at) };
}

function needed(fields: Fields, name: string, at: string): string {
  const value = fields[name];
  if (typeof value !== 'string') throw new NoCounterpart(`${at}.${name}`, 'must be a text.');
  return value;
}
