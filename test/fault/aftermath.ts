// What must be true of the ledger once everything has come back, call by call. Not with the test runner's own words, since
// the soak runs without it.
import assert from 'node:assert/strict';
import type { SocketConnection } from '#adapters/postgres/connection.ts';
import { amount } from '#core/money/amount.ts';
import { currencyOf, formatAmount } from '#core/money/currency.ts';
import { creditsOf } from '#test/gateway/wire.ts';
import { auditBeside } from '#test/process/audit.ts';
import { type BookedCall, type LedgerRead, readLedger } from '#test/process/books.ts';
import { until } from '#test/postgres/owner-process.ts';
import type { TestKey } from '#test/process/server.ts';
import { type Called, priceOf } from './calls.ts';

const usd = currencyOf('usd');

/** What the books say while no call is under way; they hold together by the auditor's word. */
export async function soundBooks(connection: SocketConnection): Promise<LedgerRead> {
  const { findings, incomplete, counts } = await auditBeside(connection);
  assert.deepEqual({ findings, incomplete }, { findings: [], incomplete: [] });
  const read = await readLedger(connection);
  assert.equal(counts.registers, read.calls.length);
  return read;
}

/** The wallet has what came in less what was charged; the server at that address says the same, and holds nothing. */
export async function expectBalance(url: string, { key, walletId }: TestKey, read: LedgerRead): Promise<void> {
  const wallet = read.wallets.find((each) => each.walletId === walletId);
  assert.ok(wallet);
  const charged = read.calls.filter((each) => each.walletId === walletId).reduce((sum, { total }) => sum + total, 0n);
  assert.equal(wallet.charged, charged);
  assert.equal(wallet.balance, wallet.toppedUp - charged);
  const shown = formatAmount(amount(wallet.balance), usd);
  const { balance, held, available } = await creditsOf(url, key);
  assert.deepEqual({ balance, held, available }, { balance: shown, held: '0', available: shown });
}

export interface Aftermath {
  readonly url: string;
  readonly connection: SocketConnection;
  readonly payer: TestKey;
  readonly before: LedgerRead;
  readonly called: readonly Called[];
  /** Tags that the provider outside has seen. */
  readonly arrived: readonly string[];
}

const catchUpMsMax = 45_000;

/** Waits until the ledger has caught up with those who were told their price; the books as they are then. */
export async function expectAllCharged(aftermath: Aftermath): Promise<LedgerRead> {
  const { url, connection, payer, before, called, arrived } = aftermath;
  const told = called.flatMap(({ ending }) => (ending.kind === 'whole' ? [ending.requestId] : []));
  const hasCaughtUp = () =>
    readLedger(connection).then(
      ({ calls }) => new Set(told).isSubsetOf(new Set(calls.map(({ requestId }) => requestId))),
      () => false,
    );
  await until(hasCaughtUp, catchUpMsMax);
  const after = await soundBooks(connection);
  expectEachOnce(called, newIn(after, before), arrived);
  await expectBalance(url, payer, after);
  return after;
}

/** The charges that came since; those before must be as they were. */
export function newIn(after: LedgerRead, before: LedgerRead): readonly BookedCall[] {
  const known = new Set(before.calls.map(({ requestId }) => requestId));
  assert.deepEqual(
    after.calls.filter(({ requestId }) => known.has(requestId)),
    before.calls,
  );
  const hashes = new Set(after.hashes);
  assert.deepEqual(
    before.hashes.filter((hash) => !hashes.has(hash)),
    [],
  );
  return after.calls.filter(({ requestId }) => !known.has(requestId));
}

/** Every call has its one charge, and there is no charge without its call. */
function expectEachOnce(called: readonly Called[], booked: readonly BookedCall[], arrived: readonly string[]): void {
  const charges = new Map(booked.map((charge) => [charge.requestId, charge]));
  assert.equal(charges.size, booked.length);
  for (const { requestId, total, held } of booked) assert.ok(total <= held, `${requestId}: ${total} > ${held}`);
  const lost: Called[] = [];
  for (const each of called) {
    if (each.ending.kind === 'nothing') {
      lost.push(each);
      continue;
    }
    expectCharge(each, charges.get(each.ending.requestId));
    charges.delete(each.ending.requestId);
  }
  expectLost(lost, [...charges.values()], new Set(arrived));
}

function expectCharge({ order, ending }: Called, charge: BookedCall | undefined): void {
  switch (ending.kind) {
    case 'whole':
      assert.equal(ending.charge, priceOf(order.model, ending.usage));
      assert.ok(charge, `${ending.requestId} was answered, and there is no charge`);
      assert.deepEqual([charge.total, charge.final, charge.virtualKeyId], [ending.charge, true, order.keyId]);
      return;
    case 'part':
      assert.equal(charge?.virtualKeyId, order.keyId, `${ending.requestId} was answered in part`);
      return;
    case 'refused':
      assert.equal(charge, undefined);
      return;
    case 'nothing':
  }
}

// Of a call that broke before anything came, its caller does not even know the id; its key tells whose it was.
function expectLost(lost: readonly Called[], charges: readonly BookedCall[], seen: ReadonlySet<string>): void {
  const keyIds = new Set([...lost.map(({ order }) => order.keyId), ...charges.map(({ virtualKeyId }) => virtualKeyId)]);
  for (const keyId of keyIds) {
    const calls = lost.filter(({ order }) => order.keyId === keyId);
    const own = charges.filter(({ virtualKeyId }) => virtualKeyId === keyId);
    const came = calls.filter(({ order: { tag } }) => tag !== undefined && seen.has(tag));
    const about = `${keyId}: ${calls.length} lost, ${came.length} of them seen, ${own.length} charged`;
    assert.ok(own.length >= came.length, `a call that the provider has seen was not charged: ${about}`);
    assert.ok(own.length <= calls.length, `a charge without its call: ${about}`);
    // Written down as about to leave, and never arrived as far as the provider knows: an estimate, and it says so.
    const estimates = own.filter(({ final, outcome }) => !final && outcome === 'reaped');
    const told = calls.every(({ order }) => order.tag !== undefined);
    if (told) assert.ok(estimates.length >= own.length - came.length, `charged and never seen: ${about}`);
  }
}
