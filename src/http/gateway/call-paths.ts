// Where calls are answered, and the dialect of each address.
import type { IncomingMessage } from 'node:http';
import type { Parsed } from '#core/call/model-call.ts';
import { anthropicDialect } from '#dialects/anthropic/dialect.ts';
import { parseMessages } from '#dialects/anthropic/parse.ts';
import { openAiDialect } from '#dialects/openai/dialect.ts';
import { openAiMediaDialect } from '#dialects/openai/media/dialect.ts';
import { parseImageEdits, parseImages, parseSpeech, parseTranscription } from '#dialects/openai/media/parse-media.ts';
import { parseCall } from '#dialects/openai/parse.ts';
import type { Dialect } from '#ports/dialect.ts';

export interface CallPath {
  readonly dialect: Dialect;
  /** Forms take their time. */
  parse(body: Buffer, extraHeaders: Readonly<Record<string, string>>, contentType?: string): Parsed | Promise<Parsed>;
  /** Headers that go on to a provider of the same dialect. */
  readonly hears: ReadonlySet<string>;
  /** The call is not made: its prompt's tokens are counted, and told in these words. */
  readonly counting?: (tokens: number) => unknown;
}

const nothing: ReadonlySet<string> = new Set();
const anthropicHeaders: ReadonlySet<string> = new Set(['anthropic-version', 'anthropic-beta']);

const callPaths: Readonly<Partial<Record<string, CallPath>>> = {
  '/v1/chat/completions': {
    dialect: openAiDialect,
    parse: (body, headers) => parseCall('chat', body, headers),
    hears: nothing,
  },
  '/v1/embeddings': {
    dialect: openAiDialect,
    parse: (body, headers) => parseCall('embedding', body, headers),
    hears: nothing,
  },
  '/v1/images/generations': { dialect: openAiMediaDialect, parse: parseImages, hears: nothing },
  '/v1/images/edits': { dialect: openAiMediaDialect, parse: parseImageEdits, hears: nothing },
  '/v1/audio/speech': { dialect: openAiMediaDialect, parse: parseSpeech, hears: nothing },
  '/v1/audio/transcriptions': { dialect: openAiMediaDialect, parse: parseTranscription(false), hears: nothing },
  '/v1/audio/translations': { dialect: openAiMediaDialect, parse: parseTranscription(true), hears: nothing },
  '/v1/messages': {
    dialect: anthropicDialect,
    parse: (body, headers) => parseMessages(body, headers),
    hears: anthropicHeaders,
  },
  '/v1/messages/count_tokens': {
    dialect: anthropicDialect,
    parse: (body, headers) => parseMessages(body, headers, { counting: true }),
    hears: anthropicHeaders,
    counting: (tokens) => ({ input_tokens: tokens }),
  },
};

/** What a call to this address is; `undefined` where none can be made. */
export function callPathOf(path: string): CallPath | undefined {
  return callPaths[path];
}

/** At an address that both dialects have, and where nothing is. */
export function dialectOf(request: IncomingMessage): Dialect {
  return isAnthropic(request) ? anthropicDialect : openAiDialect;
}

export function isAnthropic({ headers }: IncomingMessage): boolean {
  return headers['anthropic-version'] !== undefined;
}
