// What the administration works with.
import type { Administration, Topic } from '#ports/administration.ts';
import type { Clock, Identifiers } from '#ports/clock.ts';
import type { FastStore } from '#ports/fast-store.ts';
import type { Ledger } from '#ports/ledger.ts';
import type { Log } from '#ports/log.ts';
import type { Vault } from '#ports/vault.ts';

export interface AdminDesk {
  readonly administration: Administration;
  readonly ledger: Pick<Ledger, 'topUp' | 'load' | 'creditsAfter'>;
  readonly store: Pick<FastStore, 'credit' | 'load' | 'wallet'>;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly log: Log;
  /** Secure chance: that many bytes. */
  readonly randomBytes: (count: number) => Buffer;
  /** Makes what was just written count in this process; the others hear of it by themselves. */
  readonly refresh: (topic: Topic) => Promise<void>;
  /** How providers can be spoken to: the names of the adapters that this server has. */
  readonly adapters: readonly string[];
}
