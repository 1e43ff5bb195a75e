// What is asked at /v1/responses, in our words; what has no word there is refused by its name.
import type {
  AssistantPart,
  ChatMessage,
  ChatReading,
  ContentPart,
  TextPart,
  ThoughtPart,
  UserPart,
} from '#core/call/chat.ts';
import { readSeal } from '#core/call/seal.ts';
import { NoCounterpart, orUntranslatable, untranslatable } from '#core/call/untranslatable.ts';
import { type Fields, isFields, listOf, wordOf } from '#core/usage/counts.ts';
import { isSaid } from '../checks.ts';
import { documentOf, imageOf, needed, readPart } from '../chat/part.ts';
import { readOptions } from './read-options.ts';

export function readChat(body: string): ChatReading {
  const fields: unknown = JSON.parse(body);
  if (!isFields(fields)) return untranslatable('input', 'is missing.');
  return orUntranslatable((): ChatReading => {
    const { input, instructions } = fields;
    const said = typeof input === 'string' ? [userText(input)] : together(listOf(input).map(readItem));
    const begins = said.findIndex(({ role }) => role !== 'system');
    const before = begins < 0 ? said : said.slice(0, begins);
    const system: readonly TextPart[] = typeof instructions === 'string' ? [{ kind: 'text', text: instructions }] : [];
    const chat = {
      system: [...system, ...before.flatMap((message) => (message.role === 'system' ? message.parts : []))],
      messages: said.slice(before.length),
      ...readOptions(fields),
    };
    return { kind: 'chat', chat };
  });
}

function userText(text: string): ChatMessage {
  return { role: 'user', parts: [{ kind: 'text', text }] };
}

/** Items stand alone here; one turn of one speaker is one message. */
function together(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  const all: ChatMessage[] = [];
  for (const message of messages) {
    const last = all.at(-1);
    if (last?.role === 'assistant' && message.role === 'assistant') {
      all[all.length - 1] = { role: 'assistant', parts: [...last.parts, ...message.parts] };
    } else if (last?.role === 'user' && message.role === 'user') {
      all[all.length - 1] = { role: 'user', parts: [...last.parts, ...message.parts] };
    } else all.push(message);
  }
  return all;
}

function readItem(item: Fields, index: number): ChatMessage {
  const at = `input.${index}`;
  if (isSaid(item['namespace'])) throw new NoCounterpart(`${at}.namespace`);
  const { type = 'message' } = item;
  switch (type) {
    case 'message':
      return readMessage(item, at);
    case 'reasoning':
      return assistant(thoughtOf(item));
    case 'function_call':
      return assistant(toolCall(item, needed(item, 'arguments', at), at));
    case 'custom_tool_call':
      return assistant(toolCall(item, JSON.stringify({ input: needed(item, 'input', at) }), at));
    case 'function_call_output':
    case 'custom_tool_call_output':
      return user({
        kind: 'tool-result',
        callId: needed(item, 'call_id', at),
        parts: contentOf(item['output'], `${at}.output`),
        failed: false,
      });
    default:
      throw new NoCounterpart(`${at}.type`);
  }
}

function assistant(...parts: readonly AssistantPart[]): ChatMessage {
  return { role: 'assistant', parts };
}

function user(...parts: readonly UserPart[]): ChatMessage {
  return { role: 'user', parts };
}

function readMessage(item: Fields, at: string): ChatMessage {
  const parts = contentOf(item['content'], `${at}.content`);
  switch (item['role']) {
    case 'user':
      return { role: 'user', parts };
    case 'assistant':
      return { role: 'assistant', parts: parts.map((part) => textOnly(part, at)) };
    case 'system':
    case 'developer':
      return { role: 'system', parts: parts.map((part) => textOnly(part, at)) };
    default:
      throw new NoCounterpart(`${at}.role`);
  }
}

function textOnly(part: ContentPart, at: string): TextPart {
  if (part.kind === 'text') return part;
  throw new NoCounterpart(`${at}.content`);
}

function toolCall(item: Fields, text: string, at: string): AssistantPart {
  return { kind: 'tool-call', id: needed(item, 'call_id', at), name: needed(item, 'name', at), arguments: text };
}

/** Its own words where it has them, else what was told of them. */
function thoughtOf(item: Fields): ThoughtPart {
  const said = [...listOf(item['summary']), ...listOf(item['content'])];
  const sealed = wordOf(item, 'encrypted_content');
  const text = said.map((part) => wordOf(part, 'text') ?? '').join('');
  return { kind: 'thought', text, ...(sealed === undefined ? {} : { seal: readSeal(sealed, 'responses') }) };
}

function contentOf(content: unknown, at: string): readonly ContentPart[] {
  if (typeof content === 'string') return [{ kind: 'text', text: content }];
  if (!Array.isArray(content)) throw new NoCounterpart(at, 'must be a text or a list.');
  return content.map((part: unknown, index) => {
    if (!isFields(part)) throw new NoCounterpart(`${at}.${index}`, 'must be an object.');
    return readContent(part, `${at}.${index}`);
  });
}

function readContent(part: Fields, at: string): ContentPart {
  switch (part['type']) {
    case 'input_text':
    case 'output_text':
      return { kind: 'text', text: needed(part, 'text', at) };
    case 'input_image':
      if (isSaid(part['file_id'])) throw new NoCounterpart(`${at}.file_id`);
      return imageOf(part, 'image_url', at);
    case 'input_file':
      return documentOf(part, at);
    case 'refusal':
    case 'input_audio':
      return readPart(part, at);
    default:
      throw new NoCounterpart(`${at}.type`);
  }
}
