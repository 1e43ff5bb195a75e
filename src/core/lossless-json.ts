// JSON in which all numbers keep the text they were written with: 1e-7 stays "1e-7", and nothing passes through a double.
// Of what is sent on or kept as it came, only those that a double cannot hold: `usage/exact-json.ts`.

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

/** @throws SyntaxError when it is no JSON. */
export function parseLossless(text: string): Json {
  return parseNumbers(text, (_, source) => {
    if (source === undefined)
      throw new SyntaxError('This runtime does not give the text of numbers: Node 24 is needed.');
    return new NumberText(source);
  }) as Json;
}

// The reviver's third argument, with the source text of a value, is younger than the language's type definitions.
type Reviver = (name: string, value: unknown, context?: { readonly source?: string }) => unknown;

/** With `numberOf` each number that is written there; its text is absent on a runtime that does not tell. */
export function parseNumbers(text: string, numberOf: (value: number, source: string | undefined) => unknown): unknown {
  const reviver: Reviver = (_, value, context) =>
    typeof value === 'number' ? numberOf(value, context?.source) : value;
  return JSON.parse(text, reviver) as unknown;
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
