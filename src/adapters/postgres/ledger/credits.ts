// A wallet's credits in their order; an adjustment tells the calls that it is for.
import type { Pool } from 'pg';
import type { AdjustedCall } from '#core/ledger/adjustment.ts';
import { amount } from '#core/money/amount.ts';
import type { Credited } from '#ports/ledger.ts';

type AdjustedJson = Omit<AdjustedCall, 'before' | 'after'> & { readonly before: string; readonly after: string };

interface CreditColumns {
  readonly amount: bigint;
  readonly adjusted: readonly AdjustedJson[] | null;
}

const creditsText = `
  select credit.amount, line.adjusted
  from (
    select wallet_id, seq, kind, amount from faregate.billing_event
    where wallet_id = $1 and kind <> 'charge' order by seq offset $2
  ) credit
    left join lateral (
      select jsonb_agg(jsonb_build_object('requestId', a.request_id, 'final', u.final, 'revision', u.revision,
        'before', a.charge_before::text, 'after', a.charge_after::text, 'counters', r.counters) order by a.request_id) as adjusted
      from faregate.adjustment a
        join faregate.usage_record u on u.event_id = a.record_id
        join faregate.request_charge r on r.request_id = a.request_id
      where a.wallet_id = credit.wallet_id and a.seq = credit.seq
    ) line on credit.kind = 'adjustment'
  order by credit.seq`;

export async function readCredits(pool: Pool, walletId: string, after: bigint): Promise<readonly Credited[]> {
  const { rows } = await pool.query<CreditColumns>(creditsText, [walletId, after]);
  return rows.map(({ amount: credited, adjusted }, index) => ({
    creditSeq: after + BigInt(index) + 1n,
    amount: amount(credited),
    ...(adjusted === null ? {} : { adjusted: adjusted.map(callOf) }),
  }));
}

function callOf({ before, after, ...call }: AdjustedJson): AdjustedCall {
  return { ...call, before: amount(BigInt(before)), after: amount(BigInt(after)) };
}
