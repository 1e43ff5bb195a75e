// Names in Gemini's dialect: every field may also be written with underscores, and a list of one without its brackets.
import { type Fields, isFields } from '#core/usage/counts.ts';

export function snakeOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** A field by either of its spellings; `null` says nothing. */
export function fieldOf(fields: Fields, name: string): unknown {
  return fields[name] ?? fields[snakeOf(name)] ?? undefined;
}

export function textOf(fields: Fields, name: string): string | undefined {
  const value = fieldOf(fields, name);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function innerOf(fields: Fields, name: string): Fields {
  const value = fieldOf(fields, name);
  return isFields(value) ? value : {};
}

export function listAt(fields: Fields, name: string): readonly Fields[] {
  const value = fieldOf(fields, name);
  return isFields(value) ? [value] : Array.isArray(value) ? value.filter(isFields) : [];
}
