const KEYS_MAX = 10_000;

/** How many calls carried each fault key; the key that was seen longest ago is forgotten first. */
export class FaultCounts {
  readonly #calls = new Map<string, number>();

  /** Counts this call, and says how many came before it. */
  next(key: string): number {
    const earlier = this.#calls.get(key) ?? 0;
    this.#calls.delete(key);
    this.#calls.set(key, earlier + 1);
    const [oldest] = this.#calls.keys();
    if (this.#calls.size > KEYS_MAX && oldest !== undefined) this.#calls.delete(oldest);
    return earlier;
  }
}
