import type { AdjustmentRow } from '#core/ledger/audit-rows.ts';
import type { PricePins } from '#core/ledger/entry.ts';
import { amount } from '#core/money/amount.ts';
import { type ReceiptJson, receiptFromJson } from '#core/pricing/receipt.ts';
import type { ListQuery } from './cursors.ts';

interface AdjustmentColumns {
  readonly rerate_id: string;
  readonly request_id: string;
  readonly wallet_id: string;
  readonly seq: bigint;
  readonly record_id: string;
  readonly provider: string;
  readonly charge_before: bigint;
  readonly charge_after: bigint;
  readonly cost_before: bigint;
  readonly cost_before_currency: string;
  readonly cost_after: bigint;
  readonly cost_after_currency: string;
  readonly charge_receipt_before: ReceiptJson;
  readonly charge_receipt_after: ReceiptJson;
  readonly cost_receipt_before: ReceiptJson;
  readonly cost_receipt_after: ReceiptJson;
  readonly pins: PricePins;
}

const columns = `rerate_id, request_id, wallet_id, seq, record_id, provider, charge_before, charge_after, cost_before,
  cost_before_currency, cost_after, cost_after_currency, charge_receipt_before, charge_receipt_after, cost_receipt_before,
  cost_receipt_after, pins`;

export const adjustments: ListQuery<AdjustmentColumns, AdjustmentRow> = {
  text: `select ${columns} from faregate.adjustment order by request_id, wallet_id, seq`,
  rowOf: adjustmentOf,
};

export const adjustmentsByEvent: ListQuery<AdjustmentColumns, AdjustmentRow> = {
  text: `select ${columns} from faregate.adjustment order by wallet_id, seq, request_id`,
  rowOf: adjustmentOf,
};

function adjustmentOf(row: AdjustmentColumns): AdjustmentRow {
  return {
    rerateId: row.rerate_id,
    requestId: row.request_id,
    walletId: row.wallet_id,
    seq: row.seq,
    recordId: row.record_id,
    provider: row.provider,
    before: {
      total: amount(row.charge_before),
      cost: amount(row.cost_before),
      costCurrency: row.cost_before_currency,
      chargeReceipt: receiptFromJson(row.charge_receipt_before),
      costReceipt: receiptFromJson(row.cost_receipt_before),
    },
    after: {
      total: amount(row.charge_after),
      cost: amount(row.cost_after),
      costCurrency: row.cost_after_currency,
      chargeReceipt: receiptFromJson(row.charge_receipt_after),
      costReceipt: receiptFromJson(row.cost_receipt_after),
    },
    pins: row.pins,
  };
}
