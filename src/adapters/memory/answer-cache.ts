// Answers kept in this process: a map remembers the order in which they were last asked for.
import type { AnswerCache, CachedAnswer } from '#ports/answer-cache.ts';
import type { Clock } from '#ports/clock.ts';

export interface AnswerCacheBounds {
  readonly bytesMax: number;
  readonly answerBytesMax: number;
}

const boundsByDefault: AnswerCacheBounds = { bytesMax: 64 * 1_048_576, answerBytesMax: 1_048_576 };

// Keys, and what the map itself takes for each.
const overheadBytes = 512;

export function memoryAnswerCache(clock: Pick<Clock, 'now'>, bounds: Partial<AnswerCacheBounds> = {}): AnswerCache {
  return new MemoryAnswerCache(clock, { ...boundsByDefault, ...bounds });
}

interface Kept {
  readonly answer: CachedAnswer;
  readonly untilMs: number;
}

class MemoryAnswerCache implements AnswerCache {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #bounds: AnswerCacheBounds;
  readonly #kept = new Map<string, Kept>();
  #bytes = 0;

  constructor(clock: Pick<Clock, 'now'>, bounds: AnswerCacheBounds) {
    this.#clock = clock;
    this.#bounds = bounds;
  }

  get(key: string): CachedAnswer | undefined {
    const kept = this.#kept.get(key);
    if (!kept) return undefined;
    if (kept.untilMs <= this.#clock.now()) {
      this.#remove(key);
      return undefined;
    }
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    return kept.answer;
  }

  put(key: string, answer: CachedAnswer, ttlMs: number): void {
    if (answer.body.length > this.#bounds.answerBytesMax) return;
    this.#remove(key);
    // A copy: the answer may be a part of a larger buffer, which would stay with it.
    const own = { ...answer, body: Buffer.from(answer.body) };
    this.#kept.set(key, { answer: own, untilMs: this.#clock.now() + ttlMs });
    this.#bytes += sizeOf(own);
    for (const [oldest] of this.#kept) {
      if (this.#bytes <= this.#bounds.bytesMax) break;
      this.#remove(oldest);
    }
  }

  #remove(key: string): void {
    const kept = this.#kept.get(key);
    if (!kept) return;
    this.#kept.delete(key);
    this.#bytes -= sizeOf(kept.answer);
  }
}

function sizeOf({ body }: CachedAnswer): number {
  return body.length + overheadBytes;
}
