// The truth: every deed is one transaction under the locks of the wallets it moves.
import type { Pool } from 'pg';
import type { WalletHead } from '#core/ledger/event.ts';
import { amount } from '#core/money/amount.ts';
import type { Clock } from '#ports/clock.ts';
import { type Ledger, LedgerAway } from '#ports/ledger.ts';
import { bookAdjusted } from './ledger/adjust.ts';
import { readCredits } from './ledger/credits.ts';
import { closeGateway, openGateway } from './ledger/gateway.ts';
import { loadBooks, readUnitsTaken } from './ledger/load.ts';
import { bookTopUp } from './ledger/top-up.ts';
import { writeEntries } from './ledger/write.ts';
import { isTransient } from './pool.ts';

/** The clock only says which budgets' periods have ended. */
export function postgresLedger(pool: Pool, clock: Pick<Clock, 'now'> = { now: Date.now }): Ledger {
  return {
    write: (entries) => reached(writeEntries(pool, entries)),
    topUp: (topUp) => reached(bookTopUp(pool, topUp)),
    adjust: (adjustment) => reached(bookAdjusted(pool, adjustment)),
    load: (walletIds) => reached(loadBooks(pool, clock.now(), walletIds)),
    unitsTaken: (counters) => reached(readUnitsTaken(pool, counters)),
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
