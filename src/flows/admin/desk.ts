// What the administration works with.
import type { TypicalRequest } from '#core/pricing/typical-request.ts';
import type { Administration, Topic } from '#ports/administration.ts';
import type { CatalogFiles } from '#ports/catalog-files.ts';
import type { Clock, Identifiers } from '#ports/clock.ts';
import type { FastStore } from '#ports/fast-store.ts';
import type { Ledger } from '#ports/ledger.ts';
import type { Log } from '#ports/log.ts';
import type { ModelListing } from '#ports/provider.ts';
import type { Rerating } from '#ports/rerating.ts';
import type { DefaultTerms } from '#ports/provider-terms.ts';
import type { Upstream } from '#ports/upstream.ts';
import type { Vault } from '#ports/vault.ts';

export interface AdminDesk {
  readonly administration: Administration;
  readonly ledger: Pick<Ledger, 'topUp' | 'adjust' | 'load' | 'creditsAfter'>;
  readonly rerating: Rerating;
  readonly store: Pick<FastStore, 'credit' | 'load' | 'wallet'>;
  readonly catalogFiles: CatalogFiles;
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
  /** By adapter: how models are listed, where that is not in the usual way. */
  readonly listings: ReadonlyMap<string, ModelListing>;
  /** The request of usual size, by which prices per request are made. */
  readonly typicalRequest: TypicalRequest;
  /** What organizations begin with, and go back to by a reset. */
  readonly defaultTerms: DefaultTerms;
  /** One name for a provider that price lists and catalogues call differently. */
  readonly canonicalProvider: (name: string) => string;
  readonly upstream: Pick<Upstream, 'send'>;
}
