// A conversation that another maker's model began: its sealed thoughts came to the caller marked, and its maker alone reads them.
import type { FieldEdits } from '#core/call/splice.ts';
import { readSeal } from '#core/call/seal.ts';
import { isFields, wordOf } from '#core/usage/counts.ts';

const nothing: FieldEdits = new Map();

/** Leaves them out; the body is only looked into when there may be one. */
export function withoutForeignThoughts(body: string): FieldEdits {
  if (!body.includes('"faregate:')) return nothing;
  const fields: unknown = JSON.parse(body);
  const input = isFields(fields) ? fields['input'] : undefined;
  if (!Array.isArray(input)) return nothing;
  const own = input.filter((item: unknown) => !(isFields(item) && isForeign(wordOf(item, 'encrypted_content'))));
  return own.length === input.length ? nothing : new Map([['input', JSON.stringify(own)]]);
}

function isForeign(sealed: string | undefined): boolean {
  return sealed !== undefined && readSeal(sealed, 'responses').maker !== 'responses';
}
