// Journal records as JSON text: amounts are decimal strings, since JSON has no bigint.
import type { ChargeEntry, DispatchedCall } from '#core/ledger/entry.ts';
import { readJob, writeJob, type WrittenJob } from '#core/ledger/media-job.ts';
import { type Amount, amount } from '#core/money/amount.ts';
import type { Receipt, ReceiptLine } from '#core/pricing/receipt.ts';
import type { JournalRecord } from '#ports/journal.ts';

/** The same shape with text for every bigint: a new amount that is not translated below does not compile. */
type Written<T> = T extends bigint ? string : T extends object ? { readonly [Key in keyof T]: Written<T[Key]> } : T;

type WrittenRecord =
  | Written<Exclude<JournalRecord, { kind: 'job' }>>
  | { readonly kind: 'job'; readonly job: WrittenJob };
type WrittenCall = Written<DispatchedCall>;
type WrittenEntry = Written<ChargeEntry>;
type WrittenReceipt = Written<Receipt>;

// A call is written twice, when it is dispatched and when it is settled: its text is made once.
const callTexts = new WeakMap<DispatchedCall, string>();

function callText(call: DispatchedCall): string {
  const known = callTexts.get(call);
  if (known !== undefined) return known;
  const text = JSON.stringify(writeCall(call));
  callTexts.set(call, text);
  return text;
}

export function encodeRecord(record: JournalRecord): string {
  switch (record.kind) {
    case 'dispatch':
      return `{"kind":"dispatch","call":${callText(record.call)}}`;
    case 'checkpoint':
      return JSON.stringify(record);
    case 'job':
      return JSON.stringify({ kind: 'job', job: writeJob(record.job) } satisfies WrittenRecord);
    case 'settle': {
      const { entry } = record;
      const { call, ...rest } = entry;
      const written: Omit<WrittenEntry, 'call'> = {
        ...rest,
        total: entry.total.toString(),
        cost: entry.cost.toString(),
        chargeReceipt: writeReceipt(entry.chargeReceipt),
        costReceipt: writeReceipt(entry.costReceipt),
      };
      return `{"kind":"settle","entry":{"call":${callText(call)},${JSON.stringify(written).slice(1)}}`;
    }
  }
}

/** @throws SyntaxError or RangeError for a text that `encodeRecord` did not write. */
export function decodeRecord(text: string): JournalRecord {
  // The checksum beside it says that this is, byte for byte, what `encodeRecord` wrote; only an older or newer one of us
  // may have written another kind.
  const record = JSON.parse(text) as WrittenRecord | { readonly kind: undefined };
  if (record.kind === 'dispatch') return { kind: 'dispatch', call: readCall(record.call) };
  if (record.kind === 'settle') return { kind: 'settle', entry: readEntry(record.entry) };
  if (record.kind === 'checkpoint') return record;
  if (record.kind === 'job') return { kind: 'job', job: readJob(record.job) };
  throw new RangeError(`there is no record of the kind ${JSON.stringify(record.kind)}`);
}

function writeCall(call: DispatchedCall): WrittenCall {
  return { ...call, held: call.held.toString() };
}

function readCall(call: WrittenCall): DispatchedCall {
  return { ...call, held: read(call.held) };
}

function readEntry(entry: WrittenEntry): ChargeEntry {
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
