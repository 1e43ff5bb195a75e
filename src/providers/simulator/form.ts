import type { JsonObject } from './fields.ts';
import { Refusal } from './refusal.ts';

/** A form's fields as if they had come as JSON, and the bytes of its files, each by the field that it came in. */
export interface SimulatedForm {
  readonly fields: JsonObject;
  readonly files: readonly { readonly field: string; readonly bytes: Uint8Array }[];
}

export function isForm(contentType: unknown): contentType is string {
  return typeof contentType === 'string' && contentType.startsWith('multipart/form-data');
}

/** Splits at the boundary, byte for byte; who sends something else than a form is told so. */
export function readForm(bytes: Uint8Array, contentType: string): SimulatedForm {
  const [, boundary] = /boundary="?([^";]+)/.exec(contentType) ?? [];
  if (boundary === undefined) throw new Refusal(400, 'The form names no boundary.');
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fields: Record<string, string> = {};
  const files: { field: string; bytes: Uint8Array }[] = [];
  for (const part of partsOf(body, Buffer.from(`--${boundary}`))) {
    const headEnd = part.indexOf('\r\n\r\n');
    const head = part.subarray(0, Math.max(0, headEnd)).toString('utf8');
    const [, name] = /name="([^"]*)"/.exec(head) ?? [];
    if (headEnd < 0 || name === undefined) throw new Refusal(400, 'A part of the form has no name.');
    const content = part.subarray(headEnd + 4);
    if (/filename="/.test(head)) files.push({ field: name, bytes: content });
    else fields[name] = content.toString('utf8');
  }
  return { fields, files };
}

function partsOf(body: Buffer, boundary: Buffer): readonly Buffer[] {
  const parts: Buffer[] = [];
  let from = body.indexOf(boundary);
  while (from >= 0) {
    const next = body.indexOf(boundary, from + boundary.length);
    if (next < 0) return parts;
    // Between the line break behind one boundary and that before the next.
    parts.push(body.subarray(from + boundary.length + 2, next - 2));
    from = next;
  }
  return parts;
}
