// What the simulated upstream knows of one request: the truth about what was consumed.
import type { Script } from './script.ts';
import type { WireEvent } from './wire.ts';

export interface Sending {
  readonly provider: string;
  readonly script: Script;
  readonly outputTokensMax: number;
  /** Given up before the answer's first byte. */
  givenUp: 'before-it-was-sent' | 'before-the-head' | undefined;
  headAtMs: number | undefined;
  /** Events of which the gateway has taken every byte. */
  readonly taken: WireEvent[];
  /** The gateway closed the connection before it had taken all of the answer. */
  closedAtMs: number | undefined;
  /** A streamed answer was taken to its end, or as far as it went. */
  overAtMs: number | undefined;
  /** How the answer ended of itself, before the gateway closed the connection. */
  bodyEnd: 'ended' | 'broken' | undefined;
}
