// A conversation in our words: what one dialect asks is written in it before a provider of another dialect reads it.
import type { Fields } from '../usage/counts.ts';

export interface TextPart {
  readonly kind: 'text';
  readonly text: string;
}

export interface ImagePart {
  readonly kind: 'image';
  readonly source:
    | { readonly kind: 'url'; readonly url: string }
    | { readonly kind: 'base64'; readonly mediaType: string; readonly data: string };
}

export interface ThoughtPart {
  readonly kind: 'thought';
  readonly text: string;
  /** By which its maker knows it again; nobody else can read it. */
  readonly signature?: string;
}

export interface ToolCallPart {
  readonly kind: 'tool-call';
  readonly id: string;
  readonly name: string;
  /** JSON text of an object. */
  readonly arguments: string;
}

export interface ToolResultPart {
  readonly kind: 'tool-result';
  readonly callId: string;
  readonly parts: readonly (TextPart | ImagePart)[];
  readonly failed: boolean;
}

export type UserPart = TextPart | ImagePart | ToolResultPart;
export type AssistantPart = TextPart | ThoughtPart | ToolCallPart;

export type ChatMessage =
  | { readonly role: 'system'; readonly parts: readonly TextPart[] }
  | { readonly role: 'user'; readonly parts: readonly UserPart[] }
  | { readonly role: 'assistant'; readonly parts: readonly AssistantPart[] };

export interface ChatTool {
  readonly name: string;
  readonly description?: string;
  /** JSON schema of its arguments. */
  readonly parameters: Fields;
  readonly strict?: boolean;
}

export type ToolChoice = 'auto' | 'none' | 'required' | { readonly name: string };

export interface ChatRequest {
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
  /** How long to think. */
  readonly effort?: 'low' | 'medium' | 'high' | 'xhigh';
  /** The answer is JSON of this schema. */
  readonly structure?: { readonly name: string; readonly schema: Fields };
  /** Who asks, as the caller calls them. */
  readonly user?: string;
}

export interface Untranslatable {
  readonly kind: 'untranslatable';
  readonly param: string;
  readonly message: string;
}

export type ChatReading = { readonly kind: 'chat'; readonly chat: ChatRequest } | Untranslatable;

/** Why a model stopped: it was done, or for one of these. */
export type StopReason = 'end' | 'length' | 'tool-calls' | 'stop-sequence' | 'refusal';

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
  | { readonly kind: 'thought-signature'; readonly signature: string }
  /** Deltas of several calls may take turns: `call` tells them apart. */
  | { readonly kind: 'tool-call-start'; readonly call: number; readonly id: string; readonly name: string }
  | { readonly kind: 'tool-call-delta'; readonly call: number; readonly text: string }
  | { readonly kind: 'answer-stop'; readonly reason: StopReason; readonly stopSequence?: string }
  | { readonly kind: 'failure'; readonly message: string };

export function untranslatable(param: string, why: string): Untranslatable {
  return { kind: 'untranslatable', param, message: `"${param.slice(0, 64)}" ${why}` };
}
