// Which segments are still needed. A request pins the first one that knows it; since segments go oldest first, that keeps
// every later one too.

export class Pins {
  readonly #segmentOf = new Map<string, number>();
  /** By segment, oldest first, how many requests pin it. */
  readonly #counts = new Map<number, number>();

  /** Segments come in ascending order. */
  addSegment(index: number): void {
    this.#counts.set(index, 0);
  }

  /** `false` when the request is pinned already. */
  pin(requestId: string, index: number): boolean {
    if (this.#segmentOf.has(requestId)) return false;
    this.#segmentOf.set(requestId, index);
    this.#counts.set(index, (this.#counts.get(index) ?? 0) + 1);
    return true;
  }

  release(requestId: string): void {
    const index = this.#segmentOf.get(requestId);
    if (index === undefined) return;
    this.#segmentOf.delete(requestId);
    this.#counts.set(index, (this.#counts.get(index) ?? 0) - 1);
  }

  /** The oldest segment, when nothing pins it. */
  get oldestFree(): number | undefined {
    for (const [index, count] of this.#counts) return count === 0 ? index : undefined;
    return undefined;
  }

  dropSegment(index: number): void {
    this.#counts.delete(index);
  }
}
