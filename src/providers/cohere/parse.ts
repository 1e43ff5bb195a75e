import { type Fields, isFields } from '#core/usage/counts.ts';

export function parse(text: string): Fields | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return isFields(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/** Of an event: each has one line of data. */
export function dataOf(bytes: Buffer): Fields {
  return parse(/^data: ?(.*)$/m.exec(bytes.toString('utf8'))?.[1] ?? '') ?? {};
}
