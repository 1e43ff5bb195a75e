// Texts to be embedded, in our words: what one dialect asks is written in it before a provider of another dialect reads it.
import type { Untranslatable } from './chat.ts';
import { untranslatable } from './untranslatable.ts';

/** What the vectors are for; makers that make different ones for each want to be told. */
export type EmbeddingPurpose =
  | 'query'
  | 'document'
  | 'similarity'
  | 'classification'
  | 'clustering'
  | 'question-answering'
  | 'fact-verification'
  | 'code-query';

export interface EmbeddingOptions {
  readonly dimensions?: number;
  readonly purpose?: EmbeddingPurpose;
  /** Of the document that is embedded. */
  readonly title?: string;
  /** Whether a text that is too long is cut; missing is as the provider does. */
  readonly truncate?: boolean;
  /** Who asks, as the caller calls them. */
  readonly user?: string;
}

export interface EmbeddingRequest extends EmbeddingOptions {
  /** At least one; each gets a vector, in this order. */
  readonly texts: readonly string[];
  /** What the caller's dialect calls what was said. */
  readonly names: Readonly<Partial<Record<keyof EmbeddingOptions, string>>>;
  /** Said because the caller's dialect makes everybody say it: who has no word for it may pass it over. */
  readonly obligatory?: keyof EmbeddingOptions;
}

export type EmbeddingReading = { readonly kind: 'embedding'; readonly request: EmbeddingRequest } | Untranslatable;

export interface EmbeddingAnswer {
  readonly vectors: readonly (readonly number[])[];
}

/** The first option that was said and that a provider has no word for, by the caller's name for it. */
export function unheededOption(
  request: EmbeddingRequest,
  ...unheeded: readonly (keyof EmbeddingOptions)[]
): Untranslatable | undefined {
  const option = unheeded.find((name) => request[name] !== undefined && name !== request.obligatory);
  if (option === undefined) return undefined;
  return untranslatable(request.names[option] ?? option);
}

/** A vector for each text, as providers write them; `undefined` for anything else. */
export function vectorsOf(values: readonly unknown[]): EmbeddingAnswer | undefined {
  const vectors = values.map((value) => (isVector(value) ? value : undefined));
  const whole = vectors.filter((vector) => vector !== undefined);
  return whole.length === vectors.length && whole.length > 0 ? { vectors: whole } : undefined;
}

function isVector(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'number');
}
