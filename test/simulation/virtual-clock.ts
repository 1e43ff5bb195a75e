// Time that passes only when the simulation says so. Whatever wakes at one instant wakes in an order that chance decides.
import type { Clock } from '#ports/clock.ts';
import type { Chance } from './chance.ts';

export interface Alarm {
  cancel(): void;
}

interface Wake {
  readonly atMs: number;
  readonly order: number;
  run: (() => void) | undefined;
}

/** A history that wakes more often than this has something in it that never rests. */
const wakesMax = 200_000;

export class VirtualClock implements Clock {
  #nowMs: number;
  #wakes = 0;
  readonly #chance: Chance;
  readonly #heap: Wake[] = [];

  constructor(startMs: number, chance: Chance) {
    this.#nowMs = startMs;
    this.#chance = chance;
  }

  now(): number {
    return this.#nowMs;
  }

  after(ms: number, run: () => void): Alarm {
    const wake: Wake = { atMs: this.#nowMs + Math.max(0, ms), order: this.#chance.below(1_000_000), run };
    this.#push(wake);
    return {
      cancel: () => {
        wake.run = undefined;
      },
    };
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wakeUp = (): void => {
        alarm.cancel();
        signal?.removeEventListener('abort', wakeUp);
        resolve();
      };
      const alarm = this.after(ms, wakeUp);
      signal?.addEventListener('abort', wakeUp, { once: true });
    });
  }

  /** Everything that happens within that time, one wake after another, each with all that follows from it. */
  async runFor(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    await turn();
    for (let wake = this.#heap[0]; wake && wake.atMs <= untilMs; wake = this.#heap[0]) {
      this.#pop();
      if (!wake.run) continue;
      this.#nowMs = wake.atMs;
      this.#wakes += 1;
      if (this.#wakes > wakesMax) throw new Error(`Something never rests: ${wakesMax} wakes in one history.`);
      wake.run();
      await turn();
    }
    this.#nowMs = untilMs;
  }

  #push(wake: Wake): void {
    const heap = this.#heap;
    let index = heap.push(wake) - 1;
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = heap[above];
      if (!parent || !isBefore(wake, parent)) break;
      heap[index] = parent;
      index = above;
    }
    heap[index] = wake;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    let index = 0;
    for (;;) {
      const left = heap[2 * index + 1];
      const right = heap[2 * index + 2];
      const child = left && right && isBefore(right, left) ? right : left;
      if (!child || !isBefore(child, last)) break;
      heap[index] = child;
      index = 2 * index + (child === left ? 1 : 2);
    }
    heap[index] = last;
  }
}

function isBefore(left: Wake, right: Wake): boolean {
  return left.atMs === right.atMs ? left.order < right.order : left.atMs < right.atMs;
}

/** Until every promise that can go on has gone on. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
