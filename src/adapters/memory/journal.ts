// The journal of a simulation: what is written stays on the paper, and the paper is handed to the next life.
import { Failure } from '#core/failure.ts';
import { type Journal, type JournalRecord, requestIdOf, type UnfinishedCall } from '#ports/journal.ts';
import { UnfinishedCalls } from '#ports/unfinished-calls.ts';

export class JournalPaper {
  records: JournalRecord[] = [];
}

export interface MemoryJournalOptions {
  /** Of an earlier life; none when it was lost with the disk. */
  readonly paper?: JournalPaper;
  /** A deliberate fault: says that records are kept, and keeps none. */
  readonly forgetsAll?: boolean;
}

export function memoryJournal({ paper = new JournalPaper(), forgetsAll = false }: MemoryJournalOptions = {}): Journal {
  return new MemoryJournal(paper, forgetsAll);
}

class MemoryJournal implements Journal {
  readonly #paper: JournalPaper;
  readonly #forgetsAll: boolean;
  readonly #leftBehind = new UnfinishedCalls();
  #isClosed = false;

  constructor(paper: JournalPaper, forgetsAll: boolean) {
    this.#paper = paper;
    this.#forgetsAll = forgetsAll;
    for (const record of paper.records) this.#leftBehind.take(record);
  }

  async append(record: JournalRecord): Promise<void> {
    if (this.#isClosed) throw new Failure('not_exact', 'The journal is closed.');
    if (!this.#forgetsAll) this.#paper.records.push(record);
  }

  async unfinished(): Promise<readonly UnfinishedCall[]> {
    return this.#leftBehind.list();
  }

  async forget(requestIds: readonly string[], word: 'final' | 'estimate' = 'final'): Promise<void> {
    const kept = new Set(word === 'final' ? [] : this.#paper.records.filter(isFinal).map(requestIdOf));
    const forgotten = new Set(requestIds).difference(kept);
    for (const requestId of forgotten) this.#leftBehind.forget(requestId);
    this.#paper.records = this.#paper.records.filter((record) => !forgotten.has(requestIdOf(record)));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
  }
}

function isFinal(record: JournalRecord): boolean {
  return record.kind === 'settle' && record.entry.final;
}
