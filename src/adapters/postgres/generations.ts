// Reads what became of a call from its usage records.
import type { Pool } from 'pg';
import { amount } from '#core/money/amount.ts';
import { currencyOf, formatAmount } from '#core/money/currency.ts';
import type { ReceiptJson } from '#core/pricing/receipt.ts';
import type { Usage } from '#core/usage/usage.ts';
import type { Generations } from '#ports/generations.ts';

interface Row {
  readonly request_id: string;
  readonly wallet_id: string;
  readonly name: string;
  readonly provider: string;
  readonly model: string;
  readonly streamed: boolean;
  readonly outcome: string;
  readonly final: boolean;
  readonly usage: Usage;
  readonly charge_receipt: ReceiptJson;
  readonly cost_receipt: ReceiptJson;
  readonly charge_total: string;
  readonly charge_currency: string;
  readonly cost_total: string;
  readonly cost_currency: string;
  readonly started_at: Date;
  readonly latency_ms: bigint;
  readonly first_byte_ms: bigint | null;
  readonly attempts: readonly unknown[];
}

// The word that counts: the final one, else the latest estimate. Where it was rated again, what it came to then.
const newest = `
  select word.request_id, word.wallet_id, name, word.provider, model, streamed, outcome, final, usage,
    coalesce(last.charge_receipt_after, charge_receipt) as charge_receipt,
    coalesce(last.cost_receipt_after, cost_receipt) as cost_receipt,
    coalesce(last.charge_after, charge_total)::text as charge_total, charge_currency,
    coalesce(last.cost_after, cost_total)::text as cost_total,
    coalesce(last.cost_after_currency, cost_currency) as cost_currency,
    started_at, latency_ms, first_byte_ms, attempts
  from faregate.usage_record word
    left join lateral (
      select * from faregate.adjustment where request_id = $1 and record_id = word.event_id order by seq desc limit 1
    ) last on true
  where word.request_id = $1 and applied
  order by final desc, revision desc limit 1`;

export function postgresGenerations(pool: Pool): Generations {
  return {
    async find(requestId) {
      const { rows } = await pool.query<Row>({ name: 'generation', text: newest, values: [requestId] });
      const [row] = rows;
      if (!row) return undefined;
      return {
        requestId: row.request_id,
        walletId: row.wallet_id,
        name: row.name,
        provider: row.provider,
        model: row.model,
        streamed: row.streamed,
        outcome: row.outcome,
        final: row.final,
        usage: row.usage,
        chargeReceipt: row.charge_receipt,
        costReceipt: row.cost_receipt,
        charge: formatAmount(amount(BigInt(row.charge_total)), currencyOf(row.charge_currency)),
        cost: formatAmount(amount(BigInt(row.cost_total)), currencyOf(row.cost_currency)),
        startedAt: row.started_at.toISOString(),
        latencyMs: Number(row.latency_ms),
        ...(row.first_byte_ms === null ? {} : { firstByteMs: Number(row.first_byte_ms) }),
        attempts: row.attempts,
      };
    },
  };
}
