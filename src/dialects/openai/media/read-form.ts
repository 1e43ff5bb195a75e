// A body of multipart/form-data, read by Node's own parser; nothing of it ever touches a disk.
import type { Form, FormFile } from '#core/call/media.ts';
import { WrongField } from './fields.ts';

/** Sixteen images, a mask, and every field that there is, several times over. */
const partsMax = 64;

/** A field that is no file and larger than this is no field. */
const fieldCharactersMax = 1_048_576;

export interface ReadForm {
  readonly form: Form;
  /** By name; of a list, whose name ends in `[]`, the last one. */
  readonly fields: Readonly<Record<string, string>>;
}

export class UnreadableForm extends Error {}

/** Rejects with `UnreadableForm`, or `WrongField` for a part that cannot be meant. */
export async function readForm(body: Buffer, contentType: string | undefined): Promise<ReadForm> {
  const boundary = boundaryOf(contentType);
  if (countOf(body, Buffer.from(`--${boundary}`)) > partsMax + 1) {
    throw new UnreadableForm(`The form has more than ${partsMax} parts.`);
  }
  const data = await parse(body, contentType ?? '');
  const fields: [string, string][] = [];
  const files: FormFile[] = [];
  for (const [name, value] of data) {
    if (typeof value === 'string') {
      fields.push([name, checkedField(name, value, fields)]);
      continue;
    }
    const bytes = new Uint8Array(await value.arrayBuffer());
    files.push({ field: name, fileName: plainName(value.name), mediaType: plainType(value.type), bytes });
  }
  return { form: { fields, files }, fields: Object.fromEntries(fields) };
}

function boundaryOf(contentType = ''): string {
  if (!/^multipart\/form-data\s*;/i.test(contentType)) {
    throw new UnreadableForm('The body must be multipart/form-data, with its boundary in the content type.');
  }
  const [, quoted, bare] = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType) ?? [];
  const boundary = quoted ?? bare;
  if (boundary === undefined) throw new UnreadableForm('The content type names no boundary for the parts of the form.');
  return boundary;
}

function countOf(body: Buffer, searched: Buffer): number {
  let count = 0;
  for (let at = body.indexOf(searched); at >= 0 && count <= partsMax + 1; at = body.indexOf(searched, at + 1)) {
    count += 1;
  }
  return count;
}

async function parse(body: Buffer, contentType: string): Promise<FormData> {
  try {
    return await new Response(body, { headers: { 'content-type': contentType } }).formData();
  } catch {
    throw new UnreadableForm(
      'The body is not a form that can be read: its parts and the boundary do not fit together.',
    );
  }
}

// Who else reads the form may take another one of the two.
function checkedField(name: string, value: string, before: readonly (readonly [string, string])[]): string {
  if (value.length > fieldCharactersMax) throw new WrongField(name.slice(0, 64), 'A field of the form is too large.');
  if (!name.endsWith('[]') && before.some(([other]) => other === name)) {
    throw new WrongField(name.slice(0, 64), `"${name.slice(0, 64)}" is in the form more than once.`);
  }
  return value;
}

/** A name, not a path: nobody shall be led anywhere by it. */
function plainName(name: string): string {
  const last = name.split(/[/\\]/).at(-1) ?? '';
  const plain = last.replaceAll(/[^\p{L}\p{N} ._()+-]/gu, '_').slice(-100);
  return plain === '' || /^\.+$/.test(plain) ? 'file' : plain;
}

function plainType(type: string): string {
  return /^[a-z0-9]+\/[a-z0-9.+-]{1,100}$/i.test(type) ? type.toLowerCase() : 'application/octet-stream';
}
