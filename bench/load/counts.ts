// What one measurement saw.
import type { LoadAnswer } from './protocol.ts';

export class Counts {
  calls = 0;
  failed = 0;
  counted = 0;
  readonly #latenciesMs: number[] = [];
  readonly #fromMs: number;
  readonly #untilMs: number;

  constructor({ warmMs, ms }: { readonly warmMs: number; readonly ms: number }) {
    this.#fromMs = performance.now() + warmMs;
    this.#untilMs = this.#fromMs + ms;
  }

  get over(): boolean {
    return performance.now() >= this.#untilMs;
  }

  note(ok: boolean, nowMs: number): void {
    if (ok) this.calls += 1;
    else this.failed += 1;
    if (ok && nowMs >= this.#fromMs && nowMs < this.#untilMs) this.counted += 1;
  }

  /** By when the call was due. */
  noteLatency(dueMs: number, nowMs: number): void {
    if (dueMs >= this.#fromMs && dueMs < this.#untilMs) this.#latenciesMs.push(nowMs - dueMs);
  }

  answer(): LoadAnswer {
    const { counted, calls, failed } = this;
    return { counted, calls, failed, latenciesMs: Float64Array.from(this.#latenciesMs) };
  }
}
