// The whole ledger, read as it was at one moment: for the auditor, and for whoever must not trust a sum.
import type {
  AdjustmentRow,
  ChargeRow,
  CounterRow,
  DispatchRow,
  FxRateRow,
  GatewayRow,
  GivenRow,
  OpenJobRow,
  RegisterRow,
  TopUpRow,
  UnitCounterRow,
  UsageRow,
  WalletRow,
} from '#core/ledger/audit-rows.ts';
import type { BillingEvent } from '#core/ledger/event.ts';
import type { Posting } from '#core/ledger/posting.ts';
import type { PriceVersion } from '#core/pricing/component.ts';

export type BooksTable =
  | 'wallets'
  | 'events'
  | 'postings'
  | 'registers'
  | 'usageRecords'
  | 'counters'
  | 'unitCounters'
  | 'gateways'
  | 'topUps'
  | 'adjustments';

/**
 * Every list streams in the order that is named, as text is compared byte by byte, and throws at the first row that it
 * cannot read; what comes after another list's failure can still be read.
 */
export interface BooksView {
  /** Counted apart from the lists, so that a list that ends too early is noticed. */
  totals(): Promise<Readonly<Record<BooksTable, number>>>;
  /** By wallet. */
  wallets(): AsyncIterable<WalletRow>;
  /** By wallet and seq. */
  events(): AsyncIterable<BillingEvent>;
  /** By wallet, seq and leg. */
  postings(): AsyncIterable<Posting>;
  /** By event id. */
  eventsById(): AsyncIterable<BillingEvent>;
  /** By event id. */
  topUps(): AsyncIterable<TopUpRow>;
  /** By request. */
  registers(): AsyncIterable<RegisterRow>;
  /** By request, wallet and seq: the events that name a request. */
  charges(): AsyncIterable<ChargeRow>;
  /** By request and event id. */
  usageRecords(): AsyncIterable<UsageRow>;
  /** By request, wallet and seq. */
  adjustments(): AsyncIterable<AdjustmentRow>;
  /** By wallet, seq and request. */
  adjustmentsByEvent(): AsyncIterable<AdjustmentRow>;
  /** By gateway. */
  gateways(): AsyncIterable<GatewayRow>;
  /** By gateway and number: the registers' dispatches. */
  dispatches(): AsyncIterable<DispatchRow>;
  /** By scope and period. */
  counters(): AsyncIterable<CounterRow>;
  /** By scope and period: what the registers add up to, by the counters that they pinned. */
  spentByRegisters(): AsyncIterable<CounterRow>;
  /** By scope and period. */
  unitCounters(): AsyncIterable<UnitCounterRow>;
  /** By scope, period and request: the units that registers were charged for. */
  givenByRegisters(): AsyncIterable<GivenRow>;
  /** Dispatched, taken by a provider, and not charged yet: by gateway and number. There are only as many as are under way. */
  openJobs(): Promise<readonly OpenJobRow[]>;
  priceVersions(ids: readonly string[]): Promise<readonly PriceVersion[]>;
  fxRates(ids: readonly string[]): Promise<readonly FxRateRow[]>;
}

export interface Books {
  /** All that `read` sees is of one moment. Rejects when the database is away, or with what `read` rejects with. */
  view<Result>(read: (view: BooksView) => Promise<Result>): Promise<Result>;
}
