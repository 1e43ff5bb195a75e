// Whole answers that are given again to the same request, for a while and within bounds of memory.

export interface CachedAnswer {
  readonly body: Buffer;
  readonly contentType: string;
}

export interface AnswerCache {
  get(key: string): CachedAnswer | undefined;
  /** What is too large for it is not kept; what was not asked for longest makes room. */
  put(key: string, answer: CachedAnswer, ttlMs: number): void;
}
