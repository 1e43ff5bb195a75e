import type { Pool, PoolClient } from 'pg';
import type { Counter } from '#core/ledger/entry.ts';
import type { UnitsTaken } from '#core/ledger/unit-counter.ts';
import { periodId } from '#core/limits/period.ts';
import { amount, amountMax } from '#core/money/amount.ts';
import type { SpentCounter, StoreWallet } from '#ports/fast-store.ts';
import type { Ledger } from '#ports/ledger.ts';
import { transaction } from '../pool.ts';
import { rangesOf } from './units.ts';

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
      units: await readUnits(client, nowMs, walletIds),
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

// Calls that began in a period may settle after its end.
const unitsKeptMs = 2 * 86_400_000;

async function readUnits(
  client: PoolClient,
  nowMs: number,
  walletIds: readonly string[] | undefined,
): Promise<readonly UnitsTaken[]> {
  const keptMs = nowMs - unitsKeptMs;
  const current = [periodId('day', keptMs), periodId('week', keptMs), periodId('month', keptMs)];
  const ofWallets = `(split_part(scope, ':', 1) = 'provider' or split_part(scope, ':', 2) = any($4::text[]))`;
  const { rows } = await client.query<Counter & { readonly taken: string }>(
    `select scope, period, taken::text as taken from faregate.unit_counter
      where ${walletIds ? `${ofWallets} and ${notEnded}` : notEnded}`,
    walletIds ? [...current, walletIds] : current,
  );
  return rows.map(({ scope, period, taken }) => ({ scope, period, taken: rangesOf(taken) }));
}

export async function readUnitsTaken(pool: Pool, counters: readonly Counter[]): Promise<readonly UnitsTaken[]> {
  const { rows } = await pool.query<Counter & { readonly taken: string }>(
    `select scope, period, taken::text as taken from faregate.unit_counter
      join unnest($1::text[], $2::text[]) as asked (scope, period) using (scope, period)`,
    [counters.map(({ scope }) => scope), counters.map(({ period }) => period)],
  );
  return rows.map(({ scope, period, taken }) => ({ scope, period, taken: rangesOf(taken) }));
}

interface CounterColumns {
  readonly scope: string;
  readonly period: string;
  readonly spent: bigint;
}

// The names of days, weeks and months differ in length, and those of one length sort by time.
const notEnded = `
  (period = 'total' or period >= (case length(period) when 10 then $1 when 8 then $2 else $3 end) collate "C")`;

// The keys that draw on the wallets, and the owners of those keys. Config nodes are few, and have keys of many wallets.
const touched = `
  (split_part(scope, ':', 1) = 'node' or scope in (
    select unnest(array[
      'key:' || key.id,
      'user:' || key.user_id,
      'organization:' || coalesce(key.organization_id, owner.organization_id)
    ])
    from faregate.virtual_key key left join faregate.user_profile owner on owner.id = key.user_id
    where key.wallet_id = any($4::uuid[])
  ))`;

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
