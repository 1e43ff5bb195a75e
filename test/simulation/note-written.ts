// What reached the disk is known of its call from then on.
import type { JournalRecord } from '#ports/journal.ts';
import type { Stage } from './stage.ts';

export function noteWritten(stage: Stage, record: JournalRecord): void {
  stage.probes.saw(`journal: ${record.kind}`);
  switch (record.kind) {
    case 'dispatch': {
      const call = stage.calls.get(record.call.requestId);
      if (call) call.dispatched = record.call;
      return;
    }
    case 'checkpoint': {
      const call = stage.calls.get(record.requestId);
      if (call) call.checkpoint = record.checkpoint;
      return;
    }
    case 'settle': {
      const call = stage.calls.get(record.entry.call.requestId);
      if (call && record.entry.final) call.finalOnDisk = record.entry;
      return;
    }
  }
}
