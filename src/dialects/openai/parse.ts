// What a caller asks in OpenAI's dialect: only what money and routing need is read; the rest is the provider's to judge.
import { isUtf8 } from 'node:buffer';
import { readJsonBody } from '#core/call/json-body.ts';
import type { ModelCall, Parsed } from '#core/call/model-call.ts';
import { refusedField } from './refused-fields.ts';

type Fields = Readonly<Record<string, unknown>>;

const choicesMax = 128;

// The dearest documented prompt that a provider adds for tools that are offered is 530 tokens.
const toolPromptTokens = 1_024;

const formats = { chat: 'chat-completions', embedding: 'embeddings' } as const;

export function parseCall(
  kind: keyof typeof formats,
  body: Buffer,
  extraHeaders: Readonly<Record<string, string>>,
): Parsed {
  // What does not decode would grow in decoding, and its bytes would no longer bound its tokens.
  if (!isUtf8(body)) return { kind: 'malformed', message: 'The body is not valid UTF-8.' };
  const text = body.toString('utf8');
  const fields = readJsonBody(text);
  if (typeof fields === 'string') return { kind: 'malformed', message: fields };
  const refused = refusedField(fields);
  if (refused) return { kind: 'malformed', ...refused };
  const wrong = kind === 'chat' ? firstWrongChatField(fields) : firstWrongEmbeddingField(fields);
  if (wrong) return { kind: 'malformed', ...wrong };
  const prompt = kind === 'chat' ? partsOf(fields['messages']) : { images: 0, attachments: objectsIn(fields['input']) };
  const limit = limitOf(fields);
  const options = fields['stream_options'];
  const tier = fields['service_tier'];
  return {
    kind: 'call',
    call: {
      kind,
      format: formats[kind],
      name: String(fields['model']),
      body: text,
      bodyBytes: body.length,
      streamed: kind === 'chat' && fields['stream'] === true,
      usageWanted: isObject(options) && options['include_usage'] === true,
      ...(isObject(options) ? { streamOptions: options } : {}),
      ...limit,
      choices: kind === 'chat' && typeof fields['n'] === 'number' ? fields['n'] : 1,
      ...prompt,
      ...(Array.isArray(fields['tools']) && fields['tools'].length > 0 ? { promptOverhead: toolPromptTokens } : {}),
      facts: typeof tier === 'string' && tier !== 'auto' ? { service_tier: tier } : {},
      extraHeaders,
    },
  };
}

type Wrong = { readonly message: string; readonly param: string };

function firstWrongChatField(fields: Fields): Wrong | undefined {
  return (
    wrongModel(fields) ??
    wrong(
      'messages',
      'a list of at least one message',
      Array.isArray(fields['messages']) && fields['messages'].length > 0,
    ) ??
    wrong('stream', 'true or false', optional(fields['stream'], isBoolean)) ??
    wrong('stream_options', 'an object', optional(fields['stream_options'], isObject)) ??
    wrong(
      'n',
      `a whole number from 1 to ${choicesMax}`,
      optional(fields['n'], (n) => isCount(n) && n <= choicesMax),
    ) ??
    wrong('service_tier', 'a short word', optional(fields['service_tier'], isShortWord)) ??
    wrong('max_tokens', 'a whole number of at least 1', optional(fields['max_tokens'], isCount)) ??
    wrong('max_completion_tokens', 'a whole number of at least 1', optional(fields['max_completion_tokens'], isCount))
  );
}

function firstWrongEmbeddingField(fields: Fields): Wrong | undefined {
  const input = fields['input'];
  return wrongModel(fields) ?? wrong('input', 'a text or a list', typeof input === 'string' || Array.isArray(input));
}

function wrongModel(fields: Fields): Wrong | undefined {
  return wrong('model', 'the name of a model', typeof fields['model'] === 'string' && fields['model'] !== '');
}

function wrong(param: string, expected: string, right: boolean): Wrong | undefined {
  return right ? undefined : { param, message: `"${param}" must be ${expected}.` };
}

function optional(value: unknown, right: (value: unknown) => boolean): boolean {
  return value === undefined || value === null || right(value);
}

function isShortWord(value: unknown): boolean {
  return typeof value === 'string' && value.length <= 64;
}

function isBoolean(value: unknown): boolean {
  return typeof value === 'boolean';
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 1;
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function limitOf(fields: Fields): Pick<ModelCall, 'outputLimit' | 'outputLimitField'> {
  for (const field of ['max_completion_tokens', 'max_tokens'] as const) {
    const limit = fields[field];
    if (typeof limit === 'number') return { outputLimit: limit, outputLimitField: field };
  }
  return {};
}

/** Embeddings of something else than text. */
function objectsIn(input: unknown): number {
  return Array.isArray(input) ? input.filter(isObject).length : 0;
}

function partsOf(messages: unknown): { readonly images: number; readonly attachments: number } {
  let images = 0;
  let attachments = 0;
  if (!Array.isArray(messages)) return { images, attachments };
  for (const message of messages) {
    const content: unknown = isObject(message) ? message['content'] : undefined;
    if (!Array.isArray(content)) continue;
    for (const part of content) {
      const type: unknown = isObject(part) ? part['type'] : undefined;
      if (type === 'image_url') images += 1;
      else if (type !== 'text' && type !== 'refusal') attachments += 1;
    }
  }
  return { images, attachments };
}
