// What was charged for one call, line by line; with the usage and the price version it can be computed again.
import { type Amount } from '#core/money/amount.ts';
import { type Currency, currencyOf, formatAmount, parseAmount } from '#core/money/currency.ts';
import type { Meter } from '#core/usage/meter.ts';
import type { UsageStatus } from '#core/usage/usage.ts';
import type { AllocationJson } from './counted.ts';

export interface ReceiptLine {
  /** Whose work it was, when it was another model's inside the call. */
  readonly model?: string;
  readonly meter: Meter;
  /** Charged quantity: after minimum and blocks. */
  readonly quantity: string;
  /** What was consumed, when minimum or blocks made it more. */
  readonly measured?: string;
  readonly price: string;
  readonly per: string;
  /** The price's currency; the amount is in the receipt's. */
  readonly currency: string;
  /** The price of the units behind this one in their period; `"0"`: of the first ones. */
  readonly above?: string;
  /** Of an adjustment: what these units have cost, or will have. */
  readonly instead_of?: string;
  /** Product of the modifiers that applied. */
  readonly factor?: string;
  /** The conditions under which this price was chosen. */
  readonly when?: string;
  readonly amount: Amount;
}

export type ReceiptProblem = 'usage_missing' | 'usage_invalid' | 'negative_remainder' | 'negative_quantity';

/** Always: the lines add up to the total, unless it is the provider's own word. */
export interface Receipt {
  readonly lines: readonly ReceiptLine[];
  readonly total: Amount;
  readonly currency: string;
  readonly price_version: string;
  readonly fx_rate_id?: string;
  /** Exact: decimal text, or a fraction such as `4/29`. */
  readonly fx_rate?: string;
  readonly multiplier?: string;
  /** In every line. */
  readonly discount?: { readonly plan_id: string; readonly percentage: string; readonly reason: 'committed use' };
  /** Of the total and its adjustment, what a trial's credit pays. */
  readonly trial_credit?: { readonly plan_id: string; readonly amount: Amount };
  /** False when something consumed has no price here, or nobody knows what was consumed. */
  readonly complete: boolean;
  /** Meters; another model's as `model:meter`. */
  readonly unpriced: readonly string[];
  readonly problems: readonly ReceiptProblem[];
  readonly status: UsageStatus;
  /** What a hybrid price was charged by; or that the total is what the provider says, for which there are no lines. */
  readonly basis?: 'tokens' | 'request' | 'provider_reported';
  /** By which prices the work of other models inside the call was charged. */
  readonly sub_prices?: readonly SubPrice[];
  readonly reported_cost?: ReportedCost;
  /** Which units of its counters it was charged for. */
  readonly allocations?: readonly AllocationJson[];
  /** What the call adjusts about the period before it, beside its total: less than nothing where prices fall. */
  readonly adjustment?: Amount;
  /** They add up to the adjustment. */
  readonly adjustments?: readonly ReceiptLine[];
}

export interface SubPrice {
  readonly model: string;
  readonly price_version: string;
  readonly fx_rate_id?: string;
  readonly fx_rate?: string;
}

/** The provider's own word, as it was given. */
export interface ReportedCost {
  readonly amount: string;
  readonly currency: string;
  /** The field it was read from. */
  readonly basis: string;
  readonly policy: 'prefer' | 'compare';
  /** It is in a currency, or in credits, that this price cannot be compared to. */
  readonly unreadable?: true;
  /** By how much the listed price comes to more (or, negative, to less), when that is worth a look. */
  readonly rated_is_more_by?: string;
}

export type ReceiptJson = Omit<Receipt, 'lines' | 'total' | 'adjustment' | 'adjustments' | 'trial_credit'> & {
  readonly lines: readonly ReceiptLineJson[];
  readonly total: string;
  readonly adjustment?: string;
  readonly adjustments?: readonly ReceiptLineJson[];
  readonly trial_credit?: { readonly plan_id: string; readonly amount: string };
};
type ReceiptLineJson = Omit<ReceiptLine, 'amount'> & { readonly amount: string };

/** Amounts as canonical decimal text of the receipt's currency. */
export function receiptToJson(receipt: Receipt): ReceiptJson {
  const currency = currencyOf(receipt.currency);
  const { adjustment, adjustments, trial_credit, ...rest } = receipt;
  const written = (line: ReceiptLine) => ({ ...line, amount: formatAmount(line.amount, currency) });
  return {
    ...rest,
    lines: receipt.lines.map(written),
    total: formatAmount(receipt.total, currency),
    ...(adjustment === undefined ? undefined : { adjustment: formatAmount(adjustment, currency) }),
    ...(adjustments === undefined ? undefined : { adjustments: adjustments.map(written) }),
    ...(trial_credit === undefined
      ? undefined
      : { trial_credit: { ...trial_credit, amount: formatAmount(trial_credit.amount, currency) } }),
  };
}

/** @throws RangeError when an amount is no money of the receipt's currency. */
export function receiptFromJson(json: ReceiptJson): Receipt {
  const currency: Currency = currencyOf(json.currency);
  const { adjustment, adjustments, trial_credit, ...rest } = json;
  const read = (line: ReceiptLineJson) => ({ ...line, amount: parseAmount(line.amount, currency) });
  return {
    ...rest,
    lines: json.lines.map(read),
    total: parseAmount(json.total, currency),
    ...(adjustment === undefined ? undefined : { adjustment: parseAmount(adjustment, currency) }),
    ...(adjustments === undefined ? undefined : { adjustments: adjustments.map(read) }),
    ...(trial_credit === undefined
      ? undefined
      : { trial_credit: { ...trial_credit, amount: parseAmount(trial_credit.amount, currency) } }),
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
