// What is measured: the mock itself, the minimal proxy, the gateway.
import type { Sender } from '../mock/tally.ts';

export interface Target {
  readonly name: Sender;
  readonly pid: number;
  readonly port: number;
  readonly path: string;
  readonly keys: readonly string[];
  /** Calls that were answered and are not in the ledger yet. */
  behind(): Promise<number>;
  /** Resolves when nothing is left to do for the calls that were answered. */
  settled(): Promise<void>;
}
