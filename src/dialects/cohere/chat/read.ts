// A conversation in Cohere's dialect, in our words; what has no word there is refused by its name.
import type {
  AssistantPart,
  ChatMessage,
  ChatReading,
  ChatRequest,
  ChatTool,
  ImagePart,
  TextPart,
  ToolChoice,
  UserPart,
} from '#core/call/chat.ts';
import type { Thinking } from '#core/call/thinking.ts';
import { NoCounterpart, orUntranslatable, untranslatable } from '#core/call/untranslatable.ts';
import { type Fields, isFields, listOf, partOf, wordOf } from '#core/usage/counts.ts';

export function readChat(body: string): ChatReading {
  const fields: unknown = JSON.parse(body);
  if (!isFields(fields)) return untranslatable('messages', 'is missing.');
  return orUntranslatable(() => ({ kind: 'chat', chat: read(fields) }));
}

// The gateway sets the first three.
const heeded: ReadonlySet<string> = new Set([
  'model',
  'max_tokens',
  'stream',
  'messages',
  'tools',
  'strict_tools',
  'tool_choice',
  'stop_sequences',
  'temperature',
  'p',
  'k',
  'seed',
  'frequency_penalty',
  'presence_penalty',
  'thinking',
  'response_format',
]);

function read(fields: Fields): ChatRequest {
  const unheeded = Object.keys(fields).find((name) => !heeded.has(name) && isSaid(fields[name]));
  if (unheeded !== undefined) throw new NoCounterpart(unheeded);
  const messages = listAt(fields['messages'], 'messages').map(readMessage);
  // What is said before the conversation begins.
  const begins = messages.findIndex(({ role }) => role !== 'system');
  const before = begins < 0 ? messages : messages.slice(0, begins);
  const stop = fields['stop_sequences'];
  return {
    system: before.flatMap((message) => (message.role === 'system' ? message.parts : [])),
    messages: messages.slice(before.length),
    tools: listOf(fields['tools']).map((tool) => readTool(tool, fields['strict_tools'] === true)),
    ...readToolChoice(fields['tool_choice']),
    stop: Array.isArray(stop) ? stop.filter((each) => typeof each === 'string') : [],
    ...numberAt(fields, 'temperature', 'temperature'),
    ...numberAt(fields, 'p', 'topP'),
    ...numberAt(fields, 'k', 'topK'),
    ...numberAt(fields, 'seed', 'seed'),
    ...numberAt(fields, 'frequency_penalty', 'frequencyPenalty'),
    ...numberAt(fields, 'presence_penalty', 'presencePenalty'),
    ...readThinking(fields['thinking']),
    ...readStructure(fields['response_format']),
  };
}

