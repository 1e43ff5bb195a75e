import type { Pool, PoolClient } from 'pg';
import { appendEvent } from '#core/ledger/event.ts';
import { postingsOf } from '#core/ledger/posting.ts';
import { amount } from '#core/money/amount.ts';
import type { TopUp, TopUpOutcome } from '#ports/ledger.ts';
import { insertEvents, moveHeads } from './insert.ts';
import { ledgerTransaction } from './once.ts';
import { type LockedWallet, lockHeads } from './read-before.ts';
import { sha256 } from './write.ts';

export function bookTopUp(pool: Pool, topUp: TopUp): Promise<TopUpOutcome> {
  return ledgerTransaction(pool, async (client): Promise<TopUpOutcome> => {
    const wallet = (await lockHeads(client, [topUp.walletId])).get(topUp.walletId);
    if (!wallet) return { kind: 'unknown-wallet' };
    if (wallet.currency !== topUp.currency) return { kind: 'currency-mismatch', walletCurrency: wallet.currency };
    const earlier = await findTopUp(client, topUp);
    if (!earlier) return credit(client, wallet, topUp);
    if (earlier.wallet_id !== topUp.walletId || earlier.amount !== topUp.amount) return { kind: 'conflict' };
    const { balance, creditSeq } = wallet;
    return { kind: 'repeated', balance, creditSeq, topUpId: earlier.id, amount: amount(earlier.amount) };
  });
}

async function credit(client: PoolClient, wallet: LockedWallet, topUp: TopUp): Promise<TopUpOutcome> {
  const { topUpId, eventId, walletId, currency, source, reference, note, author, occurredAt } = topUp;
  const change = { eventId, kind: 'top_up', amount: topUp.amount, reference, occurredAt } as const;
  const { event, head } = appendEvent(wallet, change, sha256);
  await insertEvents(client, [event], postingsOf(event));
  await client.query({
    name: 'ledger-top-up',
    text: `insert into faregate.top_up (id, wallet_id, amount, currency, source, reference, event_id, note, author)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    values: [topUpId, walletId, topUp.amount.toString(), currency, source, reference, eventId, note ?? null, author],
  });
  await moveHeads(client, [head]);
  await client.query({
    name: 'ledger-count-credit',
    text: 'update faregate.wallet set credit_seq = credit_seq + 1 where id = $1',
    values: [walletId],
  });
  return {
    kind: 'credited',
    balance: head.balance,
    creditSeq: wallet.creditSeq + 1n,
    topUpId,
    amount: topUp.amount,
  };
}

interface Earlier {
  readonly id: string;
  readonly wallet_id: string;
  readonly amount: bigint;
}

async function findTopUp(client: PoolClient, { source, reference }: TopUp): Promise<Earlier | undefined> {
  const { rows } = await client.query<Earlier>({
    name: 'ledger-find-top-up',
    text: 'select id, wallet_id, amount from faregate.top_up where source = $1 and reference = $2',
    values: [source, reference],
  });
  return rows[0];
}
