// A conversation in our words: what one dialect asks is written in it before a provider of another dialect reads it.
import type { Fields } from '../usage/counts.ts';
import type { Seal } from './seal.ts';
import type { Thinking } from './thinking.ts';

/** How long a provider may keep what has been said up to here; a hint, without any meaning for the answer. */
export type CacheHint = '5m' | '1h';

interface Cacheable {
  readonly cache?: CacheHint;
}

export interface TextPart extends Cacheable {
  readonly kind: 'text';
  readonly text: string;
}

export type MediaSource =
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'base64'; readonly mediaType: string; readonly data: string };

export interface ImagePart extends Cacheable {
  readonly kind: 'image';
  readonly source: MediaSource;
  /** How closely to look; as the provider likes unless said. */
  readonly detail?: 'low' | 'high';
}

export interface DocumentPart extends Cacheable {
  readonly kind: 'document';
  readonly source: MediaSource | { readonly kind: 'text'; readonly text: string };
  readonly name?: string;
}

export interface AudioPart extends Cacheable {
  readonly kind: 'audio';
  readonly source: Extract<MediaSource, { readonly kind: 'base64' }>;
}

export interface ThoughtPart {
  readonly kind: 'thought';
  /** What may be read of it; empty where its maker keeps it to itself. */
  readonly text: string;
  readonly seal?: Seal;
}

export interface ToolCallPart extends Cacheable {
  readonly kind: 'tool-call';
  readonly id: string;
  readonly name: string;
  /** JSON text of an object. */
  readonly arguments: string;
  /** Of the thoughts that led to it, where their maker puts it here. */
  readonly seal?: Seal;
}

/** What may be shown to a model. */
export type ContentPart = TextPart | ImagePart | DocumentPart | AudioPart;

export interface ToolResultPart extends Cacheable {
  readonly kind: 'tool-result';
  readonly callId: string;
  readonly parts: readonly ContentPart[];
  readonly failed: boolean;
}

export type UserPart = ContentPart | ToolResultPart;
export type AssistantPart = TextPart | ThoughtPart | ToolCallPart;

export type ChatMessage =
  | { readonly role: 'system'; readonly parts: readonly TextPart[] }
  | { readonly role: 'user'; readonly parts: readonly UserPart[] }
  | { readonly role: 'assistant'; readonly parts: readonly AssistantPart[] };

export interface ChatTool extends Cacheable {
  readonly name: string;
  readonly description?: string;
  /** JSON schema of its arguments. */
  readonly parameters: Fields;
  readonly strict?: boolean;
}

export type ToolChoice = 'auto' | 'none' | 'required' | { readonly name: string };

/** The answer is JSON: any, or what fits a schema. */
export type Structure =
  | { readonly kind: 'json' }
  | { readonly kind: 'schema'; readonly name: string; readonly schema: Fields; readonly strict?: boolean };

export interface ChatRequest {
  /** What is said before the conversation begins; more of it may stand between its messages. */
  readonly system: readonly TextPart[];
  readonly messages: readonly ChatMessage[];
  readonly tools: readonly ChatTool[];
  readonly toolChoice?: ToolChoice;
  /** `false` allows one tool call at a time. */
  readonly parallelTools?: boolean;
  readonly stop: readonly string[];
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly seed?: number;
  readonly presencePenalty?: number;
  readonly frequencyPenalty?: number;
  readonly thinking?: Thinking;
  /** How wordy to be. */
  readonly verbosity?: 'low' | 'medium' | 'high';
  readonly structure?: Structure;
  /** Who asks, as the caller calls them. */
  readonly user?: string;
}

export interface Untranslatable {
  readonly kind: 'untranslatable';
  readonly param: string;
  readonly message: string;
}

export type ChatReading = { readonly kind: 'chat'; readonly chat: ChatRequest } | Untranslatable;

/** Why a model stopped: it was done, or for one of these; after a pause it goes on when it is asked again. */
export type StopReason = 'end' | 'length' | 'tool-calls' | 'stop-sequence' | 'refusal' | 'pause';

export interface ChatAnswer {
  readonly id: string;
  readonly parts: readonly AssistantPart[];
  readonly stop: StopReason;
  readonly stopSequence?: string;
}

export type ChatEvent =
  | { readonly kind: 'answer-start'; readonly id: string }
  | { readonly kind: 'text-delta'; readonly text: string }
  | { readonly kind: 'thought-delta'; readonly text: string }
  /** The end of a thought. */
  | { readonly kind: 'thought-seal'; readonly seal: Seal }
  /** Deltas of several calls may take turns: `call` tells them apart. */
  | {
      readonly kind: 'tool-call-start';
      readonly call: number;
      readonly id: string;
      readonly name: string;
      readonly seal?: Seal;
    }
  | { readonly kind: 'tool-call-delta'; readonly call: number; readonly text: string }
  | { readonly kind: 'answer-stop'; readonly reason: StopReason; readonly stopSequence?: string }
  | { readonly kind: 'failure'; readonly message: string };
