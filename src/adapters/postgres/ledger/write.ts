import { hash } from 'node:crypto';
import type { Pool } from 'pg';
import { book } from '#core/ledger/book.ts';
import type { ChargeEntry } from '#core/ledger/entry.ts';
import type { WriteOutcome } from '#ports/ledger.ts';
import { insertChange } from './insert.ts';
import { ledgerTransaction } from './once.ts';
import { readBefore } from './read-before.ts';

export async function writeEntries(pool: Pool, entries: readonly ChargeEntry[]): Promise<WriteOutcome> {
  if (entries.length === 0) return { committed: [] };
  await ledgerTransaction(pool, async (client) => {
    const before = await readBefore(client, entries);
    await insertChange(client, book(before, entries, sha256));
  });
  return { committed: [...new Set(entries.map((entry) => entry.eventId))] };
}

export function sha256(text: string): string {
  return hash('sha256', text);
}
