// What the simulated upstream knows of one request: the truth about what was consumed.
import type { Script } from './script.ts';
import type { WireEvent } from './wire.ts';

export interface Sending {
  readonly provider: string;
  readonly script: Script;
  readonly outputTokensMax: number;
  /** Given up before the answer's first byte. */
  givenUp: 'before-it-was-sent' | 'before-the-head' | undefined;
  headGiven: boolean;
  /** Events of which the gateway has taken every byte. */
  readonly taken: WireEvent[];
  /** The gateway closed the connection before it had taken all of the answer. */
  closed: boolean;
  /** How the whole answer reached the gateway. */
  bodyEnd: 'ended' | 'broken' | undefined;
}
