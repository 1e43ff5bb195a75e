// Calls and entries as JSON text: amounts are decimal strings, since JSON has no bigint.
import { type Amount, amount } from '../money/amount.ts';
import type { Receipt, ReceiptLine } from '../pricing/receipt.ts';
import type { ChargeEntry, DispatchedCall } from './entry.ts';

/** The same with text for every bigint: a new amount that is not translated below does not compile. */
export type Written<T> = T extends bigint
  ? string
  : T extends object
    ? { readonly [Key in keyof T]: Written<T[Key]> }
    : T;

type WrittenCall = Written<DispatchedCall>;
type WrittenEntry = Written<ChargeEntry>;
type WrittenReceipt = Written<Receipt>;

// A call is written twice, when it is dispatched and when it is settled: its text is made once.
const callTexts = new WeakMap<DispatchedCall, string>();

export function callText(call: DispatchedCall): string {
  const known = callTexts.get(call);
  if (known !== undefined) return known;
  const text = JSON.stringify(writeCall(call));
  callTexts.set(call, text);
  return text;
}

export function entryText(entry: ChargeEntry): string {
  const { call, ...rest } = entry;
  const written: Omit<WrittenEntry, 'call'> = {
    ...rest,
    total: entry.total.toString(),
    cost: entry.cost.toString(),
    chargeReceipt: writeReceipt(entry.chargeReceipt),
    costReceipt: writeReceipt(entry.costReceipt),
  };
  return `{"call":${callText(call)},${JSON.stringify(written).slice(1)}`;
}

function writeCall(call: DispatchedCall): WrittenCall {
  return { ...call, held: call.held.toString() };
}

export function readCall(call: WrittenCall): DispatchedCall {
  return { ...call, held: read(call.held) };
}

export function readEntry(entry: WrittenEntry): ChargeEntry {
  return {
    ...entry,
    call: readCall(entry.call),
    total: read(entry.total),
    cost: read(entry.cost),
    chargeReceipt: readReceipt(entry.chargeReceipt),
    costReceipt: readReceipt(entry.costReceipt),
  };
}

function writeReceipt({ adjustment, adjustments, trial_credit, ...receipt }: Receipt): WrittenReceipt {
  const written = (line: ReceiptLine) => ({ ...line, amount: line.amount.toString() });
  return {
    ...receipt,
    total: receipt.total.toString(),
    lines: receipt.lines.map(written),
    ...(adjustment === undefined ? undefined : { adjustment: adjustment.toString() }),
    ...(adjustments === undefined ? undefined : { adjustments: adjustments.map(written) }),
    ...(trial_credit === undefined
      ? undefined
      : { trial_credit: { ...trial_credit, amount: trial_credit.amount.toString() } }),
  };
}

function readReceipt({ adjustment, adjustments, trial_credit, ...receipt }: WrittenReceipt): Receipt {
  const line = (written: Written<ReceiptLine>) => ({ ...written, amount: read(written.amount) });
  return {
    ...receipt,
    total: read(receipt.total),
    lines: receipt.lines.map(line),
    ...(adjustment === undefined ? undefined : { adjustment: read(adjustment) }),
    ...(adjustments === undefined ? undefined : { adjustments: adjustments.map(line) }),
    ...(trial_credit === undefined
      ? undefined
      : { trial_credit: { ...trial_credit, amount: read(trial_credit.amount) } }),
  };
}

function read(text: string): Amount {
  return amount(BigInt(text));
}
