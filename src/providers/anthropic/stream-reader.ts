// Reads a stream of messages beside its bytes: parses only the events that can carry usage, counts the others.
import { type Fields, isFields, partOf } from '#core/usage/counts.ts';
import { parseData } from '#core/usage/parse-fields.ts';
import { eventsIn } from '#providers/openai-compatible/event-cutter.ts';
import { stringBytes } from '#providers/openai-compatible/string-bytes.ts';
import type { StreamEvent, StreamReader } from '#ports/provider.ts';

export function messageStreamReader(): StreamReader {
  const cut = eventsIn();
  return { read: (piece) => cut(piece).map(readEvent) };
}

const quiet = { deltas: 0, textBytes: 0 } as const;

function readEvent(bytes: Buffer): StreamEvent {
  // One byte a character: enough to find ASCII keys in, and lengths are bytes.
  const text = bytes.toString('latin1');
  switch (typeOf(text)) {
    case 'content_block_delta':
      return deltaEvent(bytes, text);
    case 'message_start':
      return { bytes, kind: 'other', ...quiet, ...usageIn(partOf(parseData(bytes) ?? {}, 'message')) };
    case 'message_delta': {
      const data = parseData(bytes) ?? {};
      // Its reason for stopping is the stream's last word but one: it waits until the call is settled.
      const isLast = typeof partOf(data, 'delta')['stop_reason'] === 'string';
      return { bytes, kind: isLast ? 'usage' : 'other', ...quiet, ...usageIn(data) };
    }
    case 'message_stop':
      return { bytes, kind: 'done', ...quiet };
    case 'error':
      return { bytes, kind: 'error', ...quiet };
    case 'ping':
    case '':
      return { bytes, kind: 'idle', ...quiet };
    default:
      return { bytes, kind: 'other', ...quiet };
  }
}

/** As the event's line says it; some relays send only the data. */
function typeOf(text: string): string {
  return (/^event: ?(\w+)/m.exec(text) ?? /"type" ?: ?"(\w+)"/.exec(text))?.[1] ?? '';
}

/** Words, thoughts and arguments are billed as output; a signature is not. */
const textKey = /"(?:text|thinking|partial_json)" ?: ?"/;

function deltaEvent(bytes: Buffer, text: string): StreamEvent {
  const delta = text.indexOf('"delta"');
  const key = delta < 0 ? null : textKey.exec(text.slice(delta));
  if (!key) return { bytes, kind: 'other', ...quiet };
  const textBytes = stringBytes(text, delta + key.index + key[0].length);
  return { bytes, kind: 'content', deltas: textBytes > 0 ? 1 : 0, textBytes };
}

function usageIn({ usage }: Fields): { readonly usage?: Fields } {
  return isFields(usage) ? { usage } : {};
}
