// A film or a song that is asked for, in our words, before a provider's own.
import type { Quantities } from '../usage/record.ts';
import type { CallFacts } from '../usage/usage.ts';

export const jobKinds = ['video', 'music'] as const;
export type JobKind = (typeof jobKinds)[number];

export type JobImage =
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'base64'; readonly mediaType: string; readonly data: string };

export interface JobRequest {
  readonly kind: JobKind;
  readonly prompt: string;
  /** Whole seconds, as text. */
  readonly seconds?: string;
  /** `1280x720`. */
  readonly size?: string;
  /** `720p`. */
  readonly resolution?: string;
  /** `16:9`. */
  readonly aspectRatio?: string;
  readonly quality?: string;
  readonly audio?: boolean;
  readonly negativePrompt?: string;
  readonly seed?: number;
  readonly lyrics?: string;
  /** What the film begins with, or keeps to. */
  readonly image?: JobImage;
  /** An earlier film, by its provider's id, that is made anew. */
  readonly remixOf?: string;
}

/** A request with everything said in it that its price depends on. */
export interface JobPlan {
  readonly kind: 'plan';
  readonly request: JobRequest;
  readonly facts: Omit<CallFacts, 'occurred_at'>;
  /** All of one work: by the second, by the piece, in credits. It is priced by whichever has a price. */
  readonly quantities: Quantities;
}
