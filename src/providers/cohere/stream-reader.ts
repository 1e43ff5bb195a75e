// Reads a stream of chat beside its bytes: usage comes with the last event.
import { type Fields, isFields, partOf, wordOf } from '#core/usage/counts.ts';
import { parseData } from '#core/usage/parse-fields.ts';
import { eventsIn } from '#providers/openai-compatible/event-cutter.ts';
import type { StreamEvent, StreamReader } from '#ports/provider.ts';

export function chatStreamReader(): StreamReader {
  const cut = eventsIn();
  return { read: (piece) => cut(piece).map(readEvent) };
}

const quiet = { deltas: 0, textBytes: 0 } as const;

function readEvent(bytes: Buffer): StreamEvent {
  const data = parseData(bytes) ?? {};
  const delta = partOf(data, 'delta');
  switch (data['type']) {
    case 'content-start':
    case 'content-delta':
    case 'tool-plan-delta':
    case 'tool-call-start':
    case 'tool-call-delta': {
      const textBytes = Buffer.byteLength(textIn(partOf(delta, 'message')));
      return { bytes, kind: 'content', deltas: textBytes > 0 ? 1 : 0, textBytes };
    }
    case 'message-end': {
      const { usage } = delta;
      const said = isFields(usage) ? { usage } : {};
      return { bytes, kind: isFailed(delta) ? 'error' : 'usage', ...quiet, ...said };
    }
    // Before it says anything: a comment, or a line to keep the connection.
    case undefined:
      return { bytes, kind: 'idle', ...quiet };
    default:
      return { bytes, kind: 'other', ...quiet };
  }
}

export function isFailed(delta: Fields): boolean {
  return wordOf(delta, 'error') !== undefined || delta['finish_reason'] === 'ERROR';
}

/** Words, thoughts, plans and arguments are billed as output. */
function textIn(message: Fields): string {
  const content = partOf(message, 'content');
  const called = partOf(partOf(message, 'tool_calls'), 'function');
  return (
    wordOf(content, 'text') ??
    wordOf(content, 'thinking') ??
    wordOf(message, 'tool_plan') ??
    wordOf(called, 'arguments') ??
    ''
  );
}
