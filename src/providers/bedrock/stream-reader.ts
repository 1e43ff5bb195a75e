// Reads a conversation's stream: usage comes last, behind the reason for stopping.
import { isFields, partOf } from '#core/usage/counts.ts';
import type { StreamEvent, StreamReader } from '#ports/provider.ts';
import { framesIn } from './frames.ts';
import { retoldEvent } from './retold-event.ts';

export function converseStreamReader(): StreamReader {
  const cut = framesIn();
  return { read: (piece) => cut(piece).map(readEvent) };
}

const quiet = { deltas: 0, textBytes: 0 } as const;

function readEvent(bytes: Buffer): StreamEvent {
  const { name, failed, data } = retoldEvent(bytes);
  if (failed) return { bytes, kind: 'error', ...quiet };
  switch (name) {
    case 'contentBlockDelta': {
      const textBytes = textIn(partOf(data(), 'delta'));
      return { bytes, kind: 'content', deltas: textBytes > 0 ? 1 : 0, textBytes };
    }
    case 'metadata': {
      const { usage } = data();
      return { bytes, kind: 'usage', ...quiet, ...(isFields(usage) ? { usage } : {}) };
    }
    default:
      return { bytes, kind: 'other', ...quiet };
  }
}

/** Words, thoughts and arguments are billed as output; a signature is not. */
function textIn(delta: Readonly<Record<string, unknown>>): number {
  const said = [delta['text'], partOf(delta, 'toolUse')['input'], partOf(delta, 'reasoningContent')['text']];
  const text = said.find((each) => typeof each === 'string');
  return typeof text === 'string' ? Buffer.byteLength(text) : 0;
}
