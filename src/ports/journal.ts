// The second copy of every dispatch and settlement until Postgres has committed it.
import type { ChargeEntry, DispatchedCall } from '#core/ledger/entry.ts';
import type { MediaJob } from '#core/call/media-job.ts';
import type { Checkpoint } from './fast-store.ts';

export type JournalRecord =
  | { readonly kind: 'dispatch'; readonly call: DispatchedCall }
  | { readonly kind: 'checkpoint'; readonly requestId: string; readonly checkpoint: Checkpoint }
  /** The provider has taken a job, and will be asked about it by this id. */
  | { readonly kind: 'job'; readonly job: MediaJob }
  | { readonly kind: 'settle'; readonly entry: ChargeEntry };

export function requestIdOf(record: JournalRecord): string {
  switch (record.kind) {
    case 'dispatch':
      return record.call.requestId;
    case 'checkpoint':
      return record.requestId;
    case 'job':
      return record.job.call.requestId;
    case 'settle':
      return record.entry.call.requestId;
  }
}

/** What is left of a request when its gateway died: replay makes one of these for each that was not committed. */
export interface UnfinishedCall {
  readonly call: DispatchedCall;
  readonly checkpoint?: Checkpoint;
  readonly job?: MediaJob;
  readonly entry?: ChargeEntry;
}

export interface Journal {
  /**
   * Resolves when the record survives a kill of this process (or, synced by `wait`, a loss of power).
   * Rejects with `Failure('not_exact')` when it cannot be written, a full disk for one.
   */
  append(record: JournalRecord): Promise<void>;

  /**
   * What earlier lives left, in the order of dispatch. Of several settlements of one request the one that the ledger
   * would keep. Requests that were forgotten shortly before a crash may come back: the ledger knows them.
   */
  unfinished(): Promise<readonly UnfinishedCall[]>;

  /**
   * Postgres has these requests' word: their records may go. After an estimate, those stay whose final word has been written
   * here meanwhile: it may be nowhere else.
   */
  forget(requestIds: readonly string[], word?: 'final' | 'estimate'): Promise<void>;

  close(): Promise<void>;
}

/** Thrown on opening, when a record in the middle does not read. An unfinished last one is dropped with a warning. */
export class JournalDamaged extends Error {
  constructor(file: string, offset: number, reason: string) {
    super(
      `The journal is damaged: ${file} at byte ${offset}: ${reason}. Calls after that point may not be charged yet. ` +
        'Restore the file, or move it away to start without it: what it held is then missing from the ledger.',
    );
    this.name = 'JournalDamaged';
  }
}
