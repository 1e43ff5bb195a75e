import type { Pool, PoolClient } from 'pg';
import { periodId } from '#core/limits/period.ts';
import { amount, amountMax } from '#core/money/amount.ts';
import type { SpentCounter, StoreWallet } from '#ports/fast-store.ts';
import type { Ledger } from '#ports/ledger.ts';
import { transaction } from '../pool.ts';

export function loadBooks(
  pool: Pool,
  nowMs: number,
  walletIds: readonly string[] | undefined,
): ReturnType<Ledger['load']> {
  return transaction(pool, async (client) => {
    await client.query('set transaction isolation level repeatable read, read only');
    return {
      wallets: await readWallets(client, walletIds),
      counters: await readCounters(client, nowMs, walletIds),
    };
  });
}

interface WalletColumns {
  readonly id: string;
  readonly balance: bigint;
  readonly credit_seq: bigint;
}

async function readWallets(
  client: PoolClient,
  walletIds: readonly string[] | undefined,
): Promise<readonly StoreWallet[]> {
  const { rows } = await client.query<WalletColumns>(
    `select id, balance, credit_seq from faregate.wallet ${walletIds ? 'where id = any($1::uuid[])' : ''}`,
    walletIds && [walletIds],
  );
  return rows.map((row) => ({ walletId: row.id, balance: amount(row.balance), creditSeq: row.credit_seq }));
}

interface CounterColumns {
  readonly scope: string;
  readonly period: string;
  readonly spent: bigint;
}

// The names of days, weeks and months differ in length, and those of one length sort by time.
const notEnded = `
  (period = 'total' or period >= (case length(period) when 10 then $1 when 8 then $2 else $3 end) collate "C")`;

// The keys that draw on the wallets, and the owners of those keys.
const touched = `
  scope in (
    select unnest(array[
      'key:' || key.id,
      'user:' || key.user_id,
      'organization:' || coalesce(key.organization_id, owner.organization_id)
    ])
    from faregate.virtual_key key left join faregate.user_profile owner on owner.id = key.user_id
    where key.wallet_id = any($4::uuid[])
  )`;

async function readCounters(
  client: PoolClient,
  nowMs: number,
  walletIds: readonly string[] | undefined,
): Promise<readonly SpentCounter[]> {
  const current = [periodId('day', nowMs), periodId('week', nowMs), periodId('month', nowMs)];
  const { rows } = await client.query<CounterColumns>(
    `select scope, period, spent from faregate.spend_counter
      where ${walletIds ? `${touched} and ${notEnded}` : notEnded}`,
    walletIds ? [...current, walletIds] : current,
  );
  // More than the largest amount is above every limit anyway.
  return rows.map((row) => ({ ...row, spent: amount(row.spent > amountMax ? amountMax : row.spent) }));
}
