// Proves the ledger, or says what is wrong with it, or says what it could not read; it changes nothing.
import { hash } from 'node:crypto';
import type { Books, BooksTable, BooksView } from '#ports/books.ts';
import {
  auditCounters,
  auditDispatches,
  auditEventIds,
  auditRequests,
  auditUnitCounters,
  auditWallets,
} from './audit/parts.ts';
import { type AuditReport, Tally } from './audit/tally.ts';

export type { AuditReport } from './audit/tally.ts';

// Longer than any call and the ledger's longest delay behind it.
const inFlightMsByDefault = 3_600_000;

export interface AuditOrder {
  readonly books: Books;
  readonly nowMs: number;
  /** How long a dispatched call may be without its charge before that is a finding. */
  readonly inFlightMs?: number;
}

/** Sound is what has no findings and is not incomplete. */
export async function audit({ books, nowMs, inFlightMs = inFlightMsByDefault }: AuditOrder): Promise<AuditReport> {
  const tally = new Tally();
  const part = async (name: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      tally.miss(`${name}: ${messageOf(error)}`);
    }
  };
  await part('The books could not be read to their end', () =>
    books.view(async (view) => {
      await part('Wallets, events and postings', () => auditWallets(view, tally, (text) => hash('sha256', text)));
      await part('Event ids and top-ups', () => auditEventIds(view, tally));
      await part('Registers, charges and usage records', () => auditRequests(view, tally));
      await part('Gateways and their calls', () => auditDispatches(view, tally, { nowMs, inFlightMs }));
      await part('Counters', () => auditCounters(view, tally));
      await part('Counters of units', () => auditUnitCounters(view, tally, { nowMs, inFlightMs }));
      await part('Row counts', () => compareTotals(view, tally));
    }),
  );
  return tally.report();
}

/** Lists of which every row must have passed by, and the table that has them. */
const lists: readonly (readonly [list: string, table: BooksTable])[] = [
  ['wallets', 'wallets'],
  ['events', 'events'],
  ['eventsById', 'events'],
  ['postings', 'postings'],
  ['registers', 'registers'],
  ['dispatches', 'registers'],
  ['usageRecords', 'usageRecords'],
  ['counters', 'counters'],
  ['unitCounters', 'unitCounters'],
  ['gateways', 'gateways'],
  ['topUps', 'topUps'],
  ['adjustments', 'adjustments'],
  ['adjustmentsByEvent', 'adjustments'],
];

// A broken index may hide rows from whoever reads by it.
async function compareTotals(view: BooksView, tally: Tally): Promise<void> {
  const totals = await view.totals();
  for (const [list, table] of lists) {
    const seen = tally.seen(list);
    if (seen !== totals[table]) tally.miss(`${list}: ${seen} of ${totals[table]} rows were read`);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
