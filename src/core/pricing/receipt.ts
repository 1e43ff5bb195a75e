// What was charged for one call, line by line; with the usage and the price version it can be computed again.
import { type Amount } from '#core/money/amount.ts';
import { type Currency, currencyOf, formatAmount, parseAmount } from '#core/money/currency.ts';
import type { Meter } from '#core/usage/meter.ts';
import type { UsageStatus } from '#core/usage/usage.ts';

export interface ReceiptLine {
  readonly meter: Meter;
  /** Charged quantity: after minimum and blocks. */
  readonly quantity: string;
  /** What was consumed, when minimum or blocks made it more. */
  readonly measured?: string;
  readonly price: string;
  readonly per: string;
  /** The price's currency; the amount is in the receipt's. */
  readonly currency: string;
  /** Product of the modifiers that applied. */
  readonly factor?: string;
  /** The conditions under which this price was chosen. */
  readonly when?: string;
  readonly amount: Amount;
}

export type ReceiptProblem = 'usage_missing' | 'usage_invalid' | 'negative_remainder' | 'negative_quantity';

/** Always: the lines add up to the total. */
export interface Receipt {
  readonly lines: readonly ReceiptLine[];
  readonly total: Amount;
  readonly currency: string;
  readonly price_version: string;
  readonly fx_rate_id?: string;
  /** Exact: decimal text, or a fraction such as `4/29`. */
  readonly fx_rate?: string;
  readonly multiplier?: string;
  /** False when something consumed has no price here, or nobody knows what was consumed. */
  readonly complete: boolean;
  readonly unpriced: readonly Meter[];
  readonly problems: readonly ReceiptProblem[];
  readonly status: UsageStatus;
  /** What a hybrid price was charged by. */
  readonly basis?: 'tokens' | 'request';
}

export type ReceiptJson = Omit<Receipt, 'lines' | 'total'> & {
  readonly lines: readonly ReceiptLineJson[];
  readonly total: string;
};
type ReceiptLineJson = Omit<ReceiptLine, 'amount'> & { readonly amount: string };

/** Amounts as canonical decimal text of the receipt's currency. */
export function receiptToJson(receipt: Receipt): ReceiptJson {
  const currency = currencyOf(receipt.currency);
  return {
    ...receipt,
    lines: receipt.lines.map((line) => ({ ...line, amount: formatAmount(line.amount, currency) })),
    total: formatAmount(receipt.total, currency),
  };
}

/** @throws RangeError when an amount is no money of the receipt's currency. */
export function receiptFromJson(json: ReceiptJson): Receipt {
  const currency: Currency = currencyOf(json.currency);
  return {
    ...json,
    lines: json.lines.map((line) => ({ ...line, amount: parseAmount(line.amount, currency) })),
    total: parseAmount(json.total, currency),
  };
}

/** For computing again: the same lines, the same words, the same integers. */
export function sameReceipt(left: Receipt, right: Receipt): boolean {
  return canonicalText(receiptToJson(left)) === canonicalText(receiptToJson(right));
}

// A database may return the fields of an object in another order.
function canonicalText(json: ReceiptJson): string {
  return JSON.stringify(json, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1)))
      : value,
  );
}
