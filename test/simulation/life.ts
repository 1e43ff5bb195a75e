// One life of the gateway's process. What it awaits never comes once it is dead: memory is gone, and nobody is told.
import type { FailpointName, Failpoints } from '#ports/failpoints.ts';
import type { Chance } from './chance.ts';
import type { Latency } from './traits.ts';
import type { VirtualClock } from './virtual-clock.ts';

export class Crash extends Error {}

/** How a life ends that has told the ledger all that it knew. */
export const inGoodOrder = 'in good order';

/** Where the process dies: at the so-many-eth pass of a failpoint, or at the so-many-eth wait of any kind. */
export type CrashPlan =
  | { readonly at: 'now' }
  | { readonly at: 'failpoint'; readonly name: FailpointName; readonly pass: number }
  | { readonly at: 'wait'; readonly pass: number };

export interface LifeOptions {
  readonly no: number;
  readonly clock: VirtualClock;
  readonly chance: Chance;
  readonly latency: Latency;
  readonly onDeath: (life: Life, where: string) => void;
  readonly onReach: (name: FailpointName) => void;
}

export class Life implements Failpoints {
  dead = false;
  readonly no: number;
  readonly #options: LifeOptions;
  #plan: { name: FailpointName | 'wait'; left: number } | undefined;

  constructor(options: LifeOptions) {
    this.no = options.no;
    this.#options = options;
  }

  plan(plan: CrashPlan): void {
    if (plan.at === 'now') this.die('between two steps');
    else this.#plan = { name: plan.at === 'wait' ? 'wait' : plan.name, left: plan.pass };
  }

  spare(): void {
    this.#plan = undefined;
  }

  die(where: string): void {
    if (this.dead) return;
    this.dead = true;
    this.#options.onDeath(this, where);
  }

  reach(name: FailpointName): void {
    if (!this.dead) this.#options.onReach(name);
    if (!this.dead && this.#passes(name)) this.die(name);
    if (this.dead) throw new Crash(name);
  }

  /** A deed of something outside of this process: it takes a while to get there, and its answer a while to come back. */
  async through<Result>(deed: () => Promise<Result>): Promise<Result> {
    await this.pause();
    try {
      return await deed();
    } finally {
      await this.pause();
    }
  }

  /** A deed of something inside of this process: it takes no time. */
  directly<Result>(deed: () => Promise<Result>): Promise<Result> {
    return this.dead ? forever() : deed();
  }

  pause(): Promise<void> {
    if (!this.dead && this.#passes('wait')) this.die('a wait');
    if (this.dead) return forever();
    const { chance, clock, latency } = this.#options;
    if (!chance.odds(latency.likelihood)) return Promise.resolve();
    return this.sleep(
      clock,
      chance.odds(latency.longLikelihood) ? chance.below(latency.longMs) : chance.below(latency.shortMs),
    );
  }

  sleep(clock: VirtualClock, ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      void clock.sleep(ms, signal).then(() => {
        if (!this.dead) resolve();
      });
    });
  }

  #passes(name: FailpointName | 'wait'): boolean {
    if (this.#plan?.name !== name) return false;
    this.#plan.left -= 1;
    return this.#plan.left <= 0;
  }
}

// A new one each time: a promise that is shared and never resolves keeps all who ever waited for it.
function forever(): Promise<never> {
  return new Promise(() => undefined);
}
