// What must be true of the ledger once everything has come back, call by call.
import { expect } from 'vitest';
import type { SocketConnection } from '#adapters/postgres/connection.ts';
import { amount } from '#core/money/amount.ts';
import { currencyOf, formatAmount } from '#core/money/currency.ts';
import { creditsOf, eventually } from '#test/gateway/wire.ts';
import { auditBeside } from '#test/process/audit.ts';
import { type BookedCall, type LedgerRead, readLedger } from '#test/process/books.ts';
import type { TestKey } from '#test/process/server.ts';
import { type Called, priceOf } from './calls.ts';

const usd = currencyOf('usd');

/** What the books say while no call is under way; they hold together by the auditor's word. */
export async function soundBooks(connection: SocketConnection): Promise<LedgerRead> {
  const { findings, incomplete, counts } = await auditBeside(connection);
  expect({ findings, incomplete }).toEqual({ findings: [], incomplete: [] });
  const read = await readLedger(connection);
  expect(counts.registers).toBe(read.calls.length);
  return read;
}

/** The wallet has what came in less what was charged; the server at that address says the same, and holds nothing. */
export async function expectBalance(url: string, { key, walletId }: TestKey, read: LedgerRead): Promise<void> {
  const wallet = read.wallets.find((each) => each.walletId === walletId);
  const charged = read.calls.filter((each) => each.walletId === walletId).reduce((sum, { total }) => sum + total, 0n);
  expect(wallet).toMatchObject({ charged, balance: (wallet?.toppedUp ?? 0n) - charged });
  const balance = formatAmount(amount(wallet?.balance ?? 0n), usd);
  expect(await creditsOf(url, key)).toMatchObject({ balance, held: '0', available: balance });
}

export interface LoadAftermath {
  readonly url: string;
  readonly connection: SocketConnection;
  readonly payer: TestKey;
  readonly before: LedgerRead;
  readonly called: readonly Called[];
  readonly arrived: readonly string[];
}

/** Waits until the ledger has caught up with those who were told their price; the books as they are then. */
export async function expectAllCharged({ connection, before, called, ...rest }: LoadAftermath): Promise<LedgerRead> {
  const told = called.filter(({ ending }) => ending.kind === 'whole').length;
  const hasCaughtUp = () =>
    readLedger(connection).then(
      ({ calls }) => calls.length >= before.calls.length + told,
      () => false,
    );
  await eventually(hasCaughtUp, 50);
  const after = await soundBooks(connection);
  expectEachOnce({ called, booked: newIn(after, before), arrived: rest.arrived });
  await expectBalance(rest.url, rest.payer, after);
  return after;
}

/** The charges that came since; those before must be as they were. */
export function newIn(after: LedgerRead, before: LedgerRead): readonly BookedCall[] {
  const known = new Set(before.calls.map(({ requestId }) => requestId));
  expect(after.calls.filter(({ requestId }) => known.has(requestId))).toEqual(before.calls);
  const hashes = new Set(after.hashes);
  expect(before.hashes.filter((hash) => !hashes.has(hash))).toEqual([]);
  return after.calls.filter(({ requestId }) => !known.has(requestId));
}

export interface Aftermath {
  readonly called: readonly Called[];
  /** The charges that were not there before. */
  readonly booked: readonly BookedCall[];
  /** Tags that the provider outside has seen. */
  readonly arrived: readonly string[];
}

/** Every call has its one charge, and there is no charge without its call. */
export function expectEachOnce({ called, booked, arrived }: Aftermath): void {
  const seen = new Set(arrived);
  const charges = new Map(booked.map((charge) => [charge.requestId, charge]));
  expect(charges.size).toBe(booked.length);
  const lost: Called[] = [];
  for (const each of called) {
    if (each.ending.kind === 'nothing') lost.push(each);
    else expectCharge(each, charges);
    if (each.ending.kind !== 'nothing') charges.delete(each.ending.requestId);
  }
  for (const charge of booked) expect(charge.total, 'never more than was set aside').toBeLessThanOrEqual(charge.held);
  expectLost(lost, [...charges.values()], seen);
}

function expectCharge({ order, ending }: Called, charges: ReadonlyMap<string, BookedCall>): void {
  if (ending.kind === 'nothing') return;
  const charge = charges.get(ending.requestId);
  switch (ending.kind) {
    case 'whole':
      expect(ending.charge).toBe(priceOf(order.model, ending.usage));
      expect(charge, ending.requestId).toMatchObject({ total: ending.charge, final: true, virtualKeyId: order.keyId });
      return;
    case 'part':
      expect(charge, ending.requestId).toMatchObject({ virtualKeyId: order.keyId });
      return;
    case 'refused':
      expect(charge).toBeUndefined();
  }
}

// Of a call that broke before anything came, its caller does not even know the id; its key tells whose it was.
function expectLost(lost: readonly Called[], charges: readonly BookedCall[], seen: ReadonlySet<string>): void {
  const keyIds = new Set([...lost.map(({ order }) => order.keyId), ...charges.map(({ virtualKeyId }) => virtualKeyId)]);
  for (const keyId of keyIds) {
    const calls = lost.filter(({ order }) => order.keyId === keyId);
    const own = charges.filter(({ virtualKeyId }) => virtualKeyId === keyId);
    const came = calls.filter(({ order: { tag } }) => tag !== undefined && seen.has(tag));
    expect(own.length, 'a charge for every call that the provider has seen').toBeGreaterThanOrEqual(came.length);
    expect(own.length, 'no charge without its call').toBeLessThanOrEqual(calls.length);
    // Written down as about to leave, and never arrived as far as the provider knows: an estimate, and it says so.
    const untold = calls.some(({ order }) => order.tag === undefined);
    const estimates = own.filter(({ final, outcome }) => !final && outcome === 'reaped');
    if (!untold) expect(estimates.length).toBeGreaterThanOrEqual(own.length - came.length);
  }
}
