// What a caller asks in Anthropic's dialect: only what money and routing need is read; the rest is the provider's to judge.
import { isUtf8 } from 'node:buffer';
import { readJsonBody } from '#core/call/json-body.ts';
import type { Parsed } from '#core/call/model-call.ts';
import { type Fields, isFields, listOf, wordOf } from '#core/usage/counts.ts';
import { refusedField } from './refused-fields.ts';

// The dearest documented prompt that offering tools adds is 530 tokens, and that of one of the maker's own tools 735.
const toolPromptTokens = 1_024;
const ownToolTokens = 1_536;

/** `counting` asks only how long the prompt is, and needs no limit. */
export function parseMessages(
  body: Buffer,
  extraHeaders: Readonly<Record<string, string>>,
  { counting = false }: { readonly counting?: boolean } = {},
): Parsed {
  // What does not decode would grow in decoding, and its bytes would no longer bound its tokens.
  if (!isUtf8(body)) return { kind: 'malformed', message: 'The body is not valid UTF-8.' };
  const text = body.toString('utf8');
  const fields = readJsonBody(text);
  if (typeof fields === 'string') return { kind: 'malformed', message: fields };
  const wrong = refusedField(fields) ?? firstWrongField(fields, counting);
  if (wrong) return { kind: 'malformed', ...wrong };
  const { max_tokens: limit, stream } = fields;
  return {
    kind: 'call',
    call: {
      kind: 'chat',
      format: 'messages',
      name: String(fields['model']),
      body: text,
      bodyBytes: body.length,
      streamed: stream === true,
      usageWanted: true,
      ...(typeof limit === 'number' ? { outputLimit: limit, outputLimitField: 'max_tokens' } : {}),
      choices: 1,
      ...partsOf(fields),
      promptOverhead: toolOverhead(fields),
      // What it thinks may be told in a summary, and is billed whole.
      thinksInSilence: isFields(fields['thinking']) && fields['thinking']['type'] !== 'disabled',
      facts: factsOf(fields),
      extraHeaders,
    },
  };
}

type Wrong = { readonly message: string; readonly param: string };

function firstWrongField(fields: Fields, counting: boolean): Wrong | undefined {
  const { model, messages, max_tokens: limit, stream, system, tools } = fields;
  return (
    wrong('model', 'the name of a model', typeof model === 'string' && model !== '') ??
    wrong('messages', 'a list of at least one message', Array.isArray(messages) && messages.length > 0) ??
    wrong('max_tokens', 'a whole number of at least 1', (counting && limit === undefined) || isCount(limit)) ??
    wrong('stream', 'true or false', stream === undefined || typeof stream === 'boolean') ??
    wrong('system', 'a text or a list', system === undefined || typeof system === 'string' || Array.isArray(system)) ??
    wrong('tools', 'a list', tools === undefined || Array.isArray(tools)) ??
    wordFields.map((name) => wrong(name, 'a short word', isShortWord(fields[name]))).find((each) => each !== undefined)
  );
}

const wordFields = ['service_tier', 'speed', 'inference_geo'] as const;

function wrong(param: string, expected: string, right: boolean): Wrong | undefined {
  return right ? undefined : { param, message: `"${param}" must be ${expected}.` };
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 1;
}

function isShortWord(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.length <= 64);
}

// `auto` may be served as something cheaper, never as something dearer.
function factsOf(fields: Fields) {
  const speed = wordOf(fields, 'speed');
  const region = wordOf(fields, 'inference_geo');
  return { ...(speed === undefined ? {} : { speed }), ...(region === undefined ? {} : { region }) };
}

function toolOverhead({ tools }: Fields): number {
  const offered = listOf(tools);
  const own = offered.filter(({ type }) => typeof type === 'string' && type !== 'custom').length;
  return offered.length === 0 ? 0 : toolPromptTokens + own * ownToolTokens;
}

function partsOf({ messages, system }: Fields): { readonly images: number; readonly attachments: number } {
  const counted = { images: 0, attachments: 0 };
  countParts(system, counted);
  for (const message of listOf(messages)) countParts(message['content'], counted);
  return counted;
}

function countParts(content: unknown, counted: { images: number; attachments: number }): void {
  for (const part of listOf(content)) {
    // What a tool answers has parts of its own, and those have none.
    const parts = part['type'] === 'tool_result' ? listOf(part['content']) : [part];
    for (const { type } of parts) {
      if (type === 'image') counted.images += 1;
      else if (typeof type !== 'string' || !boundedByBytes.has(type)) counted.attachments += 1;
    }
  }
}

const boundedByBytes: ReadonlySet<string> = new Set([
  'text',
  'tool_use',
  'thinking',
  'redacted_thinking',
  'search_result',
]);
