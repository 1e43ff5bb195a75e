// What an upstream speaks: how a call is put to it, and how its answer is read. Pure translation; a folder each.
import type { Target } from '#core/catalog/catalog.ts';
import type { ChatAnswer, ChatEvent, ChatRequest, Untranslatable } from '#core/call/chat.ts';
import type { ModelCall } from '#core/call/model-call.ts';
import type { MediaAnswer, MediaRequest } from '#core/call/media.ts';
import type { WireFormat } from '#core/call/wire-format.ts';
import type { CallFacts, Usage } from '#core/usage/usage.ts';
import type { UpstreamAnswer, UpstreamRequest } from './upstream.ts';

export interface ProviderRequestPlan {
  readonly target: Target;
  readonly credential: string | undefined;
  /** Tokens per choice; `undefined` for calls without output. */
  readonly outputLimit: number | undefined;
}

/** One event of a streamed answer. */
export interface StreamEvent {
  /** The event's bytes as they came, with the blank line that ends it. */
  readonly bytes: Buffer;
  readonly kind: 'content' | 'usage' | 'error' | 'done' | 'idle' | 'other';
  /** Pieces of text in it, and their bytes: what an estimate counts. */
  readonly deltas: number;
  readonly textBytes: number;
  /** The provider's own words, on an event that carries them. */
  readonly usage?: unknown;
}

export interface StreamReader {
  /** Every event that this piece completes, in order. */
  read(piece: Buffer): readonly StreamEvent[];
}

export interface ProviderFailure {
  /** For the caller; never a credential, nor words that may contain one. */
  readonly message: string;
  readonly type?: string;
  readonly code?: string;
  readonly param?: string;
  readonly retryAfterMs?: number;
}

export interface ProviderAdapter {
  readonly name: string;
  /** Calls written so pass through untouched. */
  readonly speaks: ReadonlySet<WireFormat>;
  /** Chat that is written otherwise; without it such calls are refused. */
  readonly translation?: ChatTranslation;
  /** Images, speech and transcripts that are written otherwise. */
  readonly media?: MediaTranslations;
  request(call: ModelCall, plan: ProviderRequestPlan): UpstreamRequest;
  /** The usage of a whole answer; `missing` when it says nothing. */
  usageOf(call: ModelCall, answer: Buffer, headers: UpstreamAnswer['headers']): Usage;
  /** The usage that a stream's events carried, the last word of each field. */
  usageOfStream(raw: unknown, call: ModelCall): Usage;
  /** What they carried before the last word, of a stream that never came to it. */
  usageOfBrokenStream?(raw: unknown): Usage;
  stream(call: ModelCall): StreamReader;
  /** What only the answer tells of what a price may depend on. */
  answeredFacts?(call: ModelCall, answer: Buffer): Partial<CallFacts>;
  /** Where the provider counts a prompt's tokens for nothing. */
  readonly counting?: TokenCounting;
  failure(
    status: number,
    headers: Readonly<Record<string, string | readonly string[] | undefined>>,
    body: Buffer,
  ): ProviderFailure;
}

/** Pure: between our words and the provider's. */
export interface ChatTranslation {
  /** What it writes. */
  readonly format: WireFormat;
  /** The body, in which `request` then sets what is set for every call. */
  write(chat: ChatRequest, call: ModelCall): string | Untranslatable;
  /** `undefined` for what is no answer. */
  answer(body: Buffer): ChatAnswer | undefined;
  /** Reads event by event; what one says may need those before it. */
  events(): (event: Buffer) => readonly ChatEvent[];
}

export type MediaTranslations = Readonly<Partial<Record<MediaRequest['kind'], MediaTranslation>>>;

/** Pure: `call.media` in the provider's words, and its answer in ours. */
export interface MediaTranslation {
  /** What has no counterpart there; asked before anything is sent. */
  refuses(call: ModelCall, target: Target): Untranslatable | undefined;
  request(call: ModelCall, plan: ProviderRequestPlan): UpstreamRequest;
  /** `undefined` for what is no answer. */
  answer(call: ModelCall, body: Buffer, headers: UpstreamAnswer['headers']): MediaAnswer | undefined;
  usageOf(call: ModelCall, body: Buffer, headers: UpstreamAnswer['headers']): Usage;
  /** Where the first answer is only that there will be one. */
  readonly following?: JobFollowing;
}

/** A job that is asked after until it is done, inside the call. */
export interface JobFollowing {
  readonly everyMs: number;
  readonly giveUpMs: number;
  /** `undefined` when it has come to its end, whichever that is. */
  readonly next: (latest: Buffer, first: Buffer, plan: ProviderRequestPlan) => UpstreamRequest | undefined;
  /** What is answered and metered: the first answer may tell the cost, and only the last one what came of it. */
  readonly joined: (first: Buffer, last: Buffer) => Buffer;
}

/** A call to a free count of its prompt's tokens. */
export interface TokenCounting {
  request(call: ModelCall, plan: ProviderRequestPlan): UpstreamRequest;
}
