// Journal records as JSON text.
import { callText, entryText, readCall, readEntry, type Written } from '#core/ledger/entry-json.ts';
import type { JournalRecord } from '#ports/journal.ts';

type WrittenRecord = Written<JournalRecord>;

export function encodeRecord(record: JournalRecord): string {
  switch (record.kind) {
    case 'dispatch':
      return `{"kind":"dispatch","call":${callText(record.call)}}`;
    case 'checkpoint':
      return JSON.stringify(record);
    case 'settle':
      return `{"kind":"settle","entry":${entryText(record.entry)}}`;
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
  throw new RangeError(`there is no record of the kind ${JSON.stringify(record.kind)}`);
}
