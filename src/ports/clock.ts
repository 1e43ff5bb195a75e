// Time and chance, given to whoever needs them, so that a simulation can own both.

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Resolves after that long, or at once when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface Identifiers {
  /** A UUID that sorts by time (version 7). */
  next(): string;
}
