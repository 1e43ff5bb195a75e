// Spares a target that fails: after enough failures it is passed over for a while, then one call finds out.

export interface BreakerPolicy {
  /** In a row. */
  readonly failuresMax: number;
  /** Of the last calls: this share of failures opens it too, once there were enough of them. */
  readonly share: number;
  readonly shareOf: number;
  readonly coolDownMs: number;
}

export const defaultBreaker: BreakerPolicy = { failuresMax: 5, share: 0.5, shareOf: 20, coolDownMs: 15_000 };

export type BreakerState = 'closed' | 'open' | 'half_open';

export class CircuitBreaker {
  readonly #policy: BreakerPolicy;
  #failuresInRow = 0;
  #outcomes: boolean[] = [];
  #openedAt: number | undefined;
  #probedAt: number | undefined;

  constructor(policy: BreakerPolicy = defaultBreaker) {
    this.#policy = policy;
  }

  state(nowMs: number): BreakerState {
    if (this.#openedAt === undefined) return 'closed';
    return nowMs - this.#openedAt < this.#policy.coolDownMs ? 'open' : 'half_open';
  }

  /** When one call may find out whether it answers again. */
  get halfOpenAt(): number | undefined {
    return this.#openedAt === undefined ? undefined : this.#openedAt + this.#policy.coolDownMs;
  }

  /** Whether it should be passed over; while one call finds out, the others pass it over. */
  isSpared(nowMs: number): boolean {
    switch (this.state(nowMs)) {
      case 'closed':
        return false;
      case 'open':
        return true;
      case 'half_open':
        // A probe that nobody came back from does not keep it shut for ever.
        return this.#probedAt !== undefined && nowMs - this.#probedAt < this.#policy.coolDownMs;
    }
  }

  /** A call goes there now. */
  begin(nowMs: number): void {
    if (this.state(nowMs) === 'half_open') this.#probedAt = nowMs;
  }

  succeeded(): void {
    this.#failuresInRow = 0;
    if (this.#openedAt !== undefined) this.#outcomes = [];
    this.#openedAt = undefined;
    this.#probedAt = undefined;
    this.#note(true);
  }

  failed(nowMs: number): void {
    this.#failuresInRow += 1;
    this.#note(false);
    const { failuresMax, share, shareOf } = this.#policy;
    const failures = this.#outcomes.filter((answered) => !answered).length;
    const byShare = this.#outcomes.length >= shareOf && failures >= share * this.#outcomes.length;
    if (this.#openedAt === undefined && this.#failuresInRow < failuresMax && !byShare) return;
    this.#openedAt = nowMs;
    this.#probedAt = undefined;
  }

  #note(answered: boolean): void {
    this.#outcomes.push(answered);
    if (this.#outcomes.length > this.#policy.shareOf) this.#outcomes.shift();
  }
}
