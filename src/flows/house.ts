// Everything a call needs, handed to every flow.
import type { AnswerCache } from '#ports/answer-cache.ts';
import type { Chooser } from '#ports/chooser.ts';
import type { Clock, Identifiers } from '#ports/clock.ts';
import type { Failpoints } from '#ports/failpoints.ts';
import type { FastStore } from '#ports/fast-store.ts';
import type { Journal } from '#ports/journal.ts';
import type { Ledger } from '#ports/ledger.ts';
import type { Log } from '#ports/log.ts';
import type { ProviderAdapter } from '#ports/provider.ts';
import type { Upstream } from '#ports/upstream.ts';
import type { DispatchNumbers } from './dispatch-numbers.ts';
import type { LiveCalls } from './live-calls.ts';
import type { ProviderHealth } from './provider-health.ts';
import type { Snapshot } from './snapshot.ts';

export interface House {
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly store: FastStore;
  readonly journal: Journal;
  readonly ledger: Ledger;
  readonly upstream: Upstream;
  readonly providers: ReadonlyMap<string, ProviderAdapter>;
  readonly snapshot: Snapshot;
  readonly live: LiveCalls;
  readonly failpoints: Failpoints;
  readonly log: Log;
  readonly dispatches: DispatchNumbers;
  readonly chooser: Chooser;
  readonly health: ProviderHealth;
  readonly answers: AnswerCache;
}
