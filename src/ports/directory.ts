// What the hot path needs to know, read from the truth and kept in memory.
import type { ExchangeRate, OwnKey, Route } from '#core/catalog/catalog.ts';
import type { CostPlan } from '#core/catalog/cost-plans.ts';
import type { Caller } from '#core/keys/caller.ts';
import type { PriceVersion } from '#core/pricing/component.ts';

export interface CatalogRows {
  readonly routes: readonly Route[];
  readonly prices: readonly PriceVersion[];
  readonly exchange: readonly ExchangeRate[];
  /** The platform's own that count now or later; none if missing. */
  readonly plans?: readonly CostPlan[];
  /** Customers' own, in the order in which they are used; none if missing. */
  readonly ownKeys?: readonly OwnKey[];
}

export interface CallerChanges {
  /** New, changed, and those that are refused now; never a silent removal. */
  readonly callers: readonly Caller[];
  /** Hand it back to get what changed after. */
  readonly cursor: string;
}

/** Rejects with a transient error when the database is away. */
export interface Directory {
  /** Credentials come opened; targets whose provider is disabled are left out. The same object until something changed. */
  catalog(): Promise<CatalogRows>;

  callerByHash(keyHash: string): Promise<Caller | undefined>;

  /** Without a cursor: all that may call. */
  callersSince(cursor: string | undefined, limit: number): Promise<CallerChanges>;

  /** A price version by its id, whether it is current or not: receipts of earlier calls pin it. */
  priceVersions(ids: readonly string[]): Promise<readonly PriceVersion[]>;

  /** Calls back soon after something changed; a hint only, polling is the net beneath. */
  watch(onChange: (topic: 'catalog' | 'callers') => void): Promise<{ stop(): Promise<void> }>;
}
