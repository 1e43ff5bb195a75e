import { Refusal } from './refusal.ts';

/** Reads fields of a request's JSON. A null counts as absent, as it does upstream; a wrong type is refused by name. */
export type JsonObject = Readonly<Record<string, unknown>>;

export interface Range {
  readonly min: number;
  readonly max: number;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

export function objectField(from: JsonObject, name: string): JsonObject | undefined {
  const value = from[name] ?? undefined;
  if (value === undefined || isObject(value)) return value;
  throw wrongType(name, 'an object');
}

export function listField(from: JsonObject, name: string): readonly unknown[] | undefined {
  const value = from[name] ?? undefined;
  if (value === undefined || isList(value)) return value;
  throw wrongType(name, 'an array');
}

export function flagField(from: JsonObject, name: string): boolean | undefined {
  const value = from[name] ?? undefined;
  if (value === undefined || typeof value === 'boolean') return value;
  throw wrongType(name, 'a boolean');
}

export function textField(from: JsonObject, name: string): string | undefined {
  const value = from[name] ?? undefined;
  if (value === undefined || typeof value === 'string') return value;
  throw wrongType(name, 'a string');
}

export function wholeField(from: JsonObject, name: string, range: Range): number | undefined {
  const value = from[name] ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= range.min && value <= range.max)
    return value;
  throw wrongType(name, `an integer from ${range.min} to ${range.max}`);
}

function wrongType(name: string, wanted: string): Refusal {
  return new Refusal(400, `Invalid value for '${name}': expected ${wanted}.`, { param: name, code: 'invalid_type' });
}
