// How the simulated upstream writes a stream's events, and how its adapter and its caller read them.
import type { StreamEvent, StreamReader } from '#ports/provider.ts';
import type { Reported, ScriptEvent } from './script.ts';

export function encodeEvent({ kind, textBytes, usage }: ScriptEvent): Buffer {
  return Buffer.from(`${kind} ${textBytes} ${usage?.promptTokens ?? '-'} ${usage?.completionTokens ?? '-'}\n\n`);
}

export interface WireEvent extends StreamEvent {
  readonly usage?: Readonly<Record<string, number>>;
}

export class WireReader implements StreamReader {
  #rest: Buffer = Buffer.alloc(0);

  read(piece: Buffer): readonly WireEvent[] {
    const bytes = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    const events: WireEvent[] = [];
    let start = 0;
    for (let end = bytes.indexOf('\n\n'); end >= 0; end = bytes.indexOf('\n\n', start)) {
      events.push(readEvent(bytes.subarray(start, end + 2)));
      start = end + 2;
    }
    this.#rest = bytes.subarray(start);
    return events;
  }
}

function readEvent(bytes: Buffer): WireEvent {
  const [kind = '', textBytes = '', prompt = '-', completion = '-'] = bytes.toString('latin1').trim().split(' ');
  const usage = {
    ...(prompt === '-' ? {} : { prompt: Number(prompt) }),
    ...(completion === '-' ? {} : { completion: Number(completion) }),
  };
  return {
    bytes,
    kind: kindOf(kind),
    deltas: kind === 'content' ? 1 : 0,
    textBytes: Number(textBytes),
    ...(prompt === '-' && completion === '-' ? {} : { usage }),
  };
}

function kindOf(word: string): StreamEvent['kind'] {
  switch (word) {
    case 'content':
    case 'usage':
    case 'error':
    case 'done':
      return word;
    default:
      return 'other';
  }
}

/** Text of a stream, as tokens, as far as nobody says: a piece is at least one, four bytes are one. */
export function tokensOf(events: readonly Pick<StreamEvent, 'deltas' | 'textBytes'>[], bytesPerToken = 4): number {
  const deltas = events.reduce((sum, event) => sum + event.deltas, 0);
  const textBytes = events.reduce((sum, event) => sum + event.textBytes, 0);
  return Math.max(deltas, Math.ceil(textBytes / bytesPerToken));
}

/** The last word of each field; `undefined` when there is none. */
export function reportedIn(raw: unknown): Reported | undefined {
  if (typeof raw !== 'object' || raw === null) return undefined;
  const promptTokens = 'prompt' in raw && typeof raw.prompt === 'number' ? { promptTokens: raw.prompt } : undefined;
  const completionTokens =
    'completion' in raw && typeof raw.completion === 'number' ? { completionTokens: raw.completion } : undefined;
  return promptTokens || completionTokens ? { ...promptTokens, ...completionTokens } : undefined;
}
