// The books as an auditor reads them: what was written, row by row, before anybody believes it.
import type { Amount } from '../money/amount.ts';
import type { Rational } from '../money/rational.ts';
import type { Receipt } from '../pricing/receipt.ts';
import type { CallFacts, Usage } from '../usage/usage.ts';
import type { CallOutcome, Counter, PricePins } from './entry.ts';
import type { AdjustmentLine } from './adjustment.ts';
import type { BillingEvent, WalletHead } from './event.ts';
import type { CostDifference } from './posting.ts';
import type { UnitRanges } from '../usage/unit-range.ts';
import type { RequestCharge } from './register.ts';
import type { UnitsGiven } from './unit-counter.ts';

export interface WalletRow extends WalletHead {
  /** How many credits the balance includes. */
  readonly creditSeq: bigint;
}

/** A charge with what its postings say is owed to providers. */
export interface ChargeRow extends BillingEvent {
  readonly costs: readonly CostDifference[];
}

export interface RegisterRow extends RequestCharge {
  readonly requestId: string;
  readonly walletId: string;
  readonly counters: readonly Counter[];
  readonly given: readonly UnitsGiven[];
}

/** What one event of a call said, whether it changed anything (`applied`) or came after a better word. */
export interface UsageRow {
  readonly eventId: string;
  readonly requestId: string;
  readonly walletId: string;
  readonly revision: number;
  readonly final: boolean;
  readonly applied: boolean;
  readonly name: string;
  readonly provider: string;
  readonly model: string;
  readonly outcome: CallOutcome;
  readonly usage: Usage;
  readonly facts: CallFacts;
  readonly pins: PricePins;
  readonly held: Amount;
  readonly charge: RatedRow;
  readonly cost: RatedRow;
}

export interface RatedRow {
  readonly total: Amount;
  readonly currency: string;
  readonly receipt: Receipt;
}

export interface DispatchRow {
  readonly gatewayId: string;
  readonly dispatchNo: bigint;
  readonly requestId: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
}

/** Until its deadline a job may be without its charge. */
export interface OpenJobRow extends DispatchRow {
  readonly deadlineAt: number;
}

export interface GatewayRow {
  readonly gatewayId: string;
  /** Missing while the life is open, and when it ended without a word. */
  readonly lastDispatchNo?: bigint;
  /** Milliseconds since 1970. */
  readonly endedAt?: number;
}

export interface CounterRow extends Counter {
  readonly spent: bigint;
}

/** A line with the place of its event. */
export interface AdjustmentRow extends AdjustmentLine {
  readonly rerateId: string;
  readonly walletId: string;
  readonly seq: bigint;
}

export interface FxRateRow {
  readonly fxRateId: string;
  readonly base: string;
  readonly quote: string;
  /** Major units of `quote` for one of `base`. */
  readonly rate: Rational;
}

export interface UnitCounterRow extends Counter {
  readonly taken: UnitRanges;
}

/** What one register was charged for. */
export interface GivenRow extends UnitsGiven {
  readonly requestId: string;
  readonly startedAt: number;
}

export interface TopUpRow {
  readonly topUpId: string;
  readonly eventId: string;
  readonly walletId: string;
  readonly amount: Amount;
  readonly currency: string;
  readonly source: string;
  readonly reference: string;
}
