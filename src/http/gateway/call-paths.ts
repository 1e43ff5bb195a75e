// Where calls are answered, and the dialect of each address.
import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { Parsed } from '#core/call/model-call.ts';
import { parseRerank } from '#core/call/read-rerank.ts';
import { anthropicDialect } from '#dialects/anthropic/dialect.ts';
import { parseMessages } from '#dialects/anthropic/parse.ts';
import { completionsDialect } from '#dialects/openai/completions-dialect.ts';
import { cohereDialect } from '#dialects/cohere/dialect.ts';
import { parseChat, parseEmbed } from '#dialects/cohere/parse.ts';
import { openAiDialect } from '#dialects/openai/dialect.ts';
import { openAiMediaDialect } from '#dialects/openai/media/dialect.ts';
import { parseImageEdits, parseImages, parseSpeech, parseTranscription } from '#dialects/openai/media/parse-media.ts';
import { parseCall } from '#dialects/openai/parse.ts';
import { parseCompletion } from '#dialects/openai/parse-completion.ts';
import { parseModeration } from '#dialects/openai/parse-moderation.ts';
import { geminiDialect } from '#dialects/gemini/dialect.ts';
import type { Dialect, Framing } from '#ports/dialect.ts';
import { geminiPathOf } from './gemini-paths.ts';
import { responsesDialect } from '#dialects/openai/responses/dialect.ts';
import { parseResponse } from '#dialects/openai/responses/parse.ts';

export interface CallPath {
  readonly dialect: Dialect;
  /** Forms take their time. */
  parse(body: Buffer, extraHeaders: Readonly<Record<string, string>>, contentType?: string): Parsed | Promise<Parsed>;
  /** Headers that go on to a provider of the same dialect. */
  readonly hears: ReadonlySet<string>;
  /** The call is not made: its prompt's tokens are counted, and told in these words. */
  readonly counting?: (tokens: number) => unknown;
  readonly framing?: Framing;
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
  '/v1/rerank': { dialect: openAiDialect, parse: parseRanking, hears: nothing },
  '/v2/chat': { dialect: cohereDialect, parse: parseChat, hears: nothing },
  '/v2/embed': { dialect: cohereDialect, parse: parseEmbed, hears: nothing },
  '/v2/rerank': { dialect: cohereDialect, parse: parseRanking, hears: nothing },
  '/v1/responses': { dialect: responsesDialect, parse: parseResponse, hears: nothing },
  '/v1/responses/input_tokens': {
    dialect: responsesDialect,
    parse: parseResponse,
    hears: nothing,
    counting: (tokens) => ({ object: 'response.input_tokens', input_tokens: tokens }),
  },
  '/v1/completions': { dialect: completionsDialect, parse: parseCompletion, hears: nothing },
  '/v1/moderations': { dialect: openAiDialect, parse: parseModeration, hears: nothing },
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

/** `core` reads text, and cannot tell what was none. */
function parseRanking(body: Buffer, headers: Readonly<Record<string, string>>): Parsed {
  if (!isUtf8(body)) return { kind: 'malformed', message: 'The body is not valid UTF-8.' };
  return parseRerank(body, headers);
}

/** Every address that takes calls. */
export const callAddresses: readonly string[] = Object.keys(callPaths);

/** What a call to this address is; `undefined` where none can be made. */
export function callPathOf(path: string, query = ''): CallPath | undefined {
  return callPaths[path] ?? geminiPathOf(path, query);
}

/** At an address that both dialects have, and where nothing is. */
export function dialectOf(request: IncomingMessage): Dialect {
  if (isGemini(request)) return geminiDialect;
  return isAnthropic(request) ? anthropicDialect : openAiDialect;
}

export function isAnthropic({ headers }: IncomingMessage): boolean {
  return headers['anthropic-version'] !== undefined;
}

/** Its clients send their key under a name of its own. */
export function isGemini({ url = '', headers }: IncomingMessage): boolean {
  return url.startsWith('/v1beta/') || url.startsWith('/v1beta?') || headers['x-goog-api-key'] !== undefined;
}
