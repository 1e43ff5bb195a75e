// A request's body as text and fields, or why it has none.
import { isUtf8 } from 'node:buffer';
import { readJsonBody } from '#core/call/json-body.ts';
import type { Parsed } from '#core/call/model-call.ts';
import type { Fields } from '#core/usage/counts.ts';

export interface ReadFields {
  readonly kind: 'fields';
  readonly text: string;
  readonly fields: Fields;
}

export function readFields(body: Buffer): ReadFields | Extract<Parsed, { readonly kind: 'malformed' }> {
  // What does not decode would grow in decoding, and its bytes would no longer bound its tokens.
  if (!isUtf8(body)) return { kind: 'malformed', message: 'The body is not valid UTF-8.' };
  const text = body.toString('utf8');
  const fields = readJsonBody(text);
  return typeof fields === 'string' ? { kind: 'malformed', message: fields } : { kind: 'fields', text, fields };
}
