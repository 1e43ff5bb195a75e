// Where an answer leaves the house, in the caller's dialect.
import type { Failure } from '#core/failure.ts';
import type { Usage } from '#core/usage/usage.ts';
import type { Dialect } from './dialect.ts';

/** What the caller may read of money, as header names without their prefix: `charge`, `balance`, … */
export type Fare = Readonly<Record<string, string>>;

export interface Door {
  /** Aborts when the caller hangs up. */
  readonly hungUp: AbortSignal;
  /** The first byte has left: from then on only the stream's own words can tell of a failure. */
  readonly started: boolean;
  start(status: number, headers: Readonly<Record<string, string>>): void;
  /** Returns a promise while the caller reads more slowly than we write. Does nothing once the caller hung up. */
  write(bytes: Buffer | string): void | Promise<void>;
  end(bytes?: Buffer | string): void;
  readonly dialect: Dialect;
  readonly words: StreamWords;
}

/** How the dialect ends a stream. `last` is the last event that was passed on. */
export interface StreamWords {
  /** What has been passed on, for a dialect whose last words repeat what was said. */
  hear?(passed: Buffer): void;
  cutOff(last: Buffer | undefined, choices: number): string;
  usage(last: Buffer | undefined, usage: Usage, fare: Fare): string;
  /** What tells of usage and fare behind a whole stream; `event` is the provider's own, where there was one. */
  withFare(event: Buffer | undefined, usage: Usage, fare: Fare): Buffer | string;
  failure(failure: Failure): string;
  readonly done: string;
}
