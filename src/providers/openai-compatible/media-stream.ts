// Reads streams of images, speech and transcripts: what ends one tells its usage, and waits until the call is settled.
import { isFields, wordOf } from '#core/usage/counts.ts';
import { parseFields } from '#core/usage/parse-fields.ts';
import type { StreamEvent, StreamReader } from '#ports/provider.ts';

// An event holds a whole picture; a provider that never ends one must not fill our memory.
const eventBytesMax = 64 * 1_048_576;

/** `results` of them are made: only the last one ends the stream. */
export function mediaStreamReader(results: number): StreamReader {
  let carried: Buffer = Buffer.alloc(0);
  let completed = 0;
  const read = (bytes: Buffer): StreamEvent => {
    const event = eventOf(bytes);
    if (event.kind !== 'usage') return event;
    completed += 1;
    return completed < results ? { ...event, kind: 'content' } : event;
  };
  return {
    read(piece) {
      const events: StreamEvent[] = [];
      // What was searched before is not searched again, but for the first half of a blank line.
      const from = Math.max(0, carried.length - 3);
      let bytes = carried.length === 0 ? piece : Buffer.concat([carried, piece]);
      for (let end = endOfEvent(bytes, from); end > 0; end = endOfEvent(bytes, 0)) {
        events.push(read(bytes.subarray(0, end)));
        bytes = bytes.subarray(end);
      }
      carried = bytes;
      if (carried.length > eventBytesMax) throw new RangeError('The provider sent an event beyond 64 MiB.');
      return events;
    },
  };
}

function endOfEvent(bytes: Buffer, from: number): number {
  const plain = bytes.indexOf('\n\n', from);
  const returned = bytes.indexOf('\n\r\n', from);
  if (plain < 0 && returned < 0) return 0;
  return returned < 0 || (plain >= 0 && plain < returned) ? plain + 2 : returned + 3;
}

const uncounted = { deltas: 0, textBytes: 0 };

function eventOf(bytes: Buffer): StreamEvent {
  const [, data] = /^data: ?(.*)$/m.exec(bytes.toString('utf8')) ?? [];
  if (data === undefined) return { bytes, kind: 'idle', ...uncounted };
  if (data.trim() === '[DONE]') return { bytes, kind: 'done', ...uncounted };
  const parsed = parseFields(data);
  const type = parsed && wordOf(parsed, 'type');
  if (parsed && (isFields(parsed['error']) || type === 'error')) return { bytes, kind: 'error', ...uncounted };
  const ends = type?.endsWith('.done') === true || type?.endsWith('.completed') === true;
  const usage = parsed?.['usage'];
  if (!isFields(usage)) return { bytes, kind: 'content', ...uncounted };
  return { bytes, kind: ends ? 'usage' : 'content', ...uncounted, usage };
}
