// A period rated again: one event for a wallet's calls, a line for each, which says what the call comes to now.
import { type Amount, add, negate, subtract, zero } from '../money/amount.ts';
import type { Receipt } from '../pricing/receipt.ts';
import type { RegisterRow } from './audit-rows.ts';
import type { Counter, PricePins } from './entry.ts';
import { appendEvent, type BillingEvent, type Digest, type WalletHead } from './event.ts';
import { type CostDifference, type Posting, postingsOf } from './posting.ts';
import { costDifferences } from './register.ts';

/** What a call comes to. */
export interface Rated {
  readonly total: Amount;
  readonly cost: Amount;
  readonly costCurrency: string;
  readonly chargeReceipt: Receipt;
  readonly costReceipt: Receipt;
}

export interface AdjustmentLine {
  readonly requestId: string;
  /** The usage record that was rated again: the last word on the call. */
  readonly recordId: string;
  readonly provider: string;
  readonly before: Rated;
  readonly after: Rated;
  /** By which `after` was rated. */
  readonly pins: PricePins;
}

/** Of one wallet. */
export interface Adjustment {
  readonly eventId: string;
  /** Once for each call of one re-rating. */
  readonly rerateId: string;
  readonly walletId: string;
  readonly reason: string;
  readonly author: string;
  /** Milliseconds since 1970. */
  readonly occurredAt: number;
  readonly lines: readonly AdjustmentLine[];
}

/** What became of one call's charge, for whoever counts it too. */
export interface AdjustedCall {
  readonly requestId: string;
  /** Of the word that was rated again. */
  readonly final: boolean;
  readonly revision: number;
  readonly before: Amount;
  readonly after: Amount;
  readonly counters: readonly Counter[];
}

/** What the ledger holds, read under the wallet's lock. */
export interface AdjustedBooks {
  readonly head: WalletHead;
  readonly registers: Pick<ReadonlyMap<string, RegisterRow>, 'get'>;
  /** By request: the usage record that its register stands on. */
  readonly records: Pick<ReadonlyMap<string, string>, 'get'>;
  /** Calls that this re-rating has adjusted before. */
  readonly known: Pick<ReadonlySet<string>, 'has'>;
}

export interface AdjustmentChange {
  readonly event: BillingEvent;
  readonly postings: readonly Posting[];
  readonly head: WalletHead;
  readonly lines: readonly AdjustmentLine[];
  readonly spent: readonly { readonly counter: Counter; readonly amount: Amount }[];
}

export interface AdjustmentBooked {
  /** `undefined` when no line was left. */
  readonly change: AdjustmentChange | undefined;
  /** Calls on which another word was said meanwhile: they have to be rated anew. */
  readonly stale: readonly string[];
}

export function bookAdjustment(before: AdjustedBooks, adjustment: Adjustment, digest: Digest): AdjustmentBooked {
  const fresh = adjustment.lines.filter(({ requestId }) => !before.known.has(requestId));
  const lines = fresh.filter((line) => stillSo(before, line, adjustment.walletId));
  const stale = fresh.filter((line) => !lines.includes(line)).map(({ requestId }) => requestId);
  if (lines.length === 0) return { change: undefined, stale };
  const { eventId, rerateId, reason, occurredAt } = adjustment;
  const amount = negate(add(...lines.map(chargeDifference)));
  const change = { eventId, kind: 'adjustment', amount, reference: rerateId, description: reason, occurredAt } as const;
  const { event, head } = appendEvent(before.head, change, digest);
  const postings = postingsOf(event, costsOf(lines));
  return { change: { event, postings, head, lines, spent: spentBy(lines, before.registers) }, stale };
}

// Another word may come to the same sums, and say that something else was consumed.
function stillSo({ registers, records }: AdjustedBooks, line: AdjustmentLine, walletId: string): boolean {
  const { requestId, recordId, before } = line;
  const register = registers.get(requestId);
  return (
    register?.walletId === walletId &&
    records.get(requestId) === recordId &&
    register.total === before.total &&
    register.cost === before.cost &&
    register.costCurrency === before.costCurrency
  );
}

export function chargeDifference({ before, after }: Pick<AdjustmentLine, 'before' | 'after'>): Amount {
  return subtract(after.total, before.total);
}

type Owed = Pick<AdjustmentLine, 'provider'> & {
  readonly before: Pick<Rated, 'cost' | 'costCurrency'>;
  readonly after: Pick<Rated, 'cost' | 'costCurrency'>;
};

/** What the lines change of what is owed, in one sum for each provider and currency. */
export function costsOf(lines: readonly Owed[]): readonly CostDifference[] {
  const sums = new Map<string, CostDifference>();
  for (const { provider, before, after } of lines) {
    for (const cost of costDifferences({ provider, ...before }, { provider, ...after })) {
      const key = `${cost.provider} ${cost.currency}`;
      sums.set(key, { ...cost, amount: add(sums.get(key)?.amount ?? zero, cost.amount) });
    }
  }
  return [...sums.values()];
}

function spentBy(lines: readonly AdjustmentLine[], registers: AdjustedBooks['registers']): AdjustmentChange['spent'] {
  const spent = new Map<string, { counter: Counter; amount: Amount }>();
  for (const line of lines) {
    for (const { scope, period } of registers.get(line.requestId)?.counters ?? []) {
      const key = `${scope} ${period}`;
      const moved = add(spent.get(key)?.amount ?? zero, chargeDifference(line));
      spent.set(key, { counter: { scope, period }, amount: moved });
    }
  }
  return [...spent.values()];
}
