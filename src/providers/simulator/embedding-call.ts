import { fingerprint, numbersFrom } from './chance.ts';
import type { JsonObject } from './fields.ts';
import { textField, wholeField } from './fields.ts';
import { Refusal } from './refusal.ts';
import { countTokens } from './tokens.ts';

/** A request to /v1/embeddings. */
export interface EmbeddingCall {
  readonly inputs: readonly EmbeddingInput[];
  readonly dimensions: number;
  readonly encoding: 'float' | 'base64';
}

/** Text, or what a caller's own tokenizer made of one. */
export type EmbeddingInput = string | readonly number[];

const INPUTS_MAX = 2048;
const DIMENSIONS_MAX = 4096;
const DIMENSIONS = 8;

export function readEmbeddingCall(body: JsonObject): EmbeddingCall {
  const encoding = textField(body, 'encoding_format') ?? 'float';
  if (encoding !== 'float' && encoding !== 'base64') {
    throw new Refusal(400, "Invalid value for 'encoding_format'.", { param: 'encoding_format', code: 'invalid_value' });
  }
  return {
    inputs: readInputs(body['input']),
    dimensions: wholeField(body, 'dimensions', { min: 1, max: DIMENSIONS_MAX }) ?? DIMENSIONS,
    encoding,
  };
}

function readInputs(input: unknown): readonly EmbeddingInput[] {
  if (typeof input === 'string' && input !== '') return [input];
  if (isTokens(input)) return [input];
  if (Array.isArray(input) && input.length > 0 && input.length <= INPUTS_MAX && input.every(isInput)) return input;
  throw new Refusal(400, "'$.input' is invalid. Please check the API reference.", { param: 'input' });
}

function isInput(value: unknown): value is EmbeddingInput {
  return isTokens(value) || (typeof value === 'string' && value !== '');
}

function isTokens(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.length > 0 && value.every((token) => Number.isInteger(token) && token >= 0);
}

/** Each input is counted for itself; tokens are taken as counted. */
export function inputTokens(call: EmbeddingCall): number {
  return call.inputs.reduce((sum, input) => sum + (typeof input === 'string' ? countTokens(input) : input.length), 0);
}

/** A vector of length one that only depends on what it stands for. */
export function embed(input: EmbeddingInput, dimensions: number): Float32Array {
  const next = numbersFrom(fingerprint(typeof input === 'string' ? input : input.join(' ')));
  const raw = Array.from({ length: dimensions }, () => next() / 2 ** 31 - 1);
  const length = Math.hypot(...raw);
  return Float32Array.from(raw, (value) => value / length);
}
