// What a caller asks in OpenAI's dialect: only what money and routing need is read; the rest is the provider's to judge.
import type { ModelCall, Parsed } from '#core/call/model-call.ts';
import { type Fields, isFields } from '#core/usage/counts.ts';
import { isBoolean, isCount, isSaid, isShortWord, optional, type Wrong, wrong, wrongModel } from './checks.ts';
import { numbersIn } from './numbers-in.ts';
import { readFields } from './read-fields.ts';
import { refusedField, refusedTool } from './refused-fields.ts';

const choicesMax = 128;

// The dearest documented prompt that a provider adds for tools that are offered is 530 tokens.
const toolPromptTokens = 1_024;

const formats = { chat: 'chat-completions', embedding: 'embeddings' } as const;

export function parseCall(
  kind: keyof typeof formats,
  body: Buffer,
  extraHeaders: Readonly<Record<string, string>>,
): Parsed {
  const read = readFields(body);
  if (read.kind === 'malformed') return read;
  const { fields, text } = read;
  const refused = refusedField(fields) ?? refusedTool(fields['tools']);
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
      usageWanted: isFields(options) && options['include_usage'] === true,
      ...(isFields(options) ? { streamOptions: options } : {}),
      ...limit,
      choices: kind === 'chat' && typeof fields['n'] === 'number' ? fields['n'] : 1,
      ...prompt,
      ...overheadOf(kind, fields),
      // What it thinks need not pass by in the stream, and is billed whole.
      ...(isSaid(fields['reasoning_effort']) && fields['reasoning_effort'] !== 'none' ? { thinksInSilence: true } : {}),
      facts: typeof tier === 'string' && tier !== 'auto' ? { service_tier: tier } : {},
      extraHeaders,
    },
  };
}

function firstWrongChatField(fields: Fields): Wrong | undefined {
  return (
    wrongModel(fields['model']) ??
    wrong(
      'messages',
      'a list of at least one message',
      Array.isArray(fields['messages']) && fields['messages'].length > 0,
    ) ??
    wrong('stream', 'true or false', optional(fields['stream'], isBoolean)) ??
    wrong('stream_options', 'an object', optional(fields['stream_options'], isFields)) ??
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
  return (
    wrongModel(fields['model']) ?? wrong('input', 'a text or a list', typeof input === 'string' || Array.isArray(input))
  );
}

function limitOf(fields: Fields): Pick<ModelCall, 'outputLimit' | 'outputLimitField'> {
  for (const field of ['max_completion_tokens', 'max_tokens'] as const) {
    const limit = fields[field];
    if (typeof limit === 'number') return { outputLimit: limit, outputLimitField: field };
  }
  return {};
}

function overheadOf(kind: keyof typeof formats, { tools, input }: Fields): Pick<ModelCall, 'promptOverhead'> {
  if (kind === 'embedding') return { promptOverhead: numbersIn(input) };
  return Array.isArray(tools) && tools.length > 0 ? { promptOverhead: toolPromptTokens } : {};
}

/** Embeddings of something else than text. */
function objectsIn(input: unknown): number {
  return Array.isArray(input) ? input.filter(isFields).length : 0;
}

function partsOf(messages: unknown): { readonly images: number; readonly attachments: number } {
  let images = 0;
  let attachments = 0;
  if (!Array.isArray(messages)) return { images, attachments };
  for (const message of messages) {
    const content: unknown = isFields(message) ? message['content'] : undefined;
    if (!Array.isArray(content)) continue;
    for (const part of content) {
      const type: unknown = isFields(part) ? part['type'] : undefined;
      if (type === 'image_url') images += 1;
      else if (type !== 'text' && type !== 'refusal') attachments += 1;
    }
  }
  return { images, attachments };
}
