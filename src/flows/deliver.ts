// Entries on their way into the ledger: one that cannot be booked as it is does not hold up the others.
import type { ChargeEntry } from '#core/ledger/entry.ts';
import { type Ledger, LedgerAway } from '#ports/ledger.ts';

export interface Delivered {
  readonly committed: readonly ChargeEntry[];
  /** A bug, or a ledger that was tampered with; they stay wherever else they are kept. */
  readonly refused: readonly { readonly entry: ChargeEntry; readonly error: unknown }[];
}

/** Rejects with `LedgerAway`. */
export async function deliver(ledger: Pick<Ledger, 'write'>, entries: readonly ChargeEntry[]): Promise<Delivered> {
  try {
    const known = new Set((await ledger.write(entries)).committed);
    return { committed: entries.filter((entry) => known.has(entry.eventId)), refused: [] };
  } catch (error) {
    if (error instanceof LedgerAway) throw error;
    const [only, ...more] = entries;
    if (only && more.length === 0) return { committed: [], refused: [{ entry: only, error }] };
    const middle = Math.ceil(entries.length / 2);
    const first = await deliver(ledger, entries.slice(0, middle));
    const second = await deliver(ledger, entries.slice(middle));
    return {
      committed: [...first.committed, ...second.committed],
      refused: [...first.refused, ...second.refused],
    };
  }
}
