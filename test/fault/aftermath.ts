// What must be true of the ledger once a server has been killed and started again, call by call.
import { expect } from 'vitest';
import { amount } from '#core/money/amount.ts';
import { currencyOf, formatAmount } from '#core/money/currency.ts';
import { creditsOf } from '#test/gateway/wire.ts';
import { auditBeside } from '#test/process/audit.ts';
import { type BookedCall, type LedgerRead, readLedger } from '#test/process/books.ts';
import { connectionTo } from '#test/process/cluster.ts';
import type { TestKey, TestServer } from '#test/process/server.ts';
import { type Called, priceOf } from './calls.ts';

const usd = currencyOf('usd');

/** What the books of a server at rest say; they hold together by the auditor's word. */
export async function soundBooks(server: TestServer): Promise<LedgerRead> {
  const connection = await connectionTo(server.dataDirectory);
  const { findings, incomplete, counts } = await auditBeside(connection);
  expect({ findings, incomplete }).toEqual({ findings: [], incomplete: [] });
  const read = await readLedger(connection);
  expect(counts).toMatchObject({ registers: read.calls.length });
  return read;
}

/** Of every wallet: what came in, less what was charged; and the server says the same, with nothing held. */
export async function expectBalance(server: TestServer, { key, walletId }: TestKey, read: LedgerRead): Promise<void> {
  const wallet = read.wallets.find((each) => each.walletId === walletId);
  const charged = read.calls.filter((each) => each.walletId === walletId).reduce((sum, { total }) => sum + total, 0n);
  expect(wallet).toMatchObject({ charged, balance: (wallet?.toppedUp ?? 0n) - charged });
  const balance = formatAmount(amount(wallet?.balance ?? 0n), usd);
  expect(await creditsOf(server.url, key)).toMatchObject({ balance, held: '0', available: balance });
}

export interface Aftermath {
  readonly called: readonly Called[];
  /** The charges that were not there before. */
  readonly booked: readonly BookedCall[];
  /** Tags that the provider outside has seen. */
  readonly arrived: readonly string[];
}

/** Each call was made with a key of its own, so that its charge is known whoever has told its id. */
export function expectEachOnce({ called, booked, arrived }: Aftermath): void {
  for (const { order, ending } of called) {
    const charges = booked.filter((each) => each.virtualKeyId === order.keyId);
    const came = order.tag !== undefined && arrived.includes(order.tag);
    expect(charges.length, `${JSON.stringify(order)} ended ${ending.kind}`).toBeLessThanOrEqual(1);
    const [charge] = charges;
    if (came) expect(charge, `the provider answered ${JSON.stringify(order)}`).toBeDefined();
    if (charge) expect(charge.total, 'never more than was set aside').toBeLessThanOrEqual(charge.held);
    switch (ending.kind) {
      case 'whole':
        expect(ending.charge).toBe(priceOf(order.model, ending.usage));
        expect(charge).toMatchObject({ requestId: ending.requestId, total: ending.charge, final: true });
        break;
      case 'part':
        expect(charge).toMatchObject({ requestId: ending.requestId });
        break;
      case 'refused':
        expect(charge).toBeUndefined();
        break;
      case 'nothing':
        // Written down as about to leave, and nobody can know how far it came: that is an estimate, and says so.
        if (order.tag !== undefined && !came && charge) expect(charge).toMatchObject({ final: false, outcome: 'reaped' });
        break;
    }
  }
  expect(booked.every((each) => called.some(({ order }) => order.keyId === each.virtualKeyId))).toBe(true);
}
