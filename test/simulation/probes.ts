// What a run has seen: a checker that saw nothing proves nothing.

export class Probes {
  readonly #counts = new Map<string, number>();

  saw(name: string, times = 1): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + times);
  }

  count(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  add(counts: Readonly<Record<string, number>>): void {
    for (const [name, times] of Object.entries(counts)) this.saw(name, times);
  }

  toRecord(): Record<string, number> {
    return Object.fromEntries([...this.#counts].toSorted(([left], [right]) => (left < right ? -1 : 1)));
  }
}
