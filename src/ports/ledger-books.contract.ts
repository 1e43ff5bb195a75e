// One wallet's part of the books, and what must hold of it whatever was delivered.
import { expect } from 'vitest';
import { chargeDifference, costsOf } from '#core/ledger/adjustment.ts';
import type {
  AdjustmentRow,
  ChargeRow,
  CounterRow,
  RegisterRow,
  UsageRow,
  WalletRow,
} from '#core/ledger/audit-rows.ts';
import { type BillingEvent, canonicalText } from '#core/ledger/event.ts';
import type { Posting } from '#core/ledger/posting.ts';
import type { Books } from './books.ts';
import type { Payer } from './ledger-entries.contract.ts';

export interface WalletBooks {
  readonly wallet: WalletRow | undefined;
  readonly events: readonly BillingEvent[];
  readonly postings: readonly Posting[];
  readonly charges: readonly ChargeRow[];
  readonly registers: readonly RegisterRow[];
  readonly usageRecords: readonly UsageRow[];
  readonly counters: readonly CounterRow[];
  readonly adjustments: readonly AdjustmentRow[];
}

export async function walletBooks(books: Books, payer: Payer): Promise<WalletBooks> {
  const { walletId, virtualKeyId, userId } = payer;
  const ofWallet = (row: { readonly walletId: string }) => row.walletId === walletId;
  const scopes = new Set([`key:${virtualKeyId}`, `user:${userId}`]);
  return books.view(async (view) => ({
    wallet: (await listed(view.wallets(), ofWallet))[0],
    events: await listed(view.events(), ofWallet),
    postings: await listed(view.postings(), ofWallet),
    charges: await listed(view.charges(), ofWallet),
    registers: await listed(view.registers(), ofWallet),
    usageRecords: await listed(view.usageRecords(), ofWallet),
    counters: await listed(view.counters(), (row) => scopes.has(row.scope)),
    adjustments: await listed(view.adjustments(), ofWallet),
  }));
}

async function listed<Row>(rows: AsyncIterable<Row>, wanted: (row: Row) => boolean): Promise<readonly Row[]> {
  const kept: Row[] = [];
  for await (const row of rows) if (wanted(row)) kept.push(row);
  return kept;
}

/** Gapless, chained, balanced, and every sum equal to what it sums. */
export async function expectSound(found: WalletBooks): Promise<void> {
  let balance = 0n;
  let prevHash = '';
  for (const [index, event] of found.events.entries()) {
    expect(event).toMatchObject({ seq: BigInt(index + 1), balanceBefore: balance, prevHash });
    expect(event.balanceAfter).toBe(balance + event.amount);
    expect(event.hash).toBe(await sha256(canonicalText(event)));
    balance = event.balanceAfter;
    prevHash = event.hash;
  }
  expect(found.wallet).toMatchObject({ balance, seq: BigInt(found.events.length), hash: prevHash });
  for (const legs of Map.groupBy(found.postings, (leg) => `${leg.seq} ${leg.currency}`).values()) {
    expect(sumOf(legs, (leg) => leg.amount)).toBe(0n);
  }
  for (const register of found.registers) {
    const charges = found.charges.filter((charge) => charge.requestId === register.requestId);
    const lines = found.adjustments.filter((line) => line.requestId === register.requestId);
    expect(sumOf(charges, (charge) => -charge.amount) + sumOf(lines, chargeDifference)).toBe(register.total);
    const costs = [...charges.flatMap((charge) => charge.costs), ...costsOf(lines)];
    const owed = costs.filter((cost) => cost.provider === register.provider && cost.currency === register.costCurrency);
    expect(sumOf(owed, (cost) => cost.amount)).toBe(register.cost);
    expect(sumOf(costs, (cost) => cost.amount)).toBe(register.cost);
  }
  for (const counter of found.counters) {
    const pinned = found.registers.filter(({ counters }) =>
      counters.some((each) => each.scope === counter.scope && each.period === counter.period),
    );
    expect(sumOf(pinned, (register) => register.total)).toBe(counter.spent);
  }
}

function sumOf<Row>(rows: readonly Row[], valueOf: (row: Row) => bigint): bigint {
  return rows.reduce((sum, row) => sum + valueOf(row), 0n);
}

async function sha256(text: string): Promise<string> {
  return Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(text))).toString('hex');
}
