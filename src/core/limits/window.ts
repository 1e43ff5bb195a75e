// A sliding window in sixty slices: an amount counts from its slice's start until a whole window after its slice's end,
// so that no stretch of one window ever sees more than the limit.

const slices = 60;

export class SlidingWindow {
  readonly #sliceMs: number;
  readonly #amounts = new Map<number, bigint>();
  #sum = 0n;
  // Slices before this one are gone. It never moves back, even when the clock does.
  #oldest = Number.NEGATIVE_INFINITY;

  constructor(windowMs: number) {
    // Rounded up, so that sixty slices are never shorter than the window.
    this.#sliceMs = Math.max(1, Math.ceil(windowMs / slices));
  }

  /** What counts now. */
  sum(nowMs: number): bigint {
    this.#forget(nowMs);
    return this.#sum;
  }

  /** Negative amounts correct an earlier one: `atMs` is when that was added, so that both leave together. */
  add(amount: bigint, atMs: number, nowMs: number): void {
    this.#forget(nowMs);
    const slice = this.#sliceOf(atMs);
    if (slice < this.#oldest) return;
    this.#amounts.set(slice, (this.#amounts.get(slice) ?? 0n) + amount);
    this.#sum += amount;
  }

  /** Milliseconds until `needed` more would fit under the limit; `undefined` if it never would. */
  waitMs(needed: bigint, limit: bigint, nowMs: number): number | undefined {
    if (needed > limit) return undefined;
    let over = this.sum(nowMs) + needed - limit;
    if (over <= 0n) return 0;
    const oldestFirst = [...this.#amounts].toSorted(([left], [right]) => left - right);
    for (const [slice, amount] of oldestFirst) {
      over -= amount;
      if (over <= 0n) return Math.max(1, (slice + slices + 1) * this.#sliceMs - nowMs);
    }
    return 0;
  }

  /** Whether there is nothing left to remember. */
  isEmpty(nowMs: number): boolean {
    this.#forget(nowMs);
    return this.#amounts.size === 0;
  }

  #sliceOf(atMs: number): number {
    return Math.floor(atMs / this.#sliceMs);
  }

  #forget(nowMs: number): void {
    const oldest = this.#sliceOf(nowMs) - slices;
    if (oldest <= this.#oldest) return;
    this.#oldest = oldest;
    for (const [slice, amount] of this.#amounts) {
      if (slice >= oldest) continue;
      this.#amounts.delete(slice);
      this.#sum -= amount;
    }
  }
}
