// AWS's event streams: binary frames with headers and checksums, retold as events of text.
import { EventStreamCodec } from '@smithy/core/event-streams';

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes).toString('utf8'),
  (text) => Buffer.from(text, 'utf8'),
);

// Twice the 16 MiB that AWS allows for one frame's payload with its headers would still be a mistake.
const frameBytesMax = 17 * 1_048_576;
const lengthBytes = 4;
/** Two lengths, their checksum and the frame's own. */
const frameBytesMin = 16;

/** Each event as its name and its JSON; what cannot be read is a failure, and nothing comes after it. */
export function framesIn(): (piece: Buffer) => readonly Buffer[] {
  let carried: Buffer = Buffer.alloc(0);
  let broken = false;
  return (piece) => {
    if (broken) return [];
    const bytes = carried.length === 0 ? piece : Buffer.concat([carried, piece]);
    const events: Buffer[] = [];
    let start = 0;
    while (bytes.length - start >= lengthBytes) {
      const length = bytes.readUInt32BE(start);
      broken = length < frameBytesMin || length > frameBytesMax;
      if (broken) return [...events, unreadable];
      if (bytes.length - start < length) break;
      const event = retold(bytes.subarray(start, start + length));
      broken = event === undefined;
      if (!event) return [...events, unreadable];
      events.push(event);
      start += length;
    }
    carried = bytes.subarray(start);
    return events;
  };
}

function retold(frame: Buffer): Buffer | undefined {
  try {
    const { headers, body } = codec.decode(frame);
    const said = (name: string): string | undefined => {
      const header = headers[name];
      return header?.type === 'string' ? header.value : undefined;
    };
    const failed = said(':message-type') !== 'event';
    const name = failed ? (said(':exception-type') ?? said(':error-code')) : said(':event-type');
    const text = Buffer.from(body).toString('utf8');
    const data = text === '' ? JSON.stringify({ message: said(':error-message') ?? '' }) : text;
    return Buffer.from(`event: ${failed ? 'failure ' : ''}${name ?? 'unknown'}\ndata: ${data}\n\n`);
  } catch {
    return undefined;
  }
}

const unreadable = Buffer.from(
  `event: failure unreadable\ndata: ${JSON.stringify({ message: 'The provider sent bytes that cannot be read.' })}\n\n`,
);
