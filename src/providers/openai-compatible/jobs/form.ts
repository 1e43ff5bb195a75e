// A form with a file in it, as bytes.
import { createHash } from 'node:crypto';

export interface FormFile {
  readonly name: string;
  readonly fileName: string;
  readonly mediaType: string;
  readonly bytes: Buffer;
}

export interface Form {
  readonly contentType: string;
  readonly body: Uint8Array;
}

export function formOf(fields: Readonly<Record<string, string>>, file: FormFile | undefined): Form {
  const hash = createHash('sha256').update(JSON.stringify(fields));
  if (file) hash.update(file.bytes);
  // Of the content's own making: what is in it cannot know it.
  const boundary = `form-${hash.digest('hex').slice(0, 40)}`;
  const parts: Uint8Array[] = Object.entries(fields).map(([name, value]) =>
    Buffer.from(`--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`),
  );
  if (file) {
    const disposition = `content-disposition: form-data; name="${file.name}"; filename="${file.fileName}"`;
    parts.push(Buffer.from(`--${boundary}\r\n${disposition}\r\ncontent-type: ${file.mediaType}\r\n\r\n`));
    parts.push(file.bytes, Buffer.from('\r\n'));
  }
  parts.push(Buffer.from(`--${boundary}--\r\n`));
  return { contentType: `multipart/form-data; boundary=${boundary}`, body: Buffer.concat(parts) };
}
