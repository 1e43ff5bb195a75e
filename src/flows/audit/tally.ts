// What an audit has seen and found so far.
import type { AuditCheck, Finding } from '#core/ledger/audit.ts';
import type { BooksTable } from '#ports/books.ts';

/** Of each check; more are counted, and no longer kept. */
const findingsMax = 100;

/**
 * Rows by table; receipts that were computed again (`rated`); dispatched calls too young to be missed (`inFlight`);
 * and all findings, kept or not.
 */
export type AuditCounts = Readonly<Record<BooksTable | 'rated' | 'inFlight' | 'findings', number>>;

export interface AuditReport {
  readonly findings: readonly Finding[];
  readonly counts: AuditCounts;
  /** What could not be read: nothing is known about it. */
  readonly incomplete: readonly string[];
}

export class Tally {
  rated = 0;
  inFlight = 0;
  /** Counters by which calls were estimated, as `scope` and `period` on two lines. */
  readonly estimated = new Set<string>();
  #total = 0;
  readonly #seen = new Map<string, number>();
  readonly #findings = new Map<AuditCheck, Finding[]>();
  readonly #incomplete: string[] = [];

  find(found: readonly Finding[]): void {
    for (const finding of found) {
      this.#total += 1;
      const kept = this.#findings.get(finding.check) ?? [];
      if (kept.length < findingsMax) kept.push(finding);
      this.#findings.set(finding.check, kept);
    }
  }

  miss(what: string): void {
    this.#incomplete.push(what);
  }

  /** Counts a list's rows as they pass. */
  async *counted<Row>(list: string, rows: AsyncIterable<Row>): AsyncGenerator<Row> {
    let count = 0;
    this.#seen.set(list, count);
    for await (const row of rows) {
      count += 1;
      this.#seen.set(list, count);
      yield row;
    }
  }

  seen(list: string): number {
    return this.#seen.get(list) ?? 0;
  }

  report(): AuditReport {
    const { rated, inFlight } = this;
    return {
      findings: [...this.#findings.values()].flat(),
      counts: {
        wallets: this.seen('wallets'),
        events: this.seen('events'),
        postings: this.seen('postings'),
        registers: this.seen('registers'),
        usageRecords: this.seen('usageRecords'),
        counters: this.seen('counters'),
        unitCounters: this.seen('unitCounters'),
        gateways: this.seen('gateways'),
        topUps: this.seen('topUps'),
        adjustments: this.seen('adjustments'),
        rated,
        inFlight,
        findings: this.#total,
      },
      incomplete: this.#incomplete,
    };
  }
}