function isSaid(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function numberAt<Name extends string>(fields: Fields, name: string, as: Name): Partial<Record<Name, number>> {
  const value = fields[name];
  if (!isSaid(value)) return {};
  if (typeof value !== 'number') throw new NoCounterpart(name, 'must be a number.');
  const found: Partial<Record<Name, number>> = {};
  found[as] = value;
  return found;
}

function readThinking(thinking: unknown): { readonly thinking?: Thinking } {
  if (!isFields(thinking)) return {};
  if (thinking['type'] === 'disabled') return { thinking: { effort: 'none' } };
  const budget = thinking['token_budget'];
  return { thinking: typeof budget === 'number' ? { budget } : { effort: 'medium' } };
}

function readStructure(format: unknown): Pick<ChatRequest, 'structure'> {
  if (!isFields(format) || format['type'] !== 'json_object') return {};
  const schema = format['json_schema'] ?? format['schema'];
  return { structure: isFields(schema) ? { kind: 'schema', name: 'answer', schema } : { kind: 'json' } };
}

function readTool(tool: Fields, strict: boolean): ChatTool {
  const called = partOf(tool, 'function');
  const description = wordOf(called, 'description');
  return {
    name: needed(called, 'name', 'tools.function'),
    parameters: partOf(called, 'parameters'),
    ...(description === undefined ? {} : { description }),
    ...(strict ? { strict } : {}),
  };
}

function readToolChoice(choice: unknown): { readonly toolChoice?: ToolChoice } {
  if (!isSaid(choice)) return {};
  if (choice === 'REQUIRED') return { toolChoice: 'required' };
  if (choice === 'NONE') return { toolChoice: 'none' };
  throw new NoCounterpart('tool_choice');
}

interface Placed {
  readonly fields: Fields;
  readonly at: string;
}

function readMessage({ fields, at }: Placed): ChatMessage {
  const { content } = fields;
  switch (fields['role']) {
    case 'system':
      return { role: 'system', parts: textsOf(content, at) };
    case 'user':
      return { role: 'user', parts: userParts(content, at) };
    case 'tool': {
      const callId = needed(fields, 'tool_call_id', at);
      return { role: 'user', parts: [{ kind: 'tool-result', callId, parts: textsOf(content, at), failed: false }] };
    }
    case 'assistant':
      return { role: 'assistant', parts: assistantParts(fields, at) };
    default:
      throw new NoCounterpart(`${at}.role`);
  }
}

function userParts(content: unknown, at: string): readonly UserPart[] {
  if (typeof content === 'string') return [{ kind: 'text', text: content }];
  return listAt(content, `${at}.content`).map((part) => readPart(part));
}

function readPart({ fields, at }: Placed): TextPart | ImagePart {
  if (fields['type'] === 'text') return { kind: 'text', text: needed(fields, 'text', at) };
  if (fields['type'] !== 'image_url') throw new NoCounterpart(`${at}.type`);
  const image = partOf(fields, 'image_url');
  const url = needed(image, 'url', `${at}.image_url`);
  const said = wordOf(image, 'detail');
  const detail = said === 'low' || said === 'high' ? ({ detail: said } as const) : {};
  const [, mediaType, data] = /^data:([\w/+.-]+);base64,(.*)$/s.exec(url) ?? [];
  if (mediaType === undefined || data === undefined) return { kind: 'image', source: { kind: 'url', url }, ...detail };
  return { kind: 'image', source: { kind: 'base64', mediaType, data }, ...detail };
}

/** Documents that a tool found are told as they stand. */
function textsOf(content: unknown, at: string): readonly TextPart[] {
  if (typeof content === 'string') return [{ kind: 'text', text: content }];
  return listAt(content, `${at}.content`).map(({ fields, at: where }) => {
    if (fields['type'] === 'text') return { kind: 'text', text: needed(fields, 'text', where) };
    const { document } = fields;
    if (fields['type'] !== 'document' || !isFields(document)) throw new NoCounterpart(`${where}.type`);
    return { kind: 'text', text: JSON.stringify(document['data'] ?? document) };
  });
}

function assistantParts(fields: Fields, at: string): readonly AssistantPart[] {
  const plan = wordOf(fields, 'tool_plan');
  return [
    ...(plan === undefined ? [] : [{ kind: 'thought', text: plan } as const]),
    ...saidBefore(fields['content'], at),
    ...listOf(fields['tool_calls']).map((call): AssistantPart => {
      const called = partOf(call, 'function');
      const [id, name] = [needed(call, 'id', `${at}.tool_calls`), needed(called, 'name', `${at}.tool_calls.function`)];
      return { kind: 'tool-call', id, name, arguments: wordOf(called, 'arguments') ?? '{}' };
    }),
  ];
}

function saidBefore(content: unknown, at: string): readonly AssistantPart[] {
  if (!isSaid(content)) return [];
  if (typeof content === 'string') return [{ kind: 'text', text: content }];
  return listAt(content, `${at}.content`).map(({ fields, at: where }) => {
    return fields['type'] === 'thinking'
      ? { kind: 'thought', text: needed(fields, 'thinking', where) }
      : { kind: 'text', text: needed(fields, 'text', where) };
  });
}

function listAt(value: unknown, at: string): readonly Placed[] {
  if (!Array.isArray(value)) throw new NoCounterpart(at, 'must be a list.');
  return value.map((fields: unknown, index) => {
    if (!isFields(fields)) throw new NoCounterpart(`${at}.${index}`, 'must be an object.');
    return { fields, at: `${at}.${index}` };
  });
}

function needed(fields: Fields, name: string, at: string): string {
  const value = fields[name];
  if (typeof value !== 'string') throw new NoCounterpart(`${at}.${name}`, 'must be a text.');
  return value;
}
