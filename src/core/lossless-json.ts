// JSON in which numbers keep the text they were written with: 1e-7 stays "1e-7", and nothing passes through a double.

export class NumberText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type Json = null | boolean | string | NumberText | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: Json;
}

// The reviver's third argument, with the source text of a value, is younger than the language's type definitions.
type Reviver = (name: string, value: unknown, context: { readonly source?: string }) => unknown;
const parse = JSON.parse as (text: string, reviver: Reviver) => Json;

/** @throws SyntaxError when it is no JSON. */
export function parseLossless(text: string): Json {
  return parse(text, (_, value, { source }) => {
    if (typeof value !== 'number') return value;
    if (source === undefined)
      throw new SyntaxError('This runtime does not give the text of numbers: Node 24 is needed.');
    return new NumberText(source);
  });
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof NumberText);
}

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

export function objectIn(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

export function textIn(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** A number's text, whether it was written as a number or, to be safe, as text. */
export function numberIn(value: Json | undefined): string | undefined {
  if (value instanceof NumberText) return value.text;
  return typeof value === 'string' && /^-?\d/.test(value) ? value : undefined;
}
