import type { UsageRow } from '#core/ledger/audit-rows.ts';
import type { CallOutcome, PricePins } from '#core/ledger/entry.ts';
import { amount } from '#core/money/amount.ts';
import { type ReceiptJson, receiptFromJson } from '#core/pricing/receipt.ts';
import type { CallFacts, Usage } from '#core/usage/usage.ts';
import type { ListQuery } from './cursors.ts';

export interface UsageColumns {
  readonly event_id: string;
  readonly request_id: string;
  readonly wallet_id: string;
  readonly revision: number;
  readonly final: boolean;
  readonly applied: boolean;
  readonly name: string;
  readonly provider: string;
  readonly model: string;
  readonly outcome: CallOutcome;
  readonly usage: Usage;
  readonly facts: CallFacts;
  readonly pins: PricePins;
  readonly held: bigint;
  readonly charge_total: bigint;
  readonly charge_currency: string;
  readonly charge_receipt: ReceiptJson;
  readonly cost_total: bigint;
  readonly cost_currency: string;
  readonly cost_receipt: ReceiptJson;
}

const columns: readonly (keyof UsageColumns)[] = [
  'event_id',
  'request_id',
  'wallet_id',
  'revision',
  'final',
  'applied',
  'name',
  'provider',
  'model',
  'outcome',
  'usage',
  'facts',
  'pins',
  'held',
  'charge_total',
  'charge_currency',
  'charge_receipt',
  'cost_total',
  'cost_currency',
  'cost_receipt',
];

export function usageColumns(alias: string): string {
  return columns.map((column) => `${alias}.${column}`).join(', ');
}

export const usageRecords: ListQuery<UsageColumns, UsageRow> = {
  text: `select ${usageColumns('u')} from faregate.usage_record u order by u.request_id, u.event_id`,
  rowOf: usageRowOf,
};

export function usageRowOf(row: UsageColumns): UsageRow {
  return {
    eventId: row.event_id,
    requestId: row.request_id,
    walletId: row.wallet_id,
    revision: row.revision,
    final: row.final,
    applied: row.applied,
    name: row.name,
    provider: row.provider,
    model: row.model,
    outcome: row.outcome,
    usage: row.usage,
    facts: row.facts,
    pins: row.pins,
    held: amount(row.held),
    charge: {
      total: amount(row.charge_total),
      currency: row.charge_currency,
      receipt: receiptFromJson(row.charge_receipt),
    },
    cost: { total: amount(row.cost_total), currency: row.cost_currency, receipt: receiptFromJson(row.cost_receipt) },
  };
}
