// What the memory keeper of the ledger keeps: the same tables as the real one, open to every test that wants to look.
import type {
  AdjustmentRow,
  CounterRow,
  DispatchRow,
  FxRateRow,
  GatewayRow,
  RegisterRow,
  TopUpRow,
  UnitCounterRow,
  WalletRow,
} from '#core/ledger/audit-rows.ts';
import type { ChargeEntry } from '#core/ledger/entry.ts';
import type { BillingEvent } from '#core/ledger/event.ts';
import type { Posting } from '#core/ledger/posting.ts';
import type { PriceVersion } from '#core/pricing/component.ts';

export interface LedgerTables {
  readonly wallets: Map<string, WalletRow>;
  readonly events: BillingEvent[];
  readonly postings: Posting[];
  readonly registers: Map<string, RegisterRow & DispatchRow>;
  /** One per event of a call, those that changed nothing too. */
  readonly usageRecords: Map<string, { readonly entry: ChargeEntry; readonly applied: boolean }>;
  readonly counters: Map<string, CounterRow>;
  readonly unitCounters: Map<string, UnitCounterRow>;
  /** By source and reference. */
  readonly topUps: Map<string, TopUpRow>;
  readonly adjustments: AdjustmentRow[];
  readonly gateways: Map<string, GatewayRow>;
  readonly priceVersions: Map<string, PriceVersion>;
  readonly fxRates: Map<string, FxRateRow>;
}

export function emptyTables(): LedgerTables {
  return {
    wallets: new Map(),
    events: [],
    postings: [],
    registers: new Map(),
    usageRecords: new Map(),
    counters: new Map(),
    unitCounters: new Map(),
    topUps: new Map(),
    adjustments: [],
    gateways: new Map(),
    priceVersions: new Map(),
    fxRates: new Map(),
  };
}

export function counterKey({ scope, period }: { readonly scope: string; readonly period: string }): string {
  return `${scope} ${period}`;
}

export function topUpKey({ source, reference }: { readonly source: string; readonly reference: string }): string {
  return `${source} ${reference}`;
}
