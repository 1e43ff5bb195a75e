// Reads a stream of chunks beside its bytes. Each repeats the usage so far, and only the end tells which was the last.
import { type Fields, isFields, listOf, partOf } from '#core/usage/counts.ts';
import { parseEvent } from '#core/usage/parse-fields.ts';
import { eventsIn } from '#providers/openai-compatible/event-cutter.ts';
import type { StreamEvent, StreamReader } from '#ports/provider.ts';

export function chunkStreamReader(): StreamReader {
  const cut = eventsIn();
  // A chunk that says why the model stopped may be followed by others: there are several candidates, and some models
  // give a reason with every chunk.
  let held: StreamEvent | undefined;
  const release = (): readonly StreamEvent[] => {
    const released = held ? [held] : [];
    held = undefined;
    return released;
  };
  const read = (bytes: Buffer): readonly StreamEvent[] => {
    const chunk = parseEvent(bytes);
    if (!chunk) return [{ bytes, kind: 'idle', deltas: 0, textBytes: 0 }];
    if (isFields(chunk['error'])) return [...release(), { bytes, kind: 'error', deltas: 0, textBytes: 0 }];
    const { usageMetadata } = chunk;
    const said = wordsIn(chunk);
    const usage = isFields(usageMetadata) ? { usage: usageMetadata } : {};
    const event: StreamEvent = { bytes, kind: said.deltas > 0 ? 'content' : 'other', ...said, ...usage };
    const before = release();
    if (!hasEnded(chunk)) return [...before, event];
    held = event;
    return before;
  };
  return {
    read: (piece) => cut(piece).flatMap(read),
    end: () => release().map((event) => ({ ...event, kind: 'usage' })),
  };
}

function hasEnded(chunk: Fields): boolean {
  const isBlocked = typeof partOf(chunk, 'promptFeedback')['blockReason'] === 'string';
  return isBlocked || listOf(chunk['candidates']).some(({ finishReason }) => typeof finishReason === 'string');
}

/** Pictures and sounds are billed by tokens that their bytes say nothing about. */
function wordsIn(chunk: Fields): { readonly deltas: number; readonly textBytes: number } {
  let deltas = 0;
  let textBytes = 0;
  for (const candidate of listOf(chunk['candidates'])) {
    for (const part of listOf(partOf(candidate, 'content')['parts'])) {
      const text = textIn(part);
      if (text !== '' || isFields(part['inlineData'])) deltas += 1;
      textBytes += Buffer.byteLength(text);
    }
  }
  return { deltas, textBytes };
}

function textIn(part: Fields): string {
  if (typeof part['text'] === 'string') return part['text'];
  const made = part['functionCall'] ?? part['executableCode'];
  return isFields(made) ? JSON.stringify(made['args'] ?? made) : '';
}
