// The gateway's disk: what was written stays for the next life, records keep their order, and at times it is full.
import { JournalPaper, memoryJournal } from '#adapters/memory/journal.ts';
import { Failure } from '#core/failure.ts';
import type { Journal, JournalRecord } from '#ports/journal.ts';
import type { Fault } from './faults.ts';
import type { Life } from './life.ts';

export interface Disk {
  readonly paper: JournalPaper;
  full: boolean;
  /** Segments go as a whole: what was forgotten is still there at the next start, and is replayed. */
  readonly keepsForgotten: boolean;
}

export function newDisk({ keepsForgotten }: Pick<Disk, 'keepsForgotten'>): Disk {
  return { paper: new JournalPaper(), full: false, keepsForgotten };
}

export interface JournalOptions {
  readonly life: Life;
  readonly fault: Fault;
  readonly onWritten: (record: JournalRecord) => void;
  readonly onRefused: (record: JournalRecord) => void;
}

export function journalOn(disk: Disk, { life, fault, onWritten, onRefused }: JournalOptions): Journal {
  const sound = memoryJournal({ paper: disk.paper });
  const kept = fault.journal?.(sound) ?? sound;
  let last: Promise<unknown> = Promise.resolve();
  // One after the other, as the file is written: never a later record without an earlier one.
  const inOrder = (deed: () => Promise<void>): Promise<void> => {
    const done = last.then(() => life.through(deed));
    last = done.catch(() => undefined);
    return done;
  };
  return {
    append: (record) =>
      inOrder(async () => {
        if (disk.full) {
          onRefused(record);
          throw new Failure('not_exact', 'The disk is full.');
        }
        await kept.append(record);
        onWritten(record);
      }),
    unfinished: () => life.through(() => kept.unfinished()),
    forget: (requestIds, word) =>
      inOrder(async () => (disk.keepsForgotten ? undefined : kept.forget(requestIds, word))),
    close: () => inOrder(() => kept.close()),
  };
}
