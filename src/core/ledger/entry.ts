// What is told to the ledger about one call: its total so far, never a difference, so that repeats converge.
import type { Amount } from '../money/amount.ts';
import type { Receipt } from '../pricing/receipt.ts';
import type { Expected } from '../usage/expected.ts';
import type { Quantities } from '../usage/record.ts';
import type { CallFacts, Usage } from '../usage/usage.ts';

/** A budget's scope in the period that was current when the money was set aside. */
export interface Counter {
  readonly scope: string;
  readonly period: string;
}

/** What is pinned when a call is about to reach a provider, and written down before its first byte leaves. */
export interface DispatchedCall {
  readonly requestId: string;
  readonly walletId: string;
  readonly currency: string;
  readonly organizationId?: string;
  readonly userId?: string;
  readonly virtualKeyId: string;
  /** The name that the caller sent; it decides the charge. */
  readonly name: string;
  readonly provider: string;
  readonly model: string;
  /** The credential that it was sent with at first; missing where there is none, and in what was written before. */
  readonly providerKeyId?: string;
  readonly streamed: boolean;
  readonly held: Amount;
  readonly counters: readonly Counter[];
  readonly pins: PricePins;
  /** Upper bound of the input, from which an estimate is made when nothing better is known. */
  readonly promptTokensEstimate: number;
  /** From which it is made where text is not all that is counted. */
  readonly expected?: Expected;
  readonly facts: CallFacts;
  readonly gatewayId: string;
  /** Gapless within one gateway's life: a missing number is a call without its charge. */
  readonly dispatchNo: number;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** The answer was there already: whatever happens, it costs nothing. */
  readonly cached?: true;
  /** It goes on after its request: the most that it consumes, from which an estimate is made. */
  readonly job?: {
    readonly quantities: Quantities;
    /** Of what is counted in tokens. */
    readonly tokens?: { readonly prompt: number; readonly completion: number };
  };
}

/** The versions by which cost and charge are computed, whatever is published meanwhile. */
export interface PricePins {
  readonly charge: PinnedPrice;
  readonly cost: PinnedPrice;
  /** Whose prices the charge was looked up in, beside the organization's; for whoever rates the call again. */
  readonly customerTypeId?: string;
  /** By a key of the customer's own: the charge is the platform's fee, the cost the customer's, by its own list. */
  readonly ownKey?: true;
}

export interface PinnedPrice {
  readonly versionId: string;
  readonly currency: string;
  /** Exact fraction as text, `numerator/denominator`: units of the target per unit of the price's currency. */
  readonly conversion?: { readonly fxRateId: string; readonly rate: string };
  /** Of a cost: what was agreed with the provider. */
  readonly discount?: { readonly planId: string; readonly percentage: string };
  readonly trial?: { readonly planId: string; readonly limit: string };
}

/** One try at one provider inside a call. */
export interface Attempt {
  readonly provider: string;
  readonly model: string;
  /** The credential; missing where there is none, and in what was written before. */
  readonly providerKeyId?: string;
  readonly outcome: 'answered' | 'failed' | 'refused' | 'timed_out' | 'aborted';
  readonly status?: number;
  readonly error?: string;
  /** What the provider bills for it; missing where nobody knows. */
  readonly cost?: { readonly amount: string; readonly currency: string };
  readonly startedAt: number;
  readonly latencyMs: number;
}

export type CallOutcome =
  | 'completed'
  /** The wallet ran out in mid-stream. */
  | 'cut_off'
  /** The caller hung up. */
  | 'abandoned'
  /** The provider's stream broke after its first byte. */
  | 'broken'
  | 'failed'
  /** Nobody came back to say how it ended. */
  | 'reaped';

export interface ChargeEntry {
  /** The same for every delivery of this entry. */
  readonly eventId: string;
  readonly call: DispatchedCall;
  readonly total: Amount;
  readonly cost: Amount;
  readonly costCurrency: string;
  /** An estimate is replaced by a later estimate (a higher revision) or by the final word; nothing replaces that. */
  readonly final: boolean;
  readonly revision: number;
  readonly usage: Usage;
  readonly chargeReceipt: Receipt;
  readonly costReceipt: Receipt;
  readonly outcome: CallOutcome;
  readonly attempts: readonly Attempt[];
  readonly endedAt: number;
  readonly firstByteMs?: number;
}
