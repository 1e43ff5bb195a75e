// What an upstream is going to do with one request: decided by chance before it begins.
import type { Chance } from './chance.ts';

/** A side that is missing was not reported, which is not zero. */
export interface Reported {
  readonly promptTokens?: number;
  readonly completionTokens?: number;
}

export interface ScriptEvent {
  readonly kind: 'content' | 'usage' | 'error' | 'done' | 'other';
  readonly textBytes: number;
  readonly usage?: Reported;
}

export interface ScriptPiece {
  readonly afterMs: number;
  readonly events: readonly ScriptEvent[];
}

export type StreamEnd = 'ends' | 'breaks' | 'falls-silent';

export type Script =
  | { readonly kind: 'unreachable' | 'breaks-before-head' | 'silent'; readonly afterMs: number }
  | { readonly kind: 'refusal'; readonly afterMs: number; readonly status: number; readonly retryAfterMs?: number }
  | {
      readonly kind: 'whole';
      readonly afterMs: number;
      readonly usage: Reported | undefined;
      readonly bytes: number;
      readonly bodyAfterMs: number;
      readonly end: StreamEnd;
    }
  | {
      readonly kind: 'stream';
      readonly afterMs: number;
      readonly pieces: readonly ScriptPiece[];
      readonly end: StreamEnd;
    };

export interface Asked {
  readonly streamed: boolean;
  readonly bodyBytes: number;
  /** In all choices together; zero for a call without output. */
  readonly outputTokensMax: number;
}

export function scriptFor(chance: Chance, asked: Asked): Script {
  const afterMs = chance.weighted([
    [6, chance.between(1, 40)],
    [3, chance.between(40, 3_000)],
    [1, chance.between(3_000, 19_000)],
  ]);
  const kind = chance.weighted([
    [76, 'answer'],
    [5, 'server-error'],
    [3, 'rate-limit'],
    [3, 'refusal'],
    [2, 'credential'],
    [3, 'unreachable'],
    [3, 'breaks-before-head'],
    [3, 'silent'],
  ] as const);
  switch (kind) {
    case 'server-error':
      return { kind: 'refusal', afterMs, status: chance.pick([500, 502, 503]) };
    case 'rate-limit':
      return { kind: 'refusal', afterMs, status: 429, retryAfterMs: chance.pick([50, 1_500, 30_000]) };
    case 'refusal':
      return { kind: 'refusal', afterMs, status: chance.pick([400, 404, 422]) };
    case 'credential':
      return { kind: 'refusal', afterMs, status: chance.pick([401, 402, 403]) };
    case 'unreachable':
    case 'breaks-before-head':
    case 'silent':
      return { kind, afterMs };
    case 'answer':
      return asked.streamed && chance.odds(0.93) ? streamFor(chance, asked, afterMs) : wholeFor(chance, asked, afterMs);
  }
}

const ends = [
  [80, 'ends'],
  [12, 'breaks'],
  [8, 'falls-silent'],
] as const;

function wholeFor(chance: Chance, asked: Asked, afterMs: number): Script {
  const completionTokens = chance.between(0, asked.outputTokensMax);
  return {
    kind: 'whole',
    afterMs,
    bodyAfterMs: chance.weighted([
      [4, 0],
      [3, chance.between(1, 500)],
      [1, chance.between(20_000, 50_000)],
    ]),
    bytes: chance.between(2, 900),
    usage: chance.odds(0.85) ? reportedFor(chance, asked, completionTokens) : undefined,
    end: chance.weighted(ends),
  };
}

function streamFor(chance: Chance, asked: Asked, afterMs: number): Script {
  const end = chance.weighted(ends);
  const pieces: ScriptPiece[] = [];
  const contents = chance.between(0, 9);
  // Not every provider keeps to the limit that it was given.
  let left = chance.odds(0.05) ? asked.outputTokensMax * 2 + 1_500 : asked.outputTokensMax;
  const running = chance.odds(0.2);
  let completionTokens = 0;
  for (let made = 0; made < contents && left > 0; made += 1) {
    const events: ScriptEvent[] = [];
    const together = chance.weighted([
      [4, 1],
      [1, 3],
    ]);
    for (let each = 0; each < together && left > 0; each += 1) {
      // Anything from a word to a page, so that few pieces come to many slices.
      const tokens = Math.min(left, chance.pick([1, 1, 5, 60, 400, 900]));
      left -= tokens;
      completionTokens += tokens;
      const usage = running ? { usage: { promptTokens: Math.ceil(asked.bodyBytes / 5), completionTokens } } : {};
      events.push({ kind: 'content', textBytes: tokens * 4 - chance.below(4), ...usage });
    }
    pieces.push({ afterMs: gapFor(chance), events });
  }
  if (chance.odds(0.1)) pieces.unshift({ afterMs: 1, events: [{ kind: 'other', textBytes: 0 }] });
  if (end === 'ends') pieces.push({ afterMs: gapFor(chance), events: lastEvents(chance, asked, completionTokens) });
  return { kind: 'stream', afterMs, pieces, end };
}

function lastEvents(chance: Chance, asked: Asked, completionTokens: number): readonly ScriptEvent[] {
  if (chance.odds(0.06)) return [{ kind: 'error', textBytes: 0 }];
  const usage: ScriptEvent = { kind: 'usage', textBytes: 0, usage: reportedFor(chance, asked, completionTokens) };
  return [...(chance.odds(0.85) ? [usage] : []), { kind: 'done', textBytes: 0 }];
}

/** Mostly what was made; at times nothing at all, a part of it, or more than was allowed. */
function reportedFor(chance: Chance, { bodyBytes }: Asked, completionTokens: number): Reported {
  return chance.weighted<Reported>([
    [16, { promptTokens: chance.between(1, Math.ceil(bodyBytes / 4)), completionTokens }],
    [1, { promptTokens: 0, completionTokens: 0 }],
    [1, { promptTokens: Math.ceil(bodyBytes / 7) }],
    [1, { completionTokens }],
    [2, { promptTokens: bodyBytes * 3, completionTokens: completionTokens * 4 + 3_000 }],
  ]);
}

// Some are longer than a lease, and none as long as a provider may be silent.
function gapFor(chance: Chance): number {
  return chance.weighted([
    [8, chance.between(0, 30)],
    [4, chance.between(30, 2_500)],
    [1, chance.between(20_000, 50_000)],
  ]);
}
