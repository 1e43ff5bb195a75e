// A conversation in OpenAI's dialect, in our words; what has no word there is refused by its name.
import type { AssistantPart, ChatMessage, ChatReading, ChatRequest, ImagePart, TextPart } from '#core/call/chat.ts';
import { untranslatable } from '#core/call/chat.ts';
import { type Fields, isFields, partOf, wordOf } from '#core/usage/counts.ts';
import { readOptions } from './options.ts';
import { Unreadable } from './unreadable.ts';

export function readChat(body: string): ChatReading {
  const fields: unknown = JSON.parse(body);
  if (!isFields(fields)) return untranslatable('messages', 'is missing.');
  try {
    const messages = listAt(fields['messages'], 'messages').map(readMessage);
    // What the operator of a conversation says before it begins.
    const begins = messages.findIndex(({ role }) => role !== 'system');
    const before = begins < 0 ? messages : messages.slice(0, begins);
    const chat: ChatRequest = {
      system: before.flatMap((message) => (message.role === 'system' ? message.parts : [])),
      messages: messages.slice(before.length),
      ...readOptions(fields),
    };
    return { kind: 'chat', chat };
  } catch (error) {
    if (error instanceof Unreadable) return error.said;
    throw error;
  }
}

interface Placed {
  readonly fields: Fields;
  readonly at: string;
}

const heeded: ReadonlySet<string> = new Set([
  'role',
  'content',
  'refusal',
  'reasoning_content',
  'tool_calls',
  'tool_call_id',
]);

function readMessage({ fields, at }: Placed): ChatMessage {
  const unheeded = Object.keys(fields).find((name) => !heeded.has(name) && isSaid(fields[name]));
  if (unheeded !== undefined) throw new Unreadable(`${at}.${unheeded}`);
  switch (fields['role']) {
    case 'system':
    case 'developer':
      return { role: 'system', parts: contentOf(fields, at).map((part) => textOnly(part, at)) };
    case 'user':
      return { role: 'user', parts: contentOf(fields, at) };
    case 'tool': {
      const callId = needed(fields, 'tool_call_id', at);
      return { role: 'user', parts: [{ kind: 'tool-result', callId, parts: contentOf(fields, at), failed: false }] };
    }
    case 'assistant':
      return { role: 'assistant', parts: assistantParts({ fields, at }) };
    default:
      throw new Unreadable(`${at}.role`);
  }
}

function isSaid(value: unknown): boolean {
  return value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0);
}

function assistantParts({ fields, at }: Placed): readonly AssistantPart[] {
  const { content, tool_calls: calls } = fields;
  const thought = wordOf(fields, 'reasoning_content');
  const refusal = wordOf(fields, 'refusal');
  return [
    ...(thought === undefined ? [] : [{ kind: 'thought', text: thought } as const]),
    ...(isSaid(content) ? contentOf(fields, at).map((part) => textOnly(part, at)) : []),
    ...(refusal === undefined ? [] : [{ kind: 'text', text: refusal } as const]),
    ...(isSaid(calls) ? listAt(calls, `${at}.tool_calls`).map(readToolCall) : []),
  ];
}

function readToolCall({ fields, at }: Placed): AssistantPart {
  const called = partOf(fields, 'function');
  const [id, name] = [needed(fields, 'id', at), needed(called, 'name', `${at}.function`)];
  return { kind: 'tool-call', id, name, arguments: needed(called, 'arguments', `${at}.function`) };
}

/** A text alone is short for one part of it. */
function contentOf({ content }: Fields, at: string): readonly (TextPart | ImagePart)[] {
  if (typeof content === 'string') return [{ kind: 'text', text: content }];
  return listAt(content, `${at}.content`).map(readPart);
}

function readPart({ fields, at }: Placed): TextPart | ImagePart {
  const { type } = fields;
  if (type === 'text') return { kind: 'text', text: needed(fields, 'text', at) };
  if (type === 'refusal') return { kind: 'text', text: needed(fields, 'refusal', at) };
  if (type !== 'image_url') throw new Unreadable(`${at}.type`);
  const image = partOf(fields, 'image_url');
  const detail = wordOf(image, 'detail') ?? 'auto';
  if (detail !== 'auto') throw new Unreadable(`${at}.image_url.detail`);
  const url = needed(image, 'url', `${at}.image_url`);
  const [, mediaType, data] = /^data:([\w/+.-]+);base64,(.*)$/s.exec(url) ?? [];
  if (mediaType === undefined || data === undefined) return { kind: 'image', source: { kind: 'url', url } };
  return { kind: 'image', source: { kind: 'base64', mediaType, data } };
}

function textOnly(part: TextPart | ImagePart, at: string): TextPart {
  if (part.kind === 'text') return part;
  throw new Unreadable(`${at}.content`);
}

function listAt(value: unknown, at: string): readonly Placed[] {
  if (!Array.isArray(value)) throw new Unreadable(at, 'must be a list.');
  return value.map((fields: unknown, index) => {
    if (!isFields(fields)) throw new Unreadable(`${at}.${index}`, 'must be an object.');
    return { fields, at: `${at}.${index}` };
  });
}

function needed(fields: Fields, name: string, at: string): string {
  const value = fields[name];
  if (typeof value !== 'string') throw new Unreadable(`${at}.${name}`, 'must be a text.');
  return value;
}
