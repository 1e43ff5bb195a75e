// One change of a wallet, and the chain that every wallet's changes form.
import { type Amount, add } from '../money/amount.ts';

export type BillingEventKind = 'charge' | 'top_up' | 'refund' | 'adjustment';

export interface WalletHead {
  readonly walletId: string;
  readonly currency: string;
  readonly balance: Amount;
  readonly seq: bigint;
  /** Of the last event; empty before the first. */
  readonly hash: string;
}

/** What is to happen to a wallet. */
export interface Change {
  readonly eventId: string;
  readonly kind: BillingEventKind;
  readonly amount: Amount;
  readonly requestId?: string;
  readonly reference?: string;
  readonly description?: string;
  /** Milliseconds since 1970. */
  readonly occurredAt: number;
}

export interface BillingEvent extends Change {
  readonly walletId: string;
  readonly currency: string;
  readonly seq: bigint;
  readonly balanceBefore: Amount;
  readonly balanceAfter: Amount;
  readonly prevHash: string;
  readonly hash: string;
}

/** SHA-256 as hexadecimal text; given, because core imports nothing. */
export type Digest = (text: string) => string;

export function appendEvent(
  head: WalletHead,
  change: Change,
  digest: Digest,
): { readonly event: BillingEvent; readonly head: WalletHead } {
  const linked = {
    ...change,
    // The hash must hold for what is read back, and what keeps it may keep no finer time.
    occurredAt: Math.trunc(change.occurredAt),
    walletId: head.walletId,
    currency: head.currency,
    seq: head.seq + 1n,
    balanceBefore: head.balance,
    balanceAfter: add(head.balance, change.amount),
    prevHash: head.hash,
  };
  const event = { ...linked, hash: digest(canonicalText(linked)) };
  return { event, head: { ...head, balance: event.balanceAfter, seq: event.seq, hash: event.hash } };
}

/** What the hash covers: amounts, order and references, no free text and nothing about a person. */
export function canonicalText(event: Omit<BillingEvent, 'hash'>): string {
  return JSON.stringify([
    event.prevHash,
    event.walletId,
    event.seq.toString(),
    event.eventId,
    event.kind,
    event.requestId ?? null,
    event.currency,
    event.amount.toString(),
    event.balanceBefore.toString(),
    event.balanceAfter.toString(),
    event.occurredAt,
  ]);
}
