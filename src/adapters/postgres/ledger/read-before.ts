// What the ledger holds of a batch's wallets and requests, read under the wallets' locks.
import type { PoolClient } from 'pg';
import type { BooksBefore } from '#core/ledger/book.ts';
import type { ChargeEntry } from '#core/ledger/entry.ts';
import type { WalletHead } from '#core/ledger/event.ts';
import { amount } from '#core/money/amount.ts';
import { type ChargedColumns, chargedColumns, chargeOf } from './register-columns.ts';
import { givenFromJson } from './units.ts';

export async function readBefore(client: PoolClient, entries: readonly ChargeEntry[]): Promise<BooksBefore> {
  const heads = await lockHeads(client, unique(entries.map((entry) => entry.call.walletId)));
  const knownEvents = await readKnownEvents(client, unique(entries.map((entry) => entry.eventId)));
  const news = entries.filter((entry) => !knownEvents.has(entry.eventId));
  const read = await readRegisters(client, unique(news.map((entry) => entry.call.requestId)));
  return { heads, knownEvents, ...read };
}

interface HeadColumns {
  readonly id: string;
  readonly currency: string;
  readonly balance: bigint;
  readonly seq: bigint;
  readonly hash: string;
  readonly credit_seq: bigint;
}

export interface LockedWallet extends WalletHead {
  readonly creditSeq: bigint;
}

/**
 * Locks in the order of the ids, so that two writers never wait for each other. A statement of its own: what is read
 * after it, in read committed, is what the writer before us has committed.
 */
export async function lockHeads(
  client: PoolClient,
  ids: readonly string[],
): Promise<ReadonlyMap<string, LockedWallet>> {
  // Not `for update`: that would also hold up whoever inserts a row that refers to the wallet, such as a new key.
  const { rows } = await client.query<HeadColumns>({
    name: 'ledger-lock',
    text: `select id, currency, balance, seq, hash, credit_seq from faregate.wallet
      where id = any($1::uuid[]) order by id for no key update`,
    values: [ids],
  });
  return new Map(
    rows.map(({ id, currency, balance, seq, hash, credit_seq }) => [
      id,
      { walletId: id, currency, balance: amount(balance), seq, hash, creditSeq: credit_seq },
    ]),
  );
}

// Both tables are asked: a usage record also stands for an entry that changed nothing, and an event can never be missed.
async function readKnownEvents(client: PoolClient, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const { rows } = await client.query<{ readonly event_id: string }>({
    name: 'ledger-known-events',
    text: `select event_id from faregate.usage_record where event_id = any($1::uuid[])
      union all select event_id from faregate.billing_event where event_id = any($1::uuid[])`,
    values: [ids],
  });
  return new Set(rows.map((row) => row.event_id));
}

async function readRegisters(
  client: PoolClient,
  requestIds: readonly string[],
): Promise<Pick<BooksBefore, 'registers' | 'given'>> {
  if (requestIds.length === 0) return { registers: new Map(), given: new Map() };
  const { rows } = await client.query<ChargedColumns & { readonly request_id: string }>({
    name: 'ledger-registers-before',
    text: `select request_id, ${chargedColumns} from faregate.request_charge register
      where request_id = any($1::uuid[])`,
    values: [requestIds],
  });
  const registers = new Map(rows.map((row) => [row.request_id, chargeOf(row)]));
  return { registers, given: new Map(rows.map((row) => [row.request_id, givenFromJson(row.given)])) };
}

function unique(ids: readonly string[]): readonly string[] {
  return [...new Set(ids)];
}
