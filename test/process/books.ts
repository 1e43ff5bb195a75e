// What the ledger says, read from its tables and not through the server.
import { Client } from 'pg';
import type { SocketConnection } from '#adapters/postgres/connection.ts';

/** One call as it stands: its register, and the word that counts. */
export interface BookedCall {
  readonly requestId: string;
  readonly walletId: string;
  readonly virtualKeyId: string;
  readonly total: bigint;
  readonly final: boolean;
  readonly outcome: string;
  readonly held: bigint;
  readonly completionTokens: number;
}

export interface BookedWallet {
  readonly walletId: string;
  readonly balance: bigint;
  readonly toppedUp: bigint;
  readonly charged: bigint;
}

export interface LedgerRead {
  readonly calls: readonly BookedCall[];
  readonly wallets: readonly BookedWallet[];
  /** The hashes of all events, wallet by wallet: equal only when nothing was added or changed. */
  readonly hashes: readonly string[];
}

const callsSql = `
  select register.request_id as "requestId", register.wallet_id as "walletId", word.virtual_key_id as "virtualKeyId",
    register.total, register.final, word.outcome, word.held,
    (word.usage ->> 'completion_tokens')::integer as "completionTokens"
  from faregate.request_charge register
  join lateral (
    select virtual_key_id, outcome, held, usage from faregate.usage_record
    where request_id = register.request_id and applied order by final desc, revision desc limit 1
  ) word on true
  order by register.started_at, register.request_id`;

const walletsSql = `
  select wallet.id as "walletId", wallet.balance,
    coalesce(sum(event.amount) filter (where event.kind = 'top_up'), 0) as "toppedUp",
    coalesce(-sum(event.amount) filter (where event.kind = 'charge'), 0) as charged
  from faregate.wallet left join faregate.billing_event event on event.wallet_id = wallet.id
  group by wallet.id order by wallet.id`;

const hashesSql = 'select hash from faregate.billing_event order by wallet_id, seq';

type Text<Row> = { readonly [Key in keyof Row]: Row[Key] extends bigint ? string : Row[Key] };

export async function readLedger(connection: SocketConnection): Promise<LedgerRead> {
  const client = new Client(connection);
  client.on('error', () => {});
  await client.connect();
  try {
    await client.query('begin isolation level repeatable read read only');
    const calls = await client.query<Text<BookedCall>>(callsSql);
    const wallets = await client.query<Text<BookedWallet>>(walletsSql);
    const hashes = await client.query<{ readonly hash: string }>(hashesSql);
    return {
      calls: calls.rows.map((row) => ({ ...row, total: BigInt(row.total), held: BigInt(row.held) })),
      wallets: wallets.rows.map(({ walletId, balance, toppedUp, charged }) => ({
        walletId,
        balance: BigInt(balance),
        toppedUp: BigInt(toppedUp),
        charged: BigInt(charged),
      })),
      hashes: hashes.rows.map(({ hash }) => hash),
    };
  } finally {
    await client.end();
  }
}
