// The truth: every deed is one transaction under the locks of the wallets it moves.
import type { Pool } from 'pg';
import type { WalletHead } from '#core/ledger/event.ts';
import { amount } from '#core/money/amount.ts';
import type { Clock } from '#ports/clock.ts';
import { type Credited, type Ledger, LedgerAway } from '#ports/ledger.ts';
import { closeGateway, openGateway } from './ledger/gateway.ts';
import { loadBooks } from './ledger/load.ts';
import { bookTopUp } from './ledger/top-up.ts';
import { writeEntries } from './ledger/write.ts';
import { isTransient } from './pool.ts';

/** The clock only says which budgets' periods have ended. */
export function postgresLedger(pool: Pool, clock: Pick<Clock, 'now'> = { now: Date.now }): Ledger {
  return {
    write: (entries) => reached(writeEntries(pool, entries)),
    topUp: (topUp) => reached(bookTopUp(pool, topUp)),
    load: (walletIds) => reached(loadBooks(pool, clock.now(), walletIds)),
    creditsAfter: (walletId, creditSeq) => reached(readCredits(pool, walletId, creditSeq)),
    openGateway: (gatewayId, startedAt) => reached(openGateway(pool, gatewayId, startedAt)),
    closeGateway: (gatewayId, lastDispatchNo) => reached(closeGateway(pool, gatewayId, lastDispatchNo)),
    head: (walletId) => reached(readHead(pool, walletId)),
  };
}

async function reached<Result>(deed: Promise<Result>): Promise<Result> {
  try {
    return await deed;
  } catch (error) {
    throw isTransient(error) ? new LedgerAway(error) : error;
  }
}

type HeadColumns = Omit<WalletHead, 'walletId' | 'balance'> & { readonly balance: bigint };

async function readHead(pool: Pool, walletId: string): Promise<WalletHead | undefined> {
  const { rows } = await pool.query<HeadColumns>(
    'select currency, balance, seq, hash from faregate.wallet where id = $1',
    [walletId],
  );
  const row = rows[0];
  return row && { walletId, ...row, balance: amount(row.balance) };
}

async function readCredits(pool: Pool, walletId: string, after: bigint): Promise<readonly Credited[]> {
  const { rows } = await pool.query<{ readonly amount: bigint }>(
    "select amount from faregate.billing_event where wallet_id = $1 and kind <> 'charge' order by seq offset $2",
    [walletId, after],
  );
  return rows.map((row, index) => ({ creditSeq: after + BigInt(index) + 1n, amount: amount(row.amount) }));
}
