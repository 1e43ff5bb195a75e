// Writes a form for a provider: the caller's own parts, or what a translation makes of them.
import type { Form } from '#core/call/media.ts';

export interface WrittenForm {
  readonly contentType: string;
  readonly body: Buffer;
}

export function writeForm({ fields, files }: Form): WrittenForm {
  const parts: Buffer[] = [
    ...fields.map(([name, value]) => Buffer.from(`${disposition(name)}\r\n\r\n${value}`)),
    ...files.map(({ field, fileName, mediaType, bytes }) =>
      Buffer.concat([
        Buffer.from(`${disposition(field)}; filename="${escaped(fileName)}"\r\ncontent-type: ${mediaType}\r\n\r\n`),
        bytes,
      ]),
    ),
  ];
  const boundary = boundaryFor(parts);
  const body = Buffer.concat([
    ...parts.flatMap((part) => [Buffer.from(`--${boundary}\r\n`), part, Buffer.from('\r\n')]),
    Buffer.from(`--${boundary}--\r\n`),
  ]);
  return { contentType: `multipart/form-data; boundary=${boundary}`, body };
}

function disposition(name: string): string {
  return `content-disposition: form-data; name="${escaped(name)}"`;
}

// As browsers do it (HTML, 4.10.21.8): what could end the line or the quotes is written in percents.
function escaped(name: string): string {
  return name.replaceAll('\n', '%0A').replaceAll('\r', '%0D').replaceAll('"', '%22');
}

/** One that stands in no part, whoever made the parts. */
function boundaryFor(parts: readonly Buffer[]): string {
  for (let attempt = 0; ; attempt += 1) {
    const boundary = `----faregate-form-${attempt}`;
    if (!parts.some((part) => part.includes(boundary))) return boundary;
  }
}
