// Work that goes on at a provider after the request that began it: what must be known to hold, ask and settle it in any life.
import type { BatchOrder } from './batch.ts';
import type { JobKind } from './job-request.ts';
import type { SlotScope } from '../limits/limits.ts';
import { type Amount, amount } from '../money/amount.ts';
import type { CallFacts, Usage } from '../usage/usage.ts';
import type { Written } from '../ledger/entry-json.ts';
import type { DispatchedCall } from '../ledger/entry.ts';

/** What a later life sets aside again; the budgets are those of the call. */
export interface JobHold {
  readonly money: Amount;
  /** Free units that it may take, and what each costs if others get them first. */
  readonly free: readonly JobFreeUnits[];
  readonly slots: readonly SlotScope[];
}

export interface JobFreeUnits {
  readonly scope: string;
  readonly period: string;
  readonly limit: bigint;
  readonly price: Amount;
  readonly units: bigint;
}

/** The provider's final word. */
export interface JobEnd {
  readonly state: 'completed' | 'failed';
  readonly at: number;
  readonly usage: Usage;
  /** Nobody heard of it again: what was charged as an estimate stays. */
  readonly lost?: true;
  /** Why there is nothing, for the caller. */
  readonly message?: string;
  /** What leads to the file, in its adapter's words. */
  readonly result?: unknown;
}

export type WorkKind = JobKind | 'batch';

export interface MediaJob {
  readonly call: DispatchedCall;
  readonly hold: JobHold;
  readonly kind: WorkKind;
  readonly adapter: string;
  readonly providerKeyId?: string;
  readonly upstreamId: string;
  /** The model as the provider knows it. */
  readonly upstreamModel: string;
  /** What was asked for, as its caller reads it again. */
  readonly shown: Pick<CallFacts, 'size' | 'resolution' | 'quality' | 'duration' | 'audio'>;
  readonly remixedFrom?: string;
  /** Of a batch. */
  readonly batch?: BatchOrder;
  /** Until then its hold is kept. */
  readonly deadlineAt: number;
  readonly end?: JobEnd;
}

/** As JSON has it: amounts are decimal text. */
export type WrittenJob = Omit<MediaJob, 'call' | 'hold'> & {
  readonly call: Written<DispatchedCall>;
  readonly hold: Written<JobHold>;
};

export function writeJob({ call, hold, ...rest }: MediaJob): WrittenJob {
  return {
    ...rest,
    call: { ...call, held: call.held.toString() },
    hold: {
      slots: hold.slots,
      money: hold.money.toString(),
      free: hold.free.map(({ limit, price, units, ...counter }) => ({
        ...counter,
        limit: limit.toString(),
        price: price.toString(),
        units: units.toString(),
      })),
    },
  };
}

/** @throws SyntaxError or RangeError for what `writeJob` did not write. */
export function readJob({ call, hold, ...rest }: WrittenJob): MediaJob {
  return {
    ...rest,
    call: { ...call, held: amount(BigInt(call.held)) },
    hold: {
      slots: hold.slots,
      money: amount(BigInt(hold.money)),
      free: hold.free.map(({ limit, price, units, ...counter }) => ({
        ...counter,
        limit: BigInt(limit),
        price: amount(BigInt(price)),
        units: BigInt(units),
      })),
    },
  };
}
