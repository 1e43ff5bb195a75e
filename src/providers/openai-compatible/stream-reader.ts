// Reads a stream of server-sent events beside its bytes: parses only the events that can carry usage, counts the others.
import { type Fields, isFields } from '#core/usage/counts.ts';
import { parseFields } from '#core/usage/parse-fields.ts';
import type { StreamEvent, StreamReader } from '#ports/provider.ts';
import { stringBytes } from './string-bytes.ts';

// A provider that never ends an event must not fill our memory.
const eventBytesMax = 4_194_304;

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** Completions of the older kind deliver their text under a key of their own. */
export function openAiStreamReader(spoken: 'chat' | 'completions' = 'chat'): StreamReader {
  const plain = spoken === 'completions';
  let carried: Buffer | undefined;
  return {
    read(piece) {
      const bytes = carried ? Buffer.concat([carried, piece]) : piece;
      // One byte a character: enough to find ASCII keys in, and lengths are bytes.
      const text = bytes.toString('latin1');
      const events: StreamEvent[] = [];
      let start = 0;
      for (;;) {
        const end = endOfEvent(text, start);
        if (end < 0) break;
        events.push(readEvent(bytes, text, { start, end, plain }));
        start = end;
      }
      carried = start === bytes.length ? undefined : bytes.subarray(start);
      if (carried && carried.length > eventBytesMax) throw new RangeError('The provider sent an event beyond 4 MiB.');
      return events;
    },
  };
}

/** The index behind the blank line that ends the event which begins at `from`; −1 when it has not come yet. */
function endOfEvent(text: string, from: number): number {
  let at = from;
  for (;;) {
    at = text.indexOf('\n', at);
    if (at < 0) return -1;
    const next = text.charCodeAt(at + 1);
    if (next === lineFeed) return at + 2;
    if (next === carriageReturn && text.charCodeAt(at + 2) === lineFeed) return at + 3;
    at += 1;
  }
}

interface Span {
  readonly start: number;
  readonly end: number;
  /** Of a completion of the older kind. */
  readonly plain: boolean;
}

function readEvent(piece: Buffer, text: string, span: Span): StreamEvent {
  const { start, end } = span;
  const bytes = start === 0 && end === piece.length ? piece : piece.subarray(start, end);
  const seen = look(text, span);
  if (seen === 'parse') return parsedEvent(bytes, span.plain);
  if (seen.deltas > 0) return { bytes, kind: 'content', deltas: seen.deltas, textBytes: seen.textBytes };
  const isDone = text.startsWith('data: [DONE]', start) || text.startsWith('data:[DONE]', start);
  return { bytes, kind: isDone ? 'done' : 'other', deltas: 0, textBytes: 0 };
}

/** Goes from colon to colon, since an event has few: what stands before one is a key, and its last letter tells which. */
function look(
  text: string,
  { start, end, plain }: Span,
): { readonly deltas: number; readonly textBytes: number } | 'parse' {
  let deltas = 0;
  let textBytes = 0;
  for (let at = text.indexOf(':', start); at >= 0 && at < end; at = text.indexOf(':', at + 1)) {
    if (text.charCodeAt(at - 1) !== quote) continue;
    const last = text[at - 2];
    let isText = false;
    if (plain) isText = text.startsWith('"text', at - 6);
    else if (last === 't')
      isText = text.startsWith('"content', at - 9) || text.startsWith('"reasoning_content', at - 19);
    else if (last === 's') isText = text.startsWith('"arguments', at - 11);
    else if (last === 'g') isText = text.startsWith('"reasoning', at - 11);
    else if (last === 'l') isText = text.startsWith('"refusal', at - 9);
    if (last === 'e') {
      if (text.startsWith('"usage', at - 7) && !text.startsWith('null', skipSpace(text, at + 1))) return 'parse';
    } else if (last === 'r' && text.startsWith('"error', at - 7)) return 'parse';
    if (!isText) continue;
    const bytes = textBytesAt(text, at + 1);
    if (bytes === 0) continue;
    deltas += 1;
    textBytes += bytes;
    at += bytes;
  }
  return { deltas, textBytes };
}

const quote = 0x22;

function skipSpace(text: string, from: number): number {
  let at = from;
  while (text[at] === ' ') at += 1;
  return at;
}

function parsedEvent(bytes: Buffer, plain: boolean): StreamEvent {
  const data = bytes
    .toString('utf8')
    .split(/\r?\n/)
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice(5).trimStart())
    .join('\n');
  const counted = countText(bytes.toString('latin1'), plain ? plainKeys : textKeys);
  const parsed = parseFields(data);
  if (!parsed) return { bytes, kind: counted.deltas > 0 ? 'content' : 'other', ...counted };
  if (isFields(parsed['error'])) return { bytes, kind: 'error', ...counted };
  const usage = parsed['usage'] ?? usageElsewhere(parsed);
  if (!isFields(usage)) return { bytes, kind: counted.deltas > 0 ? 'content' : 'other', ...counted };
  const choices = parsed['choices'];
  const alone = Array.isArray(choices) && choices.length === 0;
  // Some providers repeat the usage so far on every chunk: those are the caller's to see.
  return { bytes, kind: alone ? 'usage' : counted.deltas > 0 ? 'content' : 'other', ...counted, usage };
}

/** Groq says it under a key of its own, Moonshot in the last choice. */
function usageElsewhere(chunk: Fields): unknown {
  const own = chunk['x_groq'];
  if (isFields(own)) return own['usage'];
  const choices: unknown = chunk['choices'];
  const first: unknown = Array.isArray(choices) ? choices[0] : undefined;
  return isFields(first) ? first['usage'] : undefined;
}

// The keys under which models deliver text, thoughts and tool calls piece by piece.
const textKeys = ['"content":', '"arguments":', '"reasoning_content":', '"reasoning":', '"refusal":'] as const;

const plainKeys = ['"text":'] as const;

function countText(text: string, keys: readonly string[]): { readonly deltas: number; readonly textBytes: number } {
  let deltas = 0;
  let textBytes = 0;
  for (const key of keys) {
    let at = text.indexOf(key);
    while (at >= 0) {
      const bytes = textBytesAt(text, at + key.length);
      if (bytes > 0) {
        deltas += 1;
        textBytes += bytes;
      }
      at = text.indexOf(key, at + key.length);
    }
  }
  return { deltas, textBytes };
}

/** The bytes between the quotes of the string that begins at or behind `from`; 0 for anything else. */
function textBytesAt(text: string, from: number): number {
  let start = from;
  while (text[start] === ' ') start += 1;
  if (text[start] !== '"') return 0;
  return stringBytes(text, start + 1);
}
