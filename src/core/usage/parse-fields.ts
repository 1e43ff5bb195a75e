// The fields of an object of JSON, in an answer or in an event of a stream; whatever else came has none.
import { type Fields, isFields } from './counts.ts';

export function parseFields(text: string | Buffer): Fields | undefined {
  try {
    const parsed: unknown = JSON.parse(text.toString());
    return isFields(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/** Of an event whose data stands on one line. */
export function parseData(event: Buffer | undefined): Fields | undefined {
  return parseFields(/^data: ?(.*)$/m.exec(event?.toString() ?? '')?.[1] ?? '');
}

/** The same of whoever may spread an object over several lines. */
export function parseEvent(event: Buffer): Fields | undefined {
  const lines = event.toString().split(/\r?\n/);
  const data = lines.filter((line) => line.startsWith('data:')).map((line) => line.slice('data:'.length).trim());
  return parseFields(data.join('\n'));
}
