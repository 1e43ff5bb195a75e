// What an upstream speaks: how a call is put to it, and how its answer is read. Pure translation; a folder each.
import type { ModelKind, Target } from '#core/catalog/catalog.ts';
import type { ChatAnswer, ChatEvent, ChatRequest, Untranslatable } from '#core/call/chat.ts';
import type { EmbeddingAnswer, EmbeddingRequest } from '#core/call/embedding.ts';
import type { ModelCall } from '#core/call/model-call.ts';
import type { MediaAnswer, MediaRequest } from '#core/call/media.ts';
import type { RerankAnswer, RerankRequest } from '#core/call/rerank.ts';
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
  /** What was held back because more might have come. */
  end?(): readonly StreamEvent[];
}

export interface ProviderFailure {
  /** For the caller; never a credential, nor words that may contain one. */
  readonly message: string;
  readonly type?: string;
  readonly code?: string;
  readonly param?: string;
  readonly retryAfterMs?: number;
  /** What the status should have been, where a provider's own word on it says otherwise. */
  readonly status?: number;
  /** It is our account that is refused, whatever the status says. */
  readonly credentialRefused?: boolean;
}

export interface ProviderAdapter {
  readonly name: string;
  /** Calls written so pass through untouched. */
  readonly speaks: ReadonlySet<WireFormat>;
  /** Chat that is written otherwise; without it such calls are refused. */
  readonly translation?: ChatTranslation;
  /** Texts to be embedded that are written otherwise; without it such calls are refused. */
  readonly embedding?: EmbeddingTranslation;
  /** Documents to be ranked that are written otherwise; without it such calls are refused. */
  readonly rerank?: RerankTranslation;
  /** Images, speech and transcripts that are written otherwise. */
  readonly media?: MediaTranslations;
  request(call: ModelCall, plan: ProviderRequestPlan): UpstreamRequest;
  /** The usage of a whole answer; `missing` when it says nothing. */
  usageOf(call: ModelCall, answer: Buffer, headers: UpstreamAnswer['headers']): Usage;
  /** The usage that a stream's events carried, the last word of each field. */
  usageOfStream(raw: unknown, call: ModelCall): Usage;
  /** What they carried before the last word, of a stream that never came to it. */
  usageOfBrokenStream?(raw: unknown): Usage;
  /** The media type of its streams, where they are no server-sent events; then they are only ever told in our words. */
  readonly streamType?: string;
  /** For the answer to a call that passed through as it is written, or was translated. */
  stream(call: ModelCall): StreamReader;
  /** Absent where nothing short of a call tells. */
  readonly probe?: Probe;
  /** What only the answer tells of what a price may depend on. */
  answeredFacts?(call: ModelCall, answer: Buffer): Partial<CallFacts>;
  /** Where the provider counts a prompt's tokens for nothing. */
  readonly counting?: TokenCounting;
  /** How it lists its models, where that is not as OpenAI does. */
  readonly listing?: ModelListing;
  failure(
    status: number,
    headers: Readonly<Record<string, string | readonly string[] | undefined>>,
    body: Buffer,
  ): ProviderFailure;
}

export interface ProbePlan {
  readonly baseUrl: string;
  readonly credential: string;
}

/** What is asked to learn whether a credential is good: the cheapest question that needs one. */
export type Probe = (plan: ProbePlan) => Pick<UpstreamRequest, 'origin' | 'path' | 'headers'>;

/** Pure: between our words and the provider's. */
export interface ChatTranslation {
  /** What it writes. */
  readonly format: WireFormat;
  /** The body, in which `request` then sets what is set for every call. */
  write(chat: ChatRequest, call: ModelCall, target: Target): string | Untranslatable;
  /** `undefined` for what is no answer. */
  answer(body: Buffer): ChatAnswer | undefined;
  /** Reads event by event; what one says may need those before it. */
  events(): (event: Buffer) => readonly ChatEvent[];
}

/** The same for texts to be embedded; they are never streamed. */
export interface EmbeddingTranslation {
  readonly format: WireFormat;
  write(request: EmbeddingRequest, call: ModelCall): string | Untranslatable;
  /** As many vectors as there were texts; `undefined` for what is no answer. */
  answer(body: Buffer): EmbeddingAnswer | undefined;
}

/** The same for documents to be ranked; they are never streamed. */
export interface RerankTranslation {
  readonly format: WireFormat;
  write(request: RerankRequest, call: ModelCall): string | Untranslatable;
  /** `undefined` for what is no answer. */
  answer(body: Buffer): RerankAnswer | undefined;
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

/** A list of what a provider offers, below its own address. */
export interface ModelListing {
  readonly path: string;
  headers(credential: string | undefined): Readonly<Record<string, string>>;
  /** Its models as calls name them; `undefined` for what is no list. */
  read(answer: unknown): readonly { readonly id: string; readonly kind: ModelKind }[] | undefined;
}

/** A call to a free count of its prompt's tokens. */
export interface TokenCounting {
  /** Where the answer says it. */
  readonly field: string;
  request(call: ModelCall, plan: ProviderRequestPlan): UpstreamRequest;
}
