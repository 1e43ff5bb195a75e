// A wallet's events: gapless, each beginning where the last one ended, hashed into a chain that ends at the wallet.
import { type Finding, findings } from './audit.ts';
import type { WalletRow } from './audit-rows.ts';
import { type BillingEvent, canonicalText, type Digest } from './event.ts';
import { type Posting, postingsOf } from './posting.ts';

/** Where the chain has come to. */
export interface ChainEnd {
  readonly seq: bigint;
  readonly balance: bigint;
  readonly hash: string;
  readonly credits: bigint;
}

export const chainStart: ChainEnd = { seq: 0n, balance: 0n, hash: '', credits: 0n };

/** Goes on from what the event says, right or wrong, so that one break is one finding. */
export function chainEndAfter(end: ChainEnd, { seq, balanceAfter, hash, kind }: BillingEvent): ChainEnd {
  return { seq, balance: balanceAfter, hash, credits: end.credits + (kind === 'charge' ? 0n : 1n) };
}

export function auditEvent(end: ChainEnd, event: BillingEvent, digest: Digest): readonly Finding[] {
  const { seq, balanceBefore, balanceAfter, amount, prevHash, hash } = event;
  return findings(
    eventSubject(event),
    [seq !== end.seq + 1n, 'seq', `It follows ${end.seq}.`],
    [
      balanceBefore !== end.balance,
      'balance-chain',
      `It begins at ${balanceBefore}, and the event before it ended at ${end.balance}.`,
    ],
    [
      balanceAfter !== balanceBefore + amount,
      'balance-chain',
      `${balanceBefore} and ${amount} are not ${balanceAfter}.`,
    ],
    [prevHash !== end.hash, 'hash-chain', 'It does not name the hash of the event before it.'],
    [digest(canonicalText(event)) !== hash, 'hash-chain', 'Its hash is not that of what it says.'],
  );
}

export function auditHead(wallet: WalletRow, end: ChainEnd): readonly Finding[] {
  const { walletId, seq, balance, hash, creditSeq } = wallet;
  return findings(
    `wallet ${walletId}`,
    [seq !== end.seq, 'head', `It says that its last event is ${seq}, which is ${end.seq}.`],
    [balance !== end.balance, 'head', `It says ${balance}, and its last event ${end.balance}.`],
    [hash !== end.hash, 'head', 'Its hash is not that of its last event.'],
    [creditSeq !== end.credits, 'head', `It counts ${creditSeq} credits, and its events are ${end.credits}.`],
  );
}

/** The wallet's own leg and its counterpart are as the event says, and in every currency the legs add up to zero. */
export function auditPostings(event: BillingEvent, legs: readonly Posting[]): readonly Finding[] {
  const subject = eventSubject(event);
  const sums = new Map<string, bigint>();
  for (const { currency, amount } of legs) sums.set(currency, (sums.get(currency) ?? 0n) + amount);
  const unbalanced = [...sums].filter(([, sum]) => sum !== 0n);
  const missing = postingsOf(event).filter(
    (expected) =>
      !legs.some(
        ({ leg, account, currency, amount }) =>
          leg === expected.leg &&
          account === expected.account &&
          currency === expected.currency &&
          amount === expected.amount,
      ),
  );
  return [
    ...unbalanced.flatMap(([currency, sum]) =>
      findings(subject, [true, 'postings', `Its legs in ${currency} add up to ${sum}.`]),
    ),
    ...missing.flatMap(({ account, amount }) =>
      findings(subject, [true, 'postings', `It has no leg of ${amount} for ${account}.`]),
    ),
  ];
}

export function eventSubject({ walletId, seq }: { readonly walletId: string; readonly seq: bigint }): string {
  return `wallet ${walletId} seq ${seq}`;
}
