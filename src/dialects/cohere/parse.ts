// What a caller asks in Cohere's dialect: only what money and routing need is read; the rest is the provider's to judge.
import { isUtf8 } from 'node:buffer';
import { readJsonBody } from '#core/call/json-body.ts';
import type { ModelCall, Parsed } from '#core/call/model-call.ts';
import { type Fields, isFields, listOf } from '#core/usage/counts.ts';

// The dearest documented prompt that a provider adds for tools that are offered is 530 tokens.
const toolPromptTokens = 1_024;

type Headers = ModelCall['extraHeaders'];

export function parseChat(body: Buffer, extraHeaders: Headers): Parsed {
  return parse(body, (fields, plain) => {
    const { messages, stream, max_tokens: limit, tools, thinking } = fields;
    if (!Array.isArray(messages) || messages.length === 0) return wrong('messages', 'a list of at least one message');
    if (!isAbsent(stream) && typeof stream !== 'boolean') return wrong('stream', 'true or false');
    if (!isAbsent(limit) && !isCount(limit)) return wrong('max_tokens', 'a whole number of at least 1');
    return {
      kind: 'call',
      call: {
        ...plain,
        kind: 'chat',
        format: 'chat-v2',
        streamed: stream === true,
        // The last event of a stream has it in any case.
        usageWanted: true,
        ...(isCount(limit) ? { outputLimit: limit } : {}),
        ...partsOf(messages),
        ...(isFields(thinking) && thinking['type'] !== 'disabled' ? { thinksInSilence: true } : {}),
        ...(Array.isArray(tools) && tools.length > 0 ? { promptOverhead: toolPromptTokens } : {}),
        extraHeaders,
      },
    };
  });
}

export function parseEmbed(body: Buffer, extraHeaders: Headers): Parsed {
  return parse(body, (fields, plain) => {
    // Pictures are billed beside the text, by a meter of their own.
    const picture = ['images', 'inputs'].find((name) => !isAbsent(fields[name]));
    if (picture !== undefined) {
      return { kind: 'malformed', param: picture, message: `"${picture}" has no price here. Send texts.` };
    }
    const { texts } = fields;
    if (!Array.isArray(texts) || texts.length === 0 || !texts.every((text) => typeof text === 'string')) {
      return wrong('texts', 'a list of at least one text');
    }
    return { kind: 'call', call: { ...plain, kind: 'embedding', format: 'embed-v2', extraHeaders } };
  });
}

type Plain = Omit<ModelCall, 'kind' | 'format' | 'extraHeaders'>;

function parse(body: Buffer, read: (fields: Fields, plain: Plain) => Parsed): Parsed {
  // What does not decode would grow in decoding, and its bytes would no longer bound its tokens.
  if (!isUtf8(body)) return { kind: 'malformed', message: 'The body is not valid UTF-8.' };
  const text = body.toString('utf8');
  const fields = readJsonBody(text);
  if (typeof fields === 'string') return { kind: 'malformed', message: fields };
  const { model } = fields;
  if (typeof model !== 'string' || model === '') return wrong('model', 'the name of a model');
  return read(fields, {
    name: model,
    body: text,
    bodyBytes: body.length,
    streamed: false,
    usageWanted: false,
    choices: 1,
    images: 0,
    attachments: 0,
    facts: {},
  });
}

function wrong(param: string, expected: string): Parsed {
  return { kind: 'malformed', param, message: `"${param}" must be ${expected}.` };
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 1;
}

const plainParts: ReadonlySet<unknown> = new Set(['text', 'thinking', 'document']);

function partsOf(messages: readonly unknown[]): Pick<ModelCall, 'images' | 'attachments'> {
  const parts = messages.filter(isFields).flatMap(({ content }) => listOf(content));
  return {
    images: parts.filter(({ type }) => type === 'image_url').length,
    attachments: parts.filter(({ type }) => type !== 'image_url' && !plainParts.has(type)).length,
  };
}
