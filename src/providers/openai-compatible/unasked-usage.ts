// Usage is always asked for, and until it comes each chunk says `"usage":null`: a caller who did not ask is not to see it,
// and some clients refuse it.
import type { StreamReader } from '#ports/provider.ts';

// Within a text its quotes would be escaped.
const ways = [',"usage":null', ', "usage": null'].map((text) => Buffer.from(text));

export function withoutUnaskedUsage(reader: StreamReader): StreamReader {
  return {
    ...reader,
    read: (piece) =>
      reader.read(piece).map((event) => {
        const said = ways.find((way) => event.bytes.includes(way));
        if (!said) return event;
        const at = event.bytes.indexOf(said);
        const bytes = Buffer.concat([event.bytes.subarray(0, at), event.bytes.subarray(at + said.length)]);
        return { ...event, bytes };
      }),
  };
}
