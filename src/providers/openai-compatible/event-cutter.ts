// Cuts a stream of server-sent events into its events, however its bytes come.

// A provider that never ends an event must not fill our memory.
const eventBytesMax = 4_194_304;

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

export function eventsIn(): (piece: Buffer) => readonly Buffer[] {
  let carried: Buffer | undefined;
  return (piece) => {
    const bytes = carried ? Buffer.concat([carried, piece]) : piece;
    const events: Buffer[] = [];
    let start = 0;
    for (let end = endOfEvent(bytes, start); end >= 0; end = endOfEvent(bytes, start)) {
      events.push(bytes.subarray(start, end));
      start = end;
    }
    carried = start === bytes.length ? undefined : bytes.subarray(start);
    if (carried && carried.length > eventBytesMax) throw new RangeError('The provider sent an event beyond 4 MiB.');
    return events;
  };
}

/** The index behind the blank line that ends the event which begins at `from`; −1 when it has not come yet. */
function endOfEvent(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(lineFeed, from); at >= 0; at = bytes.indexOf(lineFeed, at + 1)) {
    if (bytes[at + 1] === lineFeed) return at + 2;
    if (bytes[at + 1] === carriageReturn && bytes[at + 2] === lineFeed) return at + 3;
  }
  return -1;
}
