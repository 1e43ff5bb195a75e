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

// The word that counts: the final one, else the latest estimate.
const newest = `
  select request_id, wallet_id, name, provider, model, streamed, outcome, final, usage, charge_receipt, cost_receipt,
    charge_total::text, charge_currency, cost_total::text, cost_currency, started_at, latency_ms, first_byte_ms, attempts
  from faregate.usage_record where request_id = $1 and applied
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
