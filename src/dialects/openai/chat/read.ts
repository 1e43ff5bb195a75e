// A conversation in OpenAI's dialect, in our words; what has no word there is refused by its name.
import type { AssistantPart, ChatMessage, ChatReading, ChatRequest, ContentPart, TextPart } from '#core/call/chat.ts';
import { NoCounterpart, orUntranslatable, untranslatable } from '#core/call/untranslatable.ts';
import { type Fields, isFields, partOf, wordOf } from '#core/usage/counts.ts';
import { readOptions } from './options.ts';
import { needed, readPart } from './part.ts';
import { readThoughts } from './thoughts.ts';

export function readChat(body: string): ChatReading {
  const fields: unknown = JSON.parse(body);
  if (!isFields(fields)) return untranslatable('messages', 'is missing.');
  return orUntranslatable((): ChatReading => {
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
  });
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
  'reasoning_details',
  'tool_calls',
  'tool_call_id',
]);

function readMessage({ fields, at }: Placed): ChatMessage {
  const unheeded = Object.keys(fields).find((name) => !heeded.has(name) && isSaid(fields[name]));
  if (unheeded !== undefined) throw new NoCounterpart(`${at}.${unheeded}`);
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
      throw new NoCounterpart(`${at}.role`);
  }
}

function isSaid(value: unknown): boolean {
  return value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0);
}

function assistantParts({ fields, at }: Placed): readonly AssistantPart[] {
  const { content, tool_calls: calls } = fields;
  const refusal = wordOf(fields, 'refusal');
  return [
    ...readThoughts(fields),
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
function contentOf({ content }: Fields, at: string): readonly ContentPart[] {
  if (typeof content === 'string') return [{ kind: 'text', text: content }];
  return listAt(content, `${at}.content`).map((placed) => readPart(placed.fields, placed.at));
}

function textOnly(part: ContentPart, at: string): TextPart {
  if (part.kind === 'text') return part;
  throw new NoCounterpart(`${at}.content`);
}

function listAt(value: unknown, at: string): readonly Placed[] {
  if (!Array.isArray(value)) throw new NoCounterpart(at, 'must be a list.');
  return value.map((fields: unknown, index) => {
    if (!isFields(fields)) throw new NoCounterpart(`${at}.${index}`, 'must be an object.');
    return { fields, at: `${at}.${index}` };
  });
}
