// What callers speak: how answers and failures are put to them. Pure translation; a folder each.
import type { ChatAnswer, ChatEvent, ChatReading } from '#core/call/chat.ts';
import type { EmbeddingAnswer, EmbeddingReading } from '#core/call/embedding.ts';
import type { MediaAnswer, RefusedAnswer } from '#core/call/media.ts';
import type { ModelCall } from '#core/call/model-call.ts';
import type { RerankAnswer, RerankReading } from '#core/call/rerank.ts';
import type { Route } from '#core/catalog/catalog.ts';
import type { Failure } from '#core/failure.ts';
import type { Usage } from '#core/usage/usage.ts';
import type { StreamWords } from './door.ts';

export interface Dialect {
  readonly name: string;
  /** Where its clients look for the request's id, beside our own place for it. */
  readonly requestIdHeader?: string;
  /** The whole answer is that there is none. */
  failure(failure: Failure, requestId: string): string;
  /** For the stream of a provider that speaks the same dialect. */
  words(requestId: string): StreamWords;
  /** How it lists what can be called; without it our own list is shown, which has prices. */
  readonly models?: {
    list(routes: readonly Route[], query: URLSearchParams): unknown;
    one(route: Route): unknown;
  };
  /** For providers that speak another one; without it they cannot be called in this dialect. */
  readonly translation?: DialectTranslation;
  /** The same for texts to be embedded. */
  readonly embedding?: DialectEmbeddingTranslation;
  /** The same for documents to be ranked. */
  readonly rerank?: DialectRerankTranslation;
  /** Images, speech and transcripts of providers that speak another one. */
  media?(answer: Exclude<MediaAnswer, RefusedAnswer>, speaking: Speaking, usage: Usage): RenderedMedia;
}

export interface RenderedMedia {
  readonly body: Buffer;
  readonly contentType: string;
}

export interface DialectTranslation {
  /** The call in our words. */
  read(call: ModelCall): ChatReading;
  /** What the provider answered. */
  answer(answer: ChatAnswer, speaking: Speaking, usage: Usage): string;
  stream(speaking: Speaking): SpokenStream;
}

export interface DialectEmbeddingTranslation {
  read(call: ModelCall): EmbeddingReading;
  answer(answer: EmbeddingAnswer, speaking: Speaking, usage: Usage): string;
}

export interface DialectRerankTranslation {
  read(call: ModelCall): RerankReading;
  answer(answer: RerankAnswer, speaking: Speaking, usage: Usage): string;
}

/** How a stream's events go over the wire, where that is not as server-sent events. */
export interface Framing {
  readonly contentType: string;
  /** Whole events, as they would be sent otherwise. */
  frame(events: Buffer | string): string;
  /** Behind the last one. */
  end(): string;
}

/** What an answer's head may say. */
export interface Speaking {
  readonly call: ModelCall;
  readonly requestId: string;
  readonly startedAt: number;
}

/** Tells a stream in the caller's dialect, event by event; it remembers what it has said. */
export interface SpokenStream extends StreamWords {
  tell(event: ChatEvent): string;
}
