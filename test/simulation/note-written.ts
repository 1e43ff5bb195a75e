// What reached the disk is known of its call from then on.
import { type JournalRecord, requestIdOf } from '#ports/journal.ts';
import type { Stage } from './stage.ts';

export function noteWritten(stage: Stage, record: JournalRecord): void {
  stage.probes.saw(`journal: ${record.kind}`);
  const call = stage.calls.get(requestIdOf(record));
  if (!call) return;
  switch (record.kind) {
    case 'dispatch':
      call.dispatched = record.call;
      return;
    case 'checkpoint':
      call.checkpoints.push(record.checkpoint);
      return;
    case 'job':
      throw new Error('No job is simulated.');
    case 'settle':
      if (record.entry.final) call.finalOnDisk = record.entry;
      else call.estimateOnDisk = true;
  }
}
